"""Which rules are taken and which are refused, and that what is taken is not ignored."""

import pytest

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import OpeningHours
from mapapp.hours.rule_text import exchanged, rules_of
from tests.unit.hours.days import a_schedule, spans


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ('"预约"', "blank"),
        ("周一 09:00-12:00", "syntax"),
        ("Mo-Fr 09:00-12:00;", "syntax"),
        ("mo-fr 09:00-12:00", "syntax"),
        ("Mo-Fr 09.00-12.00", "syntax"),
        ("Mo-Fr 09:00-12:00\x00", "syntax"),
        ("Mo-Fr 09:00-49:00", "syntax"),
        ("SH off", "school_holidays"),
        ("Mo-Fr 09:00-12:00; easter off", "easter"),
        ("sunrise-sunset", "sun_times"),
        ("Mo-Fr (sunrise+01:00)-12:00", "sun_times"),
        ("Mo-Fr 09:00-12:00; PH -1 day off", "day_offset"),
        ("Mo-Fr 09:00-12:00; PH +1 day off", "day_offset"),
        ("Mo-Fr 09:00-12:00; Dec 25 +1 day off", "day_offset"),
        ("Mo-Fr unknown", "unknown"),
        ('Mo-Fr 09:00-12:00 || "call"', "fallback"),
        ("Mo-Fr 10:00+", "open_end"),
        ("Mo-Fr 10:00-16:00/01:30", "repeated_times"),
        ("Mo-Fr", "no_times"),
        ("Nov-Feb", "no_times"),
        ("Mo-Fr 09:00-12:00; PH", "no_times"),
        ("Mo, Tu 09:00-12:00", "no_times"),
        ("Mo-Fr 09:00-12:00; Feb 30 off", "no_such_date"),
        ("Mo-Fr 09:00-12:00; 2026 Jun 31 off", "no_such_date"),
        ("Mo-Fr 12:00-12:00", "empty_span"),
        ("PH Mo-Fr 09:00-10:00", "ph_beside_weekday"),
        ("Mo-Fr PH 09:00-10:00", "ph_beside_weekday"),
        ("Mo-Fr 09:00-12:00, PH off", "ph_combination"),
        ("Mo-Fr 09:00-12:00; PH off, Sa 10:00-11:00", "ph_combination"),
        ("Mo-Fr 09:00-12:00; Jun-Aug PH off", "ph_combination"),
        ("Mo-Fr 09:00-12:00; 2026 Oct 01 PH off", "ph_combination"),
        ("PH off", "ph_without_effect"),
        ("PH off; Mo-Fr 09:00-17:00", "ph_without_effect"),
        ("Mo-Fr 09:00-17:00; PH off; Mo-Su 10:00-12:00", "ph_without_effect"),
        ("Mo-Fr 09:00-17:00; PH 10:00-12:00; 09:00-17:00", "ph_without_effect"),
        ("Mo 09:00-10:00; " * 80 + "PH off", "too_long"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_with_its_detail(rule: str, detail: str) -> None:
    with pytest.raises(InvalidQuery) as failure:
        OpeningHours.parse(rule)

    assert (failure.value.code, failure.value.field) == ("invalid_hours", "hours")
    assert failure.value.values["detail"] == detail


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("Mo-Fr 09:00-12:00,14:00-18:00", "2026-11-25", ["09:00-12:00", "14:00-18:00"]),
        ("Mo-Fr 09:00-12:00, 14:00-18:00", "2026-11-28", []),
        ("Mo-Fr 09:00-12:00,  14:00-18:00", "2026-11-28", []),
        ("Mo-Fr 09:00-12:00 , 14:00-18:00", "2026-11-25", ["09:00-12:00", "14:00-18:00"]),
        ("Mo-Fr 9:00-12:00", "2026-11-25", ["09:00-12:00"]),
        ("Mo-Fr 09:00-12:00, Sa 10:00-11:00", "2026-11-28", ["10:00-11:00"]),
        ("Mo-Fr 08:00-12:00,10:00-14:00", "2026-11-25", ["08:00-14:00"]),
        ("Tu 09:00-12:00", "2026-11-24", ["09:00-12:00"]),
        ("Mo,We 09:00-12:00", "2026-11-24", []),
        ("Fr-Mo 09:00-10:00", "2026-11-29", ["09:00-10:00"]),
        ("Sa[1] 09:00-10:00", "2026-11-07", ["09:00-10:00"]),
        ("Sa[1] 09:00-10:00", "2026-11-14", []),
        ("Fr[-1] 09:00-10:00", "2026-11-27", ["09:00-10:00"]),
        ("week 1-53/2 Sa 09:00-12:00", "2026-11-21", ["09:00-12:00"]),
        ("week 1-53/2 Sa 09:00-12:00", "2026-11-28", []),
        ("24/7", "2026-11-25", ["00:00-00:00"]),
        ("24/7; Su off", "2026-11-29", []),
        ("00:00-24:00", "2026-11-29", ["00:00-00:00"]),
        ("Mo-Fr open", "2026-11-25", ["00:00-00:00"]),
        ("Jun-Aug 08:00-11:00; Sep-May 09:00-12:00", "2026-08-31", ["08:00-11:00"]),
        ("Jun-Aug 08:00-11:00; Sep-May 09:00-12:00", "2026-09-01", ["09:00-12:00"]),
        ("Nov-Feb 10:00-12:00", "2027-01-20", ["10:00-12:00"]),
        ("Jun 15-Sep 15 Mo-Fr 08:00-11:00", "2026-09-15", ["08:00-11:00"]),
        ("Jun 15-Sep 15 Mo-Fr 08:00-11:00", "2026-09-16", []),
        ("Mo-Fr 09:00-12:00; 2026 Nov 25 off", "2026-11-25", []),
        ("Mo-Fr 09:00-12:00; 2026 Nov 25 10:00-11:00", "2026-11-25", ["10:00-11:00"]),
        ("Mo-Fr 09:00-12:00; 2026 Nov 23-27 off", "2026-11-27", []),
        ("Mo-Fr 09:00-12:00; 2026 Dec 30-2027 Jan 08 off", "2027-01-08", []),
        ("Mo-Fr 09:00-12:00; Dec 24 off", "2025-12-24", []),
        ('Mo-Fr 09:00-12:00 "PH; easter || SH"', "2026-11-25", ["09:00-12:00"]),
    ],
)
def test_what_is_taken_means_what_it_says(rule: str, day: str, expected: list[str]) -> None:
    assert spans(a_schedule(rule), day) == expected


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("Mo-Fr 09:00-12:00; PH off", "2026-10-01", []),
        ("Mo-Fr 09:00-12:00; PH closed", "2026-10-01", []),
        ("Mo-Fr 09:00-12:00", "2026-10-01", ["09:00-12:00"]),
        ("Mo-Fr 09:00-12:00; PH 10:00-11:00", "2026-10-01", ["10:00-11:00"]),
        ("Mo-Fr 09:00-12:00; PH 10:00-11:00", "2026-10-03", ["10:00-11:00"]),
        ("Mo-Fr,PH 09:00-12:00", "2026-10-03", ["09:00-12:00"]),
        ("PH,Mo-Fr 09:00-12:00", "2026-10-01", ["09:00-12:00"]),
        ("Mo-Sa 09:00-12:00; PH,Su off", "2026-10-01", []),
        ("Mo-Su 09:00-12:00; PH,Su off", "2026-11-29", []),
        ("Mo-Fr 09:00-12:00; PH open", "2026-10-01", ["00:00-00:00"]),
        ("24/7; PH off", "2026-10-01", []),
        ('Mo-Fr 09:00-12:00; PH off "值班; 电话, 见公告"', "2026-10-01", []),
        ("Mo-Fr 09:00-12:00; PH off; 2026 Oct 01 10:00-11:00", "2026-10-01", ["10:00-11:00"]),
        ("Mo-Fr 09:00-12:00; 2026 Oct 01 10:00-11:00; PH off", "2026-10-01", []),
        ("Mo-Fr 09:00-12:00; PH off; Sa 10:00-11:00", "2026-10-03", ["10:00-11:00"]),
        ("Mo-Fr 09:00-12:00; PH off; Sa 10:00-11:00", "2026-10-02", []),
    ],
)
def test_public_holidays_are_the_days_off_of_the_calendar(rule: str, day: str, expected: list[str]) -> None:
    assert spans(a_schedule(rule), day) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
        "Mo,We-Fr 09:00-12:00; Sa[1,3] 10:00-11:00; PH,Su off",
        'week 2-52/2 Sa 09:00-12:00; 2026 Jul-Aug Mo-Fr 08:30-12:00; PH 10:00-11:00 "值班"',
        "2027+ Mo-Fr 10:00-12:00; Dec 24-26 off; Jun 15-Sep 15 08:00-11:00",
        "Mo-Fr 22:00-26:00; 00:00-24:00; 24/7",
    ],
)
def test_the_canonical_spelling_of_a_rule_is_its_own_canonical_spelling(rule: str) -> None:
    rules = rules_of(rule)

    again = rules_of("; ".join(part.text or f"PH {part.holiday}" for part in rules if part.text != "Mo-Fr"))

    assert [part.text for part in again] == [part.text for part in rules]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 09:00-12:00", "Sa,Tu,We,Th,Fr 09:00-12:00"),
        ("Sa 09:00-12:00", "Mo 09:00-12:00"),
        ("Fr-Mo 09:00-12:00", "Fr,Mo,Su,Sa 09:00-12:00"),
        ("Mo[1] 09:00-12:00", "Sa[1] 09:00-12:00"),
        ("Mar-May 09:00-12:00", "Mar-May 09:00-12:00"),
        ('Mo 09:00-12:00 "Mo-Fr"', 'Sa 09:00-12:00 "Mo-Fr"'),
    ],
)
def test_exchanging_two_weekdays_leaves_times_months_and_comments_alone(text: str, expected: str) -> None:
    assert exchanged(text, 0, 5) == expected
