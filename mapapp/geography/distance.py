"""How far two coordinates are apart: geodesic metres on the WGS-84 ellipsoid."""

from math import cos, hypot, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from mapapp.geography.coordinate import Coordinate

_GEOD = Geod(ellps="WGS84")

Ecef = tuple[float, float, float]

_AXIS_M = 6378137.0
_ECCENTRICITY_2 = 6.69437999014e-3


def geodesic_m(start: Coordinate, end: Coordinate) -> float:
    """Return the length in metres of the shortest line on the ellipsoid (Karney's algorithm, in pyproj)."""
    _, _, metres = _GEOD.inv(start.lon, start.lat, end.lon, end.lat)
    return float(metres)


def geodesics_m(
    lon0: NDArray[np.float64], lat0: NDArray[np.float64], lon1: NDArray[np.float64], lat1: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the metres of `geodesic_m` from each (lon0, lat0) to its (lon1, lat1), arrays of one length in degrees."""
    _, _, metres = _GEOD.inv(lon0, lat0, lon1, lat1)
    return np.asarray(metres, dtype=np.float64)


def to_ecef(coordinate: Coordinate) -> Ecef:
    """Return earth-centred x, y, z in metres of a coordinate on the ellipsoid."""
    phi, lam = radians(coordinate.lat), radians(coordinate.lon)
    prime_vertical = _AXIS_M / sqrt(1.0 - _ECCENTRICITY_2 * sin(phi) ** 2)
    return (
        prime_vertical * cos(phi) * cos(lam),
        prime_vertical * cos(phi) * sin(lam),
        prime_vertical * (1.0 - _ECCENTRICITY_2) * sin(phi),
    )


def chord_m(a: Ecef, b: Ecef) -> float:
    """Return the straight line through the earth in metres: a lower bound of the geodesic."""
    return hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
