"""Reporting an error about a point (纠错): what is wrong, in a sentence, from anybody, without an account."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import reports
from mapapp.editing.reports import MAX_TEXT, Topic
from mapapp.errors import InvalidQuery
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language, current_now, services
from mapapp.web.pages.frame import page
from mapapp.web.rates import count_error_report
from mapapp.web.spoken import gettext

blueprint = Blueprint("report_pages", __name__)


@blueprint.get("/points/<point_id>/report")
def show(point_id: str) -> Response:
    """Answer with the form; after sending, with thanks."""
    return _page(point_id, {}, "")


@blueprint.post("/points/<point_id>/report")
def send(point_id: str) -> AnyResponse:
    """Keep the report; nothing about who sends it is kept."""
    count_error_report(services().settings)
    current_bundle().catalogue.point(point_id)
    try:
        with services().keeper.database.transaction() as session:
            form = request.form
            reports.add(session, point_id, form.get("topic", ""), form.get("text", ""), current_now())
    except InvalidQuery as error:
        sentences = {
            "text": gettext("Please write what is wrong, in at most %(most)d characters.", most=MAX_TEXT),
            "topic": gettext("Please choose what it is about."),
        }
        return _page(point_id, dict(request.form), sentences.get(error.field or "", ""), error.field or "", 400)
    return redirect(url_for("report_pages.show", point_id=point_id, sent="yes"), 303)


def topic_name(topic: str) -> str:
    """Return what a report is about."""
    names = {
        Topic.HOURS: gettext("The opening hours are wrong"),
        Topic.CLOSED: gettext("It was closed although the map said open"),
        Topic.PHONE: gettext("The telephone number is wrong"),
        Topic.POSITION: gettext("The place on the map or the address is wrong"),
        Topic.MATTERS: gettext("A matter is not done there"),
        Topic.ACCESS: gettext("Getting in was different from what is said"),
        Topic.OTHER: gettext("Something else"),
    }
    return names[Topic(topic)]


def _page(point_id: str, cells: dict[str, str], fault: str, field: str = "", status: int = 200) -> Response:
    point = current_bundle().catalogue.point(point_id)
    return page(
        "pages/report.html",
        status=status,
        cache=PRIVATE,
        point=point,
        name=point.name(current_language()),
        topics=[(topic.value, topic_name(topic.value)) for topic in Topic],
        cells=cells,
        fault=fault,
        field=field,
        most=MAX_TEXT,
        is_sent=request.args.get("sent") == "yes",
    )
