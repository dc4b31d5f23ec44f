"""Who has a point within a walk (覆盖分析): share of land, of communities and of people, by street, and how sure.

The land is cut into cells; a cell is covered when the walk from its centre is within the limit, exactly as the
nearest answer tells walks. Everything is counted in whole cells, so that streets add up to the district.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.cells import Numbers, Words
from mapapp.coverage.ground import Ground
from mapapp.coverage.questions import Mode, Question, Taker, matters_of, open_at, takers_of
from mapapp.coverage.residents import Community, Population, communities_of, population_of
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import WalkKind
from mapapp.geography.spots import Spots, Walks

# Metres of the trip through all stops that begins at this place, None when there is none: (place, matters, at).
TripM = Callable[[Coordinate, tuple[str, ...], datetime | None], float | None]
# Where a walk leads and how long it may be.
Target = tuple[Coordinate, float]

# Variance of an area counted on a square grid, over the length of its line times the cell cubed (Gundersen, Jensen,
# Kieu and Nielsen 1999, "The efficiency of systematic sampling in stereology - reconsidered": 0.0728).
_GRID_VARIANCE = 0.0728
# Three standard deviations: all but one in 370.
_SIGMAS = 3.0
# East-west lengths in the district's plane are up to 0.06 % off at its north and south ends.
_PLANE_SHARE = 0.0006


@dataclass(frozen=True, kw_only=True, slots=True)
class StreetShare:
    """One street or town: its land in km2, the covered share, its communities. `name` is None for land in no street."""

    name: str | None
    land_km2: float
    share_area: float
    communities_total: int
    communities_covered: int
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """How it was found: detour (None with a network), cell in metres, and two bounds of `share_area`.

    `error` is that of counting cells; `place_error` how much it may change within the accuracy of the positions.
    """

    distance: WalkKind
    detour: float | None
    grid_m: float
    error: float
    place_error: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The answer to a question; `cells` is the set of covered land cells. Shares are of the land, 0 to 1."""

    question: Question
    cells: Words
    points: tuple[str, ...]
    land_km2: float
    share_area: float
    streets: tuple[StreetShare, ...]
    communities: tuple[Community, ...]
    covered: NDArray[np.bool_]
    population_share: float | None

    @property
    def communities_covered(self) -> int:
        """Return how many communities have a point within the walk."""
        return int(self.covered.sum())

    @property
    def uncovered_streets(self) -> tuple[str, ...]:
        """Return the streets and towns without any covered land, in the order of the district's list."""
        return tuple(street.name for street in self.streets if street.name is not None and not street.share_area)


