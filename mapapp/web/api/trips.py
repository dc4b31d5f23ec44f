"""GET /trips: one trip for several matters, fewest stops first (一次跑完)."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _
from pydantic import Field

from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import Lat, Lon, Metres, Moment, PointShape, Shape, StateShape
from mapapp.web.bodies import PRIVATE, etag_of_view, send_text
from mapapp.web.fragments import fragments_of
from mapapp.web.questions import TRIPS
from mapapp.web.trips import find_trips, trip_request, trips_text

blueprint = APIBlueprint("trips", __name__, tag="Find")

Count = Annotated[int, Field(ge=0)]


class StopShape(Shape):
    """One stop: the point, what is done there, the walk to it, and the times."""

    point: PointShape
    matters: Annotated[list[str], Field(min_length=1)]
    distance_m: Metres
    walk_m: Metres
    walk_kind: Literal["estimate", "network"]
    walk_minutes: Count
    river_between: bool
    arrive_at: Moment
    wait_minutes: Count
    leave_at: Moment
    open: StateShape
    open_on_arrival: bool


class TripShape(Shape):
    """Stops in order, and the metres walked in all."""

    stops: Annotated[list[StopShape], Field(min_length=1)]
    walk_m: Metres


class TripQueryShape(Shape):
    """The question as it was understood."""

    lat: Lat
    lon: Lon
    place: str | None
    accuracy_m: Metres
    matters: list[str]
    package: str | None
    at: Moment
    open: Literal["any", "now", "arrival"]


class TripsShape(Shape):
    """Trips, best first; the matters no point takes, and those that are open nowhere when asked about."""

    query: TripQueryShape
    trips: list[TripShape]
    impossible: list[str]
    closed: list[str]
    is_proven: bool
    revision: int
    as_of: Moment


@blueprint.get("/trips")
@documented(_("One trip for several matters: fewest stops, then the shortest walk."), TRIPS, TripsShape)
def trips() -> Response:
    """Return the trips that do all the matters, each with another first stop."""
    here = asked(TRIPS)
    request = trip_request(here.values, here.bundle, here.settings, here.now, here.language)
    answer = find_trips(request, here.bundle, here.settings)
    fragments = fragments_of(here.bundle, here.language)
    text = trips_text(request, answer, fragments, revision=here.bundle.catalogue.revision, as_of=here.now)
    etag = etag_of_view(here.bundle, here.language, f"trips {here.query} {here.now}")
    return send_text(text, etag=etag, cache=PRIVATE)
