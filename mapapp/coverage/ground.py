"""Which land lies within a walk of a place (可达地块): sets of cells, worked out once for each place and length.

What depends on district, bridges, detour and network alone is kept from one revision to the next, so that an edit
costs only the points it moved.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b

import numpy as np

from mapapp.coverage.cells import CELL_M, Grid, Words
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach
from mapapp.geography.spots import Walks

# Sets of cells that are kept, at 10 kB each in Jiangbei.
_KEPT_SETS = 4096
# Grounds that are kept: that of today, and that of yesterday while somebody still asks about it.
_KEPT_GROUNDS = 2


class Ground:
    """The land cells of a district and what is within a walk of where; safe for threads."""

    def __init__(self, reach: Reach, cell_m: float = CELL_M, shift_m: tuple[float, float] = (0.0, 0.0)) -> None:
        self.reach = reach
        self.grid = Grid(reach.district, cell_m, shift_m)
        self.most_kept = _KEPT_SETS
        self._walks = Walks(reach, self.grid.spots)
        self._kept: OrderedDict[tuple[Coordinate, float], Words] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def land_edge_m(self) -> float:
        """Return about how long the line round all land is, in metres."""
        return self.grid.edge_m(self.grid.pack(np.arange(len(self.grid))))

    @cached_property
    def nowhere(self) -> Words:
        """Return the set without any cell."""
        return self.grid.pack(np.empty(0, dtype=np.int64))

    def within(self, place: Coordinate, limit_m: float) -> Words:
        """Return the set of cells whose walk to `place` is at most `limit_m` metres, exactly as `Reach.walk` tells."""
        key = (place, limit_m)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        found = self._found(place, limit_m)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self.most_kept:
                self._kept.popitem(last=False)
        return found

    def union(self, places: Iterable[tuple[Coordinate, float]]) -> Words:
        """Return the cells that lie within the limit of at least one of these (place, limit in metres)."""
        return self.together(self.within(place, limit_m) for place, limit_m in places)

    def together(self, rows: Iterable[Words]) -> Words:
        """Return the cells that are in at least one of these sets."""
        union = self.nowhere.copy()
        for row in rows:
            # in place: a reduction over a list copies all sets first, which takes up to 14 times as long
            np.bitwise_or(union, row, out=union)
        return union

    def prepare(self) -> None:
        """Join all cells to the walking network, if there is one: seconds, which the first question would wait for."""
        self._walks.prepare()

    def _found(self, place: Coordinate, limit_m: float) -> Words:
        if limit_m < 0:
            return self.nowhere
        x, y = self.reach.district.plane.flat(place)
        near = self.grid.near(x, y, self._walks.farthest_m(limit_m))
        return self.grid.pack(near[self._walks.within(place, limit_m, near)])


_grounds: OrderedDict[str, Ground] = OrderedDict()
_grounds_lock = threading.Lock()


def ground_of(reach: Reach) -> Ground:
    """Return the ground on which `reach` tells walks: the kept one when nothing about it has changed."""
    name = _name_of(reach)
    with _grounds_lock:
        known = _grounds.get(name)
        if known is None:
            known = _grounds[name] = Ground(reach)
            if len(_grounds) > _KEPT_GROUNDS:
                _grounds.popitem(last=False)
        _grounds.move_to_end(name)
        return known


def _name_of(reach: Reach) -> str:
    district, network = reach.district, reach.network
    areas = (district.outline_geojson, district.streets_geojson, district.rivers_geojson)
    digest = blake2b(json.dumps(areas, sort_keys=True).encode(), digest_size=16)
    known = (reach.bridges, reach.detour, reach.snap_limit_m, None if network is None else network.digest)
    digest.update(repr(known).encode())
    return digest.hexdigest()
