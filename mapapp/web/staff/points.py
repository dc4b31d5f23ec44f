"""Points as staff see them (办理点维护): the list, one point with all that can be done there, confirming, a new one."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.points import ServicePoint
from mapapp.editing import desk, drafting, reports
from mapapp.editing.changes import DISTRICT, OPEN_STATES, ChangeState, SubjectKind, is_overdue
from mapapp.editing.reading import read_known
from mapapp.editing.roles import Deed, Scope, demand, may
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired
from mapapp.web.pages.rows import point_row
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import safe_next, staff_blueprint
from mapapp.web.staff.changes import change_lines
from mapapp.web.staff.details import kinds_and_streets, read_details
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.saving import add_subject, fault_words, form_line
from mapapp.web.words import role_name

blueprint = staff_blueprint("points", __name__)


@blueprint.get("/staff/points")
def show_all() -> Response:
    """Answer with the points one may see; those that wait for a confirmation first."""
    chosen = request.args.get("show", "")
    may_add = may(current_staff(), Deed.COMMON)
    if chosen == "retired":
        gone = [row for row in retired(SubjectKind.POINT).values() if _is_seen(row.key)]
        return page("staff/points.html", cache=PRIVATE, rows=gone, chosen=chosen, may_add=may_add)
    rows = point_lines()
    if chosen == "overdue":
        rows = [row for row in rows if row["is_overdue"]]
    elif chosen == "mine":
        rows = [row for row in rows if row["is_mine"]]
    return page("staff/points.html", cache=PRIVATE, rows=rows, chosen=chosen, may_add=may_add)


@blueprint.get("/staff/points/<point_id>")
def show(point_id: str) -> Response:
    """Answer with one point: what is public, what is drafted, what is reported, and where to change what."""
    staff = current_staff()
    demand(staff, Deed.LOOK, Scope(point_id=point_id))
    with staff_database().reading() as session:
        values = read_known(session, SubjectKind.POINT, point_id)
        states = (*OPEN_STATES, ChangeState.DECLINED, ChangeState.PUBLISHED)
        changes = drafting.changes(session, states=states, point_ids=frozenset((point_id,)), limit=12)
        open_reports = reports.reports(session, is_open=True, point_ids=frozenset((point_id,)))
    bundle = current_bundle()
    point = bundle.catalogue.points.get(point_id)
    return page(
        "staff/point.html",
        cache=PRIVATE,
        point_id=point_id,
        values=values,
        row=point_row(bundle, point, current_now()) if point else None,
        confirmed=confirmation(point) if point else None,
        changes=change_lines(changes),
        reports=open_reports,
        may_confirm=point is not None and may(staff, Deed.CONFIRM, Scope(point_id=point_id)),
        may_draft=may(staff, Deed.DRAFT, Scope(point_id=point_id)),
        may_visit=may(staff, Deed.VISITS, Scope(point_id=point_id)),
    )


@blueprint.post("/staff/points/<point_id>/confirm")
def confirm(point_id: str) -> AnyResponse:
    """Say with one tap that all is still right."""
    with staff_database().transaction() as session:
        desk.confirm(session, current_actor(), point_id)
    flash(gettext("Thank you. The public page now shows today as the day of confirmation."))
    wanted = request.form.get("next")
    return redirect(safe_next(wanted) if wanted else url_for("staff_points.show", point_id=point_id), 303)


@blueprint.get("/staff/new-point")
def show_new() -> Response:
    """Answer with the form for a new point."""
    return _new_page({}, {})


@blueprint.post("/staff/new-point")
def add() -> AnyResponse:
    """Add a point; it is public once it has a position."""
    line = form_line()
    point_id = line.code("id")
    values = read_details(line)
    if point_id == DISTRICT:
        line.fault("id", "invalid_id")
    if line.faults or not add_subject(SubjectKind.POINT, point_id, values, line, "id"):
        return _new_page(dict(request.form), fault_words(line), 400)
    flash(gettext("The point is there. Now give it a position; then it is public."))
    return redirect(url_for("staff_position.edit", point_id=point_id), 303)


def point_lines() -> list[dict[str, Any]]:
    """Return the points that whoever is logged in may see, those overdue first."""
    staff, bundle, now = current_staff(), current_bundle(), current_now()
    rows = []
    for point in bundle.catalogue.points.values():
        if not _is_seen(point.id):
            continue
        row = point_row(bundle, point, now)
        rows.append({"row": row, "is_mine": point.id in staff.points, **confirmation(point)})
    return sorted(rows, key=lambda row: (not row["is_overdue"], row["row"].id))


def confirmation(point: ServicePoint) -> dict[str, Any]:
    """Return when a point was last confirmed, by which role, and whether that is too long ago."""
    overdue = is_overdue(point.verified_at, current_now().date(), current_settings().confirm_days)
    return {
        "confirmed_on": point.verified_at,
        "confirmed_by": role_name(point.verified_by or ""),
        "is_overdue": overdue,
    }


def _is_seen(point_id: str) -> bool:
    return may(current_staff(), Deed.LOOK, Scope(point_id=point_id))


def _new_page(cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    return page("staff/new_point.html", status=status, cache=PRIVATE, cells=cells, faults=faults, **kinds_and_streets())
