"""Slots from real hours: whole, never overlapping, taken away by closures and never moved by them."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.booking.rules import BookingRules
from mapapp.booking.slots import bookable_days, is_working_day, run_of, runs_on, slots_on
from tests.building import ZONE, a_calendar, a_catalogue, a_closure, a_point, an_offer, at

WEDNESDAY = date(2026, 11, 25)
RULES = BookingRules()


def starts(slots):
    return [slot.start.strftime("%H:%M") for slot in slots]


def catalogue_with(rule, closures=()):
    return a_catalogue([a_point(hours_rule=rule)], closures={"P1": tuple(closures)})


def test_the_slots_of_a_day_fill_its_spans():
    slots = slots_on(catalogue_with("Mo-Fr 09:00-10:30,14:00-15:00"), RULES, "P1", WEDNESDAY)

    assert starts(slots) == ["09:00", "09:30", "10:00", "14:00", "14:30"]
    assert {slot.capacity for slot in slots} == {3}


def test_a_rest_shorter_than_a_slot_is_left_out():
    slots = slots_on(catalogue_with("Mo-Fr 09:00-10:20"), RULES, "P1", WEDNESDAY)

    assert starts(slots) == ["09:00", "09:30"]


def test_a_slot_may_end_at_midnight():
    slots = slots_on(catalogue_with("Mo-Fr 23:00-24:00"), RULES, "P1", WEDNESDAY)

    assert slots[-1].end == datetime(2026, 11, 26, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("day", "why"), [(date(2026, 11, 28), "Saturday"), (date(2026, 10, 1), "holiday")], ids=["weekend", "holiday"]
)
def test_a_closed_day_has_no_slots(day, why):
    assert slots_on(catalogue_with("Mo-Fr 09:00-12:00; PH off"), RULES, "P1", day) == ()


def test_a_weekend_worked_in_exchange_has_slots():
    assert slots_on(catalogue_with("Mo-Fr 09:00-10:00; PH off"), RULES, "P1", date(2026, 10, 10))


def test_unknown_hours_have_no_slots():
    assert slots_on(catalogue_with(None), RULES, "P1", WEDNESDAY) == ()


def test_a_closure_takes_slots_away_and_moves_none():
    closure = a_closure(at("2026-11-25 09:40"), at("2026-11-25 10:10"))

    slots = slots_on(catalogue_with("Mo-Fr 09:00-12:00", [closure]), RULES, "P1", WEDNESDAY)

    assert starts(slots) == ["09:00", "10:30", "11:00", "11:30"]


def test_hours_of_an_offer_only_choose_from_the_grid():
    offer = an_offer(hours_rule="Mo-Fr 08:00-09:45,10:00-13:00")
    catalogue = a_catalogue([a_point(hours_rule="Mo-Fr 09:00-12:00")], offers=[offer])

    slots = slots_on(catalogue, RULES, "P1", WEDNESDAY, offer)

    assert starts(slots) == ["09:00", "10:00", "10:30", "11:00", "11:30"]


def test_a_weekday_may_have_its_own_capacity():
    rules = BookingRules(weekday_capacity={2: 1})

    assert {slot.capacity for slot in slots_on(catalogue_with("Mo-Fr 09:00-12:00"), rules, "P1", WEDNESDAY)} == {1}


def test_a_run_needs_slots_without_a_gap():
    slots = slots_on(catalogue_with("Mo-Fr 09:00-10:00,14:00-15:30"), RULES, "P1", WEDNESDAY)

    assert [run[0].start.hour for run in runs_on(slots, 2)] == [9, 14, 14]
    assert run_of(slots, at("2026-11-25 09:30"), 2) is None
    assert run_of(slots, at("2026-11-25 09:15"), 1) is None


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-11-25 10:00", "2026-11-26", "2026-12-09"),
        ("2026-11-25 16:59", "2026-11-26", "2026-12-09"),
        ("2026-11-25 17:00", "2026-11-27", "2026-12-10"),
        ("2026-11-27 10:00", "2026-11-30", "2026-12-11"),
        ("2026-11-27 18:00", "2026-12-01", "2026-12-14"),
        ("2026-11-28 10:00", "2026-12-01", "2026-12-14"),
        ("2026-10-09 10:00", "2026-10-10", "2026-10-22"),
    ],
    ids=[
        "morning",
        "before closing",
        "after closing",
        "Friday",
        "Friday evening",
        "Saturday",
        "before a worked Saturday",
    ],
)
def test_days_are_counted_in_working_days(now, first, last):
    assert bookable_days(a_calendar(), RULES, at(now)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_with_zero_days_ahead_today_can_be_booked_until_closing():
    rules = BookingRules(first_day=0, last_day=0)

    assert bookable_days(a_calendar(), rules, at("2026-11-25 10:00")) == (WEDNESDAY, WEDNESDAY)
    assert bookable_days(a_calendar(), rules, at("2026-11-25 20:00"))[0] == date(2026, 11, 26)


def test_a_moment_in_another_zone_counts_as_the_same_moment():
    moment = at("2026-11-25 01:00").astimezone(tz=None)

    assert bookable_days(a_calendar(), RULES, moment)[0] == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "works"), [("2026-11-25", True), ("2026-11-28", False), ("2026-10-01", False), ("2026-10-10", True)]
)
def test_working_days_know_holidays_and_worked_weekends(day, works):
    assert is_working_day(a_calendar(), date.fromisoformat(day)) is works


MINUTES = st.integers(0, 24 * 60 - 1)


@given(
    spans=st.lists(MINUTES, min_size=2, max_size=6, unique=True).map(sorted),
    closed=st.tuples(MINUTES, st.integers(1, 300)),
    length=st.integers(5, 120),
)
def test_slots_never_overlap_and_lie_inside_what_is_open(spans, closed, length):
    pairs = list(zip(spans[::2], spans[1::2], strict=False))
    clock = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]
    midnight = datetime.combine(WEDNESDAY, time(0), ZONE)
    shut = a_closure(midnight + timedelta(minutes=closed[0]), midnight + timedelta(minutes=sum(closed)))
    catalogue = catalogue_with(f"Mo-Su {','.join(clock)}", [shut])

    slots = slots_on(catalogue, BookingRules(slot_minutes=length), "P1", WEDNESDAY)

    assert all(before.end <= after.start for before, after in pairwise(slots))
    for slot in slots:
        assert slot.end - slot.start == timedelta(minutes=length)
        assert shut.ends <= slot.start or slot.end <= shut.starts
        last = slot.end - timedelta(minutes=1)
        assert catalogue.status("P1", slot.start).is_open and catalogue.status("P1", last).is_open
