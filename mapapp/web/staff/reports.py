"""What residents report about points (纠错), as staff see it: read, take up, answer."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import reports
from mapapp.editing.reports import ReportState
from mapapp.editing.roles import Deed, Reach, Scope, may, reach
from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.pages.reports import topic_name
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.subjects import subject_title

blueprint = staff_blueprint("reports", __name__)


@blueprint.get("/staff/reports")
def show_all() -> Response:
    """Answer with the reports on one's points that wait, or those that are answered."""
    staff, shown = current_staff(), request.args.get("show", "open")
    points = staff.points if reach(staff.role, Deed.LOOK) is Reach.OWN else None
    with staff_database().reading() as session:
        rows = reports.reports(session, is_open=shown != "closed", point_ids=points)
    return page(
        "staff/reports.html",
        cache=PRIVATE,
        rows=[
            {
                "row": row,
                "title": subject_title("point", row.point_id),
                "topic": topic_name(row.topic),
                "state": state_name(row.state),
                "may_answer": may(staff, Deed.ANSWER, Scope(point_id=row.point_id)),
            }
            for row in rows
        ],
        shown=shown,
        states=[(state.value, state_name(state.value)) for state in ReportState if state is not ReportState.NEW],
    )


@blueprint.post("/staff/reports/<int:report_id>")
def answer(report_id: int) -> AnyResponse:
    """Set the state of a report and write the answer."""
    with staff_database().transaction() as session:
        reports.answer(
            session, current_actor(), report_id, request.form.get("state", ""), request.form.get("answer", "")
        )
    flash(gettext("Your answer is kept."))
    return redirect(url_for("staff_reports.show_all"), 303)


def state_name(state: str) -> str:
    """Return what the state of a report is called."""
    names = {
        ReportState.NEW: gettext("new"),
        ReportState.WORKING: gettext("being looked into"),
        ReportState.MENDED: gettext("mended"),
        ReportState.RIGHT_ALREADY: gettext("was right already"),
    }
    return names[ReportState(state)]
