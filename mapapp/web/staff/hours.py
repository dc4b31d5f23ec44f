"""The form of a point's hours (办理时间): a week with two spans a day, or the rule itself, and what it means."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing.changes import SubjectKind
from mapapp.editing.week_form import DAYS, FormFault, cells_of, field_name, rule_of, week_in, week_of
from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import OpeningHours, Schedule
from mapapp.hours.work_calendar import DayKind
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_now
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.calendar import weekday_name
from mapapp.web.staff.saving import Opened, may_publish, opened, save
from mapapp.web.staff.words import fault_text
from mapapp.web.words import day_hours_words, day_words

blueprint = staff_blueprint("hours", __name__)
FIELDS = ("hours_rule",)


@blueprint.get("/staff/points/<point_id>/hours")
def edit(point_id: str) -> Response:
    """Answer with the form and what the hours mean."""
    subject = opened(SubjectKind.POINT, point_id)
    rule = subject.values.get("hours_rule")
    week = week_of(rule)
    cells = {**(cells_of(week) if week else {}), "way": "week" if week else "rule", "rule": rule or ""}
    return _page(subject, cells, rule, {})


@blueprint.post("/staff/points/<point_id>/hours")
def save_form(point_id: str) -> AnyResponse:
    """Save the hours, or show what they would mean."""
    subject = opened(SubjectKind.POINT, point_id)
    rule, faults = _rule_in()
    if faults or request.form.get("action") == "preview":
        return _page(subject, dict(request.form), rule, faults, 400 if faults else 200)
    back = url_for("staff_points.show", point_id=point_id)
    return save(SubjectKind.POINT, point_id, {"hours_rule": rule}, back)


def preview(rule: str | None, point_id: str) -> list[dict[str, Any]]:
    """Return the days of this week, the next days off and the next worked weekend under a rule, in words."""
    catalogue, today = current_bundle().catalogue, current_now().date()
    closures = (*catalogue.closures.get("", ()), *catalogue.closures.get(point_id, ()))
    schedule = Schedule.of(rule, catalogue.calendar, closures)
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    days += [day for day in _coming_exceptions(today) if day not in days]
    rows = []
    for day in days:
        spans = schedule.spans_on(day)
        is_exception = day > days[6]
        rows.append(
            {"day": day_words(day), "hours": day_hours_words(spans), "is_today": day == today, "later": is_exception}
        )
    return rows


def _coming_exceptions(today: date) -> list[date]:
    """Return the first day of the next holiday and the next worked weekend that are announced."""
    found: dict[DayKind, date] = {}
    for row in sorted(current_bundle().catalogue.calendar.days, key=lambda row: row.day):
        if row.day > today:
            found.setdefault(row.kind, row.day)
    return sorted(found.values())


def _rule_in() -> tuple[str | None, dict[str, str]]:
    """Return the rule of the form and what is wrong, by field."""
    if request.form.get("way") == "rule":
        rule = request.form.get("rule", "").strip() or None
        try:
            if rule is not None:
                OpeningHours.parse(rule)
        except InvalidQuery as error:
            detail = str(error.values.get("value", ""))[:80]
            return None, {"rule": f"{fault_text('invalid_hours')} {detail}"}
        return rule, {}
    week, faults = week_in(request.form)
    return (rule_of(week), {}) if not faults else (None, _words(faults))


def _words(faults: tuple[FormFault, ...]) -> dict[str, str]:
    return {fault.field: fault_text(fault.code) for fault in faults}


def _page(
    subject: Opened, cells: dict[str, str], rule: str | None, faults: dict[str, str], status: int = 200
) -> Response:
    week = [
        {
            "name": weekday_name(day),
            "spans": [(field_name(day, number, "from"), field_name(day, number, "to")) for number in (0, 1)],
        }
        for day in range(len(DAYS))
    ]
    return page(
        "staff/hours.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        cells=cells,
        week=week,
        rule=rule,
        preview=preview(rule, subject.key) if not faults else (),
        faults=faults,
        may_publish=may_publish(subject, FIELDS),
    )
