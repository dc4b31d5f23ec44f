"""A set of cells as an area for the map (覆盖图): GeoJSON in WGS-84, as large as the cells it is drawn from."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from mapapp.coverage.cells import Grid, Words
from mapapp.geography.district import District

# A corner so near to the straight line, in cells, is left out: the steps that cells make along a slanting line.
_SMOOTH_CELLS = 0.5
# A decimetre.
_DIGITS = 6
# What is smaller, in square metres, is left over from cutting: a fifth of a cell.
_NEEDLE_M2 = 500.0
_MENDINGS = 8


def covered_outline(grid: Grid, cells: Words, district: District) -> dict[str, Any]:
    """Return the land of these cells as a GeoJSON MultiPolygon; no polygon for no cells."""
    return _geojson(_area(grid, cells, district), district)


def uncovered_outline(grid: Grid, cells: Words, district: District) -> dict[str, Any]:
    """Return all land but that of these cells as a GeoJSON MultiPolygon."""
    return _geojson(shapely.difference(district.land, _area(grid, cells, district)), district)


def _area(grid: Grid, cells: Words, district: District) -> Any:
    frame = grid.frame
    west, south, east, north = _strips(grid, grid.unpack(cells))
    if not len(west):
        return shapely.MultiPolygon()
    boxes = shapely.box(
        frame.west_m + west * frame.cell_m,
        frame.south_m + south * frame.cell_m,
        frame.west_m + east * frame.cell_m,
        frame.south_m + north * frame.cell_m,
    )
    together = shapely.coverage_union_all(boxes).simplify(_SMOOTH_CELLS * frame.cell_m)
    return shapely.intersection(together, district.land)


def _geojson(area: Any, district: District) -> dict[str, Any]:
    plane = district.plane
    scale, origin = np.array([plane.metres_east, plane.metres_north]), np.array([plane.lon, plane.lat])

    def to_degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        degrees: NDArray[np.float64] = metres / scale + origin
        return degrees

    def rounded(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(degrees, _DIGITS)

    large = [part for part in shapely.get_parts(area) if part.area >= _NEEDLE_M2]
    drawn = shapely.transform(shapely.MultiPolygon(large), to_degrees)
    # rounding may fold a line over itself, and mending it makes corners to be rounded again;
    # GEOS's own reduction of precision fails on some of these areas
    for _ in range(_MENDINGS):
        drawn = shapely.transform(drawn, rounded)
        if drawn.is_valid:
            break
        # a collection may hold polygons that hold polygons
        parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(drawn)))
        drawn = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    polygons = [mapping(shapely.orient_polygons(part))["coordinates"] for part in shapely.get_parts(drawn)]
    return {"type": "MultiPolygon", "coordinates": _listed(polygons)}


def _strips(grid: Grid, marks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """Return west, south, east, north in cells of the runs of marked cells in each row."""
    table = np.zeros((grid.frame.rows, grid.frame.columns + 2), dtype=np.int8)
    table[:, 1:-1] = _to_the_edge_of_the_land(grid, marks)
    steps = np.diff(table, axis=1)
    row, west = np.nonzero(steps == 1)
    _, east = np.nonzero(steps == -1)
    return west, row, east, row + 1


def _to_the_edge_of_the_land(grid: Grid, marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return rows x columns: the marked cells, and those off the land that touch more marked ones than others.

    Half of a cell on the edge is land although its middle is not; without these a seam would be left along the edge.
    """
    rows, columns = grid.frame.rows, grid.frame.columns
    votes: NDArray[np.int8] = np.zeros((rows, columns), dtype=np.int8)
    votes[grid.row, grid.column] = np.where(marks, 1, -1)
    around: NDArray[np.int8] = np.zeros((rows + 2, columns + 2), dtype=np.int8)
    for down in range(3):
        for right in range(3):
            around[down : down + rows, right : right + columns] += votes
    return np.where(grid.table >= 0, votes > 0, around[1:-1, 1:-1] > 0)


def _listed(value: Any) -> Any:
    return value if isinstance(value, float) else [_listed(part) for part in value]
