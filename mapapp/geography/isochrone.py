"""How far a walk of some length reaches from a place (一公里范围): an area for the map."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import scale
from shapely.geometry import Point, mapping

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.plane import Plane
from mapapp.geography.reach import End, Reach, WalkKind
from mapapp.geography.walked_paths import walked_paths

# Corners in a quarter of a circle; between them the area lies 0.03 % of the radius inside the circle.
_QUARTER = 32
# 1e-6 degrees is a decimetre: more digits would tell nothing.
_GRID_DEGREES = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachArea:
    """What can be reached within a walk: a GeoJSON geometry (Polygon or MultiPolygon, WGS-84), and how it was found."""

    kind: WalkKind
    geometry: dict[str, Any]


def reach_area(reach: Reach, origin: Coordinate, metres: float) -> ReachArea:
    """Return what lies within a walk of `metres` from `origin`.

    With a network: everything within 40 m of a path that is reached 40 m before the end, blocks enclosed by it
    included. Without one, or too far from it: the circle of `metres` over the detour, without what lies behind a
    river, and with what is left of the walk beyond each bridge.
    """
    end = reach.end(origin)
    network, snap = reach.network, end.snap
    if network is None or snap is None:
        area = _to_degrees(_estimated(reach, end, metres), reach.district.plane)
        return ReachArea(kind=WalkKind.ESTIMATE, geometry=_geojson(shapely.set_precision(area, _GRID_DEGREES)))
    plane = Plane.at(origin.lon, origin.lat)
    paths = walked_paths(network, snap, metres - snap.off_m, plane)
    # beside the paths, as far as the next one is away
    around = _estimated(reach, end, min(metres, snap.off_m))
    area = shapely.union_all(
        [_to_degrees(paths, plane), _to_degrees(around, reach.district.plane)], grid_size=_GRID_DEGREES
    )
    return ReachArea(kind=WalkKind.NETWORK, geometry=_geojson(area))


def _estimated(reach: Reach, origin: End, metres: float) -> Any:
    """Return the area of all estimated walks of at most `metres`, in metres of the district's plane."""
    here, district, radius_m = origin.spot, reach.district, metres / reach.detour
    circle = _circle(here.coordinate, radius_m, district.plane)
    if here.to_river_m > radius_m * 1.01:
        return circle
    behind = _behind_rivers(reach, origin, circle, radius_m)
    by_bridges = [
        _circle(bridge, radius_m - to_bridge_m, district.plane)
        for bridge, to_bridge_m in zip(reach.bridges, origin.to_bridges_m, strict=True)
        if to_bridge_m < radius_m
    ]
    return shapely.union_all([circle.difference(behind), *(reached.intersection(behind) for reached in by_bridges)])


def _behind_rivers(reach: Reach, origin: End, circle: Any, radius_m: float) -> Any:
    """Return all that a straight line from the origin meets across a river, within the circle."""
    x, y = origin.spot.x, origin.spot.y
    mid_river, inner = reach.district.rivers
    behind = _shadow(x, y, _pieces(mid_river, circle), radius_m)
    if inner is not None and not inner.covers(Point(x, y)):
        behind = behind.union(_shadow(x, y, _pieces(inner.boundary, circle), radius_m).difference(inner))
    return behind


def _pieces(line: Any | None, circle: Any) -> NDArray[np.float64]:
    """Return the straight pieces of a line within the circle: rows of x0, y0, x1, y1."""
    near = [] if line is None else shapely.get_parts(shapely.intersection(line, circle.envelope))
    corners = [shapely.get_coordinates(part) for part in near if part.geom_type == "LineString"]
    return np.concatenate([np.empty((0, 4)), *(np.hstack([part[:-1], part[1:]]) for part in corners)])


def _shadow(x: float, y: float, pieces: NDArray[np.float64], radius_m: float) -> Any:
    """Return what the pieces hide from (x, y) up to at least `radius_m` metres away."""
    here = np.array([x, y])
    start, stop = pieces[:, :2] - here, pieces[:, 2:] - here
    along = stop - start
    square = np.einsum("ij,ij->i", along, along)
    share = -np.einsum("ij,ij->i", start, along) / np.where(square > 0, square, 1.0)
    middle = start + np.clip(share, 0.0, 1.0)[:, None] * along
    # seen from here each half is less than a right angle wide, so that twice the radius is far enough for its corners
    first, second = np.concatenate([start, middle]), np.concatenate([middle, stop])
    first_m, second_m = np.hypot(*first.T), np.hypot(*second.T)
    # a piece that points at (x, y) hides nothing
    seen = first[:, 0] * second[:, 1] != first[:, 1] * second[:, 0]
    first, second, first_m, second_m = first[seen], second[seen], first_m[seen], second_m[seen]
    far_first = first * (np.maximum(2 * radius_m, 2 * first_m) / first_m)[:, None]
    far_second = second * (np.maximum(2 * radius_m, 2 * second_m) / second_m)[:, None]
    rings = np.stack([first, second, far_second, far_first, first], axis=1) + here
    return shapely.union_all(shapely.polygons(rings))


def _circle(centre: Coordinate, radius_m: float, plane: Plane) -> Any:
    """Return the circle of geodesic radius in `plane`, whose metres are true at its own middle only."""
    own = Plane.at(centre.lon, centre.lat)
    x, y = plane.flat(centre)
    circle = Point(x, y).buffer(radius_m, quad_segs=_QUARTER)
    return scale(circle, plane.metres_east / own.metres_east, plane.metres_north / own.metres_north, origin=(x, y))


def _to_degrees(area: Any, plane: Plane) -> Any:
    origin, degree = np.array([plane.lon, plane.lat]), np.array([plane.metres_east, plane.metres_north])
    return shapely.transform(area, lambda metres: metres / degree + origin)


def _geojson(area: Any) -> dict[str, Any]:
    """Return the polygons of the area alone, turned as RFC 7946 asks: outer rings against the clock."""
    polygons = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and not part.is_empty]
    whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    return dict(mapping(shapely.orient_polygons(whole)))
