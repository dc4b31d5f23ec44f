"""Where thousands of spots join the walking network, and how far it is from all of them to one point (路网距离).

The arithmetic is that of `WalkingNetwork.snap` and of `network_distances`, for arrays instead of one spot at a time.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from mapapp.geography.distance import geodesics_m
from mapapp.geography.district import District
from mapapp.geography.foot_rules import Foot
from mapapp.geography.network_distances import LIMIT_M, arriving_from_nodes_m
from mapapp.geography.plane import Plane
from mapapp.geography.walking_network import LOOK_AROUND_M, Metres, Snap, WalkingNetwork

Numbers = NDArray[np.int64]
# Spots looked at together; bounds the memory of the pairs of spot and edge.
_AT_ONCE = 4096


class SnappedSpots:
    """Spots on a network: `is_on`, `edge`, `share` of the edge from its first end, `off_m` walked beside it."""

    def __init__(
        self, network: WalkingNetwork, district: District, lon: Metres, lat: Metres, flat: Metres, limit_m: float
    ) -> None:
        self._network = network
        count = len(lon)
        self.edge = np.zeros(count, dtype=np.int64)
        self.share = np.zeros(count)
        self.off_m = np.full(count, np.inf)
        tree = shapely.STRtree(_edges(network, district.plane))
        # most are close to a way: look around first, and farther only where nothing on the ground is there
        waiting = np.arange(count)
        for radius_m in (min(LOOK_AROUND_M, limit_m), limit_m):
            for first in range(0, len(waiting), _AT_ONCE):
                self._snap(waiting[first : first + _AT_ONCE], tree, lon, lat, flat, radius_m)
            on_ground = (network.foot[self.edge] & Foot.ELEVATED) == 0
            waiting = np.flatnonzero((self.off_m > radius_m) | ~on_ground)
        self.is_on = self.off_m <= limit_m
        self._leave_those_across_a_river(district, flat)

    def along_m(self, end: Snap, numbers: Numbers) -> Metres:
        """Return the metres along the network from each spot to `end`, inf beyond `LIMIT_M` and for those not on it."""
        network = self._network
        node_m = arriving_from_nodes_m(network, end)
        edge, share = self.edge[numbers], self.share[numbers]
        length, foot = network.metres[edge], network.foot[edge]
        to_first = np.where(foot & Foot.BACKWARD, share * length, np.inf) + node_m[network.ends[edge, 0]]
        to_second = np.where(foot & Foot.FORWARD, (1.0 - share) * length, np.inf) + node_m[network.ends[edge, 1]]
        along_m: Metres = np.minimum(to_first, to_second)
        same = edge == end.edge
        allowed = np.where(end.share > share, foot & Foot.FORWARD, foot & Foot.BACKWARD) > 0
        direct = same & (allowed | (end.share == share))
        along_m = np.where(direct, np.minimum(along_m, np.abs(end.share - share) * length), along_m)
        return np.where(self.is_on[numbers] & (along_m <= LIMIT_M), along_m, np.inf)

    def _snap(
        self, numbers: Numbers, tree: shapely.STRtree, lon: Metres, lat: Metres, flat: Metres, radius_m: float
    ) -> None:
        """Find for each of these spots the nearest edge on the ground, else the nearest bridge or tunnel."""
        # the plane of the district is up to 0.1 % off at its edges
        pairs = tree.query(shapely.points(flat[numbers]), predicate="dwithin", distance=radius_m * 1.01 + 1.0)
        if not pairs.size:
            return
        spot, edge = numbers[pairs[0]], pairs[1]
        share, away_m = self._away(lon[spot], lat[spot], edge)
        elevated = (self._network.foot[edge] & Foot.ELEVATED) > 0
        # on the ground and near enough comes before everything else; then the shortest, then the lower number
        order = np.lexsort((edge, away_m, elevated & (away_m <= radius_m), away_m > radius_m, spot))
        best = order[np.flatnonzero(np.diff(spot[order], prepend=-1))]
        here, chosen = spot[best], edge[best]
        first, second = self._network.ends[chosen, 0], self._network.ends[chosen, 1]
        foot_lon = self._network.lon[first] + share[best] * (self._network.lon[second] - self._network.lon[first])
        foot_lat = self._network.lat[first] + share[best] * (self._network.lat[second] - self._network.lat[first])
        self.edge[here], self.share[here] = chosen, share[best]
        self.off_m[here] = geodesics_m(lon[here], lat[here], foot_lon, foot_lat)

    def _away(self, lon: Metres, lat: Metres, edge: Numbers) -> tuple[Metres, Metres]:
        """Return where on its edge each spot is nearest (share) and how far off, in the plane at the spot."""
        network = self._network
        east_m, north_m = _scales(lat)
        first, second = network.ends[edge, 0], network.ends[edge, 1]
        x, y = (network.lon[first] - lon) * east_m, (network.lat[first] - lat) * north_m
        dx, dy = (network.lon[second] - lon) * east_m - x, (network.lat[second] - lat) * north_m - y
        square = dx * dx + dy * dy
        share = np.clip(-(x * dx + y * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        return share, np.hypot(x + share * dx, y + share * dy)

    def _leave_those_across_a_river(self, district: District, flat: Metres) -> None:
        on = np.flatnonzero(self.is_on)
        first, second = self._network.ends[self.edge[on], 0], self._network.ends[self.edge[on], 1]
        lon = self._network.lon[first] + self.share[on] * (self._network.lon[second] - self._network.lon[first])
        lat = self._network.lat[first] + self.share[on] * (self._network.lat[second] - self._network.lat[first])
        plane = district.plane
        feet = np.stack([(lon - plane.lon) * plane.metres_east, (lat - plane.lat) * plane.metres_north], axis=-1)
        if len(on):
            self.is_on[on] = ~district.crossings(flat[on], feet)


def _edges(network: WalkingNetwork, plane: Plane) -> NDArray[np.object_]:
    """Return every edge as a shapely line in metres of the plane."""
    x, y = (network.lon - plane.lon) * plane.metres_east, (network.lat - plane.lat) * plane.metres_north
    nodes = np.stack([x, y], axis=-1)
    lines: NDArray[np.object_] = shapely.linestrings(nodes[network.ends])
    return lines


def _scales(lat: Metres) -> tuple[Metres, Metres]:
    """Return the metres in a degree east and north at each latitude, as `Plane.at` has them."""
    axis_m, eccentricity_2 = 6378137.0, 6.69437999014e-3
    sine = np.sin(np.radians(lat))
    root = np.sqrt(1.0 - eccentricity_2 * sine * sine)
    east_m: Metres = axis_m / root * np.cos(np.radians(lat)) * np.pi / 180.0
    north_m: Metres = axis_m * (1.0 - eccentricity_2) / root**3 * np.pi / 180.0
    return east_m, north_m
