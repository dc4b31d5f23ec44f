"""What every trip over one catalogue needs to know (路线底图): who takes what, walks between points, what is near."""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock

import numpy as np

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.finder.trip_legs import DistantLegs, KnownLegs, shortest_ways_dm
from mapapp.finder.trip_problem import START, Floats, Legs, Numbers
from mapapp.geography.distance import geodesic_m
from mapapp.geography.estimated_walks import EstimatedWalks
from mapapp.geography.nearness import ecef_of, nearest_chords_m
from mapapp.geography.reach import End, Reach, Walk
from mapapp.hours.opening_hours import Schedule

# Between so few points every walk is worked out at the first question, in about 5 microseconds each.
MOST_KNOWN = 128
_MOST_WALKS_KEPT = 300_000
_MOST_ROWS_KEPT = 500


class Ground:
    """The points of a catalogue by number, in order of id. What it works out it keeps; safe for threads."""

    def __init__(self, catalogue: Catalogue, reach: Reach) -> None:
        self.catalogue = catalogue
        self.reach = reach
        self.points = tuple(catalogue.points.values())
        self.schedules: list[Schedule] = []
        self._numbers = {point.id: number for number, point in enumerate(self.points)}
        self._schedule_numbers: dict[int, int] = {}
        self._numbering = Lock()
        # which of `schedules` each point itself has, as far as asked for
        self._of_points: Numbers = np.full(len(self.points), -1, dtype=np.int64)
        self._walks: dict[tuple[int, int], Walk] = {}
        self._takers: dict[str, Mapping[int, Offer]] = {}
        self._rotas: dict[str, Numbers] = {}
        self._near: dict[str, Floats] = {}

    @cached_property
    def _ends(self) -> Mapping[int, End]:
        return self.reach.destinations([point.place.coordinate for point in self.points])

    @cached_property
    def _places(self) -> Floats:
        """Return x, y, z of each point in metres, earth-centred; shape (points, 3)."""
        return ecef_of(point.place.coordinate for point in self.points)

    @cached_property
    def _estimated(self) -> EstimatedWalks:
        return EstimatedWalks(self.reach, [point.place.coordinate for point in self.points])

    @cached_property
    def _walks_dm(self) -> Numbers:
        """Return the walks between all points; asked for only when these are few."""
        every = np.arange(len(self.points))
        lasts, numbers = (each.ravel() for each in np.meshgrid(every, every, indexing="ij"))
        return self._exact_dm(None, self._estimated, lasts, numbers).reshape(len(every), len(every))

    @cached_property
    def _least_dm(self) -> Floats:
        return shortest_ways_dm(self._walks_dm)

    @property
    def _metres_at_least(self) -> float:
        """Return how many metres one walks at least for each metre of straight line."""
        return self.reach.detour if self.reach.network is None else 1.0

    def legs(self, start: End, numbers: Numbers) -> Legs:
        """Return the walks between these points and from `start`; a point is named by its place in `numbers`."""
        walks = self._estimated.and_from(start.spot.coordinate)
        if len(self.points) <= MOST_KNOWN:
            from_start = self._exact_dm(start, walks, np.full_like(numbers, START), numbers)
            pairs = numbers[:, None], numbers
            return KnownLegs(self._walks_dm[pairs], self._least_dm[pairs], from_start)
        places = np.vstack([self._places[numbers], ecef_of((start.spot.coordinate,))])
        named = np.append(numbers, START)
        return DistantLegs(
            places, self._metres_at_least, lambda lasts, those: self._exact_dm(start, walks, named[lasts], named[those])
        )

    def _exact_dm(self, start: End | None, walks: EstimatedWalks, lasts: Numbers, numbers: Numbers) -> Numbers:
        if self.reach.network is None:
            walk_m = walks.lengths_m(lasts, numbers).tolist()
        else:
            pairs = zip(lasts.tolist(), numbers.tolist(), strict=True)
            walk_m = [self.walk(start, last, number).walk_m for last, number in pairs]
        return np.array([round(metres * 10) for metres in walk_m], dtype=np.int64)

    def walk(self, start: End | None, last: int, number: int) -> Walk:
        """Return the walk to a point from another one, or from `start` when `last` is START."""
        if last == START:
            assert start is not None
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

    def rota(self, code: str) -> Numbers:
        """Return for each point which of `schedules` this matter is open by there; -1 where it is not taken."""
        rota = self._rotas.get(code)
        if rota is None:
            takers = self.takers(code)
            numbers = np.fromiter(takers, dtype=np.int64, count=len(takers))
            rota = np.full(len(self.points), -1, dtype=np.int64)
            for number in numbers[self._of_points[numbers] < 0].tolist():
                self._of_points[number] = self._schedule_number(self.schedule(number, None))
            rota[numbers] = self._of_points[numbers]
            for number, offer in takers.items():
                if offer.hours_rule:
                    rota[number] = self._schedule_number(self.schedule(number, offer))
            if len(self._rotas) < _MOST_ROWS_KEPT:
                self._rotas[code] = rota
        return rota

    def _schedule_number(self, schedule: Schedule) -> int:
        with self._numbering:
            number = self._schedule_numbers.get(id(schedule))
            if number is None:
                number = self._schedule_numbers[id(schedule)] = len(self.schedules)
                self.schedules.append(schedule)
        return number

    def schedule(self, number: int, offer: Offer | None) -> Schedule:
        """Return when the point, or the offer there, is open."""
        return self.catalogue.schedule(self.points[number].id, offer)

    def near_dm(self, code: str) -> Floats:
        """Return for each point what a walk to one that takes this matter is at least; some must."""
        near = self._near.get(code)
        if near is None:
            takers = list(self.takers(code))
            if len(self.points) <= MOST_KNOWN:
                near = self._least_dm[:, takers].min(axis=1)
            else:
                near = nearest_chords_m(self._places, takers) * (self._metres_at_least * 10)
            if len(self._near) < _MOST_ROWS_KEPT:
                self._near[code] = near
        return near

    def straight_m(self, start: End, numbers: Numbers) -> Floats:
        """Return the metres that a walk from `start` to each of these points has at least."""
        away = self._places[numbers] - ecef_of((start.spot.coordinate,))
        metres: Floats = np.sqrt((away**2).sum(axis=1)) * self._metres_at_least
        return metres
