"""GET /openapi.json, /api/docs: the interface described, for programs and on a page of our own for people."""

from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, render_template, request

from mapapp.web.api.asking import arguments
from mapapp.web.bodies import JSON, Prepared, digest_of, not_modified, send_prepared, send_text
from mapapp.web.context import current_language
from mapapp.web.fragments import dumps
from mapapp.web.questions import NOTHING
from mapapp.web.sentences import SENTENCES
from mapapp.web.version import build

blueprint = Blueprint("docs", __name__)

_KEPT = "mapapp_openapi"


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI 3.1 document; the same bytes from every worker of one deployment."""
    arguments(NOTHING, request.environ)
    kept = current_app.extensions
    if _KEPT not in kept:
        kept[_KEPT] = Prepared.of(dumps(document()), JSON)
    return send_prepared(kept[_KEPT])


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show every address with its parameters, an example, and every code of a failure."""
    etag = digest_of(build(), current_language(), "docs")
    unchanged = not_modified(etag)
    if unchanged is not None:
        return unchanged
    described = document()
    page = render_template(
        "pages/api_docs.html",
        paths=described["paths"],
        schemas=described["components"]["schemas"],
        failures=sorted(SENTENCES.items()),
    )
    return send_text(page, mimetype="text/html", etag=etag)


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the current application."""
    return cast(dict[str, Any], cast(APIFlask, current_app)._get_spec("json"))
