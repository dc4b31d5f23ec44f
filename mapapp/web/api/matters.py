"""GET /matters, /matters/{code}: what can be done (事项), by code or by everyday words."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.web.api.asking import Asked, asked
from mapapp.web.api.documented import documented
from mapapp.web.api.matter_shapes import MatterDetailsShape, MattersShape
from mapapp.web.api.unchanging import answer_unchanging
from mapapp.web.details import matter_details, matter_listed
from mapapp.web.missed import note_miss
from mapapp.web.present import said_fields
from mapapp.web.questions import MATTERS, ONE
from mapapp.web.suggesting import heard_in

blueprint = APIBlueprint("matters", __name__, tag="Find")

_FOUND = 10


@blueprint.get("/matters")
@documented(_("The matters that everyday words mean, best first; without words all of them."), MATTERS, MattersShape)
def matters() -> Response:
    """Return the matters that everyday words mean, best first; without words all of them by code."""
    here = asked(MATTERS)
    return answer_unchanging(here, f"matters {sorted(here.values.items())}", lambda: _listed(here))


@blueprint.get("/matters/<code>")
@documented(_("Everything known about one matter: what to bring, how long, where."), ONE, MatterDetailsShape)
def matter(code: str) -> Response:
    """Return everything known about one matter: what to bring, how long, where."""
    here = asked(ONE)
    catalogue = here.bundle.catalogue
    found = catalogue.matter(code)
    return answer_unchanging(here, f"matter {code}", lambda: matter_details(catalogue, found, here.language))


def _listed(here: Asked) -> dict[str, Any]:
    words, limit = here.values.get("q"), here.values.get("limit")
    if words is None:
        everything = list(here.bundle.catalogue.matters.values())[:limit]
        return {"matters": [matter_listed(matter, here.language) for matter in everything], "confident": True}
    heard = heard_in(here.bundle, words, here.now)
    found = here.bundle.matter_search.search(heard.rest or words, limit or _FOUND)
    if not found.confident:
        note_miss(heard.rest)
    return {
        "matters": [matter_listed(hit, here.language) for hit in found.hits],
        "confident": found.confident,
        # without the moment that is meant, which would change while the answer must not
        "understood": said_fields(heard),
    }
