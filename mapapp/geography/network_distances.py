"""How far it is along the network from anywhere to each of many fixed spots (网络距离): found once, then looked up."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.foot_rules import Foot
from mapapp.geography.walking_network import Metres, Numbers, Snap, WalkingNetwork

# How far along the network distances are found; a walk of more than an hour is not what anybody asks about.
LIMIT_M = 5000.0
# Pairs of node and spot that are kept at most, at 16 bytes with what it takes to sort them; beyond it every question
# searches by itself. 51 points on 200,000 nodes are about one million.
MAX_KEPT = 15_000_000
# Searches made at a time: each has one number of 8 bytes for every node.
_BATCH = 16


class Distances(Protocol):
    """The metres from anywhere on the network to fixed spots."""

    def from_snap(self, snap: Snap) -> Metres:
        """Return the metres from the spot `snap.foot` to each fixed spot; inf beyond `LIMIT_M`, or where it is none.

        Along the network alone: what is walked beside it (`off_m`) is not in it.
        """


def distances_to(network: WalkingNetwork, spots: Sequence[Snap | None]) -> Distances:
    """Return the distances to these spots (None: it is off the network), looked up if they fit into memory."""
    table = _table(network, spots)
    return _Searched(network, spots) if table is None else table


def metres_between(network: WalkingNetwork, start: Snap, end: Snap) -> float:
    """Return the metres from one spot of the network to another, inf beyond `LIMIT_M`; one search."""
    return float(_Searched(network, (end,)).from_snap(start)[0])


def search(network: WalkingNetwork, snap: Snap, limit_m: float) -> Metres:
    """Return the metres from the spot to every node, inf beyond `limit_m`."""
    return np.asarray(_search(_with_starts(network, network.arcs, [snap], Foot.FORWARD), [network.nodes], limit_m)[0])


def arriving_from_nodes_m(network: WalkingNetwork, snap: Snap) -> Metres:
    """Return the metres from every node to the spot, inf beyond `LIMIT_M`."""
    arcs = _with_starts(network, network.arcs_against, [snap], Foot.BACKWARD)
    return np.asarray(_search(arcs, [network.nodes], LIMIT_M)[0])


def leaving_m(network: WalkingNetwork, snap: Snap) -> tuple[float, float]:
    """Return the metres from the spot to the first and to the second end of its edge; inf against a one-way."""
    return _to_ends(network, snap, Foot.BACKWARD, Foot.FORWARD)


def _arriving_m(network: WalkingNetwork, snap: Snap) -> tuple[float, float]:
    """Return the metres from the first and from the second end of its edge to the spot; inf against a one-way."""
    return _to_ends(network, snap, Foot.FORWARD, Foot.BACKWARD)


def _to_ends(network: WalkingNetwork, snap: Snap, first: Foot, second: Foot) -> tuple[float, float]:
    length, foot = float(network.metres[snap.edge]), int(network.foot[snap.edge])
    return (
        snap.share * length if foot & first else np.inf,
        (1.0 - snap.share) * length if foot & second else np.inf,
    )


def _with_starts(network: WalkingNetwork, arcs: Any, snaps: Sequence[Snap], direction: Foot) -> Any:
    """Return `arcs` with a further node for each snap, from which one gets to the ends of its edge and never back."""
    from scipy.sparse import csr_array

    to_ends = leaving_m if direction is Foot.FORWARD else _arriving_m
    ends, lengths, counts = [], [], []
    for snap in snaps:
        reached = [
            (node, metres)
            for node, metres in zip(network.ends[snap.edge].tolist(), to_ends(network, snap), strict=True)
            if metres < np.inf
        ]
        ends += [node for node, _ in reached]
        lengths += [metres for _, metres in reached]
        counts.append(len(reached))
    size = network.nodes + len(snaps)
    pointers = np.concatenate([arcs.indptr, arcs.indptr[-1] + np.cumsum(counts, dtype=arcs.indptr.dtype)])
    indices = np.concatenate([arcs.indices, np.array(ends, dtype=arcs.indices.dtype)])
    return csr_array((np.concatenate([arcs.data, lengths]), indices, pointers), shape=(size, size))


def _search(arcs: Any, starts: Sequence[int], limit_m: float) -> Metres:
    """Return an array starts x nodes of metres, inf beyond the limit; the added starts at the end are left out."""
    from scipy.sparse.csgraph import dijkstra

    found = dijkstra(arcs, directed=True, indices=list(starts), limit=max(0.0, limit_m))
    return np.asarray(found[:, : min(starts)], dtype=np.float64)


def _table(network: WalkingNetwork, spots: Sequence[Snap | None]) -> "_Table | None":
    """Return the look-up table, None when it would be too large."""
    from scipy.sparse import csr_array

    snaps = [snap for snap in spots if snap is not None]
    numbers = [number for number, snap in enumerate(spots) if snap is not None]
    arcs = _with_starts(network, network.arcs_against, snaps, Foot.BACKWARD)
    nodes: list[NDArray[np.int32]] = []
    metres: list[Metres] = []
    kept = 0
    for first in range(0, len(snaps), _BATCH):
        starts = range(network.nodes + first, network.nodes + min(first + _BATCH, len(snaps)))
        for row in _search(arcs, starts, LIMIT_M)[:, : network.nodes]:
            reached = np.flatnonzero(row < np.inf).astype(np.int32)
            nodes.append(reached)
            metres.append(row[reached])
            kept += len(reached)
        # so many are likely in all: no need to go on for minutes before it is certain
        if kept / len(nodes) * len(snaps) > MAX_KEPT:
            return None
    pointers = np.zeros(len(spots) + 1, dtype=np.int64)
    for number, reached in zip(numbers, nodes, strict=True):
        pointers[number + 1] = len(reached)
    data = np.concatenate(metres) if metres else np.empty(0)
    indices = np.concatenate(nodes) if nodes else np.empty(0, np.int32)
    by_spot = csr_array((data, indices, np.cumsum(pointers)), shape=(len(spots), network.nodes))
    return _Table(network, spots, by_spot.tocsc())


class _SameEdge:
    """The spots by edge: one that lies on the same edge as a start is reached without passing a node."""

    def __init__(self, network: WalkingNetwork, spots: Sequence[Snap | None]) -> None:
        self._network = network
        self._by_edge: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, snap in enumerate(spots):
            if snap is not None:
                self._by_edge[snap.edge].append((number, snap.share))

    def shorten(self, metres: Metres, snap: Snap) -> None:
        """Put the way along the edge itself into `metres` where that is shorter."""
        length, foot = float(self._network.metres[snap.edge]), int(self._network.foot[snap.edge])
        for number, share in self._by_edge.get(snap.edge, ()):
            needed = Foot.FORWARD if share > snap.share else Foot.BACKWARD
            if share == snap.share or foot & needed:
                metres[number] = min(metres[number], abs(share - snap.share) * length)


class _Table:
    """Distances that were all found beforehand; 12 bytes for each pair of node and spot within the limit."""

    def __init__(self, network: WalkingNetwork, spots: Sequence[Snap | None], by_node: Any) -> None:
        self._network = network
        self._pointers: NDArray[np.int64] = by_node.indptr
        self._spots: Numbers = by_node.indices
        self._metres: Metres = by_node.data
        self._count = len(spots)
        self._same_edge = _SameEdge(network, spots)

    def from_snap(self, snap: Snap) -> Metres:
        """Look up what `Distances` promises: two slices of the table, one for each end of the edge."""
        metres = np.full(self._count, np.inf)
        for node, to_node_m in zip(self._network.ends[snap.edge], leaving_m(self._network, snap), strict=True):
            part = slice(self._pointers[node], self._pointers[node + 1])
            spots = self._spots[part]
            metres[spots] = np.minimum(metres[spots], to_node_m + self._metres[part])
        self._same_edge.shorten(metres, snap)
        metres[metres > LIMIT_M] = np.inf
        return metres


class _Searched:
    """Distances found at each question by one search from the start: for thousands of spots on a large network."""

    def __init__(self, network: WalkingNetwork, spots: Sequence[Snap | None]) -> None:
        self._network = network
        self._numbers = np.array([number for number, snap in enumerate(spots) if snap is not None], dtype=np.int64)
        snaps = [snap for snap in spots if snap is not None]
        self._ends = network.ends[[snap.edge for snap in snaps]]
        self._arriving_m = np.array([_arriving_m(network, snap) for snap in snaps]).reshape(len(snaps), 2)
        self._count = len(spots)
        self._same_edge = _SameEdge(network, spots)

    def from_snap(self, snap: Snap) -> Metres:
        """Search for what `Distances` promises."""
        to_nodes_m = search(self._network, snap, LIMIT_M)
        metres = np.full(self._count, np.inf)
        metres[self._numbers] = np.min(to_nodes_m[self._ends] + self._arriving_m, axis=1)
        self._same_edge.shorten(metres, snap)
        metres[metres > LIMIT_M] = np.inf
        return metres
