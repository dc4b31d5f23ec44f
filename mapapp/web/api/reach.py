"""GET /reach.geojson: how far a walk of some length gets from here (步行可达范围)."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _
from pydantic import Field

from mapapp.geography.isochrone import reach_area
from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import Lat, Lon, Metres, Shape
from mapapp.web.bodies import GEOJSON, PRIVATE, send_text
from mapapp.web.fragments import dumps
from mapapp.web.parse import origin_of
from mapapp.web.questions import REACH

blueprint = APIBlueprint("reach", __name__, tag="Find")

Position = Annotated[list[float], Field(min_length=2, max_length=2)]
Ring = Annotated[list[Position], Field(min_length=4)]


class AreaShape(Shape):
    """One area, with its holes."""

    type: Literal["Polygon"]
    coordinates: list[Ring]


class AreasShape(Shape):
    """Several areas."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[Ring]]


class ReachPropertiesShape(Shape):
    """From where, how many metres of walking, and whether a network or the estimate says so."""

    m: Metres
    walk_kind: Literal["estimate", "network"]
    lat: Lat
    lon: Lon
    place: str | None
    accuracy_m: Metres


class ReachFeatureShape(Shape):
    """What can be reached."""

    type: Literal["Feature"]
    geometry: AreaShape | AreasShape
    properties: ReachPropertiesShape


class ReachShape(Shape):
    """A GeoJSON feature collection (RFC 7946) of one feature."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[ReachFeatureShape], Field(min_length=1, max_length=1)]


@blueprint.get("/reach.geojson")
@documented(_("The area within a walk of so many metres."), REACH, ReachShape, mimetype=GEOJSON)
def reach() -> Response:
    """Return the area within a walk of `m` metres."""
    here = asked(REACH)
    values = {"m": float(here.settings.goal_m), **here.values}
    origin = origin_of(values, here.bundle, here.settings, here.language)
    area = reach_area(here.bundle.finder.reach, origin.coordinate, values["m"])
    told = {
        "m": values["m"],
        "walk_kind": area.kind.value,
        "lat": round(origin.coordinate.lat, 7),
        "lon": round(origin.coordinate.lon, 7),
        "place": origin.name,
        "accuracy_m": origin.accuracy_m,
    }
    feature = {"type": "Feature", "geometry": area.geometry, "properties": told}
    return send_text(dumps({"type": "FeatureCollection", "features": [feature]}), mimetype=GEOJSON, cache=PRIVATE)
