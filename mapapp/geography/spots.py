"""Which of many fixed spots lie within a walk of a point (可达): the same answer as `Reach.walk`, all at once.

Spots are cells of a grid, communities, candidates: they stay while points come, go and move. Straight lengths come
from chords (within 0.2 mm of the geodesic at 5 km); what lies within a centimetre of the limit is decided by
`Reach.walk` itself, so nothing is approximate but the time it takes.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesics_m, to_ecef
from mapapp.geography.district import District
from mapapp.geography.network_distances import LIMIT_M
from mapapp.geography.network_walks import SnappedSpots
from mapapp.geography.plane import Plane
from mapapp.geography.reach import End, Reach

Metres = NDArray[np.float64]
Numbers = NDArray[np.int64]

_AXIS_M = 6378137.0
_ECCENTRICITY_2 = 6.69437999014e-3
# Walks are rounded to 0.1 m before they are compared; so near to the limit the exact arithmetic decides.
_ROUNDING_M = 0.05
_DOUBT_M = 0.01


class Spots:
    """Coordinates as arrays: WGS-84 degrees `lon`, `lat` and `flat` (n x 2), metres in the district's plane."""

    def __init__(self, district: District, lon: Metres, lat: Metres) -> None:
        self.district, self.lon, self.lat = district, lon, lat
        plane = district.plane
        self.flat = np.stack([(lon - plane.lon) * plane.metres_east, (lat - plane.lat) * plane.metres_north], axis=-1)
        self.ecef = _to_ecef(lon, lat)

    def __len__(self) -> int:
        return len(self.lon)

    def coordinate(self, number: int) -> Coordinate:
        """Return the coordinate of one spot."""
        return Coordinate(float(self.lon[number]), float(self.lat[number]))


class Walks:
    """Tells which spots lie within a walk; built for one `Reach` and one set of spots, safe for threads."""

    def __init__(self, reach: Reach, spots: Spots) -> None:
        self.reach, self.spots = reach, spots

    @cached_property
    def _snapped(self) -> SnappedSpots | None:
        network = self.reach.network
        if network is None:
            return None
        return SnappedSpots(
            network, self.spots.district, self.spots.lon, self.spots.lat, self.spots.flat, self.reach.snap_limit_m
        )

    def prepare(self) -> None:
        """Join all spots to the walking network now instead of at the first question; nothing without one."""
        _ = self._snapped

    def farthest_m(self, limit_m: float) -> float:
        """Return the straight metres beyond which no walk is within `limit_m`."""
        straight_m = limit_m + _ROUNDING_M
        return straight_m if self.reach.network is not None else straight_m / self.reach.detour

    def within(self, point: Coordinate, limit_m: float, among: Numbers) -> NDArray[np.bool_]:
        """Return for each spot in `among` whether the walk from it to `point`, as it is shown, is within `limit_m`."""
        straight_m = self._straight_m(point, among)
        near = straight_m <= self.farthest_m(limit_m) + _DOUBT_M
        numbers, straight_m = among[near], straight_m[near]
        end = self.reach.end(point)
        walk_m = self._walk_m(end, numbers, straight_m)
        inside = walk_m <= limit_m + _ROUNDING_M
        for place in np.flatnonzero(np.abs(walk_m - limit_m - _ROUNDING_M) < _DOUBT_M):
            spot = self.spots.coordinate(int(numbers[place]))
            inside[place] = self.reach.walk(spot, point).walk_m <= limit_m
        result = np.zeros(len(among), dtype=bool)
        result[near] = inside
        return result

    def _straight_m(self, point: Coordinate, numbers: Numbers) -> Metres:
        # of one place, plain numbers are ten times quicker than arrays
        here = np.array(to_ecef(point))
        apart = self.spots.ecef[numbers] - here
        metres: Metres = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        return metres

    def _walk_m(self, end: End, numbers: Numbers, straight_m: Metres) -> Metres:
        river = self._across_river(end, numbers, straight_m)
        estimate_m = straight_m * self.reach.detour
        if river.any() and self.reach.bridges:
            estimate_m[river] = self.reach.detour * self._by_bridge_m(end, numbers[river])
        snapped = self._snapped
        if snapped is None or end.snap is None:
            return estimate_m
        along_m = snapped.along_m(end.snap, numbers)
        beside_m = snapped.off_m[numbers] + end.snap.off_m
        by_network_m = np.maximum(beside_m + along_m, straight_m)
        across_m = straight_m * self.reach.detour
        as_crow_m = ~river & (across_m <= beside_m) & (across_m < by_network_m)
        walk_m = np.where(as_crow_m, across_m, by_network_m)
        walk_m = np.where(along_m > LIMIT_M, np.maximum(estimate_m, LIMIT_M + beside_m), walk_m)
        return np.where(snapped.is_on[numbers], walk_m, estimate_m)

    def _across_river(self, end: End, numbers: Numbers, straight_m: Metres) -> NDArray[np.bool_]:
        river = np.zeros(len(numbers), dtype=bool)
        # shorter than the way to the water: nothing there can cross it
        far = np.flatnonzero(straight_m >= end.spot.to_river_m * 0.99)
        if len(far):
            here = np.broadcast_to(np.array([end.spot.x, end.spot.y]), (len(far), 2))
            river[far] = self.spots.district.crossings(self.spots.flat[numbers[far]], here)
        return river

    def _by_bridge_m(self, end: End, numbers: Numbers) -> Metres:
        lon, lat = self.spots.lon[numbers], self.spots.lat[numbers]
        ways = [
            geodesics_m(lon, lat, np.full_like(lon, bridge.lon), np.full_like(lat, bridge.lat)) + to_bridge_m
            for bridge, to_bridge_m in zip(self.reach.bridges, end.to_bridges_m, strict=True)
        ]
        return np.asarray(np.min(ways, axis=0), dtype=np.float64)


def spots_at(district: District, x: Metres, y: Metres) -> Spots:
    """Return the spots at x, y in metres of the district's plane."""
    plane: Plane = district.plane
    return Spots(district, plane.lon + x / plane.metres_east, plane.lat + y / plane.metres_north)


def _to_ecef(lon: Metres, lat: Metres) -> Metres:
    """Return earth-centred x, y, z in metres, n x 3, as `distance.to_ecef` does."""
    phi, lam = np.radians(lat), np.radians(lon)
    sine = np.sin(phi)
    prime_vertical = _AXIS_M / np.sqrt(1.0 - _ECCENTRICITY_2 * sine * sine)
    flat = prime_vertical * np.cos(phi)
    return np.stack([flat * np.cos(lam), flat * np.sin(lam), prime_vertical * (1.0 - _ECCENTRICITY_2) * sine], axis=-1)
