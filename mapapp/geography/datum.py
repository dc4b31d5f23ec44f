"""Which datum (坐标系) a pair of numbers is in, and how to bring it to WGS-84: the one door for GCJ-02 and BD-09.

The formulas are the ones in public circulation (GCJ-02: an ellipsoid of a = 6378245 m with two polynomial-plus-sine
offsets; BD-09: a rotation-like shift of GCJ-02). Published test vectors are in tests/unit/geography/test_datum.py.
In Jiangbei GCJ-02 lies about 480 m and BD-09 about 1,050 m from WGS-84.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

from mapapp.geography.coordinate import Coordinate, Datum

Pair = tuple[float, float]

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_ANGLE = pi * 3000.0 / 180.0
# Outside this rough box nothing is shifted: lon from, lon to, lat from, lat to.
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
# Each fixed-point step of an inverse shrinks the error about a thousandfold for GCJ-02 and twentyfold for BD-09.
_MAX_STEPS = 30
_STEP_DEGREES = 1e-12


def to_wgs84(lon: float, lat: float, datum: Datum) -> Coordinate:
    """Return the WGS-84 coordinate of a pair in decimal degrees of `datum`; inverse of `from_wgs84` to 1e-6 m."""
    given = Coordinate(lon, lat)  # refuses what is not a position at all
    if datum is Datum.WGS84:
        return given
    pair = (lon, lat)
    if datum is Datum.BD09:
        pair = _undo(_gcj_to_bd, pair, start=_bd_to_gcj_once(pair))
    return Coordinate(*_undo(_wgs_to_gcj, pair, start=pair))


def from_wgs84(coordinate: Coordinate, datum: Datum) -> Pair:
    """Return (lon, lat) in decimal degrees of `datum`."""
    pair = (coordinate.lon, coordinate.lat)
    if datum is Datum.WGS84:
        return pair
    gcj = _wgs_to_gcj(pair)
    return gcj if datum is Datum.GCJ02 else _gcj_to_bd(gcj)


def _undo(forward: Callable[[Pair], Pair], wanted: Pair, start: Pair) -> Pair:
    """Return the pair that `forward` turns into `wanted`, by fixed-point iteration from `start`."""
    lon, lat = start
    for _ in range(_MAX_STEPS):
        seen = forward((lon, lat))
        step = (wanted[0] - seen[0], wanted[1] - seen[1])
        lon, lat = lon + step[0], lat + step[1]
        if abs(step[0]) < _STEP_DEGREES and abs(step[1]) < _STEP_DEGREES:
            break
    return lon, lat


def _wgs_to_gcj(pair: Pair) -> Pair:
    lon, lat = pair
    west, east, south, north = _CHINA
    if not (west <= lon <= east and south <= lat <= north):
        return pair
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    wave = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north_m += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north_m += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east_m += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east_m += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = lat / 180.0 * pi
    magic = 1.0 - _ECCENTRICITY_2 * sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (magic * sqrt(magic))
    parallel_m = _AXIS_M / sqrt(magic) * cos(phi)
    return lon + east_m * 180.0 / (parallel_m * pi), lat + north_m * 180.0 / (meridian_m * pi)


def _gcj_to_bd(pair: Pair) -> Pair:
    lon, lat = pair
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BD_ANGLE)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD_ANGLE)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def _bd_to_gcj_once(pair: Pair) -> Pair:
    x, y = pair[0] - 0.0065, pair[1] - 0.006
    radius = hypot(x, y) - 0.00002 * sin(y * _BD_ANGLE)
    angle = atan2(y, x) - 0.000003 * cos(x * _BD_ANGLE)
    return radius * cos(angle), radius * sin(angle)
