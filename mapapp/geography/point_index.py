"""Which coordinates are nearest to here, straight: exact order without a geodesic for every one.

For a few hundred points a plain list beats any tree (measured: 3 microseconds at 51 points), so this is one.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import hypot

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m, to_ecef

# Slack in metres for the rounding of the chord's arithmetic (about 1e-9 m) and of the geodesic's (15 nm).
_SLACK_M = 1e-3


class PointIndex:
    """Coordinates with a number each, built once per revision and only asked afterwards; safe to share by threads."""

    def __init__(self, coordinates: Sequence[Coordinate]) -> None:
        self._coordinates = tuple(coordinates)
        self._ecef = tuple(to_ecef(coordinate) for coordinate in self._coordinates)

    def __len__(self) -> int:
        return len(self._coordinates)

    def nearest_first(self, origin: Coordinate, among: Iterable[int] | None = None) -> Iterator[tuple[float, int]]:
        """Yield (geodesic metres, number) in order, ties by number, of all coordinates or of those in `among`.

        A chord is never longer than the geodesic above it. So a coordinate whose exact distance is at most the
        smallest chord still unexamined is certainly next, and geodesics are computed only for those asked for.
        """
        here = to_ecef(origin)
        numbers = range(len(self._coordinates)) if among is None else among
        ecef, x, y, z = self._ecef, *here
        # chord_m, written out: a call for each costs more than the chord
        waiting = [
            (hypot(x - there[0], y - there[1], z - there[2]), number) for number in numbers for there in (ecef[number],)
        ]
        heapify(waiting)
        exact: list[tuple[float, int]] = []
        while waiting or exact:
            while waiting and (not exact or waiting[0][0] - _SLACK_M <= exact[0][0]):
                _, number = heappop(waiting)
                heappush(exact, (geodesic_m(origin, self._coordinates[number]), number))
            yield heappop(exact)
