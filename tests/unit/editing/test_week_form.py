"""A week of two spans a day becomes a rule, and back."""

from datetime import time

import pytest

from mapapp.editing.week_form import DAYS, Week, cells_of, field_name, rule_of, week_in, week_of
from mapapp.hours.opening_hours import OpeningHours, OpenSpan
from tests.building import OFFICE_HOURS

MORNING, AFTERNOON = OpenSpan(time(9), time(12)), OpenSpan(time(14), time(18))


def a_form(days="mo tu we th fr", **changes):
    form = {}
    for day in days.split():
        form |= {f"{day}1_from": "09:00", f"{day}1_to": "12:00", f"{day}2_from": "14:00", f"{day}2_to": "18:00"}
    return {**form, "holidays": "closed", **changes}


def test_the_usual_form_writes_the_usual_rule():
    week, faults = week_in(a_form())

    assert faults == ()
    assert rule_of(week) == OFFICE_HOURS


def test_days_that_differ_have_rules_of_their_own():
    week, _ = week_in(a_form(fr2_to="17:00", sa1_from="9:00", sa1_to="12:00", holidays="as_usual"))

    assert rule_of(week) == "Mo-Th 09:00-12:00,14:00-18:00; Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00"


def test_a_week_that_is_never_open_has_no_rule():
    assert rule_of(week_in({})[0]) is None


def test_midnight_ends_a_day():
    week, faults = week_in({"mo1_from": "18:00", "mo1_to": "00:00", "holidays": "as_usual"})

    assert faults == ()
    assert rule_of(week) == "Mo 18:00-24:00"
    assert cells_of(week)["mo1_to"] == "24:00"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"mo1_to": ""}, "mo1_to", "half_a_span"),
        ({"mo1_from": ""}, "mo1_from", "half_a_span"),
        ({"mo1_to": "08:00"}, "mo1_to", "ends_before_start"),
        ({"mo2_from": "11:00"}, "mo2_from", "spans_overlap"),
        ({"mo1_from": "9 Uhr"}, "mo1_from", "not_a_time"),
        ({"mo1_from": "24:00"}, "mo1_from", "not_a_time"),
        ({"mo2_to": "24:01"}, "mo2_to", "not_a_time"),
    ],
)
def test_a_faulty_span_is_named(changes, field, code):
    _, faults = week_in(a_form(**changes))

    assert (field, code) in {(fault.field, fault.code) for fault in faults}


@pytest.mark.parametrize(
    "rule", [OFFICE_HOURS, "Mo-Su 00:00-24:00", "Mo,We-Th 09:00-12:00", "Mo-Fr 09:00-17:00;PH closed"]
)
def test_a_plain_rule_and_its_week_say_the_same(rule):
    week = week_of(rule)

    assert OpeningHours.parse(rule_of(week)).week() == OpeningHours.parse(rule).week()
    assert week.closed_on_holidays == ("PH" in rule)


@pytest.mark.parametrize(
    "rule",
    [
        "Mo-Fr 09:00-17:00; PH 10:00-12:00",
        "Jan-Mar Mo-Fr 09:00-17:00",
        "Mo-Fr 09:00-10:00,11:00-12:00,13:00-14:00",
        'Mo-Fr 09:00-17:00 "by appointment"',
        "Mo[1] 09:00-12:00",
        "Mo-Fr 09:00-17:00; 2026 Dec 24 off",
        "week 1-53/2 Mo 09:00-12:00",
        "not a rule",
    ],
)
def test_what_the_form_cannot_say_is_edited_as_it_stands(rule):
    assert week_of(rule) is None


def test_no_rule_is_an_empty_week():
    assert week_of(None) == Week(days=((),) * 7)


def test_the_cells_of_a_week_are_read_as_the_same_week():
    week = Week(days=((MORNING, AFTERNOON),) * 5 + ((MORNING,), ()), closed_on_holidays=False)

    assert week_in(cells_of(week)) == (week, ())


def test_every_day_has_four_fields():
    names = {field_name(day, span, end) for day in range(len(DAYS)) for span in (0, 1) for end in ("from", "to")}

    assert len(names) == 28
