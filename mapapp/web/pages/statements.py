"""What stands behind the service (说明): the accessibility and privacy statements, robots.txt, the icon."""

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from mapapp.web.bodies import REVALIDATE, Prepared, send_prepared
from mapapp.web.context import current_settings
from mapapp.web.pages.frame import page

blueprint = Blueprint("statements", __name__)
# Answers and views of the same page are no pages of their own for a search engine.
_ROBOTS = Prepared.of(
    "User-agent: *\nDisallow: /nearest\nDisallow: /api/\nDisallow: /staff/\nDisallow: /book/\nDisallow: /booking/\n",
    "text/plain; charset=utf-8",
)


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """Answer with the accessibility statement."""
    return _statement("accessibility")


@blueprint.get("/privacy")
def privacy() -> Response:
    """Answer with the privacy statement, in four sentences."""
    return _statement("privacy")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer with what search engines may read."""
    return send_prepared(_ROBOTS, cache=REVALIDATE)


@blueprint.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Send a browser that asks at the old address to the drawn icon."""
    return redirect("/static/favicon.svg", 301)


def _statement(name: str) -> Response:
    return page(f"pages/{name}.html", settings=current_settings())
