"""Which points are nearest and can do it (就近办): exact, in the order of the walk, open when asked or on arrival."""

from bisect import insort
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.points import PointKind, ServicePoint
from mapapp.errors import InvalidQuery
from mapapp.finder.choosing import Choices
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach, Walk
from mapapp.geography.selection import Groups, Selection
from mapapp.hours.opening_hours import Status
from mapapp.settings import Settings

MAX_K = 200
# Minutes of walking within which those open on arrival are looked for first, where there are many points.
_FIRST_MINUTES = 60


class OpenFilter(StrEnum):
    """Which points count: all, those open at the moment asked about, those open when one would arrive."""

    ANY = "any"
    NOW = "now"
    ARRIVAL = "arrival"


@dataclass(frozen=True, kw_only=True, slots=True)
class NearestQuery:
    """The question: from where, for which matters (all of them at one point), at which aware time, how many.

    `within_m` limits the walk in metres; None means any distance. Raises InvalidQuery `wrong_parameter`.
    """

    origin: Coordinate
    at: datetime
    matters: tuple[str, ...] = ()
    open: OpenFilter = OpenFilter.ANY
    k: int = 5
    within_m: float | None = None
    kind: PointKind | None = None
    street: str | None = None
    origin_accuracy_m: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.k <= MAX_K:
            raise InvalidQuery("wrong_parameter", field="k", value=self.k)
        if self.at.tzinfo is None:
            raise InvalidQuery("wrong_parameter", field="at", value=self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class NearestResult:
    """One point of the answer. `offer` is None unless exactly one matter was asked for."""

    point: ServicePoint
    offer: Offer | None
    walk: Walk
    walk_minutes: int
    status: Status
    arrive_at: datetime
    status_on_arrival: Status
    closing_soon: bool

    @property
    def open_on_arrival(self) -> bool:
        """Return whether the point is certainly open on arrival; unknown hours are not."""
        return self.status_on_arrival.is_open


@dataclass(frozen=True, kw_only=True, slots=True)
class NearestAnswer:
    """The results in order of (walk_m, id), and whether the promise of `goal_m` holds: probably, and surely."""

    results: tuple[NearestResult, ...]
    within_goal: bool
    within_goal_sure: bool


# (walk in metres, id, number, walk), in this order
_Found = list[tuple[float, str, int, Walk]]


class Finder:
    """Answers `find_nearest` on one catalogue. Built once per revision, read-only afterwards, safe for threads."""

    def __init__(self, catalogue: Catalogue, reach: Reach, settings: Settings) -> None:
        self._catalogue = catalogue
        self._reach = reach
        self._settings = settings
        self._margin = timedelta(minutes=settings.closing_soon_minutes)
        self._points = tuple(catalogue.points.values())
        self._choices = Choices(catalogue, self._points)
        self._ends = reach.destinations([point.place.coordinate for point in self._points])

    @classmethod
    def of(cls, catalogue: Catalogue, settings: Settings) -> "Finder":
        """Return the finder of this catalogue; the bridges are its named places of kind `bridge_mid_river…`."""
        bridges = [
            named.place.coordinate for named in catalogue.named_places if named.kind.startswith("bridge_mid_river")
        ]
        reach = Reach(catalogue.district, bridges, settings.detour, catalogue.network, settings.snap_limit_m)
        return cls(catalogue, reach, settings)

    def renewed(self, catalogue: Catalogue, changed: Collection[str]) -> "Finder":
        """Return the finder of a catalogue that differs from this one's in the points `changed` only, soon made.

        It gives the answers that one made from nothing would give; this one stays as it is.
        """
        if catalogue.points.keys() != self._catalogue.points.keys() or self._choices.is_worn():
            return Finder(catalogue, self._reach, self._settings)
        finder = copy(self)
        finder._catalogue = catalogue
        numbers = [self._choices.number(point_id) for point_id in changed if point_id in catalogue.points]
        points, has_moved = list(self._points), False
        for number in numbers:
            before, after = points[number], catalogue.points[points[number].id]
            points[number], has_moved = after, has_moved or before.place.coordinate != after.place.coordinate
        finder._points = tuple(points)
        finder._choices = self._choices.renewed(catalogue, finder._points, numbers)
        if has_moved:
            finder._ends = self._reach.destinations([point.place.coordinate for point in points])
        return finder

    @property
    def reach(self) -> Reach:
        """Return how walks are told here, for other questions about the same catalogue."""
        return self._reach

    def find_nearest(self, query: NearestQuery) -> NearestAnswer:
        """Return the at most `k` points that fit, in order of (walk_m, id).

        Equal to looking at every point: no walk is shorter than what its straight line allows, so the search stops
        at the first point whose straight line alone is too far. Raises NotFound `unknown_matter`.
        """
        chosen = self._choices.selection((query.matters, query.kind, query.street))
        found: _Found | None = None
        if query.open is OpenFilter.NOW:
            found = self._search(query, chosen, self._choices.open_at(query.at))
        elif query.open is OpenFilter.ARRIVAL and not chosen.is_list:
            found = self._open_on_arrival_soon(query, chosen)
        if found is None:
            found = self._search(query, chosen)
        results = tuple(self._result(query, number, walk) for _, _, number, walk in found)
        return self._answer(query, results)

    def _search(
        self, query: NearestQuery, chosen: Selection, groups: Groups | None = None, limit_m: float | None = None
    ) -> _Found:
        """Return the first `k` by (walk_m, id) of those in `groups`, their walks at most `limit_m` metres."""
        origin = self._reach.end(query.origin)
        limit_m = query.within_m if limit_m is None else limit_m
        found: _Found = []
        for straight_m, number in chosen.nearest_first(query.origin, groups):
            shortest_m = self._reach.shortest_m(straight_m)
            if limit_m is not None and shortest_m > limit_m:
                break
            if len(found) >= query.k and shortest_m > found[query.k - 1][0]:
                break
            walk = self._reach.walk_between(origin, self._ends[number], straight_m)
            too_far = limit_m is not None and walk.walk_m > limit_m
            if not too_far and self._is_open_as_asked(query, number, walk):
                insort(found, (walk.walk_m, self._points[number].id, number, walk))
        return found[: query.k]

    def _open_on_arrival_soon(self, query: NearestQuery, chosen: Selection) -> _Found | None:
        """Return the answer when those within an hour's walk settle it, else None.

        Whoever walks at most an hour finds open only what is open at some moment of that hour: few points at night.
        """
        soon_m = _FIRST_MINUTES * self._settings.walk_m_per_minute
        limit_m = soon_m if query.within_m is None else min(query.within_m, soon_m)
        found = self._search(query, chosen, self._choices.open_within(query.at, _FIRST_MINUTES), limit_m)
        settled = len(found) == query.k or limit_m == query.within_m
        return found if settled else None

    def _is_open_as_asked(self, query: NearestQuery, number: int, walk: Walk) -> bool:
        # those open now were chosen by their group
        if query.open is not OpenFilter.ARRIVAL:
            return True
        point_id = self._points[number].id
        at = query.at + self._time_to_walk(walk)
        return self._catalogue.status(point_id, at, self._offer(query, point_id)).is_open

    def _offer(self, query: NearestQuery, point_id: str) -> Offer | None:
        return self._catalogue.offers_by_matter[query.matters[0]][point_id] if len(query.matters) == 1 else None

    def _walk_minutes(self, walk: Walk) -> int:
        return ceil(walk.walk_m / self._settings.walk_m_per_minute)

    def _time_to_walk(self, walk: Walk) -> timedelta:
        return timedelta(minutes=self._walk_minutes(walk))

    def _result(self, query: NearestQuery, number: int, walk: Walk) -> NearestResult:
        point = self._points[number]
        offer = self._offer(query, point.id)
        schedule = self._catalogue.schedule(point.id, offer)
        minutes = self._walk_minutes(walk)
        arrive_at = query.at + timedelta(minutes=minutes)
        on_arrival = schedule.status_at(arrive_at)
        return NearestResult(
            point=point,
            offer=offer,
            walk=walk,
            walk_minutes=minutes,
            status=schedule.status_at(query.at),
            arrive_at=arrive_at,
            status_on_arrival=on_arrival,
            closing_soon=on_arrival.is_open
            and on_arrival.until is not None
            and on_arrival.until - arrive_at < self._margin,
        )

    def _answer(self, query: NearestQuery, results: tuple[NearestResult, ...]) -> NearestAnswer:
        if not results:
            return NearestAnswer(results=(), within_goal=False, within_goal_sure=False)
        first = results[0]
        # how much longer the walk is when both positions are wrong in the worst direction
        doubt_m = (first.point.place.accuracy_m + query.origin_accuracy_m) * self._reach.detour
        goal_m = self._settings.goal_m
        return NearestAnswer(
            results=results,
            within_goal=first.walk.walk_m <= goal_m,
            within_goal_sure=first.walk.walk_m + doubt_m <= goal_m,
        )
