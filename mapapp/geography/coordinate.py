"""Where a thing is (位置): a coordinate in WGS-84 decimal degrees, and how sure we are of it."""

from dataclasses import dataclass
from enum import StrEnum

from mapapp.errors import InvalidQuery


class Datum(StrEnum):
    """The reference a pair of numbers is measured in. Inside the program everything is WGS-84.

    CGCS2000, the national datum, differs from WGS-84 by centimetres and is read as WGS-84.
    """

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Confidence(StrEnum):
    """How far a fact or a position can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class Coordinate:
    """A point on the earth: longitude and latitude in WGS-84 decimal degrees.

    Raises InvalidQuery `wrong_parameter` when a number is not finite or out of range.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        # `not (a <= x <= b)` is also true for NaN
        if not -180 <= self.lon <= 180:
            raise InvalidQuery("wrong_parameter", field="lon", value=self.lon)
        if not -90 <= self.lat <= 90:
            raise InvalidQuery("wrong_parameter", field="lat", value=self.lat)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A coordinate with its accuracy in metres, who said so, and the confidence."""

    coordinate: Coordinate
    accuracy_m: float
    provider: str
    confidence: Confidence
