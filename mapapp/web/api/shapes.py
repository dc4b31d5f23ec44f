"""What the answers look like (结构), for the OpenAPI document and for the tests that hold every answer against it.

These models never build an answer: `present.py` and `details.py` write it. Nothing beyond the fields here is sent.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An object with exactly these fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


Lat = Annotated[float, Field(ge=-90, le=90)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Metres = Annotated[float, Field(ge=0)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Clock = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")]
Span = Annotated[list[Clock], Field(min_length=2, max_length=2)]
Confidence = Literal["high", "medium", "low"]
Mode = Literal["finish", "forward", "print"]


class NamedShape(Shape):
    """A matter or a package by code."""

    code: str
    name: str


class OfferedShape(NamedShape):
    """A matter that may have been meant."""

    matched: str


class PointShape(Shape):
    """A service point."""

    id: str
    name: str
    kind: str
    street: str
    address: str
    phone: str | None
    lat: Lat
    lon: Lon
    place_accuracy_m: Metres
    place_confidence: Confidence


class StateShape(Shape):
    """Whether a point is open, until when or from when, and why not."""

    state: Literal["open", "closed", "unknown"]
    until: Moment | None
    opens_at: Moment | None
    reason: Literal["outside_hours", "holiday", "closure", "calendar_not_announced", "hours_unknown"] | None
    reason_detail: Literal["lunch", "before_hours", "after_hours", "weekend", "holiday", "closure"] | None
    reason_text: str | None
    calendar_unknown: bool


class OfferShape(Shape):
    """What a point does with the matter asked for."""

    mode: Mode
    bookable: bool


class ResultShape(Shape):
    """One point of the answer: geodesic and walking metres, minutes on foot, state now and on arrival."""

    point: PointShape
    offer: OfferShape | None
    distance_m: Metres
    walk_m: Metres
    walk_kind: Literal["estimate", "network"]
    walk_minutes: Annotated[int, Field(ge=0)]
    river_between: bool
    open: StateShape
    arrive_at: Moment
    open_on_arrival: bool
    closing_soon: bool


class QueryShape(Shape):
    """The question as it was understood, in WGS-84."""

    lat: Lat
    lon: Lon
    place: str | None
    accuracy_m: Metres
    matter: NamedShape | None
    package: NamedShape | None
    q: str | None
    at: Moment
    open: Literal["any", "now", "arrival"]
    k: int
    within: float | None
    kind: str | None
    street: str | None


class SaidShape(Shape):
    """A place and a time that stand in the words, and what is left for the matter; offered, never applied."""

    rest: str
    place: str | None
    when: str | None


class HeardShape(SaidShape):
    """The same with the moment that is meant; null where that has gone by."""

    at: Moment | None


class NearestShape(Shape):
    """The nearest points, nearest first; `understood` only with words."""

    query: QueryShape
    goal_m: int
    within_goal: bool
    within_goal_sure: bool
    results: list[ResultShape]
    revision: int
    as_of: Moment
    trip: str = ""
    understood: HeardShape | None = None
    did_you_mean: list[OfferedShape] = []


class ListedPointShape(PointShape):
    """A service point in a list."""

    hours_rule: str | None
    open: StateShape


class PointsShape(Shape):
    """One page of points; `next` is the cursor of the next page."""

    points: list[ListedPointShape]
    total: int
    next: str | None


class ExceptionShape(Shape):
    """Days whose hours differ from the ordinary week, both included."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    spans: list[Span]
    reason: str | None


class HoursShape(Shape):
    """Opening hours: the OSM rule, the ordinary week from Monday, exceptions of the next 92 days, today."""

    rule: str | None
    week: Annotated[list[list[Span]], Field(min_length=7, max_length=7)]
    exceptions: list[ExceptionShape]
    today: list[Span]


class PointOfferShape(Shape):
    """A matter that a point takes."""

    matter: str
    name: str
    mode: Mode
    bookable: bool
    hours_rule: str | None
    note: str


class WindowShape(Shape):
    """A counter."""

    name: str
    note: str


class PointDetailsShape(ListedPointShape):
    """Everything known about a point."""

    hours: HoursShape
    offers: list[PointOfferShape]
    windows: list[WindowShape]
    accessibility: list[str]
    note: str
    place_source: str
    source: str
    source_date: Day | None
    confidence: str
    verified_at: Day | None
    is_sample: bool


class GeometryShape(Shape):
    """A GeoJSON point: longitude, latitude."""

    type: Literal["Point"]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]


class PropertiesShape(PointShape):
    """A service point as GeoJSON properties; `open` only when a moment was asked about."""

    hours_rule: str | None
    open: StateShape | None = None


class FeatureShape(Shape):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: GeometryShape
    properties: PropertiesShape


class CollectionShape(Shape):
    """A GeoJSON feature collection (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[FeatureShape]


class HealthShape(Shape):
    """The process lives."""

    status: Literal["ok"]


class ReadyShape(Shape):
    """A catalogue is held; `writes` tells whether the database answers."""

    status: Literal["ready"]
    revision: int
    points: int
    matters: int
    writes: bool


class ProblemShape(BaseModel):
    """A failure (RFC 9457): `code` is stable, `field` names the offending parameter."""

    model_config = ConfigDict(strict=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None
    did_you_mean: list[str] = []
