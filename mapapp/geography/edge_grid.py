"""Which edges of a network pass near a coordinate: straight pieces sorted into cells of about 50 metres."""

from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate

_CELL_DEGREES = 0.0005
# Shorter than any degree on the ellipsoid, so that a radius in degrees is never too small:
# 110,574 m in a degree of latitude at the equator, 111,320 m in one of longitude there.
_SHORT_DEGREE_M = 110_000.0


class EdgeGrid:
    """Pieces from (lon0, lat0) to (lon1, lat1), numbered as given; built once and only asked afterwards.

    The arrays are WGS-84 degrees, all of one length. About 12 bytes a piece and cell.
    """

    def __init__(
        self,
        lon0: NDArray[np.float64],
        lat0: NDArray[np.float64],
        lon1: NDArray[np.float64],
        lat1: NDArray[np.float64],
    ) -> None:
        west, east = _cells(np.minimum(lon0, lon1)), _cells(np.maximum(lon0, lon1))
        south, north = _cells(np.minimum(lat0, lat1)), _cells(np.maximum(lat0, lat1))
        wide, high = east - west + 1, north - south + 1
        pieces = np.repeat(np.arange(len(lon0), dtype=np.int32), wide * high)
        # the number of each cell within the box of its piece, counted row by row
        within = np.arange(len(pieces)) - np.repeat(np.cumsum(wide * high) - wide * high, wide * high)
        column = west[pieces] + within % wide[pieces]
        row = south[pieces] + within // wide[pieces]
        keys = _key(row, column)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._pieces = pieces[order]

    def near(self, coordinate: Coordinate, radius_m: float) -> NDArray[np.int32]:
        """Return the numbers of all pieces within `radius_m` metres and of some farther; no order, some twice."""
        high = radius_m / _SHORT_DEGREE_M
        wide = high / max(0.01, cos(radians(abs(coordinate.lat) + high)))
        first, last = _cells(np.array([coordinate.lon - wide, coordinate.lon + wide]))
        bottom, top = _cells(np.array([coordinate.lat - high, coordinate.lat + high]))
        rows = np.arange(bottom, top + 1)
        starts = np.searchsorted(self._keys, _key(rows, first), side="left")
        stops = np.searchsorted(self._keys, _key(rows, last), side="right")
        found = [self._pieces[start:stop] for start, stop in zip(starts, stops, strict=True)]
        return np.concatenate(found)


def _cells(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    cells: NDArray[np.int64] = np.floor(degrees / _CELL_DEGREES).astype(np.int64)
    return cells


def _key(row: NDArray[np.int64], column: NDArray[np.int64] | np.int64) -> NDArray[np.int64]:
    # 720,000 cells round the equator, half of them on either side of zero
    return row * (1 << 20) + column
