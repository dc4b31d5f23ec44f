"""What answers about places look like (结构), for the OpenAPI document and for the tests."""

from mapapp.web.api.shapes import Confidence, Lat, Lon, Metres, Shape


class PlaceShape(Shape):
    """A named place."""

    name: str
    kind: str
    street: str
    lat: Lat
    lon: Lon
    accuracy_m: Metres
    provider: str
    confidence: Confidence
    matched: str
    score: float


class PlacesShape(Shape):
    """Named places, best first."""

    places: list[PlaceShape]


class NearestNamedShape(Shape):
    """The nearest named place and how far it is."""

    name: str
    kind: str
    lat: Lat
    lon: Lon
    distance_m: Metres
    accuracy_m: Metres


class ReverseShape(Shape):
    """What is at a position; the street comes from a schematic drawing."""

    lat: Lat
    lon: Lon
    in_district: bool
    street: str | None
    street_is_schematic: bool
    nearest: NearestNamedShape