class Coverage:
    """Answers questions about one catalogue. Built once per revision, safe for threads.

    `trip_m` tells how long a trip is; without it a package by trip raises no error but is covered as at one point.
    """

    def __init__(self, catalogue: Catalogue, ground: Ground, trip_m: TripM | None = None) -> None:
        self.catalogue, self.ground = catalogue, ground
        self._trip_m = trip_m
        ground.most_kept = max(ground.most_kept, 4 * len(catalogue.points))
        # a place is asked about for every matter that is taken there
        self._near_kept = lru_cache(maxsize=ground.most_kept)(self._communities_near)
        # for packages at any time: what is asked for a moment is another question each time
        self._trips: dict[str, list[tuple[str, float]]] = {}

    @cached_property
    def communities(self) -> tuple[Community, ...]:
        """Return the communities and villages of the district."""
        return communities_of(self.catalogue)

    @cached_property
    def population(self) -> Population | None:
        """Return where people live, None when nobody has imported it."""
        return population_of(self.catalogue, self.ground.grid)

    def check(self, question: Question) -> None:
        """Raise NotFound `unknown_matter`, `unknown_package` for a question about what there is not."""
        matters_of(question, self.catalogue)

    def measure(self, question: Question) -> Measured:
        """Return what is covered; raise NotFound `unknown_matter`, `unknown_package`."""
        points, targets = self.targets(question)
        cells = self.ground.union(targets)
        grid = self.ground.grid
        counts = grid.count_by_street(cells)
        covered = self._communities_within(targets)
        return Measured(
            question=question,
            cells=cells,
            points=points,
            land_km2=len(grid) * grid.cell_km2,
            share_area=int(counts.sum()) / len(grid),
            streets=self._streets(counts, covered, points),
            communities=self.communities,
            covered=covered,
            population_share=self._population_share(cells),
        )

    def share_area(self, question: Question) -> float:
        """Return the covered share of the land alone, quicker than `measure`."""
        _, targets = self.targets(question)
        return int(np.bitwise_count(self.ground.union(targets)).sum()) / len(self.ground.grid)

    def method(self, measured: Measured) -> Method:
        """Return how the answer was found and how sure it is."""
        reach = self.ground.reach
        kind = WalkKind.ESTIMATE if reach.network is None else WalkKind.NETWORK
        return Method(
            distance=kind,
            detour=reach.detour if kind is WalkKind.ESTIMATE else None,
            grid_m=self.ground.grid.frame.cell_m,
            error=self._grid_error(measured),
            place_error=self._place_error(measured),
        )

    def targets(
        self, question: Question, takers: Sequence[Taker] | None = None
    ) -> tuple[tuple[str, ...], tuple[Target, ...]]:
        """Return the ids of the points that count, and from where a walk of how many metres is short enough."""
        if question.mode is Mode.TRIP and question.package is not None and self._trip_m is not None:
            rest = self._rest_of_trips(question)
            points = tuple(point_id for point_id, _ in rest)
            return points, tuple(
                (self._place(point_id), float(question.within_m) - rest_m) for point_id, rest_m in rest
            )
        takers = takers_of(question, self.catalogue) if takers is None else takers
        points = open_at(takers, self.catalogue, question.at)
        return points, tuple((self._place(point_id), float(question.within_m)) for point_id in points)

    def _rest_of_trips(self, question: Question) -> list[tuple[str, float]]:
        """Return (first stop, metres of the trip from there through all other stops), where there is a trip."""
        code = str(question.package)
        known = self._trips.get(code) if question.at is None else None
        if known is None:
            known = self._found_trips(matters_of(question, self.catalogue), question.at)
            if question.at is None:
                self._trips[code] = known
        return [(point_id, rest_m) for point_id, rest_m in known if rest_m <= question.within_m]

    def _found_trips(self, codes: tuple[str, ...], at: datetime | None) -> list[tuple[str, float]]:
        assert self._trip_m is not None
        rests = [(point_id, self._trip_m(self._place(point_id), codes, at)) for point_id in self.catalogue.points]
        return [(point_id, rest_m) for point_id, rest_m in rests if rest_m is not None] if codes else []

    def _place(self, point_id: str) -> Coordinate:
        return self.catalogue.points[point_id].place.coordinate

    @cached_property
    def _community_walks(self) -> Walks:
        lon = np.array([each.coordinate.lon for each in self.communities], dtype=np.float64)
        lat = np.array([each.coordinate.lat for each in self.communities], dtype=np.float64)
        return Walks(self.ground.reach, Spots(self.ground.reach.district, lon, lat))

    def _communities_within(self, targets: Sequence[Target]) -> NDArray[np.bool_]:
        covered = np.zeros(len(self.communities), dtype=bool)
        for place, limit_m in targets:
            if limit_m >= 0:
                np.logical_or(covered, self._near_kept(place, limit_m), out=covered)
        return covered

    def _communities_near(self, place: Coordinate, limit_m: float) -> NDArray[np.bool_]:
        return self._community_walks.within(place, limit_m, np.arange(len(self.communities)))

    def _streets(self, counts: Numbers, covered: NDArray[np.bool_], points: Sequence[str]) -> tuple[StreetShare, ...]:
        grid = self.ground.grid
        street_of_point = [self.catalogue.points[point_id].street for point_id in points]
        mine: Mapping[str, list[int]] = {name: [] for name in grid.streets if name is not None}
        for number, community in enumerate(self.communities):
            mine.get(community.street, []).append(number)
        rows = []
        for name, total, count in zip(grid.streets, grid.counts.tolist(), counts.tolist(), strict=True):
            numbers = mine.get(name, []) if name is not None else []
            rows.append(
                StreetShare(
                    name=name,
                    land_km2=total * grid.cell_km2,
                    share_area=count / total if total else 0.0,
                    communities_total=len(numbers),
                    communities_covered=int(covered[numbers].sum()),
                    points=street_of_point.count(name) if name is not None else 0,
                )
            )
        return tuple(rows)

    def _population_share(self, cells: Words) -> float | None:
        population = self.population
        if population is None or not population.people.sum():
            return None
        marks = self.ground.grid.unpack(cells)
        return float(population.people[marks].sum() / population.people.sum())

    def _grid_error(self, measured: Measured) -> float:
        """Return three standard deviations of the counted share, and what the plane is off."""
        grid, share = self.ground.grid, measured.share_area
        line_m = grid.edge_m(measured.cells) + share * self.ground.land_edge_m
        deviation_m2 = sqrt(_GRID_VARIANCE * line_m * grid.frame.cell_m**3)
        return _SIGMAS * deviation_m2 / (len(grid) * grid.frame.cell_m**2) + _PLANE_SHARE * share

    def _place_error(self, measured: Measured) -> float:
        """Return by how much the share may be wrong when every point stands elsewhere within its accuracy."""
        _, targets = self.targets(measured.question)
        shares = []
        for sign in (-1.0, 1.0):
            moved = []
            for point_id, (place, limit_m) in zip(measured.points, targets, strict=True):
                accuracy_m = self.catalogue.points[point_id].place.accuracy_m
                moved.append((place, limit_m + sign * accuracy_m * self.ground.reach.detour))
            union = self.ground.union(moved)
            shares.append(int(np.bitwise_count(union).sum()) / len(self.ground.grid))
        return max(measured.share_area - shares[0], shares[1] - measured.share_area)
