"""Rules of the district and of a point."""

from datetime import time

import pytest

from mapapp.booking.rules import BookingRules, changed_rules, district_rules
from mapapp.errors import InvalidQuery
from mapapp.settings import Settings


def test_the_rules_are_those_of_the_settings():
    rules = district_rules(Settings(booking_capacity=5, booking_closes_at="16:30"))

    assert (rules.capacity, rules.closes_at) == (5, time(16, 30))
    assert district_rules(Settings()) == BookingRules()


def test_a_point_replaces_only_what_it_names():
    rules = changed_rules(BookingRules(), {"capacity": 1, "closes_at": "12:00", "weekday_capacity": {"4": 0}})

    assert (rules.capacity, rules.slot_minutes, rules.capacity_on(4), rules.capacity_on(0)) == (1, 30, 0, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity": -1}, "capacity"),
        ({"capacity": "3"}, "capacity"),
        ({"capacity": True}, "capacity"),
        ({"slot_minutes": 0}, "slot_minutes"),
        ({"slot_minutes": 2000}, "slot_minutes"),
        ({"last_day": 0}, "last_day"),
        ({"closes_at": "25:00"}, "closes_at"),
        ({"weekday_capacity": {"7": 1}}, "weekday_capacity"),
        ({"weekday_capacity": [1]}, "weekday_capacity"),
        ({"active_limit": 99}, "active_limit"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(changes, field):
    with pytest.raises(InvalidQuery) as refused:
        changed_rules(BookingRules(), changes)

    assert (refused.value.code, refused.value.field) == ("invalid_booking_rule", field)


@pytest.mark.parametrize(("matters", "slots"), [(0, 1), (1, 1), (2, 1), (3, 2), (8, 4)])
def test_more_matters_take_more_slots(matters, slots):
    assert BookingRules(matters_per_slot=2).slots_for(matters) == slots
