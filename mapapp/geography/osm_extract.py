"""What an OpenStreetMap extract (`.osm.pbf`) says about walking: the ways open to people, as a network."""

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mapapp.errors import InvalidQuery, Refused
from mapapp.geography.foot_rules import WAY_KEYS, Foot, foot_on, foot_passes
from mapapp.geography.walking_network import WalkingNetwork, largest_part

Progress = Callable[[int], None]
Box = tuple[float, float, float, float]

# A straight piece longer than this is an error in the data, not a way: no bridge for people is.
_LONGEST_PIECE_M = 20_000.0
# Ways between two reports of progress.
_STEP = 20_000
_SAID_BY_OSMIUM = (RuntimeError, ValueError, OSError, KeyError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """The network of an extract: its largest part, and how much of what was walkable is not in it.

    `outside_edges` lie farther from the district than anybody asks, `dropped_edges` and `dropped_m` (metres) cannot be
    walked to from the largest part; `covers` tells whether anything lies in the area asked about.
    """

    network: WalkingNetwork
    ways: int
    outside_edges: int
    dropped_nodes: int
    dropped_edges: int
    dropped_m: float
    covers: bool


def read_extract(path: Path, area: Box, progress: Progress = lambda ways: None) -> Extract:
    """Return the walkable network in the file; what lies outside `area` (west, south, east, north) is left out.

    An extract of somewhere else altogether is read whole, with `covers` false. `progress` is told how many ways were
    read. Raises InvalidQuery `network_unreadable` when the file is no such extract or damaged, Refused `network_empty`
    when nobody can walk in it.
    """
    if not path.is_file():
        raise InvalidQuery("network_unreadable", field="file", reason="there is no such file")
    pieces = _Pieces()
    with _damage_told():
        _read_ways(path, _rings_of_squares(path), pieces, progress)
    whole, ways = pieces.network(), pieces.ways
    if not whole.edges:
        raise Refused("network_empty")
    near = _within(whole, area)
    kept = largest_part(near or whole)
    counted = near or whole
    return Extract(
        network=kept,
        ways=ways,
        outside_edges=whole.edges - counted.edges,
        dropped_nodes=counted.nodes - kept.nodes,
        dropped_edges=counted.edges - kept.edges,
        dropped_m=float(counted.metres.sum() - kept.metres.sum()),
        covers=near is not None,
    )


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn what the reader says about a damaged file into InvalidQuery `network_unreadable`."""
    try:
        yield
    except _SAID_BY_OSMIUM as error:
        raise InvalidQuery("network_unreadable", field="file", reason=str(error)) from error


class _Pieces:
    """The walkable ways as runs of nodes; a run ends where a way ends, is cut off or is barred."""

    def __init__(self) -> None:
        self.ways = 0
        self._ids, self._xs, self._ys = array("q"), array("i"), array("i")
        self._runs, self._feet = array("q"), array("B")
        self._run = 0
        # a barred node becomes the end of two runs that do not meet; ids of OSM are positive
        self._bar = 0

    def add(self, nodes: Any, foot: Foot, barred: set[int]) -> None:
        """Add one way: its osmium node references, what it allows, and the ids of nodes nobody passes."""
        self.ways += 1
        self._run += 1
        for node in nodes:
            if not node.location.valid():
                # beyond the edge of the extract
                self._run += 1
                continue
            if node.ref not in barred:
                self._append(node.ref, node, foot)
                continue
            for step in (0, 1):
                self._bar -= 1
                self._run += step
                self._append(self._bar, node, foot)

    def _append(self, key: int, node: Any, foot: Foot) -> None:
        self._ids.append(key)
        self._xs.append(node.x)
        self._ys.append(node.y)
        self._runs.append(self._run)
        self._feet.append(int(foot))

    def network(self) -> WalkingNetwork:
        """Return the whole network, in as many parts as there are."""
        ids, runs, feet = np.array(self._ids, np.int64), np.array(self._runs, np.int64), np.array(self._feet, np.uint8)
        _, first, node = np.unique(ids, return_index=True, return_inverse=True)
        is_edge = (runs[1:] == runs[:-1]) & (node[1:] != node[:-1])
        network = WalkingNetwork(
            lon_e7=np.array(self._xs, np.int32)[first],
            lat_e7=np.array(self._ys, np.int32)[first],
            ends=np.column_stack([node[:-1][is_edge], node[1:][is_edge]]).astype(np.int32),
            foot=feet[:-1][is_edge],
        )
        return _chosen(network, network.metres <= _LONGEST_PIECE_M)


def _read_ways(path: Path, squares: dict[int, Foot], pieces: _Pieces, progress: Progress) -> None:
    import osmium

    barred: set[int] = set()
    # of the nodes only these come out; the locations of all are kept by the reader
    barriers = osmium.filter.KeyFilter("barrier")
    barriers.enable_for(osmium.osm.NODE)
    reader = osmium.FileProcessor(osmium.io.File(str(path), "pbf"), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for thing in reader.with_filter(barriers):
        if isinstance(thing, osmium.osm.Node):
            if not foot_passes(dict(thing.tags)):
                barred.add(thing.id)
            continue
        assert isinstance(thing, osmium.osm.Way)
        foot = squares.get(thing.id, Foot.NONE)
        if any(key in thing.tags for key in WAY_KEYS):
            foot = foot_on(dict(thing.tags)) or foot
        if foot & Foot.BOTH:
            pieces.add(thing.nodes, foot, barred)
            if pieces.ways % _STEP == 0:
                progress(pieces.ways)
    progress(pieces.ways)


def _rings_of_squares(path: Path) -> dict[int, Foot]:
    """Return way id -> what it allows, for the outlines of squares that are kept as relations."""
    import osmium

    rings: dict[int, Foot] = {}
    for relation in osmium.FileProcessor(osmium.io.File(str(path), "pbf"), osmium.osm.RELATION):
        assert isinstance(relation, osmium.osm.Relation)
        if relation.tags.get("type") == "multipolygon" and (foot := foot_on(dict(relation.tags))) & Foot.BOTH:
            rings |= {member.ref: foot for member in relation.members if member.type == "w"}
    return rings


def _within(network: WalkingNetwork, area: Box) -> WalkingNetwork | None:
    """Return the edges with both ends in the area, None when there are none."""
    west, south, east, north = area
    is_in = (network.lon >= west) & (network.lon <= east) & (network.lat >= south) & (network.lat <= north)
    inside = is_in[network.ends].all(axis=1)
    return _chosen(network, inside) if inside.any() else None


def _chosen(network: WalkingNetwork, edges: Any) -> WalkingNetwork:
    """Return the chosen edges and the nodes they have."""
    used, ends = np.unique(network.ends[edges], return_inverse=True)
    return WalkingNetwork(
        lon_e7=network.lon_e7[used],
        lat_e7=network.lat_e7[used],
        ends=ends.reshape(-1, 2).astype(np.int32),
        foot=network.foot[edges],
    )
