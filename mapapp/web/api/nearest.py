"""GET /nearest: which points can do this, nearest first (就近办)."""

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.finder.nearest import NearestAnswer
from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import NearestShape
from mapapp.web.bodies import PRIVATE, etag_of_view, send_text
from mapapp.web.fragments import fragments_of
from mapapp.web.missed import note_miss
from mapapp.web.parse import nearest_request
from mapapp.web.present import nearest_text
from mapapp.web.questions import NEAREST

blueprint = APIBlueprint("nearest", __name__, tag="Find")

_NOTHING = NearestAnswer(results=(), within_goal=False, within_goal_sure=False)


@blueprint.get("/nearest")
@documented(_("The points that can do this, nearest first."), NEAREST, NearestShape)
def nearest() -> Response:
    """Return the points that can do this, in order of the walk."""
    here = asked(NEAREST)
    question = nearest_request(here.values, here.bundle, here.settings, here.now, here.language)
    # words that were not understood must not become "every point"
    understood = question.subject.is_understood
    answer = here.bundle.finder.find_nearest(question.query) if understood else _NOTHING
    if question.heard is not None and not understood:
        note_miss(question.heard.rest)
    fragments = fragments_of(here.bundle, here.language)
    revision = here.bundle.catalogue.revision
    text = nearest_text(question, answer, fragments, goal_m=here.settings.goal_m, revision=revision, as_of=here.now)
    # the answer follows from the question, the facts and the second
    etag = etag_of_view(here.bundle, here.language, f"nearest {here.query} {here.now}")
    return send_text(text, etag=etag, cache=PRIVATE)
