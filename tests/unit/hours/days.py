"""Builders for the tests of hours: moments, the shipped calendar, schedules."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from mapapp.hours.opening_hours import ZONE, Closure, Schedule, Status
from mapapp.hours.work_calendar import CalendarDay, DayKind, WorkCalendar, read_work_calendar
from mapapp.shipped import shipped

OFFICE = "Mo-Fr 09:00-12:00,14:00-18:00; PH off"


def moment(text: str) -> datetime:
    """Return "2026-11-25 10:00" as an aware time in Chongqing."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@lru_cache
def shipped_calendar() -> WorkCalendar:
    with (shipped("geodata") / "work_calendar.csv").open(encoding="utf-8", newline="") as lines:
        return read_work_calendar(lines)


def a_day(text: str, kind: DayKind = DayKind.HOLIDAY, follows: int | None = None, name: str = "节") -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(text), kind=kind, name_zh=name, name_en="Festival", follows=follows, source="a notice"
    )


def a_closure(starts: str, ends: str | None, reason_zh: str = "停电", reason_en: str = "Power cut") -> Closure:
    return Closure(
        starts=moment(starts), ends=None if ends is None else moment(ends), reason_zh=reason_zh, reason_en=reason_en
    )


def a_schedule(rule: str | None = OFFICE, *closures: Closure, calendar: WorkCalendar | None = None) -> Schedule:
    return Schedule.of(rule, shipped_calendar() if calendar is None else calendar, closures)


def status(rule: str | None, at: str, *closures: Closure, calendar: WorkCalendar | None = None) -> Status:
    return a_schedule(rule, *closures, calendar=calendar).status_at(moment(at))


def shown(at: datetime | None) -> str | None:
    """Return a time as "2026-11-25 10:00"."""
    return None if at is None else at.strftime("%Y-%m-%d %H:%M")


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def spans(schedule: Schedule, day: str) -> list[str]:
    """Return the open spans of a day as ["09:00-12:00", ...]."""
    return [f"{span.start:%H:%M}-{span.end:%H:%M}" for span in schedule.spans_on(date.fromisoformat(day)).spans]
