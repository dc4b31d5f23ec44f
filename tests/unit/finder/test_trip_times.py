"""When it is one's turn: the table by minutes against looking at every minute."""

from datetime import timedelta

import pytest

from building import a_closure, at
from mapapp.finder.trip_times import NEVER, Turns
from mapapp.hours.opening_hours import Schedule
from mapapp.hours.work_calendar import WorkCalendar

CALENDAR = WorkCalendar.of(())
SERVICE, PATIENCE = 20, 90
NOON = (a_closure(at("2026-11-25 11:10"), at("2026-11-25 14:25")),)
CASES = [
    ("Mo-Fr 09:00-12:00,14:00-18:00", ()),
    ("Mo-Fr 09:00-12:00,13:00-17:30", NOON),
    ("Mo-Fr 10:00-10:15,10:40-11:05,22:00-24:00", ()),
    ("Mo-Su 20:00-26:00", ()),
    ("24/7", ()),
    ("Tu 09:00-12:00", ()),
    (None, ()),
]


def looked_for(schedule, start, minute):
    """The first minute within patience from which it is open for a whole turn of that day, minute by minute."""
    midnight = start.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    for begins in range(minute, minute + PATIENCE + 1):
        turn = [start + timedelta(minutes=begins + each) for each in range(SERVICE)]
        # the last second of the turn counts too
        turn.append(turn[-1] + timedelta(seconds=59))
        if turn[-1] < midnight and all(schedule.status_at(moment).is_open for moment in turn):
            return begins
    return NEVER


@pytest.mark.parametrize("start", ["2026-11-25 08:00:00", "2026-11-25 08:00:30", "2026-11-25 21:15:00"])
@pytest.mark.parametrize(("rule", "closures"), CASES)
def test_the_turn_of_each_minute_is_the_first_that_fits(rule, closures, start):
    schedule = Schedule.of(rule, CALENDAR, closures)
    start = at(start)

    begins = Turns(start, service=SERVICE, patience=PATIENCE).begins(schedule).tolist()

    assert begins == [looked_for(schedule, start, minute) for minute in range(len(begins))]


def test_no_turn_begins_after_the_last():
    turns = Turns(at("2026-11-25 08:00"), service=SERVICE, patience=PATIENCE)

    assert turns.last(Schedule.of("Mo-Fr 09:00-18:00", CALENDAR)) == 10 * 60 - SERVICE
    assert turns.last(Schedule.of("Mo-Fr 09:00-24:00", CALENDAR)) == 16 * 60 - SERVICE
    assert turns.last(Schedule.of("Tu 09:00-18:00", CALENDAR)) == NEVER
    assert turns.size == 16 * 60 - SERVICE + 1
