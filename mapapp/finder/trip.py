"""Which one trip does several matters (一次跑完): fewest stops, then the shortest walk, open at each arrival if asked.

A trip starts at a place and goes from point to point. At each stop one does every matter not done before that the
point takes, in the order asked, `service_minutes_per_matter` each. With `open=arrival` a matter gets done where it is
open for the whole of its turn; for the next opening (after lunch, in the morning) one waits `trip_wait_minutes` at
most, and the last turn ends on the day the trip begins. What cannot be done so is left to a later stop, which may be
the same point again after another one. Hours decide what is possible, not what is best: waiting is not weighed
against walking.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil

import numpy as np

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.points import ServicePoint
from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import Finder, OpenFilter
from mapapp.finder.trip_ground import Ground, place_of
from mapapp.finder.trip_search import START, Leg, Numbers, Path, Problem, Search
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach, Walk
from mapapp.hours.opening_hours import ZONE, Schedule, Status
from mapapp.settings import Settings

# Up to eight matters are chosen one by one; a package may have more members.
MAX_MATTERS = 16
MAX_ALTERNATIVES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class TripQuery:
    """The question: from where, at which aware time, which matters, and how many trips with different first stops.

    Doubled matters count once. Raises InvalidQuery `wrong_parameter`.
    """

    origin: Coordinate
    at: datetime
    matters: tuple[str, ...]
    open: OpenFilter = OpenFilter.ANY
    alternatives: int = 3

    def __post_init__(self) -> None:
        if not 1 <= len(set(self.matters)) <= MAX_MATTERS:
            raise InvalidQuery("wrong_parameter", field="matter", value=len(self.matters))
        if not 1 <= self.alternatives <= MAX_ALTERNATIVES:
            raise InvalidQuery("wrong_parameter", field="alternatives", value=self.alternatives)
        if self.at.tzinfo is None:
            raise InvalidQuery("wrong_parameter", field="at", value=self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """One stop: the point, the matters done there, the walk to it from the stop before, and the times.

    `open_on_arrival` is whether all its matters are certainly open on arrival; `status_on_arrival` is the point's.
    `wait_minutes` go by until it opens, before the first turn or between two; 0 unless hours were asked for.
    """

    point: ServicePoint
    matters: tuple[str, ...]
    walk: Walk
    walk_minutes: int
    arrive_at: datetime
    leave_at: datetime
    wait_minutes: int
    status_on_arrival: Status
    open_on_arrival: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """Stops in order, and the metres walked from the start to the last."""

    stops: tuple[Stop, ...]
    walk_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TripAnswer:
    """Trips, best first, each with another first stop; none when hours allow none.

    `impossible` are matters that no point takes. `closed` are those that are open nowhere: with `open=now` at that
    moment, with `open=arrival` from the earliest arrival to the end of that day. The trips do all the others.
    `is_proven` is false when the search was stopped before it could prove that nothing is better.
    """

    trips: tuple[Trip, ...]
    impossible: tuple[str, ...]
    closed: tuple[str, ...]
    is_proven: bool


class TripFinder:
    """Answers `find_trips` on one catalogue. Built once per revision, safe for threads."""

    def __init__(self, catalogue: Catalogue, reach: Reach, settings: Settings) -> None:
        self._ground = Ground(catalogue, reach)
        self._settings = settings

    @classmethod
    def of(cls, catalogue: Catalogue, settings: Settings) -> "TripFinder":
        """Return the trip finder of this catalogue, with walks as the nearest answer tells them."""
        return cls(catalogue, Finder.of(catalogue, settings).reach, settings)

    def find_trips(self, query: TripQuery) -> TripAnswer:
        """Return the trips with the fewest stops, shortest first, then those with one stop more that walk less.

        The first is the best of all; the others start at other points and walk at most twice as far and 1 km more.
        Ties by the ids of the points in order. Raises NotFound `unknown_matter`.
        """
        codes = tuple(dict.fromkeys(query.matters))
        for code in codes:
            self._ground.catalogue.matter(code)
        return _Planner(self._ground, self._settings, query, codes).answer()


class _Planner:
    """One question being answered. Times are minutes after `query.at`; a set of matters is a number, a bit each."""

    def __init__(self, ground: Ground, settings: Settings, query: TripQuery, codes: tuple[str, ...]) -> None:
        self._ground, self._settings, self._query = ground, settings, query
        self._start = ground.reach.end(query.origin)
        # hours are Chongqing's, whatever zone the question comes in
        self._day = query.at.astimezone(ZONE).date()
        self._midnight = self._minutes(self._clock(time(0)) + timedelta(days=1))
        self._statuses: dict[tuple[int, int], Status] = {}
        takers = {code: ground.takers(code) for code in codes}
        self._impossible = tuple(code for code, row in takers.items() if not row)
        usable = {code: self._usable(row) for code, row in takers.items() if row}
        self._closed = tuple(code for code, row in usable.items() if not row)
        self._codes = tuple(code for code, row in usable.items() if row)
        self._offers = tuple(usable[code] for code in self._codes)
        self._masks: Numbers = np.zeros(len(ground.points), dtype=np.int64)
        for bit, row in enumerate(self._offers):
            self._masks[list(row)] |= 1 << bit

    def answer(self) -> TripAnswer:
        """Return the answer."""
        paths, is_proven = self._paths() if self._codes else ([], True)
        trips = tuple(self._trip(path) for path in paths)
        return TripAnswer(trips=trips, impossible=self._impossible, closed=self._closed, is_proven=is_proven)

    def _usable(self, offers: Mapping[int, Offer]) -> Mapping[int, Offer]:
        """Return the offers that may count; none at all when with `open=arrival` every one stays closed that day."""
        if self._query.open is OpenFilter.ANY:
            return offers
        if self._query.open is OpenFilter.NOW:
            return {number: offer for number, offer in offers.items() if self._status(number, offer, 0).is_open}
        in_time = (
            self._last_turn(self._ground.schedule(number, offer)) >= self._leg(START, number).minutes
            for number, offer in offers.items()
        )
        return offers if any(in_time) else {}

    def _paths(self) -> tuple[list[Path], bool]:
        problem = self._problem()
        needed = problem.stops_needed()
        keep = self._query.alternatives
        for stops in range(int(needed[problem.wanted]), len(self._codes) + 1):
            search = Search(problem=problem, needed=needed, stops=stops, keep=keep)
            found = search.run()
            if found or not search.was_cut or not search.is_proven:
                break
        if not found or len(found) == keep or stops == len(self._codes):
            return [path for _, path in found], search.is_proven
        firsts = frozenset(path[0] for _, path in found)
        longer = Search(
            problem=problem,
            needed=needed,
            stops=stops + 1,
            keep=keep - len(found),
            most_dm=found[0][0] - 1,
            without=firsts,
        )
        return [path for _, path in [*found, *longer.run()]], search.is_proven and longer.is_proven

    def _problem(self) -> Problem:
        ground = self._ground
        return Problem(
            wanted=(1 << len(self._codes)) - 1,
            masks=self._masks,
            places=ground.places,
            start=place_of(self._query.origin),
            near_m=np.array([ground.near_m(code) for code in self._codes]),
            metres_at_least=ground.metres_at_least,
            leg=self._leg,
            stay=self._stay,
            latest=np.array([max(map(self._last_turn, ground.schedules(code))) for code in self._codes]),
            service=self._settings.service_minutes_per_matter,
            metres_a_minute=self._settings.walk_m_per_minute,
            timed=self._query.open is OpenFilter.ARRIVAL,
        )

    def _leg(self, last: int, number: int) -> Leg:
        walk_m = self._ground.walk(self._start, last, number).walk_m
        return Leg(walk_dm=round(walk_m * 10), minutes=ceil(walk_m / self._settings.walk_m_per_minute))

    def _stay(self, number: int, minutes: int, rest: int) -> tuple[int, int]:
        """Return which of the matters in `rest` get done by one who arrives after `minutes`, and when they leave."""
        done, leaves = 0, minutes
        for bit, offers in enumerate(self._offers):
            if rest >> bit & 1 and (offer := offers.get(number)) is not None:
                turn = self._turn(number, offer, leaves)
                if turn is not None:
                    done |= 1 << bit
                    leaves = turn + self._settings.service_minutes_per_matter
        return done, leaves

    def _turn(self, number: int, offer: Offer, minutes: int) -> int | None:
        """Return when the turn of one who is there after `minutes` begins; None when that is too late or never."""
        if self._query.open is not OpenFilter.ARRIVAL:
            return minutes
        status = self._status(number, offer, minutes)
        if self._is_long_enough(status, minutes):
            return minutes
        if status.is_open and status.until is not None:
            status = self._status(number, offer, self._minutes(status.until))
        if status.opens_at is None:
            return None
        opens = self._minutes(status.opens_at)
        fits = opens - minutes <= self._settings.trip_wait_minutes
        return opens if fits and self._is_long_enough(self._status(number, offer, opens), opens) else None

    def _last_turn(self, schedule: Schedule) -> int:
        """Return the last minute at which a turn may begin on the day of the trip; one before the trip if none."""
        spans = schedule.spans_on(self._day).spans
        ends = [self._midnight if span.end == time(0) else self._minutes(self._clock(span.end)) for span in spans]
        return max(max(ends, default=0) - self._settings.service_minutes_per_matter, -1)

    def _is_long_enough(self, status: Status, minutes: int) -> bool:
        turn_ends = minutes + self._settings.service_minutes_per_matter
        is_open_till_then = status.until is None or status.until >= self._at(turn_ends)
        return status.is_open and is_open_till_then and turn_ends <= self._midnight

    def _clock(self, moment: time) -> datetime:
        return datetime.combine(self._day, moment, tzinfo=ZONE)

    def _minutes(self, at: datetime) -> int:
        return ceil((at - self._query.at) / timedelta(minutes=1))

    def _status(self, number: int, offer: Offer | None, minutes: int) -> Status:
        schedule = self._ground.schedule(number, offer)
        # most points share a schedule, and many arrive at the same minute
        key = (id(schedule), minutes)
        status = self._statuses.get(key)
        if status is None:
            status = self._statuses[key] = schedule.status_at(self._at(minutes))
        return status

    def _at(self, minutes: int) -> datetime:
        return self._query.at + timedelta(minutes=minutes)

    def _trip(self, path: Path) -> Trip:
        stops: list[Stop] = []
        rest, minutes, last = (1 << len(self._codes)) - 1, 0, START
        for number in path:
            arrives = minutes + self._leg(last, number).minutes
            done, leaves = self._stay(number, arrives, rest)
            stops.append(self._stop(last, number, done, arrives, leaves))
            rest, minutes, last = rest & ~done, leaves, number
        return Trip(stops=tuple(stops), walk_m=round(sum(stop.walk.walk_m for stop in stops), 1))

    def _stop(self, last: int, number: int, done: int, arrives: int, leaves: int) -> Stop:
        bits = [bit for bit in range(len(self._codes)) if done >> bit & 1]
        walk = self._ground.walk(self._start, last, number)
        return Stop(
            point=self._ground.points[number],
            matters=tuple(self._codes[bit] for bit in bits),
            walk=walk,
            walk_minutes=self._leg(last, number).minutes,
            arrive_at=self._at(arrives),
            leave_at=self._at(leaves),
            wait_minutes=leaves - arrives - len(bits) * self._settings.service_minutes_per_matter,
            status_on_arrival=self._status(number, None, arrives),
            open_on_arrival=all(self._status(number, self._offers[bit][number], arrives).is_open for bit in bits),
        )
