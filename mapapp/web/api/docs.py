"""GET /api/docs: the interface explained on a page of our own, from the same document programs read."""

from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, render_template

from mapapp.web.bodies import etag_of_view, not_modified, send_text, vary_by_language
from mapapp.web.context import current_bundle, current_language
from mapapp.web.sentences import SENTENCES

blueprint = Blueprint("docs", __name__)


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show every address with its parameters, an example, and every code of a failure."""
    etag = etag_of_view(current_bundle(), current_language(), "docs")
    unchanged = not_modified(etag)
    if unchanged is not None:
        return vary_by_language(unchanged)
    spec = cast(dict[str, Any], cast(APIFlask, current_app)._get_spec("json"))
    page = render_template(
        "pages/api_docs.html",
        paths=spec["paths"],
        schemas=spec["components"]["schemas"],
        failures=sorted(SENTENCES.items()),
    )
    return vary_by_language(send_text(page, mimetype="text/html", etag=etag))
