"""GET /openapi.json, /api/docs: the interface described, for programs and on a page of our own for people."""

from collections import defaultdict
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, request
from flask_babel import force_locale

from mapapp.web.api.asking import arguments
from mapapp.web.bodies import JSON, Prepared, send_prepared
from mapapp.web.fragments import dumps
from mapapp.web.pages.frame import page
from mapapp.web.questions import NOTHING
from mapapp.web.sentences import SENTENCES, title_and_sentence

blueprint = Blueprint("docs", __name__)

_KEPT = "mapapp_openapi"
_HERE = "lat=29.5734&lon=106.5141"
# One address to try for each route; a test asks every one of them.
EXAMPLES = {
    "/api/v1/nearest": f"/api/v1/nearest?{_HERE}&q=社保卡&open=arrival",
    "/api/v1/points": "/api/v1/points?kind=street&open=now",
    "/api/v1/points/{point_id}": "/api/v1/points/JB-001",
    "/api/v1/points.geojson": "/api/v1/points.geojson?matter=M061",
    "/api/v1/points/{point_id}/slots": "/api/v1/points/JB-001/slots?matter=M001",
    "/api/v1/matters": "/api/v1/matters?q=办个执照",
    "/api/v1/matters/{code}": "/api/v1/matters/M061",
    "/api/v1/packages": "/api/v1/packages",
    "/api/v1/packages/{code}": "/api/v1/packages/P01",
    "/api/v1/geocode": "/api/v1/geocode?q=观音桥",
    "/api/v1/reverse": f"/api/v1/reverse?{_HERE}",
    "/api/v1/reach.geojson": f"/api/v1/reach.geojson?{_HERE}",
    "/api/v1/trips": f"/api/v1/trips?{_HERE}&matter=M001&matter=M017",
    "/api/v1/coverage": "/api/v1/coverage?matter=M061&within=1000",
    "/api/v1/coverage.geojson": "/api/v1/coverage.geojson?matter=M061",
    "/api/v1/siting": "/api/v1/siting?matter=M061&new=3",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI 3.1 document, in English; the same bytes from every worker of one deployment."""
    arguments(NOTHING, request.environ)
    kept = current_app.extensions
    if _KEPT not in kept:
        with force_locale("en"):
            kept[_KEPT] = Prepared.of(dumps(document()), JSON)
    return send_prepared(kept[_KEPT])


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show every address with its parameters, an example, and every code of a failure."""
    described = document()
    failures = [(code, *title_and_sentence(code, 400, defaultdict(lambda: "…"))) for code in sorted(SENTENCES)]
    return page(
        "pages/api_docs.html",
        paths=described["paths"],
        schemas=described["components"]["schemas"],
        examples=EXAMPLES,
        failures=failures,
    )


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the current application, its sentences in the language of the request."""
    return cast(dict[str, Any], cast(APIFlask, current_app).spec)
