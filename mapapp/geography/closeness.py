"""Which positions lie on one spot, and how far one lies outside a street (重合与越界), by the district's plane."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import hypot

from shapely.geometry import Point

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District


def close_pairs(
    district: District, coordinates: Sequence[Coordinate], within_m: float
) -> Iterator[tuple[int, int, float]]:
    """Yield (number, greater number, metres apart) of every two coordinates at most `within_m` metres apart."""
    # whoever is that near lies in the same cell or in one of the eight around it
    cells: dict[tuple[int, int], list[tuple[int, float, float]]] = defaultdict(list)
    for number, coordinate in enumerate(coordinates):
        x, y = district.plane.flat(coordinate)
        column, row = int(x // within_m), int(y // within_m)
        for other, other_x, other_y in _around(cells, column, row):
            metres = hypot(x - other_x, y - other_y)
            if metres <= within_m:
                yield other, number, metres
        cells[column, row].append((number, x, y))


def metres_outside_street(district: District, street: str, coordinate: Coordinate) -> float | None:
    """Return how many metres outside a street or town, as it is drawn, a coordinate lies; None: it is not drawn."""
    area = dict(district.street_areas).get(street)
    return None if area is None else float(area.distance(Point(*district.plane.flat(coordinate))))


def _around(
    cells: dict[tuple[int, int], list[tuple[int, float, float]]], column: int, row: int
) -> Iterator[tuple[int, float, float]]:
    for x in (column - 1, column, column + 1):
        for y in (row - 1, row, row + 1):
            yield from cells.get((x, y), ())
