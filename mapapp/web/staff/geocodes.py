"""Positions found by a geocoder (待核位置): both positions on one map, and a person says which one holds."""

from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.editing import positions
from mapapp.editing.changes import SubjectKind
from mapapp.editing.positions import Waiting
from mapapp.editing.roles import Deed, Reach, Scope, may, reach
from mapapp.errors import NotFound
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_language, current_now
from mapapp.web.pages.frame import page
from mapapp.web.pages.rows import page_data
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff, staff_database
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save

blueprint = staff_blueprint("geocodes", __name__)
_LEAST_M, _MOST_M = 1.0, 10_000.0


@blueprint.get("/staff/geocodes")
def show_all() -> Response:
    """Answer with the positions that wait for somebody to look, and the points that have none."""
    staff, language = current_staff(), current_language()
    points = staff.points if reach(staff.role, Deed.LOOK) is Reach.OWN else None
    with staff_database().reading() as session:
        waiting, unplaced = positions.to_review(session, points), positions.unplaced(session, points)
    return page(
        "staff/geocodes.html",
        cache=PRIVATE,
        waiting=[_line(row, language) for row in waiting],
        unplaced=[_line(row, language) for row in unplaced],
    )


@blueprint.get("/staff/points/<point_id>/geocode")
def show(point_id: str) -> Response:
    """Answer with both positions of a point on a map."""
    subject = opened(SubjectKind.POINT, point_id)
    return _page(subject, _waiting(point_id), {}, {})


@blueprint.post("/staff/points/<point_id>/geocode")
def decide(point_id: str) -> AnyResponse:
    """Take one of the two positions, verified by whoever says so."""
    subject, row = opened(SubjectKind.POINT, point_id), _waiting(point_id)
    line = form_line()
    value = _read(line, subject, row)
    if value is None:
        return _page(subject, row, dict(request.form), fault_words(line), 400)
    return save(SubjectKind.POINT, point_id, {"place": value}, url_for("staff_geocodes.show_all"))


def _waiting(point_id: str) -> Waiting:
    with staff_database().reading() as session:
        for row in positions.to_review(session, (point_id,)):
            return row
    raise NotFound("nothing_to_review", value=point_id)


def _read(line: Line, subject: Opened, row: Waiting) -> dict[str, Any] | None:
    """Return the position that was chosen; None, with what is wrong in the line."""
    accuracy_m = line.number_between("accuracy_m", _LEAST_M, _MOST_M)
    if accuracy_m is None and not line.faults:
        line.fault("accuracy_m", "missing_value")
    choice = line.cells.get("choice", "")
    if choice not in ("held", "file") or (choice == "file" and row.in_file is None):
        line.fault("choice", "missing_value")
    if line.faults:
        return None
    place = dict(subject.published["place"])
    if choice == "file" and row.in_file is not None:
        source = gettext("position of the file, chosen by a person")
        place |= {"lon": row.in_file.lon, "lat": row.in_file.lat, "provider": "file", "source": source}
    verified = {"verified_at": current_now().isoformat(), "verified_by": current_staff().name}
    return place | {"accuracy_m": accuracy_m} | verified


def _line(row: Waiting, language: str) -> dict[str, Any]:
    return {
        "row": row,
        "name": row.name(language),
        "lang": "zh-CN" if language == "en" and not row.name_en else None,
        "may_decide": may(current_staff(), Deed.DRAFT, Scope(point_id=row.id)),
    }


def _page(subject: Opened, row: Waiting, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    spots = [("A", row.held), ("B", row.in_file)]
    pair = [{"sign": sign, "lat": spot.lat, "lon": spot.lon} for sign, spot in spots if spot is not None]
    return page(
        "staff/geocode.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        row=row,
        name=row.name(current_language()),
        data=page_data([], [], pair=pair),
        cells={"choice": "held", "accuracy_m": f"{row.accuracy_m:.0f}", **cells},
        faults=faults,
        may_publish=may_publish(subject, ("place",)),
    )
