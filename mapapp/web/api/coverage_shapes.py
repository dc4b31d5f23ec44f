"""What answers about coverage and siting look like (结构), for the OpenAPI document and for the tests."""

from typing import Annotated, Literal

from pydantic import Field

from mapapp.web.api.reach import AreasShape
from mapapp.web.api.shapes import Lat, Lon, Metres, Moment, Shape

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class StreetShareShape(Shape):
    """A street or town (schematic); `name` is null for land on which no street is drawn."""

    name: str | None
    land_km2: Annotated[float, Field(ge=0)]
    share_area: Share
    communities_total: Count
    communities_covered: Count
    points: Count


class MethodShape(Shape):
    """How it was found. `error` is that of counting cells, `place_error` that of the positions of the points."""

    distance: Literal["estimate", "network"]
    detour: float | None
    grid_m: Metres
    error: Annotated[float, Field(ge=0)]
    place_error: Share


class WeekShape(Shape):
    """The week of a Monday: share of land times hours with an open point, and hours of 168 with one open anywhere."""

    monday: Day
    share: Share
    open_hours: Annotated[float, Field(ge=0, le=168)]


class PopulationShape(Shape):
    """Whom the share of people counts."""

    year: str
    source: str
    is_by_street: bool


class AskedShape(Shape):
    """What was asked: a code, a kind, or nothing for any point."""

    matter: str | None
    package: str | None
    kind: str | None
    name: str | None
    mode: Literal["one_point", "trip"]
    within_m: Annotated[int, Field(ge=100, le=5000)]
    at: Moment | None


class CoverageShape(AskedShape):
    """Who has a point within the walk; shares are of the land."""

    share_area: Share
    land_km2: Annotated[float, Field(ge=0)]
    points: Count
    communities_total: Count
    communities_covered: Count
    communities_placed: Count
    population_share: Share | None
    population: PopulationShape | None
    uncovered_streets: list[str]
    streets: list[StreetShareShape]
    week: WeekShape | None
    method: MethodShape
    revision: int
    as_of: Moment


class UncoveredPropertiesShape(AskedShape):
    """What the area is: the share of the land that is not covered."""

    uncovered: Literal[True]
    share_area: Share
    revision: int


class UncoveredFeatureShape(Shape):
    """The land that is not covered."""

    type: Literal["Feature"]
    geometry: AreasShape
    properties: UncoveredPropertiesShape


class UncoveredShape(Shape):
    """A GeoJSON feature collection (RFC 7946) of one feature, or of none when all land is covered."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[UncoveredFeatureShape], Field(max_length=1)]


class SiteShape(Shape):
    """A place for a new point; `point` is set where one exists that would have to learn the matter."""

    name: str
    lat: Lat
    lon: Lon
    kind: Literal["community", "street_centre", "station", "point", "given"]
    point: str | None
    place_accuracy_m: Metres
    share_gained: Share


class SitingShape(AskedShape):
    """The sites that add most, the largest gain first; `gap` is the proven relative distance to the best gain.

    Shares are of the land, or of the people where `weighed_by` says so.
    """

    new: Annotated[int, Field(ge=1, le=10)]
    sites: list[SiteShape]
    share_before: Share
    share_after: Share
    greedy_after: Share
    gap: Annotated[float, Field(ge=0)]
    weighed_by: Literal["land", "people"]
    candidates: Count
    target: Share | None
    target_reached: bool | None
    revision: int
    as_of: Moment
