"""GET /nearest: which points can do this, nearest first (就近办)."""

from apiflask import APIBlueprint
from flask import Response

from mapapp.finder.nearest import NearestAnswer
from mapapp.web.api.documented import arguments, documented
from mapapp.web.api.shapes import NearestShape
from mapapp.web.bodies import PRIVATE, send_text, vary_by_language
from mapapp.web.context import current_bundle, current_language, current_now, current_settings
from mapapp.web.fragments import fragments_of
from mapapp.web.parse import nearest_request
from mapapp.web.present import nearest_text
from mapapp.web.questions import NEAREST

blueprint = APIBlueprint("nearest", __name__, tag="Find")

_NOTHING = NearestAnswer(results=(), within_goal=False, within_goal_sure=False)


@blueprint.get("/nearest")
@documented(NEAREST, NearestShape)
def nearest() -> Response:
    """Return the points that can do this, in order of the walk."""
    values = arguments(NEAREST)
    bundle, settings, language, now = current_bundle(), current_settings(), current_language(), current_now()
    asked = nearest_request(values, bundle, settings, now, language)
    # words that were not understood must not become "every point"
    answer = bundle.finder.find_nearest(asked.query) if asked.subject.is_understood else _NOTHING
    text = nearest_text(
        asked,
        answer,
        fragments_of(bundle, language),
        goal_m=settings.goal_m,
        revision=bundle.catalogue.revision,
        as_of=now,
    )
    return vary_by_language(send_text(text, cache=PRIVATE))
