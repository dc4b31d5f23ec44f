"""What lies beside the paths that a walk reaches: from the edges of a network to an area, at a cost that is bounded.

Uniting the strips along tens of thousands of edges as shapes takes seconds; on a grid of 10 m it takes a fraction.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mapapp.geography.foot_rules import Foot
from mapapp.geography.network_distances import search
from mapapp.geography.plane import Plane
from mapapp.geography.walking_network import Metres, Snap, WalkingNetwork

# How far beside a path counts as reached; half the width of a usual block.
BESIDE_M = 40.0
_CELL_M = 10.0
# What the grid and the smoothing may add to a distance, so that nothing farther than BESIDE_M is in the area.
_SLACK_M = 12.0
_SMOOTH_M = 5.0
# Two nodes at one place: an edge without length is divided by this instead.
_NO_LENGTH_M = 1e-9
# Enclosed ground smaller than this (one hectare) belongs to the area: its middle is 50 m from a path.
_SMALL_CELLS = 100


def walked_paths(network: WalkingNetwork, snap: Snap, metres: float, plane: Plane) -> Any:
    """Return what lies within 40 m of the paths walked in `metres` less 40, from the spot `snap`; metres of `plane`."""
    left_m = metres - BESIDE_M
    if left_m <= 0:
        return shapely.Polygon()
    samples = _samples(_walked(network, snap, left_m, plane))
    # cells are counted from the origin of the plane, so that a longer walk never reaches less
    lowest = np.floor((samples.min(axis=0) - BESIDE_M) / _CELL_M) * _CELL_M
    cells = np.floor((samples - lowest) / _CELL_M).astype(np.int64)
    size = cells.max(axis=0) + int(BESIDE_M / _CELL_M) + 2
    is_path = np.zeros((size[1], size[0]), dtype=bool)
    is_path[cells[:, 1], cells[:, 0]] = True
    return _outlined(_widened(is_path), lowest)


def _walked(network: WalkingNetwork, snap: Snap, left_m: float, plane: Plane) -> NDArray[np.float64]:
    """Return the straight pieces that are walked, each once: rows of x0, y0, x1, y1 in metres of `plane`."""
    from_here_m = search(network, snap, left_m)
    rest_m = np.where(from_here_m < np.inf, left_m - from_here_m, 0.0)
    reached = rest_m > 0
    begun = np.flatnonzero(reached[network.ends].any(axis=1))
    first, second = network.ends[begun, 0], network.ends[begun, 1]
    length, foot = np.maximum(network.metres[begun], _NO_LENGTH_M), network.foot[begun]
    # the share of each edge that is walked from its first end, and from its second
    onward = np.minimum(1.0, np.where(foot & Foot.FORWARD, rest_m[first], 0.0) / length)
    back = np.minimum(1.0, np.where(foot & Foot.BACKWARD, rest_m[second], 0.0) / length)
    whole = onward + back >= 1.0
    onward, back = np.where(whole, 1.0, onward), np.where(whole, 0.0, back)
    # and of the edge on which the walk begins
    own_m, own = max(float(network.metres[snap.edge]), _NO_LENGTH_M), int(network.foot[snap.edge])
    ahead = min(1.0, snap.share + left_m / own_m) if own & Foot.FORWARD else snap.share
    behind = max(0.0, snap.share - left_m / own_m) if own & Foot.BACKWARD else snap.share
    edge = np.concatenate([begun[onward > 0], begun[back > 0], [snap.edge]])
    start = np.concatenate([np.zeros(int((onward > 0).sum())), 1.0 - back[back > 0], [behind]])
    stop = np.concatenate([onward[onward > 0], np.ones(int((back > 0).sum())), [ahead]])
    return _pieces(network, plane, edge, start, stop)


def _pieces(
    network: WalkingNetwork, plane: Plane, edge: NDArray[np.int64], start: Metres, stop: Metres
) -> NDArray[np.float64]:
    """Return the pieces of these edges from share to share."""
    scale = np.array([plane.metres_east, plane.metres_north])
    ends = np.stack([network.lon[network.ends[edge]], network.lat[network.ends[edge]]], axis=-1)
    first, second = ((ends[:, side] - [plane.lon, plane.lat]) * scale for side in (0, 1))
    along = second - first
    return np.hstack([first + start[:, None] * along, first + stop[:, None] * along])


def _samples(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (x, y) along the pieces, half a cell apart at most, both ends included."""
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    steps = np.ceil(np.hypot(along[:, 0], along[:, 1]) / (_CELL_M / 2)).astype(np.int64)
    piece = np.repeat(np.arange(len(pieces)), steps + 1)
    number = np.arange(len(piece)) - np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)
    share = number / np.maximum(steps[piece], 1)
    samples: NDArray[np.float64] = start[piece] + share[:, None] * along[piece]
    return samples


def _widened(is_path: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells beside the paths, and those of small blocks that paths enclose."""
    from scipy import ndimage

    away_m = ndimage.distance_transform_edt(~is_path, sampling=_CELL_M)
    reached = away_m <= BESIDE_M - _SLACK_M
    holes, _ = ndimage.label(~reached)
    is_small = np.bincount(holes.ravel()) < _SMALL_CELLS
    # what touches the rim is not enclosed
    for rim in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        is_small[rim] = False
    widened: NDArray[np.bool_] = reached | is_small[holes]
    return widened


def _outlined(cells: NDArray[np.bool_], lowest: NDArray[np.float64]) -> Any:
    """Return the cells as a shape with smooth lines; `lowest` is the corner of the first cell."""
    padded = np.zeros((cells.shape[0], cells.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = cells
    steps = np.diff(padded, axis=1)
    row, begin = np.nonzero(steps == 1)
    _, end = np.nonzero(steps == -1)
    boxes = shapely.box(begin * _CELL_M, row * _CELL_M, end * _CELL_M, (row + 1) * _CELL_M)
    smooth = shapely.simplify(shapely.union_all(boxes), _SMOOTH_M)
    return shapely.transform(smooth, lambda corners: corners + lowest)
