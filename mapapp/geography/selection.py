"""Some of the coordinates of an index, and which of them are nearest to here: a plain list, or a tree above 64.

Both give the same exact order. A chord, the straight line through the earth, is never longer than the geodesic above
it; so a coordinate whose exact distance is at most the smallest chord not examined yet is certainly the next.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import hypot, inf
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import Ecef, geodesic_m, to_ecef

# Above this many a tree is faster: a list costs 0.2 microseconds for each, a tree 12 to 15 whatever their number.
LIST_MAX = 64
# Slack in metres for the rounding of the chord's arithmetic (about 1e-9 m) and of the geodesic's (15 nm).
_SLACK_M = 1e-3
# How many a tree is asked for at first, and how many times as many each time those were not enough.
_FIRST, _GROWTH = 8, 4
# A part is worth a tree of its own when fewer than one in three belong to it.
_SPARSE = 3
# Trees of parts kept by one selection: a week has some hundred sets of open groups, few of them sparse.
_PARTS_KEPT = 32


class Groups:
    """Which groups count, by number. Equal sets are equal keys, so that what was made for one serves the other."""

    __slots__ = ("flags", "key", "mask")

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = mask
        self.flags: list[bool] = mask.tolist()
        self.key = np.packbits(mask).tobytes()


class Selection:
    """Coordinates chosen from an index, perhaps in groups. Immutable but for what it keeps; safe for threads."""

    def __init__(
        self,
        coordinates: Sequence[Coordinate],
        ecef: NDArray[np.float64],
        numbers: NDArray[np.int32],
        groups: NDArray[np.integer] | None = None,
    ) -> None:
        self._coordinates, self._all_ecef = coordinates, ecef
        self._numbers, self._groups = numbers, groups
        self._parts: dict[bytes, Selection | None] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def is_list(self) -> bool:
        """Return whether it is small enough to be looked through one by one."""
        return len(self._numbers) <= LIST_MAX

    def nearest_first(self, origin: Coordinate, groups: Groups | None = None) -> Iterator[tuple[float, int]]:
        """Yield (geodesic metres, number) in order, ties by number; with `groups`, of those in one of them."""
        if self.is_list:
            return self._by_list(origin, groups)
        if groups is None:
            return self._by_tree(origin, None)
        part = self._part(groups)
        return self._by_tree(origin, groups) if part is None else part.nearest_first(origin)

    def prepare(self) -> None:
        """Make now what would be made for the first question."""
        _ = self._rows if self.is_list else self._tree

    def over(self, coordinates: Sequence[Coordinate], ecef: NDArray[np.float64]) -> "Selection":
        """Return the same over a table of coordinates that is equal wherever something is chosen here."""
        other = copy(self)
        other._coordinates, other._all_ecef = coordinates, ecef
        parts = self._parts.copy()
        other._parts = {key: None if part is None else part.over(coordinates, ecef) for key, part in parts.items()}
        return other

    @cached_property
    def _rows(self) -> list[tuple[float, float, float, int, int]]:
        groups = [0] * len(self) if self._groups is None else self._groups.tolist()
        places = self._all_ecef[self._numbers].tolist()
        return [
            (x, y, z, number, group)
            for (x, y, z), number, group in zip(places, self._numbers.tolist(), groups, strict=True)
        ]

    @cached_property
    def _tree(self) -> Any:
        # scipy takes a third of a second to load, and a district of the usual size never needs it
        from scipy.spatial import cKDTree

        # balanced: a little longer to build, but the slowest hundredth of the questions takes half as long (measured)
        return cKDTree(self._all_ecef[self._numbers])

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        assert self._groups is not None
        return np.bincount(self._groups)

    def _part(self, groups: Groups) -> "Selection | None":
        """Return those in these groups as a selection of their own, None when they are many."""
        assert self._groups is not None
        try:
            # one look only: another thread may drop it between two
            return self._parts[groups.key]
        except KeyError:
            part = None
        if self._sizes @ groups.mask[: len(self._sizes)] * _SPARSE < len(self):
            numbers = self._numbers[groups.mask[self._groups]]
            part = Selection(self._coordinates, self._all_ecef, numbers)
        with self._lock:
            while len(self._parts) >= _PARTS_KEPT:
                del self._parts[next(iter(self._parts))]
            self._parts[groups.key] = part
        return part

    def _by_list(self, origin: Coordinate, groups: Groups | None) -> Iterator[tuple[float, int]]:
        x, y, z = to_ecef(origin)
        # chord_m, written out: a call for each costs more than the chord
        if groups is None:
            waiting = [(hypot(x - a, y - b, z - c), number) for a, b, c, number, _ in self._rows]
        else:
            counts = groups.flags
            waiting = [(hypot(x - a, y - b, z - c), number) for a, b, c, number, group in self._rows if counts[group]]
        heapify(waiting)
        exact: list[tuple[float, int]] = []
        while waiting or exact:
            while waiting and (not exact or waiting[0][0] - _SLACK_M <= exact[0][0]):
                _, number = heappop(waiting)
                heappush(exact, (geodesic_m(origin, self._coordinates[number]), number))
            yield heappop(exact)

    def _by_tree(self, origin: Coordinate, groups: Groups | None) -> Iterator[tuple[float, int]]:
        exact: list[tuple[float, int]] = []
        for chord_m, number in self._chords(to_ecef(origin), groups):
            while exact and exact[0][0] < chord_m - _SLACK_M:
                yield heappop(exact)
            if number >= 0:
                heappush(exact, (geodesic_m(origin, self._coordinates[number]), number))
        while exact:
            yield heappop(exact)

    def _chords(self, here: Ecef, groups: Groups | None) -> Iterator[tuple[float, int]]:
        """Yield (chord in metres, number) in order of the chord; number -1: whatever follows is at least so far.

        Where several are equally far, a larger question may give them in another order, so it is remembered which
        came; a chord comes out the same each time.
        """
        asked, last = _FIRST, 0
        seen: set[int] = set()
        while last < len(self):
            asked = min(asked, len(self))
            chords, places = self._tree.query(here, asked)
            farthest = float(chords[-1])
            if groups is not None:
                assert self._groups is not None
                fits = groups.mask[self._groups[places]]
                chords, places = chords[fits], places[fits]
            for chord_m, number in zip(chords.tolist(), self._numbers[places].tolist(), strict=True):
                if number not in seen:
                    seen.add(number)
                    yield chord_m, number
            yield farthest if asked < len(self) else inf, -1
            last, asked = asked, asked * _GROWTH
