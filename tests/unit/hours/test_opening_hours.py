"""Truth tables: open until when, closed why and until when, or not known."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import OpeningHours, OpenSpan, Reason, ReasonDetail, Schedule, State
from mapapp.hours.work_calendar import DayKind, WorkCalendar
from tests.unit.hours.days import OFFICE, a_day, a_schedule, moment, shipped_calendar, shown, spans, status

NIGHT = "Fr 22:00-02:00"


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-25 09:00", "2026-11-25 12:00"),
        ("2026-11-25 11:59", "2026-11-25 12:00"),
        ("2026-11-25 14:00", "2026-11-25 18:00"),
        ("2026-02-14 10:00", "2026-02-14 12:00"),  # Saturday worked before the Spring Festival
        ("2026-02-28 17:59", "2026-02-28 18:00"),  # Saturday worked after it
        ("2026-09-20 09:00", "2026-09-20 12:00"),  # Sunday worked for the National Day
        ("2026-10-10 14:00", "2026-10-10 18:00"),
        ("2026-12-31 17:00", "2026-12-31 18:00"),
        ("2020-01-19 10:00", "2020-01-19 12:00"),
    ],
)
def test_an_open_office_says_until_when(at: str, until: str) -> None:
    answer = status(OFFICE, at)

    assert answer.is_open
    assert shown(answer.until) == until
    assert (answer.opens_at, answer.reason, answer.calendar_unknown) == (None, None, False)
    assert answer.changes_at == answer.until


@pytest.mark.parametrize(
    ("at", "opens_at", "reason", "detail", "name_zh"),
    [
        ("2026-11-25 08:59", "2026-11-25 09:00", "outside_hours", "before_hours", None),
        ("2026-11-25 00:00", "2026-11-25 09:00", "outside_hours", "before_hours", None),
        ("2026-11-25 12:00", "2026-11-25 14:00", "outside_hours", "lunch", None),
        ("2026-11-25 13:59", "2026-11-25 14:00", "outside_hours", "lunch", None),
        ("2026-11-25 18:00", "2026-11-26 09:00", "outside_hours", "after_hours", None),
        ("2026-11-27 18:00", "2026-11-30 09:00", "outside_hours", "after_hours", None),
        ("2026-11-28 10:00", "2026-11-30 09:00", "outside_hours", "weekend", None),
        ("2026-02-14 12:30", "2026-02-14 14:00", "outside_hours", "lunch", None),
        ("2026-02-14 18:00", "2026-02-24 09:00", "outside_hours", "after_hours", None),
        ("2026-02-16 10:00", "2026-02-24 09:00", "holiday", "holiday", "春节"),  # 除夕
        ("2026-02-15 03:00", "2026-02-24 09:00", "holiday", "holiday", "春节"),  # a Sunday inside the block
        ("2026-02-23 23:59", "2026-02-24 09:00", "holiday", "holiday", "春节"),
        ("2026-09-27 10:00", "2026-09-28 09:00", "holiday", "holiday", "中秋节"),
        ("2026-10-01 10:00", "2026-10-08 09:00", "holiday", "holiday", "国庆节"),
        ("2026-10-09 18:00", "2026-10-10 09:00", "outside_hours", "after_hours", None),
        ("2020-02-02 10:00", "2020-02-03 09:00", "holiday", "holiday", "春节"),
        ("2025-10-06 10:00", "2025-10-09 09:00", "holiday", "holiday", "国庆节、中秋节"),
    ],
)
def test_a_closed_office_says_why_and_when_it_opens(
    at: str, opens_at: str, reason: str, detail: str, name_zh: str | None
) -> None:
    answer = status(OFFICE, at)

    assert answer.state is State.CLOSED
    assert shown(answer.opens_at) == opens_at
    assert (answer.reason, answer.reason_detail, answer.reason_zh) == (reason, detail, name_zh)
    assert not answer.calendar_unknown
    assert answer.changes_at == answer.opens_at


def test_the_name_of_a_holiday_is_given_in_both_languages() -> None:
    answer = status(OFFICE, "2026-10-01 10:00")

    assert (answer.reason_zh, answer.reason_en) == ("国庆节", "National Day")


@pytest.mark.parametrize(
    ("at", "state", "opens_at"),
    [
        ("2026-12-31 18:00", "closed", "2027-01-04 09:00"),
        ("2027-01-01 10:00", "unknown", "2027-01-04 09:00"),
        ("2027-01-03 23:59", "unknown", "2027-01-04 09:00"),
        ("2027-04-30 10:00", "unknown", "2027-05-06 09:00"),
        ("2027-10-05 10:00", "unknown", "2027-10-08 09:00"),
        ("2019-05-01 10:00", "unknown", "2019-05-06 09:00"),
        ("2027-03-06 10:00", "closed", "2027-03-08 09:00"),
        ("2027-03-08 12:30", "closed", "2027-03-08 14:00"),
        ("2027-03-08 10:00", "open", None),
        ("2019-03-06 10:00", "open", None),
    ],
)
def test_beyond_the_announced_years_the_week_holds_and_the_answer_says_so(
    at: str, state: str, opens_at: str | None
) -> None:
    answer = status(OFFICE, at)

    assert (answer.state, shown(answer.opens_at)) == (state, opens_at)
    assert answer.calendar_unknown
    assert (answer.reason is Reason.CALENDAR_NOT_ANNOUNCED) is (state == "unknown")


def test_a_rule_without_ph_needs_no_calendar() -> None:
    answer = status("Mo-Fr 09:00-12:00", "2027-01-01 10:00")

    assert answer.is_open
    assert not answer.calendar_unknown


@pytest.mark.parametrize(
    "rule",
    ["Mo-Fr 09:00-12:00; PH off; 2027 Jan 01 10:00-12:00", "Mo-Fr,PH 09:00-12:00", "24/7; PH open"],
)
def test_a_day_that_opens_whatever_the_notice_will_say_is_open(rule: str) -> None:
    answer = status(rule, "2027-01-01 10:00")

    assert (answer.state, answer.calendar_unknown) == (State.OPEN, True)


def test_a_weekend_that_the_notice_may_turn_into_a_working_day_is_unknown() -> None:
    assert status(OFFICE, "2027-01-02 10:00").state is State.UNKNOWN


@pytest.mark.parametrize("at", ["2026-02-14 10:00", "2026-10-10 10:00"])
def test_a_rule_without_ph_gets_no_worked_weekends(at: str) -> None:
    answer = status("Mo-Fr 09:00-12:00", at)

    assert (answer.state, answer.reason_detail) == (State.CLOSED, ReasonDetail.WEEKEND)


def test_a_day_announced_ahead_is_known_in_a_year_that_is_not() -> None:
    calendar = WorkCalendar.of([*shipped_calendar().days, a_day("2027-01-01", name="元旦")])

    answer = status(OFFICE, "2027-01-01 10:00", calendar=calendar)

    assert (answer.state, answer.reason, answer.reason_zh) == (State.CLOSED, Reason.HOLIDAY, "元旦")


@pytest.mark.parametrize(
    ("follows", "expected"),
    [(None, ["09:00-12:00"]), (0, ["09:00-12:00"]), (1, ["10:00-11:00"]), (4, ["08:00-09:00"]), (5, ["15:00-16:00"])],
)
def test_a_worked_weekend_day_keeps_the_hours_of_the_weekday_it_follows(
    follows: int | None, expected: list[str]
) -> None:
    calendar = WorkCalendar.of([a_day("2026-02-14", DayKind.WORKDAY, follows=follows)])
    rule = "Mo 09:00-12:00; Tu 10:00-11:00; Fr 08:00-09:00; Sa 15:00-16:00; PH off"

    assert spans(a_schedule(rule, calendar=calendar), "2026-02-14") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("Mo-Fr 09:00-12:00; PH off; 2026 Feb 14 off", []),
        ("Mo-Fr 09:00-12:00; 2026 Feb 14 10:00-11:00; PH off", ["10:00-11:00"]),
        ("Mo-Fr 09:00-12:00; 2026 Feb 09 off; PH off", ["09:00-12:00"]),  # another Monday being shut changes nothing
        ("Tu-Fr 09:00-12:00; PH off", []),
        ("Mo-Fr 09:00-12:00; PH off; Sa 15:00-16:00", ["09:00-12:00"]),
        ("Mo-Fr 09:00-12:00; Feb Mo 08:00-09:00; PH off", ["08:00-09:00"]),
        ("Mo-Fr 09:00-12:00; Feb 10-13 08:00-09:00; PH off", ["09:00-12:00"]),
        ("week 2-52/2 Mo 08:00-09:00; week 1-53/2 Mo 10:00-11:00; PH off", ["10:00-11:00"]),  # 14 February: week 7
        ("24/7; PH off", ["00:00-00:00"]),
    ],
)
def test_dates_seasons_and_weeks_count_on_a_worked_saturday(rule: str, expected: list[str]) -> None:
    assert spans(a_schedule(rule), "2026-02-14") == expected


@pytest.mark.parametrize(
    ("rule", "at", "until"),
    [
        (NIGHT, "2026-11-27 22:00", "2026-11-28 02:00"),
        (NIGHT, "2026-11-28 00:00", "2026-11-28 02:00"),
        (NIGHT, "2026-11-28 01:59", "2026-11-28 02:00"),
        ("Fr 22:00-26:00", "2026-11-28 01:59", "2026-11-28 02:00"),
        ("Mo-Su 20:00-24:00", "2026-11-28 23:00", "2026-11-29 00:00"),
        ("Mo-Fr 22:00-02:00; PH off", "2026-02-15 01:00", None),  # a holiday begins at midnight
        ("Mo-Fr 22:00-02:00; PH off", "2026-02-14 23:00", "2026-02-15 00:00"),
        ("Mo-Fr 22:00-02:00; PH off", "2026-02-28 23:00", "2026-03-01 02:00"),  # a worked Saturday into Sunday
        ("Mo-Fr 22:00-02:00; PH off", "2026-03-01 01:00", "2026-03-01 02:00"),
        ("Mo-Fr 22:00-02:00; PH off", "2026-12-31 23:00", "2027-01-01 00:00"),  # the next day is not announced
        ("24/7", "2026-11-25 10:00", None),
        ("24/7; 2026 Nov 30 off", "2026-11-25 10:00", "2026-11-30 00:00"),
    ],
)
def test_spans_over_midnight(rule: str, at: str, until: str | None) -> None:
    answer = status(rule, at)

    assert shown(answer.until) == until


@pytest.mark.parametrize(
    ("at", "detail", "opens_at"),
    [
        ("2026-11-28 02:00", "weekend", "2026-12-04 22:00"),
        ("2026-11-27 12:00", "before_hours", "2026-11-27 22:00"),
    ],
)
def test_the_rest_of_the_night_before_is_not_a_span_of_the_day(at: str, detail: str, opens_at: str) -> None:
    answer = status(NIGHT, at)

    assert (answer.reason_detail, shown(answer.opens_at)) == (detail, opens_at)


def test_always_open_never_changes() -> None:
    answer = status("24/7", "2026-11-25 10:00")

    assert (answer.is_open, answer.until, answer.changes_at) == (True, None, None)


@pytest.mark.parametrize(
    ("rule", "reason", "detail", "text"),
    [
        ('Mo-Fr 09:00-12:00; 2026 Nov 25 off "全员培训"', Reason.CLOSURE, ReasonDetail.CLOSURE, "全员培训"),
        ("Mo-Fr 09:00-12:00; 2026 Nov 25 off", Reason.CLOSURE, ReasonDetail.CLOSURE, None),
        ("Mo 09:00-12:00; 2026 Nov 25 off", Reason.OUTSIDE_HOURS, ReasonDetail.WEEKEND, None),
        ("Jun-Aug Mo-Fr 09:00-12:00", Reason.OUTSIDE_HOURS, None, None),
    ],
)
def test_a_day_that_the_rule_itself_closes_says_why(
    rule: str, reason: Reason, detail: ReasonDetail | None, text: str | None
) -> None:
    answer = status(rule, "2026-11-25 10:00")

    assert (answer.reason, answer.reason_detail, answer.reason_zh) == (reason, detail, text)


def test_hours_on_a_holiday_are_hours_like_others() -> None:
    rule = "Mo-Fr 09:00-17:00; PH 10:00-11:00,15:00-16:00"

    answers = [status(rule, f"2026-10-01 {clock}") for clock in ("09:00", "10:30", "12:00", "16:00")]

    assert [answer.reason_detail for answer in answers] == ["before_hours", None, "lunch", "after_hours"]
    assert shown(answers[1].until) == "2026-10-01 11:00"


@pytest.mark.parametrize(
    ("opens_on", "expected"), [("2026 Dec 09", "2026-12-09 09:00"), ("2026 Dec 10", None)], ids=["14 days", "15 days"]
)
def test_an_opening_is_looked_for_14_days_ahead(opens_on: str, expected: str | None) -> None:
    answer = status(f"{opens_on} 09:00-10:00", "2026-11-25 08:00")

    assert shown(answer.opens_at) == expected


def test_unknown_hours_are_unknown() -> None:
    answer = status(None, "2026-11-25 10:00")

    assert (answer.state, answer.reason, answer.opens_at) == (State.UNKNOWN, Reason.HOURS_UNKNOWN, None)
    assert a_schedule(None).hours is None


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5))])
def test_any_aware_time_is_understood(zone: timezone) -> None:
    answer = a_schedule().status_at(moment("2026-11-25 11:59").astimezone(zone))

    assert shown(answer.until) == "2026-11-25 12:00"


def test_seconds_before_the_end_are_still_open() -> None:
    last = moment("2026-11-25 12:00") - timedelta(microseconds=1)

    assert a_schedule().status_at(last).is_open


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="naive_time"):
        a_schedule().status_at(datetime(2026, 11, 25, 10, 0))


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_years_beyond_sense_are_refused(year: int) -> None:
    with pytest.raises(InvalidQuery, match="time_out_of_range"):
        a_schedule().status_at(datetime(year, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-12))))


def test_the_ordinary_week_begins_on_monday_and_has_no_holidays() -> None:
    week = OpeningHours.parse("Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-24:00; PH off; 2026 Nov 25 off").week()

    day = (OpenSpan(time(9), time(12)), OpenSpan(time(14), time(18)))
    assert week == (day, day, day, day, day, (OpenSpan(time(10), time(0)),), ())


def test_the_week_of_a_season_is_asked_for_by_a_day_in_it() -> None:
    hours = OpeningHours.parse("Mo-Fr 09:00-12:00; Jun-Aug Mo-Fr 08:00-11:00")

    assert hours.week()[0] == (OpenSpan(time(9), time(12)),)
    assert hours.week(date(2026, 7, 1))[0] == (OpenSpan(time(8), time(11)),)


def test_equal_rules_calendars_and_closures_share_one_schedule() -> None:
    again = WorkCalendar.of(shipped_calendar().days)

    assert Schedule.of(OFFICE, shipped_calendar(), ()) is Schedule.of(OFFICE, again, ())
