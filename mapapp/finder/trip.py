"""Which one trip does several matters (一次跑完): fewest stops, then the shortest walk, open at each arrival if asked.

A trip starts at a place and goes from point to point. At each stop one does every matter not done before that the
point takes, in the order asked, `service_minutes_per_matter` each. With `open=arrival` a matter gets done where it is
open for the whole of its turn; for the next opening (after lunch, in the morning) one waits `trip_wait_minutes` at
most, and the last turn ends on the day the trip begins. What cannot be done so is left to a later stop, which may be
the same point again after another one. Hours decide what is possible, not what is best: waiting is not weighed
against walking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil

import numpy as np

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.points import ServicePoint
from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import Finder, OpenFilter
from mapapp.finder.trip_ground import Ground
from mapapp.finder.trip_problem import START, Numbers, Path, Problem, bits_of
from mapapp.finder.trip_search import Search
from mapapp.finder.trip_times import NEVER, Stays, Turns
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach, Walk
from mapapp.hours.opening_hours import Status
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
        self._from_start: dict[int, Walk] = {}
        self._turns = Turns(query.at, service=settings.service_minutes_per_matter, patience=settings.trip_wait_minutes)
        usable = {code: self._usable(ground.rota(code)) for code in codes if ground.takers(code)}
        self._impossible = tuple(code for code in codes if code not in usable)
        self._closed = tuple(code for code, rota in usable.items() if not (rota != NEVER).any())
        self._codes = tuple(code for code in usable if code not in self._closed)
        rotas: Numbers = np.array([usable[code] for code in self._codes]).reshape(-1, len(ground.points))
        # the points that take any of it; in a problem they are named by their place here
        self._numbers = np.flatnonzero((rotas != NEVER).any(axis=0))
        self._rotas = rotas[:, self._numbers]
        bits = np.arange(len(self._codes), dtype=np.int64)[:, None]
        self._masks: Numbers = ((self._rotas != NEVER) << bits).sum(axis=0)

    def answer(self) -> TripAnswer:
        """Return the answer."""
        paths, is_proven = self._paths() if self._codes else ([], True)
        trips = tuple(self._trip(path) for path in paths)
        return TripAnswer(trips=trips, impossible=self._impossible, closed=self._closed, is_proven=is_proven)

    def _usable(self, rota: Numbers) -> Numbers:
        """Return the rota of what may count; nowhere when with `open=arrival` it stays closed that day everywhere."""
        if self._query.open is OpenFilter.ANY:
            return rota
        used = np.unique(rota[rota != NEVER]).tolist()
        schedules = self._ground.schedules
        if self._query.open is OpenFilter.NOW:
            is_open = [number for number in used if self._turns.status(schedules[number], 0).is_open]
            return np.where(np.isin(rota, is_open), rota, NEVER)
        last = np.full(max(used) + 1, NEVER)
        last[used] = [self._turns.last(schedules[number]) for number in used]
        numbers = np.flatnonzero(rota != NEVER)
        walk_m = self._ground.straight_m(self._start, numbers)
        spare = last[rota[numbers]] - walk_m / self._settings.walk_m_per_minute
        # who has most time left there first: one is enough
        order = np.argsort(-spare, kind="stable")
        hopeful = numbers[order][spare[order] > -1].tolist()
        in_time = any(last[rota[number]] >= self._walk_minutes(self._walk(START, number)) for number in hopeful)
        return rota if in_time else np.full_like(rota, NEVER)

    def _paths(self) -> tuple[list[Path], bool]:
        problem, keep, most = self._problem(), self._query.alternatives, len(self._codes)
        for stops in range(int(problem.needed[problem.wanted]), most + 1):
            search = Search(problem=problem, stops=stops, keep=keep)
            found = search.run()
            if found or not search.was_cut or not search.is_proven:
                break
        if not found or len(found) == keep or stops == most:
            return [path for _, path in found], search.is_proven
        longer = Search(
            problem=problem,
            stops=stops + 1,
            keep=keep - len(found),
            most_dm=found[0][0] - 1,
            without=frozenset(path[0] for _, path in found),
        )
        return [path for _, path in [*found, *longer.run()]], search.is_proven and longer.is_proven

    def _problem(self) -> Problem:
        ground, settings = self._ground, self._settings
        is_timed = self._query.open is OpenFilter.ARRIVAL
        schedules = [[ground.schedules[number] for number in np.unique(row[row != NEVER])] for row in self._rotas]
        return Problem(
            wanted=(1 << len(self._codes)) - 1,
            names=np.arange(len(self._numbers)),
            masks=self._masks,
            legs=ground.legs(self._start, self._numbers),
            near_dm=np.array([ground.near_dm(code)[self._numbers] for code in self._codes]),
            stay=self._stay,
            latest=np.array([max(map(self._turns.last, row)) for row in schedules]) if is_timed else _one(0),
            service=settings.service_minutes_per_matter,
            metres_a_minute=settings.walk_m_per_minute,
            is_timed=is_timed,
        )

    def _walk(self, last: int, number: int) -> Walk:
        if last != START:
            return self._ground.walk(None, last, number)
        walk = self._from_start.get(number)
        if walk is None:
            walk = self._from_start[number] = self._ground.walk(self._start, START, number)
        return walk

    def _walk_minutes(self, walk: Walk) -> int:
        return ceil(walk.walk_m / self._settings.walk_m_per_minute)

    @cached_property
    def _stay(self) -> Callable[[Numbers, Numbers, Numbers], tuple[Numbers, Numbers]]:
        if self._query.open is OpenFilter.ARRIVAL:
            return Stays(self._turns, self._rotas, self._ground.schedules).done
        return self._untimed

    def _untimed(self, numbers: Numbers, arrive: Numbers, rest: Numbers) -> tuple[Numbers, Numbers]:
        done = self._masks[numbers] & rest
        return done, arrive + np.bitwise_count(done) * self._settings.service_minutes_per_matter

    def _trip(self, path: Path) -> Trip:
        stops: list[Stop] = []
        rest, minutes, last = (1 << len(self._codes)) - 1, 0, START
        for place in path:
            number = int(self._numbers[place])
            walk = self._walk(last, number)
            arrives = minutes + self._walk_minutes(walk)
            done, leaves = (int(each[0]) for each in self._stay(*map(_one, (place, arrives, rest))))
            stops.append(self._stop(place, walk, done, arrives, leaves))
            rest, minutes, last = rest & ~done, leaves, number
        return Trip(stops=tuple(stops), walk_m=round(sum(stop.walk.walk_m for stop in stops), 1))

    def _stop(self, place: int, walk: Walk, done: int, arrives: int, leaves: int) -> Stop:
        bits, turns, number = bits_of(done), self._turns, int(self._numbers[place])
        schedules = [self._ground.schedules[self._rotas[bit][place]] for bit in bits]
        return Stop(
            point=self._ground.points[number],
            matters=tuple(self._codes[bit] for bit in bits),
            walk=walk,
            walk_minutes=self._walk_minutes(walk),
            arrive_at=turns.at(arrives),
            leave_at=turns.at(leaves),
            wait_minutes=leaves - arrives - len(bits) * self._settings.service_minutes_per_matter,
            status_on_arrival=turns.status(self._ground.schedule(number, None), arrives),
            open_on_arrival=all(turns.status(schedule, arrives).is_open for schedule in schedules),
        )


def _one(number: int) -> Numbers:
    return np.array([number], dtype=np.int64)
