"""GET /matters, /matters/{code}: what can be done (事项), by code or by everyday words."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from mapapp.web.api.documented import arguments, documented
from mapapp.web.api.shapes import MatterDetailsShape, MattersShape
from mapapp.web.api.unchanging import answer_unchanging
from mapapp.web.context import Bundle, current_bundle, current_language
from mapapp.web.details import matter_details, matter_listed
from mapapp.web.parse import Values
from mapapp.web.questions import MATTERS, ONE

blueprint = APIBlueprint("matters", __name__, tag="Find")

_FOUND = 10


@blueprint.get("/matters")
@documented(MATTERS, MattersShape)
def matters() -> Response:
    """Return the matters that everyday words mean, best first; without words all of them by code."""
    values, bundle, language = arguments(MATTERS), current_bundle(), current_language()
    return answer_unchanging(
        bundle, language, f"matters {sorted(values.items())}", lambda: _listed(values, bundle, language)
    )


@blueprint.get("/matters/<code>")
@documented(ONE, MatterDetailsShape)
def matter(code: str) -> Response:
    """Return everything known about one matter: what to bring, how long, where."""
    arguments(ONE)
    bundle, language = current_bundle(), current_language()
    found = bundle.catalogue.matter(code)
    return answer_unchanging(
        bundle, language, f"matter {code}", lambda: matter_details(bundle.catalogue, found, language)
    )


def _listed(values: Values, bundle: Bundle, language: str) -> dict[str, Any]:
    if "q" not in values:
        everything = list(bundle.catalogue.matters.values())[: values.get("limit")]
        return {"matters": [matter_listed(matter, language) for matter in everything], "confident": True}
    found = bundle.matter_search.search(values["q"], values.get("limit", _FOUND))
    return {"matters": [matter_listed(hit, language) for hit in found.hits], "confident": found.confident}
