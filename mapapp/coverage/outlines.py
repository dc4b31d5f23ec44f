"""A set of cells as an area for the map (覆盖图): GeoJSON in WGS-84, as large as the cells it is drawn from."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from mapapp.coverage.cells import Grid, Words
from mapapp.geography.district import District

# A corner so near to the straight line, in cells, is left out: half the side of the steps that cells make.
_SMOOTH_CELLS = 0.75
_DEGREES = 1e-6


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

    drawn = shapely.set_precision(shapely.transform(area, to_degrees), _DEGREES)
    parts = [shapely.orient_polygons(part) for part in shapely.get_parts(drawn) if part.geom_type == "Polygon"]
    return {"type": "MultiPolygon", "coordinates": _rounded([mapping(part)["coordinates"] for part in parts])}


def _strips(grid: Grid, marks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """Return west, south, east, north in cells of the runs of marked cells in each row."""
    table = np.zeros((grid.frame.rows, grid.frame.columns + 2), dtype=np.int8)
    table[grid.row[marks], grid.column[marks] + 1] = 1
    steps = np.diff(table, axis=1)
    row, west = np.nonzero(steps == 1)
    _, east = np.nonzero(steps == -1)
    return west, row, east, row + 1


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    return [_rounded(part) for part in value]
