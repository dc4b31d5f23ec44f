"""GET /suggest: what somebody may be typing (输入建议): matters, packages, points and places in groups."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _
from pydantic import Field

from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.shapes import HeardShape, Shape
from mapapp.web.bodies import PRIVATE, send_text
from mapapp.web.fragments import dumps
from mapapp.web.present import heard_fields
from mapapp.web.questions import SUGGEST
from mapapp.web.suggesting import MOST, heard_in, suggestions

blueprint = APIBlueprint("suggest", __name__, tag="Find")

Position = Annotated[int, Field(ge=0)]


class SuggestionShape(Shape):
    """One thing that fits; characters `start` to `end` of `matched` were typed, both 0 when that is unclear."""

    kind: Literal["matter", "package", "point", "place"]
    id: str | None
    name: str
    matched: str
    start: Position
    end: Position
    url: str


class SuggestionsShape(Shape):
    """What fits, the groups one after another, and what else was understood."""

    suggestions: list[SuggestionShape]
    understood: HeardShape


@blueprint.get("/suggest")
@documented(_("What somebody may be typing: matters, packages, points, places."), SUGGEST, SuggestionsShape)
def suggest() -> Response:
    """Return at most ten things that fit what was typed so far."""
    here = asked(SUGGEST)
    text, limit = here.values["q"], here.values.get("limit", MOST)
    heard = heard_in(here.bundle, text, here.now)
    answer = {
        "suggestions": [
            {
                "kind": each.group.value,
                "id": each.id,
                "name": each.name,
                "matched": each.matched,
                "start": each.start,
                "end": each.end,
                "url": each.url,
            }
            for each in suggestions(here.bundle, text, here.language, limit)
        ],
        "understood": heard_fields(heard),
    }
    # what somebody types may be where they live
    return send_text(dumps(answer), cache=PRIVATE)
