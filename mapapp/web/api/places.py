"""GET /geocode, /reverse: what a place is called and where it is (地名), from the shipped gazetteer alone."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.place_shapes import PlacesShape, ReverseShape
from mapapp.web.bodies import PRIVATE, send_text
from mapapp.web.context import Bundle
from mapapp.web.details import place_found
from mapapp.web.fragments import dumps
from mapapp.web.parse import check_area
from mapapp.web.questions import PLACES, POSITION

blueprint = APIBlueprint("places", __name__, tag="Find")

_FOUND = 5


@blueprint.get("/geocode")
@documented(_("The named places that a text may mean, best first."), PLACES, PlacesShape)
def geocode() -> Response:
    """Return the named places that a text may mean, best first."""
    here = asked(PLACES)
    found = here.bundle.gazetteer.find(here.values["q"], here.values.get("limit", _FOUND))
    # what somebody looks up may be where they live
    return send_text(dumps({"places": [place_found(hit, here.language) for hit in found]}), cache=PRIVATE)


@blueprint.get("/reverse")
@documented(_("The schematic street or town of a position, and the nearest named place."), POSITION, ReverseShape)
def reverse() -> Response:
    """Return the (schematic) street or town of a position, and the nearest named place."""
    here = asked(POSITION)
    coordinate = to_wgs84(here.values["lon"], here.values["lat"], here.values.get("datum", Datum.WGS84))
    check_area(coordinate, here.bundle, here.settings, field="lat")
    return send_text(dumps(_told(coordinate, here.bundle, here.language)), cache=PRIVATE)


def _told(coordinate: Coordinate, bundle: Bundle, language: str) -> dict[str, Any]:
    place, metres = bundle.gazetteer.nearest_named(coordinate)
    district = bundle.catalogue.district
    street = district.street_of(coordinate)
    return {
        "lat": round(coordinate.lat, 7),
        "lon": round(coordinate.lon, 7),
        "in_district": district.contains(coordinate),
        "street": street,
        "street_is_schematic": street is None or street in district.schematic_streets,
        "nearest": {
            "name": place.name_en if language == "en" and place.name_en else place.name_zh,
            "kind": place.kind,
            "lat": place.place.coordinate.lat,
            "lon": place.place.coordinate.lon,
            "distance_m": round(metres, 1),
            "accuracy_m": place.place.accuracy_m,
        },
    }
