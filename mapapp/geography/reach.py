"""How far it is on foot (步行距离): the one door for distances, exact geodesic and walking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District, Spot
from mapapp.geography.network_distances import LIMIT_M, Distances, distances_to, metres_between
from mapapp.geography.walking_network import Metres, Snap, WalkingNetwork

# How far beside a path somebody may stand, in metres, to be counted as on the network.
SNAP_LIMIT_M = 200.0
# Up to so many destinations remember the cells without a river before them, up to so many cells each (100 bytes).
_FEW, _MAX_CELLS_EACH = 200, 4_000


class WalkKind(StrEnum):
    """How the walking distance was found: 估算, or along a walking network."""

    ESTIMATE = "estimate"
    NETWORK = "network"


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """Straight and walking distance in metres, both rounded to 0.1 m, as shown and as ranked."""

    distance_m: float
    walk_m: float
    kind: WalkKind
    river_between: bool


class End:
    """One end of a walk, with what can be computed once and used for many walks.

    `snap` is where it joins the walking network, None without one or too far from it. One of several `destinations`
    has their `distances` and its `number` among them.
    """

    def __init__(
        self,
        spot: Spot,
        bridges: tuple[Coordinate, ...],
        snap: Snap | None = None,
        distances: Distances | None = None,
        number: int = 0,
    ) -> None:
        self.spot, self.snap, self.distances, self.number = spot, snap, distances, number
        # by cell of the district's plane: whether nobody who starts there has a river before this end
        self.clear_from: dict[tuple[int, int], bool] | None = None
        self._bridges = bridges
        self._looked_up: tuple[Distances, Metres] | None = None

    @cached_property
    def to_bridges_m(self) -> tuple[float, ...]:
        """Return the geodesic metres to each bridge; computed only when a river lies between."""
        return tuple(geodesic_m(self.spot.coordinate, bridge) for bridge in self._bridges)

    def metres_to(self, distances: Distances) -> Metres:
        """Return the metres along the network to all destinations of `distances`; looked up once."""
        assert self.snap is not None
        kept = self._looked_up
        if kept is None or kept[0] is not distances:
            kept = self._looked_up = (distances, distances.from_snap(self.snap))
        return kept[1]


class Reach:
    """Tells walks: along the walking network where there is one, else estimated.

    An estimate is the straight line times `detour`, across a river by the nearest of `bridges` (coordinates in
    mid-river), each leg times `detour`. A walk by the network starts and ends with the straight line to the nearest
    path, at most `snap_limit_m` metres; rivers need no test there. No walk is shorter than the geodesic.
    """

    def __init__(
        self,
        district: District,
        bridges: Iterable[Coordinate],
        detour: float,
        network: WalkingNetwork | None = None,
        snap_limit_m: float = SNAP_LIMIT_M,
    ) -> None:
        self.district = district
        self.bridges = tuple(bridges)
        self.detour = detour
        self.network = network
        self.snap_limit_m = snap_limit_m

    def end(self, coordinate: Coordinate) -> End:
        """Return the coordinate as an end of walks."""
        spot = self.district.spot(coordinate)
        return End(spot, self.bridges, self._snapped(spot))

    def destinations(self, coordinates: Sequence[Coordinate]) -> Mapping[int, End]:
        """Return ends to which many walks lead, by number from 0.

        The distances to them along the network are found here, at once; without one, each when first asked for.
        """
        if self.network is None:
            return self._remembering(coordinates) if len(coordinates) <= _FEW else _Destinations(self, coordinates)
        spots = [self.district.spot(coordinate) for coordinate in coordinates]
        snaps = tuple(self._snapped(spot) for spot in spots)
        distances = self._distances(self.network, snaps)
        return {
            number: End(spot, self.bridges, snap, distances, number)
            for number, (spot, snap) in enumerate(zip(spots, snaps, strict=True))
        }

    def shortest_m(self, straight_m: float) -> float:
        """Return what no walk over a straight line of `straight_m` metres falls short of, rounded as walks are."""
        return round(straight_m if self.network is not None else straight_m * self.detour, 1)

    def walk(self, start: Coordinate, end: Coordinate) -> Walk:
        """Return the walk from `start` to `end`."""
        return self.walk_between(self.end(start), self.end(end), geodesic_m(start, end))

    def walk_between(self, start: End, end: End, straight_m: float) -> Walk:
        """Return the walk between two prepared ends whose geodesic length `straight_m` is already known."""
        river = self._is_river_between(start, end)
        metres, kind = self._metres(start, end, straight_m, river)
        return Walk(distance_m=round(straight_m, 1), walk_m=round(metres, 1), kind=kind, river_between=river)

    def _remembering(self, coordinates: Sequence[Coordinate]) -> Mapping[int, End]:
        """Return ends that remember from where no river is before them: worth it where many ask for the same few."""
        ends = {number: self.end(coordinate) for number, coordinate in enumerate(coordinates)}
        for end in ends.values():
            end.clear_from = {}
        return ends

    def _is_river_between(self, start: End, end: End) -> bool:
        """Return `District.crosses_river`; from a cell that is known to be free, a look-up tells."""
        clear_from = end.clear_from
        if clear_from is not None:
            cell = start.spot.cell
            is_clear = clear_from.get(cell)
            if is_clear is None and len(clear_from) < _MAX_CELLS_EACH:
                is_clear = clear_from[cell] = self.district.is_clear_from(cell, end.spot)
            if is_clear:
                return False
        return self.district.crosses_river(start.spot, end.spot)

    def _metres(self, start: End, end: End, straight_m: float, river: bool) -> tuple[float, WalkKind]:
        if self.network is None or start.snap is None or end.snap is None:
            return self._estimate_m(start, end, straight_m, river), WalkKind.ESTIMATE
        beside_m = start.snap.off_m + end.snap.off_m
        along_m = self._along_m(self.network, start, end)
        if along_m > LIMIT_M:
            # farther than the network was searched: whatever the straight line says, it is at least that
            return max(self._estimate_m(start, end, straight_m, river), LIMIT_M + beside_m), WalkKind.ESTIMATE
        # the foot of a snap lies a hair beside the geodesic of its edge
        by_network_m = max(beside_m + along_m, straight_m)
        across_m = straight_m * self.detour
        if not river and across_m <= beside_m and across_m < by_network_m:
            # as far apart as each is from the path: nobody goes there and back
            return across_m, WalkKind.ESTIMATE
        return by_network_m, WalkKind.NETWORK

    def _estimate_m(self, start: End, end: End, straight_m: float, river: bool) -> float:
        if river and self.bridges:
            return self.detour * min(map(sum, zip(start.to_bridges_m, end.to_bridges_m, strict=True)))
        return self.detour * straight_m

    def _along_m(self, network: WalkingNetwork, start: End, end: End) -> float:
        assert start.snap is not None
        assert end.snap is not None
        if end.distances is None:
            return metres_between(network, start.snap, end.snap)
        return float(start.metres_to(end.distances)[end.number])

    def _snapped(self, spot: Spot) -> Snap | None:
        """Return where the spot joins the network; never across a river."""
        if self.network is None:
            return None
        snap = self.network.snap(spot.coordinate, self.snap_limit_m)
        if snap is not None and spot.to_river_m <= snap.off_m * 1.01:
            return None if self.district.crosses_river(spot, self.district.spot(snap.foot)) else snap
        return snap

    @staticmethod
    def _distances(network: WalkingNetwork, snaps: tuple[Snap | None, ...]) -> Distances:
        """Return the distances to these snaps: those of the revision before when no point has moved."""
        kept = network.kept_distances
        if kept is not None and kept[0] == snaps:
            return kept[1]
        distances = distances_to(network, snaps)
        network.kept_distances = (snaps, distances)
        return distances


class _Destinations(dict[int, End]):
    """Ends by number, made when first asked for: to find how far each of a million is from a river takes long."""

    def __init__(self, reach: Reach, coordinates: Sequence[Coordinate]) -> None:
        super().__init__()
        self._reach, self._coordinates = reach, coordinates

    def __missing__(self, number: int) -> End:
        end = self[number] = self._reach.end(self._coordinates[number])
        return end
