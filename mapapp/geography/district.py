"""What lies in the district (辖区): its line, its schematic streets, its rivers, and what it is called when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import hypot, inf
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, shape
from shapely.ops import nearest_points
from shapely.prepared import prep

from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.plane import Plane

FeatureCollection = Mapping[str, Any]

# Side in metres of the cells for which it is remembered where the rivers are; the whole district has about 12,000.
CELL_M = 150.0
_MAX_CELLS = 40_000
# Added round a cell, so that rounding cannot put a coordinate of it outside.
_HAIR_M = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictName:
    """What the district is called between two days (both inclusive, None: open), and how else people say it.

    A name without `valid_from` that is not the first is announced but not yet in force: search matches it,
    no page shows it as the name.
    """

    code: str
    name_zh: str
    name_en: str
    short_zh: str
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


class Spot:
    """A coordinate with its x, y in metres in the district's plane, and how far it is from the rivers there."""

    __slots__ = ("_rivers", "_to_river_m", "coordinate", "x", "y")

    def __init__(self, coordinate: Coordinate, x: float, y: float, rivers: tuple[Any, ...]) -> None:
        self.coordinate, self.x, self.y = coordinate, x, y
        self._rivers = rivers
        self._to_river_m: float | None = None

    @property
    def to_river_m(self) -> float:
        """Return the metres to the nearest river (inf: none); found when first asked for, few questions need it."""
        if self._to_river_m is None:
            self._to_river_m = _to_rivers_m(self._rivers, Point(self.x, self.y))
        return self._to_river_m

    @property
    def cell(self) -> tuple[int, int]:
        """Return the cell of the plane in which it lies, by column and row."""
        return int(self.x // CELL_M), int(self.y // CELL_M)


class District:
    """The district's geometry and names. Immutable; build it with `of`."""

    def __init__(
        self,
        *,
        outline_geojson: FeatureCollection,
        streets_geojson: FeatureCollection,
        rivers_geojson: FeatureCollection,
        names: tuple[DistrictName, ...],
    ) -> None:
        self.outline_geojson = outline_geojson
        self.streets_geojson = streets_geojson
        self.rivers_geojson = rivers_geojson
        self.names = names
        outline = shapely.union_all([shape(f["geometry"]) for f in outline_geojson["features"]])
        if outline.is_empty:
            raise InvalidQuery("empty_district", field="district.geojson")
        self.bounds: tuple[float, float, float, float] = outline.bounds
        self._plane = Plane.at(outline.centroid.x, outline.centroid.y)
        self._outline = self._plane.flatten(outline)
        self._prepared = prep(self._outline)
        self._streets = [
            (f["properties"]["name_zh"], prep(self._plane.flatten(shape(f["geometry"]))))
            for f in streets_geojson["features"]
        ]
        self._water = [self._plane.flatten(shape(f["geometry"])) for f in rivers_geojson["features"]]
        self._mid_river, self._inner_water = _river_lines(self._water, self._outline)
        self._water_lines = tuple(line for line in (self._mid_river, self._inner_water) if line is not None)
        # A prepared geometry keeps the state of the question being asked. Questions about one shape hold the
        # interpreter's lock, those about arrays let it go: two at once crash the process (seen). So arrays have
        # copies of their own, and take turns.
        self._rivers_for_arrays = tuple(map(_prepared_copy, (self._mid_river, self._inner_water)))
        self._one_at_a_time = Lock()
        self._free: dict[tuple[int, int], float] = {}

    @classmethod
    def of(
        cls,
        outline: FeatureCollection,
        streets: FeatureCollection,
        rivers: FeatureCollection,
        names: Iterable[DistrictName],
    ) -> "District":
        """Return the district of these GeoJSON feature collections (WGS-84) and names."""
        return cls(outline_geojson=outline, streets_geojson=streets, rivers_geojson=rivers, names=tuple(names))

    @property
    def plane(self) -> Plane:
        """Return the plane in which the district's shapes are compared."""
        return self._plane

    @property
    def rivers(self) -> tuple[Any | None, Any | None]:
        """Return the shapely line in mid-river and the waters inside the district, in metres of `plane`; None: none."""
        return self._mid_river, self._inner_water

    @property
    def area(self) -> Any:
        """Return all that lies within the district line, a shapely area in metres of `plane`."""
        return self._outline

    @cached_property
    def land(self) -> Any:
        """Return what is not river, a shapely area in metres of `plane`."""
        return self._outline.difference(shapely.union_all(self._water))

    @cached_property
    def street_areas(self) -> tuple[tuple[str, Any], ...]:
        """Return (Chinese name, shapely area in metres of `plane`) of each street or town, in the order of the file."""
        return tuple((name, street.context) for name, street in self._streets)

    @cached_property
    def schematic_streets(self) -> frozenset[str]:
        """Return the Chinese names of the streets and towns that are only drawn by us; imported ones are not."""
        rows = [feature["properties"] for feature in self.streets_geojson["features"]]
        return frozenset(str(row["name_zh"]) for row in rows if row.get("schematic", True))

    @cached_property
    def banks(self) -> NDArray[np.float64]:
        """Return the straight pieces that no walk may cross without a bridge: rows of x0, y0, x1, y1 in metres."""
        pieces = [np.empty((0, 4))]
        lines = [line for line in (self._mid_river, self._inner_water) if line is not None]
        for part in shapely.get_parts(lines) if lines else ():
            for line in shapely.get_parts(part.boundary) if part.geom_type == "Polygon" else (part,):
                corners = shapely.get_coordinates(line)
                pieces.append(np.hstack([corners[:-1], corners[1:]]))
        return np.concatenate(pieces)

    def name(self, on: date, language: str) -> str:
        """Return the name in force on that day, in `language` ("zh" or "en"); the first name when none is dated so."""
        in_force = self.names[0]
        for candidate in self.names[1:]:
            begun = candidate.valid_from is not None and candidate.valid_from <= on
            if begun and (candidate.valid_to is None or on <= candidate.valid_to):
                in_force = candidate
        return in_force.name_en if language == "en" and in_force.name_en else in_force.name_zh

    def contains(self, coordinate: Coordinate, tolerance_m: float = 0.0) -> bool:
        """Return whether the coordinate lies inside, or at most `tolerance_m` metres outside the line."""
        inside = bool(self._prepared.covers(self._planar(coordinate)))
        return inside or (tolerance_m > 0 and self.metres_outside(coordinate) <= tolerance_m)

    def metres_outside(self, coordinate: Coordinate) -> float:
        """Return how many metres outside the line the coordinate lies; 0 inside."""
        point = self._planar(coordinate)
        if self._prepared.covers(point):
            return 0.0
        edge, _ = nearest_points(self._outline, point)
        return geodesic_m(coordinate, self._plane.round_again(edge.x, edge.y))

    def street_of(self, coordinate: Coordinate) -> str | None:
        """Return the Chinese name of the schematic street or town there, None outside.

        The lines are schematic, so where an address names its street the address wins.
        """
        point = self._planar(coordinate)
        return next((name for name, area in self._streets if area.covers(point)), None)

    def spot(self, coordinate: Coordinate) -> "Spot":
        """Return where the coordinate lies in the district's plane and how far from a river, for `crosses_river`."""
        return Spot(coordinate, *self._plane.flat(coordinate), self._water_lines)

    def is_clear_from(self, cell: tuple[int, int], end: "Spot") -> bool:
        """Return whether no straight line from anywhere in the cell of the plane to `end` touches a river."""
        west, south = cell[0] * CELL_M - _HAIR_M, cell[1] * CELL_M - _HAIR_M
        side = CELL_M + 2 * _HAIR_M
        corners = [(west + side * right, south + side * up) for right in (0, 1) for up in (0, 1)]
        # a straight line from within to the end does not leave the hull of both
        hull = MultiPoint([*corners, (end.x, end.y)]).convex_hull
        return not any(line.intersects(hull) for line in self._water_lines)

    def crosses_river(self, start: "Spot", end: "Spot") -> bool:
        """Return whether the straight line from `start` to `end` goes from one bank of a river to the other.

        Where the district line runs in mid-river the line itself is the test, so that the width of the water, which
        is only approximate, does not matter; a river inside the district is crossed when both ends are on land.
        """
        if self._is_clear(start, end) or (start.x, start.y) == (end.x, end.y):
            return False
        segment = LineString([(start.x, start.y), (end.x, end.y)])
        if self._mid_river is not None and bool(segment.intersects(self._mid_river)):
            return True
        inner = self._inner_water
        return (
            inner is not None
            and bool(segment.intersects(inner))
            and not bool(inner.covers(Point(start.x, start.y)))
            and not bool(inner.covers(Point(end.x, end.y)))
        )

    def _is_clear(self, start: "Spot", end: "Spot") -> bool:
        """Return whether discs that hold no river cover the line, one after the other; false means: look exactly.

        Three lines of four are settled so, at a tenth of the cost of the exact test.
        """
        length = hypot(start.x - end.x, start.y - end.y)
        covered, last = start.to_river_m, length - end.to_river_m
        while covered <= last:
            share = covered / length
            free_m = self._free_m(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
            if free_m < CELL_M / 4:
                return False
            covered += free_m
        return length > 0

    def _free_m(self, x: float, y: float) -> float:
        """Return metres around x, y that surely hold no river: known once for each cell of the plane."""
        column, row = int(x // CELL_M), int(y // CELL_M)
        free_m = self._free.get((column, row))
        if free_m is None:
            middle = Point((column + 0.5) * CELL_M, (row + 0.5) * CELL_M)
            # from anywhere in the cell the way is at most half a diagonal shorter
            free_m = _to_rivers_m(self._water_lines, middle) - CELL_M * 0.7072
            if len(self._free) < _MAX_CELLS:
                self._free[column, row] = free_m
        return free_m

    def crossings(self, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return `crosses_river` for each pair; both arrays are n x 2, x and y in metres of `plane`."""
        segments = shapely.linestrings(np.stack([starts, ends], axis=1))
        crossed = np.zeros(len(ends), dtype=bool)
        mid_river, inner = self._rivers_for_arrays
        with self._one_at_a_time:
            if mid_river is not None:
                crossed |= shapely.intersects(mid_river, segments)
            if inner is not None:
                on_land = ~shapely.covers(inner, shapely.points(starts)) & ~shapely.covers(inner, shapely.points(ends))
                crossed |= shapely.intersects(inner, segments) & on_land
        return np.asarray(crossed & np.any(starts != ends, axis=1), dtype=bool)

    def _planar(self, coordinate: Coordinate) -> Point:
        return Point(*self._plane.flat(coordinate))


def _to_rivers_m(rivers: tuple[Any, ...], point: Point) -> float:
    return min((float(river.distance(point)) for river in rivers), default=inf)


def _prepared_copy(geometry: Any | None) -> Any | None:
    """Return a prepared copy that shares nothing with `geometry`; None for None."""
    if geometry is None:
        return None
    copy = shapely.from_wkb(shapely.to_wkb(geometry))
    shapely.prepare(copy)
    return copy


def _river_lines(water: list[Any], outline: Any) -> tuple[Any | None, Any | None]:
    """Return (the district line in mid-river, the rivers within the district), each None when there is none."""
    middles, inner = [], []
    for river in water:
        middle = outline.boundary.intersection(river)
        if middle.length > 0:
            middles.append(middle)
        else:
            inner.append(river)
    mid_river = shapely.union_all(middles) if middles else None
    inner_water = shapely.union_all(inner) if inner else None
    for geometry in (mid_river, inner_water):
        if geometry is not None:
            shapely.prepare(geometry)
    return mid_river, inner_water
