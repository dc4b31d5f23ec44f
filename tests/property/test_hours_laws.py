"""Laws of opening hours: answers agree with a plain reading, with each other, and with closures."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import Closure, Schedule, State
from tests.property.strategies_hours import GRID_MINUTES, Shape, clock, days, expected, moments, shapes, texts
from tests.unit.hours.days import shipped_calendar

MINUTE = timedelta(minutes=1)
GRID = timedelta(minutes=GRID_MINUTES)

closures = st.lists(
    st.builds(
        lambda day, start, length: Closure(
            starts=clock(day, start * GRID_MINUTES),
            ends=None if length is None else clock(day, (start + length) * GRID_MINUTES),
            reason_zh="停办",
        ),
        days,
        st.integers(0, 287),
        st.none() | st.integers(1, 4000),
    ),
    max_size=3,
).map(tuple)


def a_schedule_of(shape: Shape, shut: tuple[Closure, ...] = ()) -> Schedule:
    return Schedule.of(shape.text, shipped_calendar(), shut)


def near(shut: tuple[Closure, ...], at: datetime) -> datetime:
    """Return a moment by a closure when there is one, for random moments rarely meet one."""
    return shut[0].starts + (at - at.replace(hour=0, minute=0)) - timedelta(hours=12) if shut else at


@settings(max_examples=300, deadline=None)
@given(shapes, moments)
def test_the_answer_is_that_of_a_plain_reading(shape: Shape, at: datetime) -> None:
    answer = a_schedule_of(shape).status_at(at)

    plain = expected(shape, at)
    assert (answer.is_open, answer.changes_at) == (plain.is_open, plain.changes_at)
    assert not answer.calendar_unknown


@settings(max_examples=100, deadline=None)
@given(shapes, days)
def test_the_spans_of_a_day_are_those_of_a_plain_reading(shape: Shape, day: datetime) -> None:
    spans = a_schedule_of(shape).spans_on(day).spans

    minutes = [(s.start.hour * 60 + s.start.minute, (s.end.hour * 60 + s.end.minute) or 1440) for s in spans]
    assert minutes == list(shape.spans_on(day))


@settings(max_examples=100, deadline=None)
@given(shapes, closures, moments)
def test_what_is_open_stays_open_until_it_says_and_no_longer(
    shape: Shape, shut: tuple[Closure, ...], at: datetime
) -> None:
    schedule = a_schedule_of(shape, shut)
    at = near(shut, at)

    answer = schedule.status_at(at)

    if answer.is_open and answer.until is not None:
        assert answer.until > at
        assert schedule.status_at(answer.until - MINUTE).is_open
        assert not schedule.status_at(answer.until).is_open
        assert schedule.status_at(at + (answer.until - at) / 2).until == answer.until


@settings(max_examples=100, deadline=None)
@given(shapes, closures, moments)
def test_the_first_open_moment_after_a_closed_one_is_the_opening_it_names(
    shape: Shape, shut: tuple[Closure, ...], at: datetime
) -> None:
    schedule = a_schedule_of(shape, shut)
    at = near(shut, at)

    answer = schedule.status_at(at)

    if not answer.is_open:
        # every edge lies on the grid, so a look at each of its lines misses no opening
        end = answer.opens_at or clock(at.date() + timedelta(days=15), 0)
        line = clock(at.date(), (at.hour * 60 + at.minute) // GRID_MINUTES * GRID_MINUTES) + GRID
        while line < end:
            assert not schedule.status_at(line).is_open
            line += GRID
        assert answer.opens_at is None or schedule.status_at(answer.opens_at).is_open


@settings(max_examples=100, deadline=None)
@given(shapes, closures, moments)
def test_a_closure_only_takes_away(shape: Shape, shut: tuple[Closure, ...], at: datetime) -> None:
    at = near(shut, at)
    is_shut = any(row.starts <= at and (row.ends is None or at < row.ends) for row in shut)

    answer = a_schedule_of(shape, shut).status_at(at)

    assert answer.is_open is (a_schedule_of(shape).status_at(at).is_open and not is_shut)
    assert (answer.reason == "closure" and answer.reason_zh == "停办") or not is_shut


@settings(max_examples=100, deadline=None)
@given(shapes, st.integers(2027, 2035), st.integers(0, 366 * 1440 - 1))
def test_beyond_the_calendar_nothing_is_called_sure(shape: Shape, year: int, minute: int) -> None:
    schedule = a_schedule_of(shape)
    at = clock(datetime(year, 1, 1).date(), minute)

    answer = schedule.status_at(at)

    assert answer.calendar_unknown is (shape.holiday is not None)
    assert answer.state is not State.UNKNOWN or answer.reason == "calendar_not_announced"
    assert answer.opens_at is None or schedule.status_at(answer.opens_at).is_open


@settings(max_examples=300, deadline=None)
@given(texts, moments)
def test_any_text_is_read_or_refused(text: str, at: datetime) -> None:
    try:
        schedule = Schedule.of(text, shipped_calendar())
    except InvalidQuery as refusal:
        assert refusal.code == "invalid_hours"
        assert refusal.values["detail"]
    else:
        answer = schedule.status_at(at)
        assert answer.is_open is (answer.reason is None)
