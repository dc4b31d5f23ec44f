"""Opening hours as a form (一周时间表): seven days with two spans each, and what becomes of days off.

Most points need no more. A rule that says more than the form can show is edited as it stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from itertools import groupby

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import OpeningHours, OpenSpan

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# Spans that a day of the form has room for: before and after the lunch break.
SPANS = 2
_TIME = re.compile(r"([01]?\d|2[0-4])[:：]?([0-5]\d)", re.ASCII)
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?"
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
# days with their spans, and at the end what becomes of days off: nothing that the form could not say
_PLAIN = re.compile(rf"{_DAY}(?:,{_DAY})* {_SPAN}(?:,{_SPAN})*(?:; ?{_DAY}(?:,{_DAY})* {_SPAN}(?:,{_SPAN})*)*")
_HOLIDAYS = re.compile(r"; ?PH (?:off|closed)$")

Spans = tuple[OpenSpan, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """A week as the form holds it, Monday first; `closed_on_holidays` is what `PH off` says."""

    days: tuple[Spans, ...]
    closed_on_holidays: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class FormFault:
    """What is wrong with a field of the form, as a code."""

    field: str
    code: str


def field_name(day: int, span: int, end: str) -> str:
    """Return the name of a field: `mo1_from`, `mo1_to`, `mo2_from` ...; `end` is "from" or "to"."""
    return f"{DAYS[day].lower()}{span + 1}_{end}"


def week_in(form: Mapping[str, str]) -> tuple[Week, tuple[FormFault, ...]]:
    """Return the week that a form describes, and everything that is wrong with it."""
    faults: list[FormFault] = []
    days = tuple(_day_in(form, day, faults) for day in range(len(DAYS)))
    return Week(days=days, closed_on_holidays=form.get("holidays") != "as_usual"), tuple(faults)


def rule_of(week: Week) -> str | None:
    """Return the rule (OpenStreetMap `opening_hours`) of a week, None when it is never open."""
    parts = []
    for spans, days in groupby(range(len(DAYS)), key=lambda day: week.days[day]):
        run = list(days)
        if spans:
            names = DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}"
            parts.append(f"{names} {','.join(_span_text(span) for span in spans)}")
    if not parts:
        return None
    return "; ".join([*parts, "PH off"] if week.closed_on_holidays else parts)


def week_of(rule: str | None) -> Week | None:
    """Return the week of a rule, None when the form cannot say all that the rule says."""
    if rule is None:
        return Week(days=((),) * len(DAYS))
    days, holidays = _HOLIDAYS.subn("", rule.strip().rstrip(";"))
    if not _PLAIN.fullmatch(days):
        return None
    try:
        hours = OpeningHours.parse(rule)
    except InvalidQuery:
        return None
    week = Week(days=hours.week(), closed_on_holidays=holidays > 0)
    return None if any(len(spans) > SPANS for spans in week.days) else week


def cells_of(week: Week) -> dict[str, str]:
    """Return field -> what it shows, for every field of the form."""
    cells = {"holidays": "closed" if week.closed_on_holidays else "as_usual"}
    for day, spans in enumerate(week.days):
        for number in range(SPANS):
            span = spans[number] if number < len(spans) else None
            cells[field_name(day, number, "from")] = f"{span.start:%H:%M}" if span else ""
            cells[field_name(day, number, "to")] = _end_text(span.end) if span else ""
    return cells


def _day_in(form: Mapping[str, str], day: int, faults: list[FormFault]) -> Spans:
    spans: list[OpenSpan] = []
    for number in range(SPANS):
        first, last = field_name(day, number, "from"), field_name(day, number, "to")
        start, end = (_minutes_in(form, name, faults) for name in (first, last))
        if start is None and end is None:
            continue
        if start is None or end is None:
            faults.append(FormFault(field=first if start is None else last, code="half_a_span"))
        elif end <= start:
            faults.append(FormFault(field=last, code="ends_before_start"))
        elif spans and start < _minutes(spans[-1].end, is_end=True):
            faults.append(FormFault(field=first, code="spans_overlap"))
        else:
            spans.append(OpenSpan(_time(start), _time(end)))
    return tuple(spans)


def _minutes_in(form: Mapping[str, str], name: str, faults: list[FormFault]) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else 24 * 60 + 1
    # midnight at the end of a span is the end of the day, written either way
    if name.endswith("_to") and minutes == 0:
        minutes = 24 * 60
    if minutes > 24 * 60 or (name.endswith("_from") and minutes == 24 * 60):
        faults.append(FormFault(field=name, code="not_a_time"))
        return None
    return minutes


def _minutes(moment: time, *, is_end: bool) -> int:
    minutes = moment.hour * 60 + moment.minute
    return 24 * 60 if is_end and minutes == 0 else minutes


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _span_text(span: OpenSpan) -> str:
    end = "24:00" if span.end == time(0) else f"{span.end:%H:%M}"
    return f"{span.start:%H:%M}-{end}"


def _end_text(end: time) -> str:
    return "24:00" if end == time(0) else f"{end:%H:%M}"
