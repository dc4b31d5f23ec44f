"""How far one kilometre of walking reaches (一公里范围): the line around a start, for the map.

As long as walks are estimated this is a circle of the goal divided by the detour, cut short where a river lies between.
"""

from math import cos, pi, radians, sin

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach
from mapapp.settings import Settings
from mapapp.web.context import Bundle

CORNERS = 72
_HALVINGS = 6
# Metres in a degree of latitude near 29.6 N; the line is drawn, not measured, so one metre in a thousand is enough.
_DEGREE_M = 110_845.0
_EQUATOR_DEGREE_M = 111_320.0


def reach_line(bundle: Bundle, start: Coordinate, settings: Settings) -> list[list[float]]:
    """Return the corners, [lat, lon] in WGS-84 degrees, of what can be reached within `goal_m` of walking."""
    reach = bundle.once("reach", lambda: _reach(bundle, settings))
    farthest_m = settings.goal_m / settings.detour
    corners = []
    for number in range(CORNERS):
        bearing = 2 * pi * number / CORNERS
        radius_m = _reachable_m(reach, start, bearing, farthest_m, settings.goal_m)
        corner = _moved(start, bearing, radius_m)
        corners.append([round(corner.lat, 5), round(corner.lon, 5)])
    return corners


def _reach(bundle: Bundle, settings: Settings) -> Reach:
    catalogue = bundle.catalogue
    bridges = [named.place.coordinate for named in catalogue.named_places if named.kind.startswith("bridge_mid_river")]
    return Reach(catalogue.district, bridges, settings.detour)


def _reachable_m(reach: Reach, start: Coordinate, bearing: float, farthest_m: float, goal_m: float) -> float:
    """Return how far one gets in a straight line towards `bearing` before the walk is longer than the goal."""
    # a metre of slack for rounding and for the flat reckoning of `_moved`
    if reach.walk(start, _moved(start, bearing, farthest_m)).walk_m <= goal_m * 1.005:
        return farthest_m
    near, far = 0.0, farthest_m
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if reach.walk(start, _moved(start, bearing, middle)).walk_m <= goal_m:
            near = middle
        else:
            far = middle
    return near


def _moved(start: Coordinate, bearing: float, metres: float) -> Coordinate:
    lat = start.lat + metres * cos(bearing) / _DEGREE_M
    lon = start.lon + metres * sin(bearing) / (_EQUATOR_DEGREE_M * cos(radians(start.lat)))
    return Coordinate(lon, lat)
