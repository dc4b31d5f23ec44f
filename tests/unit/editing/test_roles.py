"""The truth table of rights: what a role may do, where, written out once more by hand."""

import pytest

from mapapp.editing.roles import ROLES, TABLE, Deed, Reach, Scope, Staff, demand, may, owns, reach
from mapapp.errors import Forbidden
from mapapp.people import Role

OWN_POINT, OTHER_POINT = Scope(point_id="P1"), Scope(point_id="P2")
OWN_MATTER, OTHER_MATTER = Scope(departments=frozenset({"D1"})), Scope(departments=frozenset({"D2"}))
# role -> (deeds at the own point, deeds at another one)
EXPECTED = {
    Role.EDITOR: (
        {"account", "look", "draft", "publish_daily", "confirm", "answer", "note", "visits", "arrange"},
        {"account"},
    ),
    Role.REPRESENTATIVE: (
        {"account", "look", "draft", "publish_daily", "publish", "confirm", "answer", "note", "visits", "arrange"}
        | {"folk"},
        {"account", "look"},
    ),
    Role.OFFICE: ({deed.value for deed in Deed}, {deed.value for deed in Deed}),
    Role.SUPERVISOR: (
        {"account", "look", "note", "audit", "oversee"},
        {"account", "look", "note", "audit", "oversee"},
    ),
}


def a_staff(role=Role.EDITOR, **changes):
    facts = {"id": 1, "name": "wang", "role": role, "points": frozenset({"P1"})}
    if role is Role.REPRESENTATIVE:
        facts["department"] = "D1"
    return Staff(**{**facts, **changes})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("deed", Deed)
def test_the_table_says_what_is_written_here(role, deed):
    own, other = EXPECTED[role]

    assert may(a_staff(role), deed, OWN_POINT) is (deed.value in own)
    assert may(a_staff(role), deed, OTHER_POINT) is (deed.value in other)


def test_every_deed_has_a_row_for_every_role():
    assert set(TABLE) == set(Deed)
    assert {len(row) for row in TABLE.values()} == {len(ROLES)}


def test_a_chief_representative_owns_the_matters_of_the_department_alone():
    representative = a_staff(Role.REPRESENTATIVE)

    assert owns(representative, OWN_MATTER)
    assert not owns(representative, OTHER_MATTER)
    assert not owns(representative, Scope(departments=frozenset({"D1", "D2"})))


def test_an_editor_owns_no_matter_whatever_the_department():
    assert not owns(a_staff(Role.EDITOR, department="D1"), OWN_MATTER)


def test_nobody_without_points_owns_what_has_no_point():
    assert not owns(a_staff(points=frozenset()), Scope())


def test_the_reason_says_whether_the_role_or_the_place_forbids():
    with pytest.raises(Forbidden, match="not_yours"):
        demand(a_staff(), Deed.DRAFT, OTHER_POINT)
    with pytest.raises(Forbidden, match="role_forbids"):
        demand(a_staff(), Deed.PEOPLE)


def test_commands_of_the_system_reach_everywhere():
    assert {reach(Role.SYSTEM, deed) for deed in Deed} == {Reach.ALL}
