"""Closures beat hours, and what a day looks like with them."""

from datetime import datetime, time

import pytest

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import ZONE, Closure, OpenSpan, Reason, ReasonDetail, State
from tests.unit.hours.days import OFFICE, a_closure, a_schedule, moment, shown, spans, status

MORNING = a_closure("2026-11-25 10:00", "2026-11-25 11:00")


@pytest.mark.parametrize(
    ("at", "state", "changes_at"),
    [
        ("2026-11-25 09:59", "open", "2026-11-25 10:00"),
        ("2026-11-25 10:00", "closed", "2026-11-25 11:00"),
        ("2026-11-25 10:59", "closed", "2026-11-25 11:00"),
        ("2026-11-25 11:00", "open", "2026-11-25 12:00"),
    ],
)
def test_a_closure_is_shut_at_its_start_and_over_at_its_end(at: str, state: str, changes_at: str) -> None:
    answer = status(OFFICE, at, MORNING)

    assert (answer.state, shown(answer.changes_at)) == (state, changes_at)


def test_a_closure_gives_its_text_in_both_languages() -> None:
    answer = status(OFFICE, "2026-11-25 10:30", MORNING)

    assert (answer.reason, answer.reason_detail) == (Reason.CLOSURE, ReasonDetail.CLOSURE)
    assert (answer.reason_zh, answer.reason_en) == ("停电", "Power cut")


@pytest.mark.parametrize(
    ("closure", "at", "opens_at"),
    [
        (a_closure("2026-11-25 10:00", "2026-11-25 12:30"), "2026-11-25 10:30", "2026-11-25 14:00"),
        (a_closure("2026-11-25 10:00", "2026-11-27 15:00"), "2026-11-25 10:30", "2026-11-27 15:00"),
        (a_closure("2026-11-25 10:00", "2026-11-28 00:00"), "2026-11-25 10:30", "2026-11-30 09:00"),
        (a_closure("2026-09-28 10:00", "2026-10-03 00:00"), "2026-09-29 10:30", "2026-10-08 09:00"),
        (a_closure("2026-11-25 10:00", None), "2026-11-25 10:30", None),
        (a_closure("2026-11-26 08:00", "2026-11-26 10:00"), "2026-11-25 18:30", "2026-11-26 10:00"),
        (a_closure("2026-11-26 00:00", "2026-12-05 00:00"), "2026-11-25 18:30", "2026-12-07 09:00"),
    ],
)
def test_the_next_opening_is_the_first_span_left_by_the_closure(closure: Closure, at: str, opens_at: str) -> None:
    assert shown(status(OFFICE, at, closure).opens_at) == opens_at


def test_until_further_notice_in_december_does_not_blame_the_calendar() -> None:
    answer = status(OFFICE, "2026-12-28 10:00", a_closure("2026-12-01 00:00", None))

    assert (answer.opens_at, answer.calendar_unknown) == (None, False)


def test_a_closure_on_a_day_not_announced_is_closed_all_the_same() -> None:
    answer = status(OFFICE, "2027-01-01 10:00", a_closure("2026-12-31 00:00", "2027-01-02 00:00"))

    assert (answer.state, answer.reason) == (State.CLOSED, Reason.CLOSURE)


def test_a_closure_closes_a_point_of_unknown_hours_and_leaves_it_unknown_after() -> None:
    during, after = (status(None, f"2026-11-25 {clock}", MORNING) for clock in ("10:00", "11:00"))

    assert (during.state, during.reason, during.opens_at) == (State.CLOSED, Reason.CLOSURE, None)
    assert (after.state, after.reason) == (State.UNKNOWN, Reason.HOURS_UNKNOWN)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-11-25 09:30", "全区"),
        ("2026-11-25 10:30", "全区"),
        ("2026-11-25 11:30", "本点"),
        ("2026-11-25 14:30", None),
    ],
)
def test_of_overlapping_closures_the_first_given_is_named(at: str, text: str | None) -> None:
    district = a_closure("2026-11-25 09:00", "2026-11-25 11:00", "全区")
    point = a_closure("2026-11-25 10:00", "2026-11-25 12:00", "本点")

    answer = status(OFFICE, at, district, point)

    assert answer.reason_zh == text
    assert shown(answer.changes_at) == ("2026-11-25 18:00" if text is None else "2026-11-25 14:00")


