"""At which times can one come (号段)? The slots of a point on a day, from its hours, and the days that are bookable.

One grid of slots for each point, shared by its matters. It starts at the beginning of each span of the ordinary hours,
closures left aside, so that a closure takes slots away and never moves those that stay. A slot is named by its start.
"""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from mapapp.booking.rules import BookingRules
from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.hours.opening_hours import ZONE, OpenSpan, Schedule
from mapapp.hours.work_calendar import DayKind, WorkCalendar

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# A window of working days is looked for no farther than this: the longest holiday is nine days.
_MOST_DAYS = 400
# Days of points whose slots are kept: a few hundred bytes each.
_MOST_GRIDS = 4096
_grids: dict[tuple[str, date], tuple["weakref.ref[Catalogue]", BookingRules, tuple["Slot", ...]]] = {}


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of one point: `start` is in it, `end` is not. `capacity` is how many seats it has by the rules."""

    start: datetime
    end: datetime
    capacity: int


def slots_on(
    catalogue: Catalogue, rules: BookingRules, point_id: str, day: date, offer: Offer | None = None
) -> tuple[Slot, ...]:
    """Return the slots of a point on a day, in order: whole, without overlap, inside the open spans.

    With an `offer` that has hours of its own, only those inside these as well. Whether the day can be booked now is
    another question: `bookable_days`.
    """
    grid = _grid(catalogue, rules, point_id, day)
    if offer is None or not offer.hours_rule:
        return grid
    own = _bounds(catalogue.schedule(point_id, offer), day)
    return tuple(slot for slot in grid if any(low <= slot.start and slot.end <= high for low, high in own))


def run_of(slots: tuple[Slot, ...], start: datetime, count: int) -> tuple[Slot, ...] | None:
    """Return `count` slots without a gap from `start` on, None when the day has no such run."""
    for position, slot in enumerate(slots):
        if slot.start == start:
            run = slots[position : position + count]
            joined = all(before.end == after.start for before, after in pairwise(run))
            return run if len(run) == count and joined else None
    return None


def runs_on(slots: tuple[Slot, ...], count: int) -> tuple[tuple[Slot, ...], ...]:
    """Return every run of `count` slots without a gap, in order of its start."""
    found = (run_of(slots, slot.start, count) for slot in slots)
    return tuple(run for run in found if run is not None)


def is_working_day(calendar: WorkCalendar, day: date) -> bool:
    """Return whether offices work: Monday to Friday but for holidays, and weekends worked in exchange (调休)."""
    entry = calendar.day(day)
    if entry is not None:
        return entry.kind is DayKind.WORKDAY
    return day.weekday() < SATURDAY


def bookable_days(calendar: WorkCalendar, rules: BookingRules, now: datetime) -> tuple[date, date]:
    """Return the first and the last day that can be booked at the aware time `now`.

    The first is the earliest day that lies `first_day` working days or more after a day whose booking time is not
    over; booking for it ends at `closes_at` on the working day that lies so many working days before. The last day
    is `last_day` working days after that same day.
    """
    local = now.astimezone(ZONE)
    counted_from = local.date()
    if local.time() >= rules.closes_at or not is_working_day(calendar, counted_from):
        counted_from = _nth_working_day(calendar, counted_from, 1)
    first = _nth_working_day(calendar, counted_from, rules.first_day)
    return first, _nth_working_day(calendar, counted_from, rules.last_day)


# asked by every booking, and the answers of a day are few
@lru_cache(maxsize=512)
def _nth_working_day(calendar: WorkCalendar, after: date, count: int) -> date:
    day, left = after, count
    for _ in range(_MOST_DAYS):
        if left == 0:
            break
        day += ONE_DAY
        left -= is_working_day(calendar, day)
    return day


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _grid(catalogue: Catalogue, rules: BookingRules, point_id: str, day: date) -> tuple[Slot, ...]:
    """Return the slots of a day, worked out once for each catalogue and rules: every booking of the day asks."""
    key = (point_id, day)
    kept = _grids.get(key)
    if kept is not None and kept[0]() is catalogue and kept[1] is rules:
        return kept[2]
    if len(_grids) >= _MOST_GRIDS:
        _grids.clear()
    grid = _cut_grid(catalogue, rules, point_id, day)
    # the catalogue is not kept alive by what was worked out from it
    _grids[key] = (weakref.ref(catalogue), rules, grid)
    return grid


def _cut_grid(catalogue: Catalogue, rules: BookingRules, point_id: str, day: date) -> tuple[Slot, ...]:
    point = catalogue.point(point_id)
    ordinary = Schedule.of(point.hours_rule, catalogue.calendar, ())
    capacity = rules.capacity_on(day.weekday())
    cut = [
        Slot(start, start + rules.length, capacity)
        for low, high in _bounds(ordinary, day)
        for start in _starts(low, high, rules.length)
    ]
    really = _bounds(catalogue.schedule(point_id), day)
    return tuple(slot for slot in cut if any(low <= slot.start and slot.end <= high for low, high in really))


def _starts(low: datetime, high: datetime, length: timedelta) -> Iterator[datetime]:
    while low + length <= high:
        yield low
        low += length


def _bounds(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    return [_bound(day, span) for span in schedule.spans_on(day).spans]


def _bound(day: date, span: OpenSpan) -> tuple[datetime, datetime]:
    end_day = day + ONE_DAY if span.end == time(0) else day
    return datetime.combine(day, span.start, ZONE), datetime.combine(end_day, span.end, ZONE)
