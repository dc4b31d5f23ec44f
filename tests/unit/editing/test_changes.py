"""What differs, what may become of a change, and what is overdue."""

from datetime import date, datetime, timedelta

import pytest

from mapapp.editing.changes import (
    ChangeState,
    SubjectKind,
    can_become,
    difference,
    is_daily,
    is_overdue,
    is_undoable,
    list_difference,
    version_of,
)
from tests.building import at


def test_only_fields_that_are_not_the_same_differ():
    found = difference({"phone": "1", "note": "x"}, {"phone": "2", "note": "x"})

    assert [(row.field, row.before, row.after) for row in found] == [("phone", "1", "2")]


def test_an_absent_text_and_an_empty_one_are_the_same():
    assert difference({"phone": None}, {"phone": ""}) == ()


def test_zero_days_are_not_the_same_as_unknown_days():
    assert len(difference({"legal_days": None}, {"legal_days": 0})) == 1
    assert len(difference({"is_instant": None}, {"is_instant": False})) == 1


def test_a_list_says_what_is_gone_and_what_is_new():
    assert list_difference(["a", "b"], ["b", "c"]) == (("a",), ("c",))


def test_the_version_does_not_depend_on_the_order_of_fields():
    assert version_of({"a": 1, "b": 2}) == version_of({"b": 2, "a": 1})
    assert version_of({"a": 1}) != version_of({"a": 2})


@pytest.mark.parametrize(
    ("kind", "fields", "daily"),
    [
        (SubjectKind.POINT, ["hours_rule", "phone"], True),
        (SubjectKind.POINT, ["hours_rule", "name_zh"], False),
        (SubjectKind.POINT, ["place"], False),
        (SubjectKind.CLOSURES, ["closures"], True),
        (SubjectKind.OFFERS, ["M001"], False),
        (SubjectKind.MATTER, ["note"], False),
    ],
)
def test_hours_closures_and_phone_are_daily(kind, fields, daily):
    assert is_daily(kind, fields) is daily


@pytest.mark.parametrize("state", ChangeState)
def test_what_is_published_or_dropped_stays_so(state):
    assert not can_become(ChangeState.PUBLISHED, state)
    assert not can_become(ChangeState.DROPPED, state)


def test_what_was_declined_can_be_drafted_again_but_not_published():
    assert can_become(ChangeState.DECLINED, ChangeState.DRAFT)
    assert not can_become(ChangeState.DECLINED, ChangeState.PUBLISHED)


def test_a_publication_can_be_undone_for_thirty_days():
    published = at("2026-10-26 10:00")

    assert is_undoable(published, published + timedelta(days=30), 30)
    assert not is_undoable(published, published + timedelta(days=30, seconds=1), 30)


@pytest.mark.parametrize(("day", "overdue"), [(None, True), (date(2026, 8, 27), False), (date(2026, 8, 26), True)])
def test_a_point_is_overdue_after_ninety_days(day, overdue):
    assert is_overdue(day, datetime(2026, 11, 25).date(), 90) is overdue