@pytest.mark.parametrize("order", [1, -1])
def test_a_closure_inside_a_longer_one_does_not_end_it(order: int) -> None:
    closures = (a_closure("2026-11-25 09:00", "2026-11-25 17:00"), MORNING)[::order]

    assert shown(status(OFFICE, "2026-11-25 10:30", *closures).opens_at) == "2026-11-25 17:00"


@pytest.mark.parametrize(
    ("closure", "at", "detail"),
    [
        (a_closure("2026-11-25 13:00", "2026-11-26 00:00"), "2026-11-25 12:30", "after_hours"),
        (a_closure("2026-11-25 08:00", "2026-11-25 13:00"), "2026-11-25 13:30", "before_hours"),
        (a_closure("2026-11-25 09:00", "2026-11-25 18:00"), "2026-11-25 12:30", "closure"),
        (a_closure("2026-11-25 09:00", "2026-11-25 18:00"), "2026-11-25 18:30", "after_hours"),
        (a_closure("2026-11-25 09:00", "2026-11-25 18:00"), "2026-11-25 08:30", "before_hours"),
    ],
)
def test_the_kind_of_closed_beside_a_closure(closure: Closure, at: str, detail: str) -> None:
    assert status(OFFICE, at, closure).reason_detail == detail


def test_a_closure_cuts_an_always_open_point() -> None:
    answer = status("24/7", "2026-11-25 09:00", a_closure("2026-11-28 10:00", None))

    assert shown(answer.until) == "2026-11-28 10:00"


def test_a_closure_that_ends_when_it_starts_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="ends_before_start"):
        a_closure("2026-11-25 10:00", "2026-11-25 10:00")


@pytest.mark.parametrize("ends", [None, datetime(2026, 11, 26)])
def test_a_closure_without_a_zone_is_refused(ends: datetime | None) -> None:
    starts = datetime(2026, 11, 25, tzinfo=None if ends is None else ZONE)

    with pytest.raises(InvalidQuery, match="naive_time"):
        Closure(starts=starts, ends=ends, reason_zh="停电")


def test_a_day_shows_what_a_closure_leaves_of_it() -> None:
    day = a_schedule(OFFICE, MORNING).spans_on(moment("2026-11-25 00:00").date())

    assert day.spans == (OpenSpan(time(9), time(10)), OpenSpan(time(11), time(12)), OpenSpan(time(14), time(18)))
    assert (day.reason, day.reason_zh, day.reason_en) == (Reason.CLOSURE, "停电", "Power cut")


@pytest.mark.parametrize(
    ("day", "expected", "reason", "name", "swapped", "unknown"),
    [
        ("2026-11-25", ["09:00-12:00", "14:00-18:00"], None, None, False, False),
        ("2026-11-28", [], Reason.OUTSIDE_HOURS, None, False, False),
        ("2026-10-01", [], Reason.HOLIDAY, "国庆节", False, False),
        ("2026-10-10", ["09:00-12:00", "14:00-18:00"], None, "国庆节调休上班", True, False),
        ("2027-01-01", [], Reason.CALENDAR_NOT_ANNOUNCED, None, False, True),
        ("2027-03-08", ["09:00-12:00", "14:00-18:00"], None, None, False, True),
    ],
)
def test_a_day_says_what_the_calendar_makes_of_it(
    day: str, expected: list[str], reason: Reason | None, name: str | None, swapped: bool, unknown: bool
) -> None:
    shown_day = a_schedule().spans_on(moment(day + " 00:00").date())

    assert spans(a_schedule(), day) == expected
    assert (shown_day.reason, shown_day.reason_zh) == (reason, name)
    assert (shown_day.swapped, shown_day.calendar_unknown) == (swapped, unknown)


def test_a_night_span_is_cut_at_midnight() -> None:
    assert spans(a_schedule("Fr 22:00-02:00"), "2026-11-27") == ["22:00-00:00"]
    assert spans(a_schedule("Fr 22:00-02:00"), "2026-11-28") == ["00:00-02:00"]


def test_a_day_of_unknown_hours_has_no_spans() -> None:
    day = a_schedule(None).spans_on(moment("2026-11-25 00:00").date())

    assert (day.spans, day.reason) == ((), Reason.HOURS_UNKNOWN)
