"""Which coordinates are nearest to here, straight: exact order without a geodesic for every one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import to_ecef
from mapapp.geography.nearness import ecef_of
from mapapp.geography.selection import Selection


class PointIndex:
    """Coordinates with a number each, built once per revision and only asked afterwards; safe to share by threads.

    It hands out selections of them; what a selection needs to answer fast it makes when it is first asked.
    """

    def __init__(self, coordinates: Sequence[Coordinate]) -> None:
        self._coordinates = tuple(coordinates)
        self._ecef = ecef_of(self._coordinates)

    def __len__(self) -> int:
        return len(self._coordinates)

    def moved(self, coordinates: Mapping[int, Coordinate]) -> "PointIndex":
        """Return an index with other coordinates for these numbers; this one stays as it is."""
        index = copy(self)
        places = list(self._coordinates)
        index._ecef = self._ecef.copy()
        for number, coordinate in coordinates.items():
            places[number] = coordinate
            index._ecef[number] = to_ecef(coordinate)
        index._coordinates = tuple(places)
        return index

    def taken_over(self, selection: Selection) -> Selection:
        """Return a selection of the index that this one was made of, none of whose coordinates has moved, for here.

        What it made for its questions is used again, and of that index nothing is held any longer.
        """
        return selection.over(self._coordinates, self._ecef)

    def selection(
        self, numbers: Iterable[int] | NDArray[np.int32] | None = None, groups: NDArray[np.integer] | None = None
    ) -> Selection:
        """Return the coordinates of these numbers (None: all), each once, as something to be asked many times.

        `groups` says for each of them, in the same order, to which group it belongs: 0, 1, …; None puts all in one.
        """
        if numbers is None:
            numbers = range(len(self._coordinates))
        chosen = numbers if isinstance(numbers, np.ndarray) else np.array(list(numbers), dtype=np.int32)
        return Selection(self._coordinates, self._ecef, chosen.astype(np.int32, copy=False), groups)

    def nearest_first(self, origin: Coordinate, among: Iterable[int] | None = None) -> Iterator[tuple[float, int]]:
        """Yield (geodesic metres, number) in order, ties by number, of all coordinates or of those in `among`."""
        return self.selection(among).nearest_first(origin)
