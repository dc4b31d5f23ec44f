"""GET /points, /points/{id}, /points.geojson: the service points (办理点)."""

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.web.api.asking import Asked, asked
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import CollectionShape, PointDetailsShape, PointsShape
from mapapp.web.bodies import BY_LANGUAGE, GEOJSON, Prepared, etag_of_view, not_modified, send_prepared, send_text
from mapapp.web.details import point_details
from mapapp.web.fragments import dumps, fragments_of
from mapapp.web.listing import list_points
from mapapp.web.parse import moment_of
from mapapp.web.present import collection_text, feature_text, point_text, points_text
from mapapp.web.questions import MAX_LIMIT, POINT, POINTS, POINTS_MAP

blueprint = APIBlueprint("points", __name__, tag="Find")


@blueprint.get("/points")
@documented(_("The points that pass the filters, with their open state."), POINTS, PointsShape)
def points() -> Response:
    """Return the points that pass the filters, in order of id, with their open state."""
    here = asked(POINTS)
    fragments = fragments_of(here.bundle, here.language)
    at = moment_of(here.values, here.bundle, here.now)
    listing = list_points({"limit": MAX_LIMIT, **here.values}, here.bundle, at)
    rows = [point_text(point, status, fragments) for point, status in listing.rows]
    return send_text(points_text(rows, listing.total, listing.following))


@blueprint.get("/points/<point_id>")
@documented(_("Everything known about one point."), POINT, PointDetailsShape)
def point(point_id: str) -> Response:
    """Return everything known about one point."""
    here = asked(POINT)
    catalogue = here.bundle.catalogue
    at = moment_of(here.values, here.bundle, here.now)
    return send_text(dumps(point_details(catalogue, catalogue.point(point_id), at, here.language)))


@blueprint.get("/points.geojson")
@documented(
    _("The points as GeoJSON; with their open state when at or open is given."),
    POINTS_MAP,
    CollectionShape,
    mimetype=GEOJSON,
)
def points_map() -> Response:
    """Return the points as GeoJSON (RFC 7946); the open state is told when `at` or `open` is given."""
    here = asked(POINTS_MAP)
    if here.values.keys() <= {"lang"}:
        return _whole_map(here)
    with_state = "at" in here.values or "open" in here.values
    return send_text(_collection(here, with_state=with_state), mimetype=GEOJSON)


def _whole_map(here: Asked) -> Response:
    """Answer with all points and no state: the same for everybody, so written and compressed once per revision."""
    etag = etag_of_view(here.bundle, here.language, "points.geojson")
    unchanged = not_modified(etag)
    if unchanged is not None:
        return unchanged
    prepared = here.bundle.once(
        ("points.geojson", here.language), lambda: Prepared.of(_collection(here, with_state=False), GEOJSON)
    )
    return send_prepared(prepared, etag=etag, vary=BY_LANGUAGE)


def _collection(here: Asked, *, with_state: bool) -> str:
    fragments = fragments_of(here.bundle, here.language)
    listing = list_points(here.values, here.bundle, moment_of(here.values, here.bundle, here.now))
    return collection_text(
        feature_text(point, status if with_state else None, fragments) for point, status in listing.rows
    )
