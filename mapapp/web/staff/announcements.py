"""The form of announcements (公告): a text on a point, or on all pages, between two days."""

from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.editing.changes import DISTRICT, SubjectKind, Values
from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.repeated import day_in, entry_numbers, is_empty
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save

blueprint = staff_blueprint("announcements", __name__)
COLUMNS = ("first_day", "last_day", "text_zh", "text_en")
_LONGEST = 500


@blueprint.get("/staff/points/<point_id>/announcements")
def edit(point_id: str) -> Response:
    """Answer with the announcements of a point, or those on all pages for "district"."""
    subject = opened(SubjectKind.ANNOUNCEMENTS, point_id)
    rows = subject.values["announcements"]
    cells = {f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in COLUMNS}
    return _page(subject, cells, len(rows) + 1, {})


@blueprint.post("/staff/points/<point_id>/announcements")
def save_form(point_id: str) -> AnyResponse:
    """Save the announcements; empty entries are left out."""
    subject = opened(SubjectKind.ANNOUNCEMENTS, point_id)
    line = form_line()
    values = _read(line)
    if line.faults:
        count = int(request.form.get("entries", "1")) if request.form.get("entries", "").isdecimal() else 1
        return _page(subject, dict(request.form), min(count, 50), fault_words(line), 400)
    home = "staff_home.show" if point_id == DISTRICT else "staff_points.show"
    back = url_for(home) if point_id == DISTRICT else url_for(home, point_id=point_id)
    return save(SubjectKind.ANNOUNCEMENTS, point_id, values, back)


def _read(line: Line) -> Values:
    rows: list[dict[str, Any]] = []
    for number in entry_numbers():
        if is_empty(line, number, COLUMNS):
            continue
        first, last = day_in(line, "first_day", number), day_in(line, "last_day", number)
        if first is not None and last is not None and last < first:
            line.fault(f"last_day_{number}", "ends_before_start")
        rows.append(
            {
                "text_zh": line.text(f"text_zh_{number}", limit=_LONGEST, required=True),
                "text_en": line.text(f"text_en_{number}", limit=_LONGEST),
                "first_day": first.isoformat() if first else None,
                "last_day": last.isoformat() if last else None,
            }
        )
    return {"announcements": sorted(rows, key=lambda row: row["first_day"] or "")}


def _page(subject: Opened, cells: dict[str, Any], count: int, faults: dict[str, str], status: int = 200) -> Response:
    return page(
        "staff/announcements.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        is_district=subject.key == DISTRICT,
        cells=cells,
        count=count,
        faults=faults,
        may_publish=may_publish(subject, ("announcements",)),
    )
