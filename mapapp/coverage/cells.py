"""The land of the district cut into cells (陆地网格): which cells there are, and in which street each lies.

A cell counts where its centre is: on land, in a street. Cells of one street stand together and every street begins
at a new word of 64 bits, so that a set of cells is a row of words and counting it by street is one pass.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mapapp.geography.district import District
from mapapp.geography.spots import Spots, spots_at

CELL_M = 50.0
WORD = 64

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the grid lies: metres of the district's plane at its south-west corner, rows and columns."""

    west_m: float
    south_m: float
    rows: int
    columns: int
    cell_m: float


class Grid:
    """The land cells of a district; `table` (rows x columns) holds the number of each cell, -1 off the land.

    `streets` are Chinese names in the order of the district's list; None, last, is land that no street is drawn on.
    """

    def __init__(self, district: District, cell_m: float = CELL_M, shift_m: tuple[float, float] = (0.0, 0.0)) -> None:
        self.frame = _frame(district, cell_m, shift_m)
        on_land = _inside(district.land, self.frame)
        street = np.full(on_land.shape, -1, dtype=np.int16)
        for number, (_, area) in enumerate(district.street_areas):
            street[_inside(area, self.frame) & (street < 0)] = number
        street[street < 0] = len(district.street_areas)
        row, column = np.nonzero(on_land)
        order = np.argsort(street[row, column], kind="stable")
        row, column = row[order], column[order]
        of_street = street[row, column]
        names: list[str | None] = [*(name for name, _ in district.street_areas), None]
        kept = [number for number in range(len(names)) if number < len(names) - 1 or (of_street == number).any()]
        self.streets = tuple(names[number] for number in kept)
        self.counts: Numbers = np.array([int((of_street == number).sum()) for number in kept], dtype=np.int64)
        self.row, self.column = row, column
        self.street = np.searchsorted(kept, of_street)
        self.table = np.full(on_land.shape, -1, dtype=np.int32)
        self.table[row, column] = np.arange(len(row), dtype=np.int32)
        self.spots = self._spots(district)
        self._lay_out()

    def __len__(self) -> int:
        return len(self.row)

    @property
    def cell_km2(self) -> float:
        """Return the area of one cell in square kilometres."""
        return self.frame.cell_m**2 / 1e6

    def near(self, spot_x: float, spot_y: float, straight_m: float) -> Numbers:
        """Return the numbers of all cells whose centre lies within a box of `straight_m` metres, some farther."""
        frame = self.frame
        # the plane is up to 0.1 % off at the edges of the district
        reach = straight_m * 1.002 + frame.cell_m
        first_column = max(0, int((spot_x - reach - frame.west_m) // frame.cell_m))
        last_column = min(frame.columns, int((spot_x + reach - frame.west_m) // frame.cell_m) + 1)
        first_row = max(0, int((spot_y - reach - frame.south_m) // frame.cell_m))
        last_row = min(frame.rows, int((spot_y + reach - frame.south_m) // frame.cell_m) + 1)
        if first_column >= last_column or first_row >= last_row:
            return np.empty(0, dtype=np.int64)
        window = self.table[first_row:last_row, first_column:last_column].ravel()
        return window[window >= 0].astype(np.int64)

    def pack(self, numbers: Numbers) -> Words:
        """Return a set of cells as a row of words."""
        bits = np.zeros(self.words * WORD, dtype=np.uint8)
        bits[self._slot[numbers]] = 1
        return np.packbits(bits, bitorder="little").view(np.uint64)

    def unpack(self, row: Words) -> Marks:
        """Return for each cell whether it is in the set."""
        bits = np.unpackbits(row.view(np.uint8), bitorder="little")
        return bits[self._slot].astype(bool)

    def count_by_street(self, rows: Words) -> Numbers:
        """Return how many cells of each street are in the set; a set a row in gives a row out."""
        counted = np.bitwise_count(rows)
        return np.asarray(np.add.reduceat(counted, self._starts, axis=-1, dtype=np.int64), dtype=np.int64)

    def edge_m(self, row: Words) -> float:
        """Return about how long the line round a set of cells is, in metres."""
        frame = self.frame
        marks = np.zeros((frame.rows + 2, frame.columns + 2), dtype=bool)
        marks[self.row + 1, self.column + 1] = self.unpack(row)
        steps = int((marks[1:] != marks[:-1]).sum()) + int((marks[:, 1:] != marks[:, :-1]).sum())
        # a line in no particular direction crosses 4/pi as many sides of cells as it is cells long
        return steps * frame.cell_m * np.pi / 4.0

    def _lay_out(self) -> None:
        words = np.maximum(1, -(-self.counts // WORD))
        self._starts: Numbers = np.concatenate([[0], np.cumsum(words)[:-1]])
        self.words = int(words.sum())
        first = np.concatenate([[0], np.cumsum(self.counts)[:-1]])
        self._slot: Numbers = self._starts[self.street] * WORD + np.arange(len(self)) - first[self.street]

    def _spots(self, district: District) -> Spots:
        frame = self.frame
        x = np.asarray(frame.west_m + (self.column + 0.5) * frame.cell_m, dtype=np.float64)
        y = np.asarray(frame.south_m + (self.row + 0.5) * frame.cell_m, dtype=np.float64)
        return spots_at(district, x, y)


def _frame(district: District, cell_m: float, shift_m: tuple[float, float]) -> Frame:
    west, south, east, north = district.land.bounds
    west_m = (west // cell_m) * cell_m + shift_m[0] % cell_m - cell_m
    south_m = (south // cell_m) * cell_m + shift_m[1] % cell_m - cell_m
    rows, columns = int((north - south_m) // cell_m) + 1, int((east - west_m) // cell_m) + 1
    return Frame(west_m=west_m, south_m=south_m, rows=rows, columns=columns, cell_m=cell_m)


def _inside(area: object, frame: Frame) -> Marks:
    """Return rows x columns: whether the centre of each cell lies in the area (even-odd rule along each row)."""
    rings = shapely.get_rings(shapely.get_parts(area))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    x0, y0 = corners[:-1][follows].T
    x1, y1 = corners[1:][follows].T
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    # the rows whose middle line lies in low <= y < high; a level edge has none
    first = np.clip(np.ceil((low - frame.south_m) / frame.cell_m - 0.5), 0, frame.rows).astype(np.int64)
    after = np.clip(np.ceil((high - frame.south_m) / frame.cell_m - 0.5), 0, frame.rows).astype(np.int64)
    times = after - first
    edge = np.repeat(np.arange(len(times)), times)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(times) - times, times)
    y = frame.south_m + (row + 0.5) * frame.cell_m
    x = x0[edge] + (y - y0[edge]) * (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
    # the first column whose middle is not west of the crossing: from there on the side has changed
    column = np.clip(np.ceil((x - frame.west_m) / frame.cell_m - 0.5), 0, frame.columns).astype(np.int64)
    crossings = np.bincount(row * (frame.columns + 1) + column, minlength=frame.rows * (frame.columns + 1))
    changed = np.cumsum(crossings.reshape(frame.rows, frame.columns + 1)[:, :-1], axis=1)
    return np.asarray(changed & 1, dtype=bool)
