"""How far it is on foot (步行距离): the one door for distances, exact geodesic and walking."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District, Spot


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
    """One end of a walk, with what can be computed once and used for many walks."""

    def __init__(self, spot: Spot, bridges: tuple[Coordinate, ...]) -> None:
        self.spot = spot
        self._bridges = bridges

    @cached_property
    def to_bridges_m(self) -> tuple[float, ...]:
        """Return the geodesic metres to each bridge; computed only when a river lies between."""
        return tuple(geodesic_m(self.spot.coordinate, bridge) for bridge in self._bridges)


class Reach:
    """Estimates walks: straight line times the detour factor, across a river by the nearest known bridge.

    `bridges` are coordinates in mid-river. Each leg, to the bridge and from it, is multiplied by `detour`.
    An estimate is never below `detour` times the geodesic, which lets a search stop early.
    """

    def __init__(self, district: District, bridges: Iterable[Coordinate], detour: float) -> None:
        self._district = district
        self._bridges = tuple(bridges)
        self.detour = detour

    def end(self, coordinate: Coordinate) -> End:
        """Return the coordinate as an end of walks."""
        return End(self._district.spot(coordinate), self._bridges)

    def walk(self, start: Coordinate, end: Coordinate) -> Walk:
        """Return the walk from `start` to `end`."""
        return self.walk_between(self.end(start), self.end(end), geodesic_m(start, end))

    def walk_between(self, start: End, end: End, straight_m: float) -> Walk:
        """Return the walk between two prepared ends whose geodesic length `straight_m` is already known."""
        river = self._district.crosses_river(start.spot, end.spot)
        legs_m = straight_m
        if river and self._bridges:
            legs_m = min(map(sum, zip(start.to_bridges_m, end.to_bridges_m, strict=True)))
        return Walk(
            distance_m=round(straight_m, 1),
            walk_m=round(legs_m * self.detour, 1),
            kind=WalkKind.ESTIMATE,
            river_between=river,
        )
