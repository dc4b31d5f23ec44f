"""The days and times on the pages of booking (日历): a calendar of weeks, and the times of one day by half day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import format_date

from mapapp.booking.loading import FreeSlot
from mapapp.booking.slots import bookable_days, is_working_day
from mapapp.booking.visits import Office
from mapapp.hours.opening_hours import ZONE
from mapapp.web.message_words import long_day_words, visit_words
from mapapp.web.spoken import gettext
from mapapp.web.words import clock

NOON = time(12, 0)
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCell:
    """A day of the calendar. `free` is None for a day that cannot be booked, else how many seats are left."""

    iso: str
    number: str
    words: str
    free: int | None
    is_chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeButton:
    """A time of the chosen day: `value` goes back to the server."""

    value: str
    words: str
    free: int
    is_chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Days and times to choose from. `day` is the chosen one, None when nothing is free; `next_free` the first time.

    `opens` says, when nothing is free, when new times can be booked.
    """

    weekdays: tuple[str, ...]
    weeks: tuple[tuple[DayCell | None, ...], ...]
    day: str | None
    day_words: str
    is_full: bool
    halves: tuple[tuple[str, tuple[TimeButton, ...]], ...]
    next_free: TimeButton | None
    opens: str


def read_slot(text: str) -> datetime | None:
    """Return the time that `2026-11-26T09:00` names, None for anything else."""
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment.astimezone(ZONE)


def slot_value(start: datetime) -> str:
    """Return a time as it stands in addresses and forms."""
    return start.strftime("%Y-%m-%dT%H:%M")


def times_of(
    office: Office, point_id: str, slots: Sequence[FreeSlot], now: datetime, wanted: str, chosen: datetime | None
) -> Times:
    """Return the calendar of all bookable days and the times of the `wanted` day, by default the first free one."""
    by_day: dict[date, list[FreeSlot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start.date(), []).append(slot)
    first_free = next((slot for slot in slots if slot.free), None)
    day = _chosen_day(by_day, wanted, chosen, first_free)
    today = by_day.get(day, []) if day else []
    return Times(
        weekdays=_weekdays(now.date()),
        weeks=_weeks(by_day, day),
        day=day.isoformat() if day else None,
        day_words=long_day_words(day) if day else "",
        is_full=bool(today) and not any(slot.free for slot in today),
        halves=tuple((title, times) for title, times in _halves(today, chosen) if times),
        next_free=None if first_free is None else _next_button(first_free),
        opens="" if first_free else visit_words(_next_opening(office, point_id, now)),
    )


def _chosen_day(
    by_day: Mapping[date, list[FreeSlot]], wanted: str, chosen: datetime | None, first_free: FreeSlot | None
) -> date | None:
    named = [day for day in by_day if day.isoformat() == wanted]
    if named:
        return named[0]
    if chosen is not None and chosen.date() in by_day:
        return chosen.date()
    if first_free is not None:
        return first_free.start.date()
    return next(iter(by_day), None)


def _weekdays(today: date) -> tuple[str, ...]:
    monday = today - timedelta(days=today.weekday())
    return tuple(str(format_date(monday + timedelta(days=number), "EEEEE")) for number in range(_WEEK))


def _weeks(by_day: Mapping[date, list[FreeSlot]], chosen: date | None) -> tuple[tuple[DayCell | None, ...], ...]:
    if not by_day:
        return ()
    first, last = min(by_day), max(by_day)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        days = (monday + timedelta(days=number) for number in range(_WEEK))
        weeks.append(tuple(_cell(day, by_day, chosen) if first <= day <= last else None for day in days))
        monday += timedelta(days=_WEEK)
    return tuple(weeks)


def _cell(day: date, by_day: Mapping[date, list[FreeSlot]], chosen: date | None) -> DayCell:
    slots = by_day.get(day)
    return DayCell(
        iso=day.isoformat(),
        number=str(day.day),
        words=long_day_words(day),
        free=None if slots is None else sum(slot.free for slot in slots),
        is_chosen=day == chosen,
    )


def _halves(slots: Iterable[FreeSlot], chosen: datetime | None) -> tuple[tuple[str, tuple[TimeButton, ...]], ...]:
    buttons = [(slot.start.time() < NOON, _button(slot, chosen)) for slot in slots]
    return (
        (gettext("Morning"), tuple(button for is_morning, button in buttons if is_morning)),
        (gettext("Afternoon"), tuple(button for is_morning, button in buttons if not is_morning)),
    )


def _button(slot: FreeSlot, chosen: datetime | None) -> TimeButton:
    return TimeButton(
        value=slot_value(slot.start),
        words=f"{clock(slot.start)}–{clock(slot.end)}",
        free=slot.free,
        is_chosen=slot.start == chosen,
    )


def _next_button(slot: FreeSlot) -> TimeButton:
    return TimeButton(value=slot_value(slot.start), words=visit_words(slot.start), free=slot.free, is_chosen=False)


def _next_opening(office: Office, point_id: str, now: datetime) -> datetime:
    """Return when the next day can be booked for the first time: at the end of booking on the next working day."""
    rules, calendar = office.rules_of(point_id), office.catalogue.calendar
    _, last = bookable_days(calendar, rules, now)
    moment = datetime.combine(now.date(), rules.closes_at, ZONE)
    while (
        moment <= now
        or not is_working_day(calendar, moment.date())
        or bookable_days(calendar, rules, moment)[1] <= last
    ):
        moment += timedelta(days=1)
    return moment
