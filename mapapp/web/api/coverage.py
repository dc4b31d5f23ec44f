"""GET /coverage, /coverage.geojson, /siting: who has a point within a walk, and where the next should be (覆盖)."""

from collections.abc import Callable, Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.coverage.siting import Siting
from mapapp.web.api.asking import Asked, asked
from mapapp.web.api.coverage_shapes import CoverageShape, SitingShape, UncoveredShape
from mapapp.web.api.documented import documented
from mapapp.web.bodies import GEOJSON, JSON, etag_of_view, not_modified, send_text
from mapapp.web.context import services
from mapapp.web.coverage_details import coverage_fields, siting_fields, uncovered_collection
from mapapp.web.fragments import dumps
from mapapp.web.measuring import measuring_of, question_of, siting_question_of
from mapapp.web.questions import COVERAGE, SITING

blueprint = APIBlueprint("coverage", __name__, tag="Cover")


@blueprint.get("/coverage")
@documented(_("Which share of the land and of the communities has a point within a walk."), COVERAGE, CoverageShape)
def coverage() -> Response:
    """Return what is covered; nothing in it depends on the moment of asking, so an answer keeps until the next edit."""
    here = asked(COVERAGE)
    question = question_of(here.values, here.bundle, here.settings)
    measuring = measuring_of(here.bundle, here.settings)
    return _unchanging(
        here,
        f"coverage {question}",
        lambda: coverage_fields(measuring.answer(question, here.now), measuring, here.language),
    )


@blueprint.get("/coverage.geojson")
@documented(_("The land that has no point within a walk."), COVERAGE, UncoveredShape, mimetype=GEOJSON)
def uncovered() -> Response:
    """Return the land that is not covered."""
    here = asked(COVERAGE)
    question = question_of(here.values, here.bundle, here.settings)
    measuring = measuring_of(here.bundle, here.settings)
    return _unchanging(
        here,
        f"coverage.geojson {question}",
        lambda: uncovered_collection(measuring.answer(question, here.now), measuring, here.language),
        mimetype=GEOJSON,
    )


@blueprint.get("/siting")
@documented(
    _("Where new points would add most, proved to be the best or with the gap that is left."), SITING, SitingShape
)
def siting() -> Response:
    """Return the sites that add most."""
    here = asked(SITING)
    question = siting_question_of(here.values, here.bundle, here.settings)
    measuring = measuring_of(here.bundle, here.settings)

    def found() -> Siting:
        return measuring.siting(question, services().keeper.database, here.now)

    return _unchanging(
        here,
        f"siting {question}",
        lambda: siting_fields(question, found(), here.bundle.catalogue, here.language, here.now),
    )


def _unchanging(here: Asked, view: str, build: Callable[[], Mapping[str, Any]], mimetype: str = JSON) -> Response:
    etag = etag_of_view(here.bundle, here.language, view)
    unchanged = not_modified(etag)
    return send_text(dumps(build()), mimetype=mimetype, etag=etag) if unchanged is None else unchanged
