"""What every trip over one catalogue needs to know (路线底图): who takes what, walks between points, what is near."""

from collections.abc import Mapping
from functools import cached_property

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.finder.trip_search import START, Floats
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.nearness import ecef_of, nearest_chords_m
from mapapp.geography.reach import End, Reach, Walk
from mapapp.hours.opening_hours import Schedule

_MOST_WALKS_KEPT = 300_000
_MOST_NEAR_KEPT = 500


class Ground:
    """The points of a catalogue by number, in order of id. What it works out it keeps; safe for threads."""

    def __init__(self, catalogue: Catalogue, reach: Reach) -> None:
        self.catalogue = catalogue
        self.reach = reach
        self.points = tuple(catalogue.points.values())
        self._numbers = {point.id: number for number, point in enumerate(self.points)}
        self._walks: dict[tuple[int, int], Walk] = {}
        self._takers: dict[str, Mapping[int, Offer]] = {}
        self._schedules: dict[str, tuple[Schedule, ...]] = {}
        self._near: dict[str, Floats] = {}

    @cached_property
    def _ends(self) -> Mapping[int, End]:
        return self.reach.destinations([point.place.coordinate for point in self.points])

    @cached_property
    def places(self) -> Floats:
        """Return x, y, z of each point in metres, earth-centred; shape (points, 3)."""
        return ecef_of(point.place.coordinate for point in self.points)

    @property
    def metres_at_least(self) -> float:
        """Return how many metres one walks at least for each metre of straight line."""
        return self.reach.detour if self.reach.network is None else 1.0

    def walk(self, start: End, last: int, number: int) -> Walk:
        """Return the walk to a point from another one, or from `start` when `last` is START."""
        if last == START:
            return self._walk(start, self._ends[number])
        known = self._walks.get((last, number))
        if known is None:
            known = self._walk(self._ends[last], self._ends[number])
            if len(self._walks) < _MOST_WALKS_KEPT:
                self._walks[last, number] = known
        return known

    def _walk(self, here: End, there: End) -> Walk:
        return self.reach.walk_between(here, there, geodesic_m(here.spot.coordinate, there.spot.coordinate))

    def takers(self, code: str) -> Mapping[int, Offer]:
        """Return number of a point -> its offer of this matter, in order of number."""
        takers = self._takers.get(code)
        if takers is None:
            row = self.catalogue.offers_by_matter[code]
            takers = self._takers[code] = dict(sorted((self._numbers[point], offer) for point, offer in row.items()))
        return takers

    def schedules(self, code: str) -> tuple[Schedule, ...]:
        """Return the different schedules by which this matter is open anywhere."""
        known = self._schedules.get(code)
        if known is None:
            found = (self.schedule(number, offer) for number, offer in self.takers(code).items())
            known = self._schedules[code] = tuple({id(schedule): schedule for schedule in found}.values())
        return known

    def schedule(self, number: int, offer: Offer | None) -> Schedule:
        """Return when the point, or the offer there, is open."""
        return self.catalogue.schedule(self.points[number].id, offer)

    def near_m(self, code: str) -> Floats:
        """Return for each point the metres straight to the nearest one that takes this matter; some must."""
        near = self._near.get(code)
        if near is None:
            near = nearest_chords_m(self.places, tuple(self.takers(code)))
            if len(self._near) < _MOST_NEAR_KEPT:
                self._near[code] = near
        return near


def place_of(coordinate: Coordinate) -> Floats:
    """Return x, y, z of a coordinate in metres, earth-centred."""
    place: Floats = ecef_of((coordinate,))[0]
    return place
