"""How one can walk (步行路网): nodes, the straight edges between them, and where a coordinate joins them.

A network never changes once made. scipy is imported by the first search, so that a server without a network never
pays for it.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mapapp.errors import Refused
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m, geodesics_m
from mapapp.geography.edge_grid import EdgeGrid
from mapapp.geography.foot_rules import Foot
from mapapp.geography.plane import Plane

if TYPE_CHECKING:
    from mapapp.geography.network_distances import Distances

# OpenStreetMap keeps coordinates as whole numbers of 1e-7 degrees, about a centimetre.
_UNITS = 1e7
# How far, in metres, a spot looks for a way first.
LOOK_AROUND_M = 40.0
Numbers = NDArray[np.int32]
Metres = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Snap:
    """Where a coordinate joins the network: `share` of edge `edge` behind, counted from its first end; 0 to 1.

    `foot` is that spot, `off_m` the geodesic metres from the coordinate to it, which are walked as well.
    """

    edge: int
    share: float
    foot: Coordinate
    off_m: float


class WalkingNetwork:
    """A graph to walk on; `largest_part` makes one that hangs together.

    `lon_e7`, `lat_e7` (int32, one a node) are WGS-84 degrees times 1e7; `ends` (int32, edges x 2) are node numbers;
    `foot` (uint8, one an edge) are `Foot` flags.
    """

    def __init__(self, lon_e7: Numbers, lat_e7: Numbers, ends: Numbers, foot: NDArray[np.uint8]) -> None:
        self.lon_e7, self.lat_e7, self.ends, self.foot = lon_e7, lat_e7, ends, foot
        # the distances last asked for, kept because the points seldom move when something else is published
        self.kept_distances: tuple[object, Distances] | None = None

    @property
    def nodes(self) -> int:
        """Return the number of nodes."""
        return len(self.lon_e7)

    @property
    def edges(self) -> int:
        """Return the number of edges."""
        return len(self.ends)

    @cached_property
    def lon(self) -> Metres:
        """Return the longitude of each node in degrees."""
        return np.asarray(self.lon_e7 / _UNITS, dtype=np.float64)

    @cached_property
    def lat(self) -> Metres:
        """Return the latitude of each node in degrees."""
        return np.asarray(self.lat_e7 / _UNITS, dtype=np.float64)

    @cached_property
    def metres(self) -> Metres:
        """Return the geodesic length of each edge."""
        first, second = self.ends[:, 0], self.ends[:, 1]
        return geodesics_m(self.lon[first], self.lat[first], self.lon[second], self.lat[second])

    @cached_property
    def digest(self) -> str:
        """Return a name (hex) for the content, the same on every machine."""
        digest = blake2b(digest_size=16)
        for part in self._parts():
            digest.update(part)
        return digest.hexdigest()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of all nodes in degrees."""
        return float(self.lon.min()), float(self.lat.min()), float(self.lon.max()), float(self.lat.max())

    @cached_property
    def _grid(self) -> EdgeGrid:
        first, second = self.ends[:, 0], self.ends[:, 1]
        return EdgeGrid(self.lon[first], self.lat[first], self.lon[second], self.lat[second])

    @cached_property
    def arcs(self) -> Any:
        """Return the scipy CSR matrix (nodes x nodes) of metres from a node to its neighbour, as one may walk."""
        return _arcs(self, Foot.FORWARD, Foot.BACKWARD)

    @cached_property
    def arcs_against(self) -> Any:
        """Return `arcs` with every direction reversed; the same object where no edge has only one direction."""
        if bool(np.all(self.foot & Foot.BOTH == Foot.BOTH)):
            return self.arcs
        return _arcs(self, Foot.BACKWARD, Foot.FORWARD)

    def snap(self, coordinate: Coordinate, limit_m: float) -> Snap | None:
        """Return the spot of the network nearest to the coordinate, None when all is farther than `limit_m` metres.

        What lies on the ground comes first; a bridge or tunnel is joined from beside it only where nothing else is
        within the limit. Ties go to the edge with the lower number.
        """
        if limit_m < 0:
            return None
        # most are close to a way: look around first, and farther only if nothing on the ground is there
        for radius_m in (min(LOOK_AROUND_M, limit_m), limit_m):
            snap, on_ground = self._nearest(coordinate, radius_m)
            if snap is not None and on_ground:
                return snap
        return snap

    def _nearest(self, coordinate: Coordinate, radius_m: float) -> tuple[Snap | None, bool]:
        """Return the nearest spot on the ground within the radius, else the nearest at all, and which of both it is."""
        near = self._grid.near(coordinate, radius_m)
        if not len(near):
            return None, False
        plane = Plane.at(coordinate.lon, coordinate.lat)
        first, second = self.ends[near, 0], self.ends[near, 1]
        x, y = (self.lon[first] - plane.lon) * plane.metres_east, (self.lat[first] - plane.lat) * plane.metres_north
        dx = (self.lon[second] - plane.lon) * plane.metres_east - x
        dy = (self.lat[second] - plane.lat) * plane.metres_north - y
        square = dx * dx + dy * dy
        share = np.clip(-(x * dx + y * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        away_m = np.hypot(x + share * dx, y + share * dy)
        ground_m = np.where(self.foot[near] & Foot.ELEVATED, np.inf, away_m)
        on_ground = bool(ground_m.min() <= radius_m)
        shortest_m = ground_m if on_ground else away_m
        best = int(np.lexsort((near, shortest_m))[0])
        foot = self._along(int(near[best]), float(share[best]))
        off_m = geodesic_m(coordinate, foot)
        if off_m > radius_m:
            return None, False
        return Snap(edge=int(near[best]), share=float(share[best]), foot=foot, off_m=off_m), on_ground

    def _along(self, edge: int, share: float) -> Coordinate:
        first, second = self.ends[edge]
        return Coordinate(
            float(self.lon[first] + share * (self.lon[second] - self.lon[first])),
            float(self.lat[first] + share * (self.lat[second] - self.lat[first])),
        )

    def pack(self) -> bytes:
        """Return the network as compressed bytes, the same on every machine; `unpack` reads them."""
        return zlib.compress(b"".join(self._parts()), 6)

    @classmethod
    def unpack(cls, packed: bytes, nodes: int, edges: int) -> "WalkingNetwork":
        """Return the network of `pack`, which had so many nodes and edges; raise Refused `network_unreadable`."""
        try:
            data = zlib.decompress(packed)
        except zlib.error as error:
            raise Refused("network_unreadable", reason=str(error)) from error
        if len(data) != 8 * nodes + 9 * edges:
            raise Refused("network_unreadable", reason="it has another size than it should")
        return cls(
            lon_e7=np.frombuffer(data, "<i4", nodes).astype(np.int32),
            lat_e7=np.frombuffer(data, "<i4", nodes, 4 * nodes).astype(np.int32),
            ends=np.frombuffer(data, "<i4", 2 * edges, 8 * nodes).astype(np.int32).reshape(edges, 2),
            foot=np.frombuffer(data, "<u1", edges, 8 * nodes + 8 * edges).astype(np.uint8),
        )

    def _parts(self) -> tuple[bytes, ...]:
        whole = (self.lon_e7.astype("<i4"), self.lat_e7.astype("<i4"), self.ends.astype("<i4"))
        return (*(part.tobytes() for part in whole), self.foot.astype("<u1").tobytes())


def largest_part(network: WalkingNetwork) -> WalkingNetwork:
    """Return the part with the most nodes in which every node can be walked to from every other one.

    Raises Refused `network_empty` when there is no edge at all.
    """
    from scipy.sparse.csgraph import connected_components

    if not network.edges:
        raise Refused("network_empty")
    _, part = connected_components(network.arcs, directed=True, connection="strong")
    is_kept = part == np.argmax(np.bincount(part))
    kept_edges = is_kept[network.ends[:, 0]] & is_kept[network.ends[:, 1]]
    if not kept_edges.any():
        # nothing but one-way edges that lead nowhere
        raise Refused("network_empty")
    renumbered = np.cumsum(is_kept, dtype=np.int32) - np.int32(1)
    return WalkingNetwork(
        lon_e7=network.lon_e7[is_kept],
        lat_e7=network.lat_e7[is_kept],
        ends=renumbered[network.ends[kept_edges]],
        foot=network.foot[kept_edges],
    )


def _arcs(network: WalkingNetwork, along: Foot, against: Foot) -> Any:
    """Return the CSR matrix of the edges that have the flag `along`, and turned round of those with `against`."""
    from scipy.sparse import csr_array

    forward, backward = (network.foot & along) > 0, (network.foot & against) > 0
    ends, metres = network.ends, network.metres
    start = np.concatenate([ends[forward, 0], ends[backward, 1]])
    stop = np.concatenate([ends[forward, 1], ends[backward, 0]])
    length = np.concatenate([metres[forward], metres[backward]])
    order = np.lexsort((length, stop, start))
    start, stop, length = start[order], stop[order], length[order]
    # of several edges between the same two nodes the shortest; scipy would add them up
    is_first = np.ones(len(start), dtype=bool)
    is_first[1:] = (start[1:] != start[:-1]) | (stop[1:] != stop[:-1])
    counts = np.bincount(start[is_first], minlength=network.nodes)
    pointers = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return csr_array((length[is_first], stop[is_first], pointers), shape=(network.nodes, network.nodes))
