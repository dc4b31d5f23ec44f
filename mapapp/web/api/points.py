"""GET /points, /points/{id}, /points.geojson: the service points (办理点)."""

from apiflask import APIBlueprint
from flask import Response

from mapapp.web.api.documented import arguments, documented
from mapapp.web.api.shapes import CollectionShape, PointDetailsShape, PointsShape
from mapapp.web.bodies import (
    GEOJSON,
    Prepared,
    etag_of_view,
    not_modified,
    send_prepared,
    send_text,
    vary_by_language,
)
from mapapp.web.context import Bundle, current_bundle, current_language, current_now
from mapapp.web.details import point_details
from mapapp.web.fragments import dumps, fragments_of
from mapapp.web.listing import list_points
from mapapp.web.parse import Values, moment_of
from mapapp.web.present import collection_text, feature_text, point_text, points_text
from mapapp.web.questions import MAX_LIMIT, POINT, POINTS, POINTS_MAP

blueprint = APIBlueprint("points", __name__, tag="Find")


@blueprint.get("/points")
@documented(POINTS, PointsShape)
def points() -> Response:
    """Return the points that pass the filters, in order of id, with their open state."""
    values = {"limit": MAX_LIMIT, **arguments(POINTS)}
    bundle = current_bundle()
    fragments = fragments_of(bundle, current_language())
    listing = list_points(values, bundle, moment_of(values, bundle, current_now()))
    rows = [point_text(point, status, fragments) for point, status in listing.rows]
    return vary_by_language(send_text(points_text(rows, listing.total, listing.following)))


@blueprint.get("/points/<point_id>")
@documented(POINT, PointDetailsShape)
def point(point_id: str) -> Response:
    """Return everything known about one point."""
    values = arguments(POINT)
    bundle, language = current_bundle(), current_language()
    found = bundle.catalogue.point(point_id)
    at = moment_of(values, bundle, current_now())
    return vary_by_language(send_text(dumps(point_details(bundle.catalogue, found, at, language))))


@blueprint.get("/points.geojson")
@documented(POINTS_MAP, CollectionShape, mimetype=GEOJSON)
def points_map() -> Response:
    """Return the points as GeoJSON (RFC 7946); the open state is told when `at` or `open` is given."""
    values = arguments(POINTS_MAP)
    bundle, language = current_bundle(), current_language()
    if values.keys() <= {"lang"}:
        return _whole_map(bundle, language)
    with_state = "at" in values or "open" in values
    text = _collection(values, bundle, language, with_state=with_state)
    return vary_by_language(send_text(text, mimetype=GEOJSON))


def _whole_map(bundle: Bundle, language: str) -> Response:
    """Answer with all points and no state: the same for everybody, so written and compressed once per revision."""
    etag = etag_of_view(bundle, language, "points.geojson")
    unchanged = not_modified(etag)
    if unchanged is not None:
        return vary_by_language(unchanged)
    prepared = bundle.once(
        ("points.geojson", language),
        lambda: Prepared.of(_collection({}, bundle, language, with_state=False), GEOJSON),
    )
    return vary_by_language(send_prepared(prepared, etag=etag))


def _collection(values: Values, bundle: Bundle, language: str, *, with_state: bool) -> str:
    fragments = fragments_of(bundle, language)
    listing = list_points(values, bundle, moment_of(values, bundle, current_now()))
    return collection_text(
        feature_text(point, status if with_state else None, fragments) for point, status in listing.rows
    )
