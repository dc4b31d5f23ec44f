"""The work calendar (工作日历): days off and worked weekends of a year, as the State Council announced them."""

from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import format_date
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import MAX_REMARK, Line
from mapapp.catalogue.surroundings import WEEKDAYS
from mapapp.editing.changes import SubjectKind, Values
from mapapp.editing.roles import Deed
from mapapp.hours.work_calendar import DayKind
from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.repeated import day_in
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save

blueprint = staff_blueprint("calendar", __name__)
COLUMNS = ("day", "kind", "name_zh", "name_en", "follows", "source")
# Empty lines that wait to be filled.
_SPARE = 8
_MOST = 100


@blueprint.get("/staff/calendar/<int:year>")
def edit(year: int) -> Response:
    """Answer with the days of a year."""
    subject = opened(SubjectKind.CALENDAR, str(year), Deed.COMMON)
    rows = [(day, value) for day, value in sorted(subject.values.items()) if value]
    cells: dict[str, str] = {}
    for number, (day, value) in enumerate(rows):
        texts = {name: value.get(name) for name in COLUMNS[1:]}
        cells |= {f"{name}_{number}": "" if text is None else str(text) for name, text in texts.items()}
        cells[f"day_{number}"] = day
    return _page(subject, cells, len(rows) + _SPARE, {})


@blueprint.post("/staff/calendar/<int:year>")
def save_form(year: int) -> AnyResponse:
    """Save the days; a line without a day is left out, and a day that is gone from the form is taken out."""
    subject = opened(SubjectKind.CALENDAR, str(year), Deed.COMMON)
    line = form_line()
    days = _read(line, year)
    count = int(request.form["entries"]) if request.form.get("entries", "").isdecimal() else _SPARE
    if line.faults:
        return _page(subject, dict(request.form), min(count, _MOST), fault_words(line), 400)
    values: Values = {**dict.fromkeys(subject.published), **days}
    return save(SubjectKind.CALENDAR, str(year), values, url_for("staff_calendar.edit", year=year))


def _read(line: Line, year: int) -> dict[str, Any]:
    kinds = {kind.value: kind.value for kind in DayKind}
    days: dict[str, Any] = {}
    for number in range(_MOST):
        if not line.cells.get(f"day_{number}", "").strip():
            continue
        day = day_in(line, "day", number)
        if day is None:
            continue
        if day.year != year:
            line.fault(f"day_{number}", "out_of_range", day)
        if day.isoformat() in days:
            line.fault(f"day_{number}", "duplicate_id", day)
        kind = line.one_of(f"kind_{number}", kinds, "unknown_kind")
        has_follows = bool(line.cells.get(f"follows_{number}", "").strip())
        follows = line.one_of(f"follows_{number}", WEEKDAYS, "invalid_follows") if has_follows else None
        days[day.isoformat()] = {
            "kind": kind,
            "name_zh": line.text(f"name_zh_{number}", required=True),
            "name_en": line.text(f"name_en_{number}"),
            "follows": follows if kind == DayKind.WORKDAY else None,
            "source": line.text(f"source_{number}", limit=MAX_REMARK),
        }
    return days


def _page(subject: Opened, cells: dict[str, str], count: int, faults: dict[str, str], status: int = 200) -> Response:
    weekdays = [(str(number), weekday_name(number)) for number in range(7)]
    return page(
        "staff/calendar.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        year=int(subject.key),
        cells=cells,
        count=min(count, _MOST),
        faults=faults,
        kinds=[("holiday", gettext("day off")), ("workday", gettext("worked weekend"))],
        weekdays=[("", gettext("Monday's hours")), *weekdays],
        may_publish=may_publish(subject, ()),
    )


def weekday_name(number: int) -> str:
    """Return the short name of a weekday, 0 Monday."""
    # a Monday, to count from
    return str(format_date(date(2026, 1, 5 + number), "EEE"))
