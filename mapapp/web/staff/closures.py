"""The form of closures (临时停办): why, from when, until when; announced as early as they are known."""

from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.editing.changes import DISTRICT, SubjectKind, Values
from mapapp.web.bodies import PRIVATE
from mapapp.web.closure_impact import closure_impact
from mapapp.web.context import current_now
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.repeated import entry_numbers, is_empty, moment_cells, moment_in
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save

blueprint = staff_blueprint("closures", __name__)
COLUMNS = ("starts_day", "starts_time", "ends_day", "ends_time", "reason_zh", "reason_en")


@blueprint.get("/staff/points/<point_id>/closures")
def edit(point_id: str) -> Response:
    """Answer with the closures of a point, or of all points for "district"."""
    subject = opened(SubjectKind.CLOSURES, point_id)
    return _page(subject, _cells(subject.values["closures"]), len(subject.values["closures"]) + 1, {})


@blueprint.post("/staff/points/<point_id>/closures")
def save_form(point_id: str) -> AnyResponse:
    """Save the closures; empty entries are left out."""
    subject = opened(SubjectKind.CLOSURES, point_id)
    line = form_line()
    values = _read(line)
    if line.faults:
        count = int(request.form.get("entries", "1")) if request.form.get("entries", "").isdecimal() else 1
        return _page(subject, dict(request.form), min(count, 50), fault_words(line), 400)
    home = "staff_home.show" if point_id == DISTRICT else "staff_points.show"
    back = url_for(home) if point_id == DISTRICT else url_for(home, point_id=point_id)
    return save(SubjectKind.CLOSURES, point_id, values, back)


def _read(line: Line) -> Values:
    closures: list[dict[str, Any]] = []
    for number in entry_numbers():
        if is_empty(line, number, COLUMNS):
            continue
        starts = moment_in(line, "starts", number, required=True)
        ends = moment_in(line, "ends", number, required=False)
        if starts is not None and ends is not None and ends <= starts:
            line.fault(f"ends_day_{number}", "ends_before_start")
        closures.append(
            {
                "starts": starts.isoformat() if starts else None,
                "ends": ends.isoformat() if ends else None,
                "reason_zh": line.text(f"reason_zh_{number}", required=True),
                "reason_en": line.text(f"reason_en_{number}"),
            }
        )
    return {"closures": sorted(closures, key=lambda row: row["starts"] or "")}


def _cells(closures: list[dict[str, Any]]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for number, row in enumerate(closures):
        cells |= {**moment_cells("starts", number, row["starts"]), **moment_cells("ends", number, row["ends"])}
        cells |= {f"reason_zh_{number}": row["reason_zh"], f"reason_en_{number}": row["reason_en"]}
    return cells


def _page(subject: Opened, cells: dict[str, Any], count: int, faults: dict[str, str], status: int = 200) -> Response:
    impact = closure_impact(subject.key, *_span(subject.values["closures"]))
    return page(
        "staff/closures.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        is_district=subject.key == DISTRICT,
        cells=cells,
        count=count,
        faults=faults,
        may_publish=may_publish(subject, ("closures",)),
        harm=impact.sentence if impact else "",
    )


def _span(closures: list[dict[str, Any]]) -> tuple[datetime | None, datetime | None]:
    """Return from when until when the closure is that ends last, (None, None) without one that is still to end."""
    spans = [
        (datetime.fromisoformat(row["starts"]), datetime.fromisoformat(row["ends"]) if row["ends"] else None)
        for row in closures
    ]
    waiting = [(starts, ends) for starts, ends in spans if ends is None or ends > current_now()]
    return max(waiting, key=lambda span: (span[1] is None, span[1] or span[0]), default=(None, None))
