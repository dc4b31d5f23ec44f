"""The shipped work calendar against two independent packages, and what a calendar refuses."""

from datetime import date

import chinese_calendar
import holidays
import pytest

from mapapp.errors import InvalidQuery
from mapapp.hours.work_calendar import (
    DayKind,
    WorkCalendar,
    calendar_day,
    holiday_blocks,
    is_beside_fixed_holiday,
    read_work_calendar,
)
from tests.unit.hours.days import a_day, days_between, shipped_calendar

YEARS = range(2020, 2027)


def is_off(day: date) -> bool:
    entry = shipped_calendar().day(day)
    return day.weekday() >= 5 if entry is None else entry.kind is DayKind.HOLIDAY


@pytest.mark.parametrize("year", YEARS)
def test_days_off_and_worked_weekends_are_those_of_chinesecalendar(year: int) -> None:
    days = days_between(date(year, 1, 1), date(year, 12, 31))

    differing = [day for day in days if is_off(day) is not chinese_calendar.is_holiday(day)]

    assert differing == []


@pytest.mark.parametrize("year", YEARS)
def test_days_off_and_worked_weekends_are_those_of_the_package_holidays(year: int) -> None:
    china = holidays.country_holidays("CN", years=(year, year + 1))
    days = days_between(date(year, 1, 1), date(year, 12, 31))

    differing = [day for day in days if is_off(day) is china.is_working_day(day)]

    assert differing == []


@pytest.mark.parametrize("year", YEARS)
def test_weekends_inside_a_holiday_block_are_entered_as_days_off(year: int) -> None:
    days = days_between(date(year, 1, 1), date(year, 12, 31))

    assert [day for day in days if day in chinese_calendar.constants.holidays] == [
        row.day for row in shipped_calendar().days if row.day.year == year and row.kind is DayKind.HOLIDAY
    ]


def test_every_worked_day_is_a_weekend_day_and_every_row_names_its_notice() -> None:
    rows = shipped_calendar().days

    assert all(row.day.weekday() >= 5 for row in rows if row.kind is DayKind.WORKDAY)
    assert all(row.source.startswith("国务院办公厅关于") and row.name_zh and row.name_en for row in rows)


def test_the_spring_festival_of_2020_was_extended_to_2_february() -> None:
    block = shipped_calendar().between(date(2020, 1, 24), date(2020, 2, 2))

    assert len(block) == 10
    assert "延长2020年春节假期" in block[-1].source


def test_the_known_years_are_2020_to_2026() -> None:
    calendar = shipped_calendar()

    assert (calendar.first_known, calendar.last_known) == (date(2020, 1, 1), date(2026, 12, 31))
    assert calendar.is_known(date(2026, 12, 31))
    assert not calendar.is_known(date(2027, 1, 1))
    assert not calendar.is_known(date(2019, 12, 31))


def test_one_day_entered_ahead_does_not_announce_its_year() -> None:
    calendar = WorkCalendar.of([*shipped_calendar().days, a_day("2027-01-01")])

    assert calendar.last_known == date(2026, 12, 31)
    assert calendar.is_known(date(2027, 1, 1))
    assert not calendar.is_known(date(2027, 1, 2))


def test_an_empty_calendar_knows_no_day() -> None:
    calendar = WorkCalendar.of([])

    assert (calendar.first_known, calendar.last_known) == (None, None)
    assert not calendar.is_known(date(2026, 1, 1))


def test_calendars_of_equal_content_are_equal_whatever_the_order() -> None:
    days = [a_day("2026-05-01"), a_day("2026-10-01")]

    one, other = WorkCalendar.of(days), WorkCalendar.of(reversed(days))

    assert one == other
    assert hash(one) == hash(other)
    assert one != WorkCalendar.of([a_day("2026-05-01"), a_day("2026-10-01", name="国庆节")])


def test_a_day_entered_twice_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="duplicate_day"):
        WorkCalendar.of([a_day("2026-05-01"), a_day("2026-05-01")])


def test_days_off_in_a_row_are_one_block() -> None:
    days = [a_day("2026-05-01"), a_day("2026-05-02"), a_day("2026-05-09", DayKind.WORKDAY), a_day("2026-06-19")]

    assert holiday_blocks(days) == ((date(2026, 5, 1), date(2026, 5, 2)), (date(2026, 6, 19), date(2026, 6, 19)))


@pytest.mark.parametrize(
    ("day", "beside"),
    [
        ((12, 30), False),
        ((12, 31), True),
        ((1, 1), True),
        ((1, 3), True),
        ((1, 4), False),
        ((4, 29), False),
        ((4, 30), True),
        ((5, 5), True),
        ((5, 6), False),
        ((9, 29), False),
        ((9, 30), True),
        ((10, 7), True),
        ((10, 8), False),
    ],
)
def test_days_beside_a_holiday_of_fixed_date(day: tuple[int, int], beside: bool) -> None:
    assert is_beside_fixed_holiday(date(2027, *day)) is beside


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": "2026-02-30"}, "day"),
        ({"day": ""}, "day"),
        ({"kind": "festival"}, "kind"),
        ({"name_zh": " "}, "name_zh"),
        ({"follows": "7"}, "follows"),
        ({"follows": "Mo"}, "follows"),
        ({"kind": "holiday", "follows": "0"}, "follows"),
    ],
)
def test_a_bad_row_names_its_field(changed: dict[str, str], field: str) -> None:
    row = {"day": "2026-02-14", "kind": "workday", "name_zh": "春节", "name_en": "", "follows": "4", "source": ""}

    with pytest.raises(InvalidQuery) as failure:
        calendar_day({**row, **changed})

    assert failure.value.field == field


def test_a_row_may_name_the_weekday_that_a_worked_day_follows() -> None:
    calendar = read_work_calendar(
        ["day,kind,name_zh,name_en,follows,source", "2026-02-14,workday,春节,,4,", "2026-02-28,workday,春节,,,"]
    )

    assert [row.followed_weekday for row in calendar.days] == [4, 0]
