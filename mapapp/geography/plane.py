"""Where a coordinate lies in a flat local plane, in metres: for touching, crossing and containing, not for distances.

East-west lengths are true on the middle latitude only; 7 km north or south of it (half of Jiangbei) they are 0.06 %
off. Pure arithmetic instead of a map projection library: a fraction of a microsecond, and safe to share by threads.
"""

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate

_AXIS_M = 6378137.0
_ECCENTRICITY_2 = 6.69437999014e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class Plane:
    """A plane that touches the ellipsoid at (lon, lat); x grows east and y north, in metres."""

    lon: float
    lat: float
    metres_east: float
    metres_north: float

    @classmethod
    def at(cls, lon: float, lat: float) -> "Plane":
        """Return the plane at this position, from the WGS-84 radii of curvature there."""
        root = sqrt(1.0 - _ECCENTRICITY_2 * sin(radians(lat)) ** 2)
        prime_vertical_m = _AXIS_M / root
        meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / root**3
        return cls(
            lon=lon,
            lat=lat,
            metres_east=prime_vertical_m * cos(radians(lat)) * pi / 180.0,
            metres_north=meridian_m * pi / 180.0,
        )

    def flat(self, coordinate: Coordinate) -> tuple[float, float]:
        """Return x and y in metres."""
        return (coordinate.lon - self.lon) * self.metres_east, (coordinate.lat - self.lat) * self.metres_north

    def round_again(self, x: float, y: float) -> Coordinate:
        """Return the coordinate at x and y: the inverse of `flat`."""
        return Coordinate(self.lon + x / self.metres_east, self.lat + y / self.metres_north)

    def flatten(self, geometry: Any) -> Any:
        """Return a shapely geometry in WGS-84 degrees as the same in metres."""
        origin = np.array([self.lon, self.lat])
        scale = np.array([self.metres_east, self.metres_north])

        def to_metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
            metres: NDArray[np.float64] = (degrees - origin) * scale
            return metres

        return shapely.transform(geometry, to_metres)
