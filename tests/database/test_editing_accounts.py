"""Accounts and logins in the tables, on both databases."""

from datetime import timedelta

import pytest

from mapapp.editing import accounts, logins
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.people import Role

IDLE, MOST = timedelta(hours=2), timedelta(hours=12)


@pytest.fixture
def session(loaded_database):
    with loaded_database.transaction() as session:
        yield session


def an_account(session, now, name="wang", role=Role.EDITOR, points=("JB-001",), department=""):
    return accounts.add(session, name, role, points, department, "hash", now=now, by="system")


def test_an_account_has_its_role_and_points(session, now):
    an_account(session, now, points=("JB-001", "JB-002"))

    staff = accounts.account(session, "wang").staff

    assert (staff.role, staff.points) == (Role.EDITOR, frozenset({"JB-001", "JB-002"}))


def test_a_name_is_given_once(session, now):
    an_account(session, now)

    with pytest.raises(Refused, match="name_taken"):
        an_account(session, now)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 51, "a\u202eb", "a\nb"])
def test_a_name_that_cannot_be_shown_is_refused(session, now, name):
    with pytest.raises(InvalidQuery, match="wrong_account_name"):
        an_account(session, now, name=name)


def test_a_point_that_does_not_exist_is_nobodys(session, now):
    with pytest.raises(InvalidQuery, match="unknown_point"):
        an_account(session, now, points=("JB-999",))


def test_nobody_becomes_the_system(session, now):
    with pytest.raises(InvalidQuery, match="unknown_role"):
        an_account(session, now, role=Role.SYSTEM)


def test_the_last_office_stays(session, now):
    an_account(session, now, "office", Role.OFFICE, ())

    with pytest.raises(Refused, match="last_office"):
        accounts.disable(session, "office", now)
    with pytest.raises(Refused, match="last_office"):
        accounts.change(session, "office", Role.EDITOR, (), "", now)


def test_one_of_two_offices_may_go(session, now):
    an_account(session, now, "one", Role.OFFICE, ())
    an_account(session, now, "two", Role.OFFICE, ())

    accounts.disable(session, "one", now)

    with pytest.raises(Refused, match="last_office"):
        accounts.disable(session, "two", now)


def test_a_closed_account_has_no_login(session, now):
    staff = an_account(session, now)
    logins.start_session(session, staff, "token", now=now, address="203.0.113.7", agent="")

    accounts.disable(session, "wang", now)

    assert logins.login_of(session, "token", now, idle=IDLE, most=MOST) is None
    accounts.enable(session, "wang")
    assert logins.login_of(session, "token", now, idle=IDLE, most=MOST) is None


def test_a_token_is_not_kept_as_it_is(session, now):
    from mapapp.editing.rows import StaffSessionRow

    logins.start_session(session, an_account(session, now), "token", now=now, address="", agent="")

    assert "token" not in session.query(StaffSessionRow).one().token_hash


def test_a_login_ends_when_unused_and_after_a_day_of_work(session, now):
    logins.start_session(session, an_account(session, now), "token", now=now, address="", agent="")

    def is_in(later):
        return logins.login_of(session, "token", now + later, idle=IDLE, most=MOST) is not None

    assert is_in(IDLE)
    assert not is_in(IDLE + timedelta(seconds=1))
    login = logins.login_of(session, "token", now, idle=IDLE, most=MOST)
    logins.see(session, login.id, now + MOST)
    assert is_in(MOST)
    assert not is_in(MOST + timedelta(seconds=1))


def test_somebody_ends_own_sessions_only(session, now):
    wang, li = an_account(session, now), an_account(session, now, "li")
    number = logins.start_session(session, wang, "token", now=now, address="", agent="")

    with pytest.raises(NotFound, match="unknown_session"):
        logins.end_session(session, li, number, now)
    logins.end_session(session, wang, number, now)

    assert logins.logins(session, wang, now, idle=IDLE, most=MOST) == ()


def test_another_password_ends_all_sessions_but_the_own(session, now):
    wang = an_account(session, now)
    own = logins.start_session(session, wang, "own", now=now, address="", agent="")
    logins.start_session(session, wang, "other", now=now, address="", agent="")

    accounts.set_password(session, "wang", "new hash", now, keep_session=own)

    assert [login.id for login in logins.logins(session, wang, now, idle=IDLE, most=MOST)] == [own]


def _fail(session, now, name, times, address="203.0.113.7"):
    for _ in range(times):
        logins.note_failure(session, name, address, now)


def test_a_name_that_does_not_exist_waits_just_as_long(session, now):
    an_account(session, now)
    _fail(session, now, "wang", 6)
    _fail(session, now, "nobody", 6, address="203.0.113.8")

    assert logins.wait_of(session, "wang", "203.0.113.7", now) == 8
    assert logins.wait_of(session, "nobody", "203.0.113.8", now) == 8


def test_a_known_address_does_not_wait_for_guesses_from_elsewhere(session, now):
    wang = an_account(session, now)
    logins.start_session(session, wang, "token", now=now - timedelta(days=1), address="198.51.100.1", agent="")
    for number in range(40):
        _fail(session, now, "wang", 1, address=f"203.0.113.{number}")

    assert logins.wait_of(session, "wang", "198.51.100.1", now) == 0
    assert logins.wait_of(session, "wang", "198.51.100.2", now) == 60


def test_a_success_forgets_the_failures_of_this_account_here(session, now):
    an_account(session, now)
    _fail(session, now, "wang", 8)

    logins.note_success(session, "wang", "203.0.113.7")

    assert logins.wait_of(session, "wang", "203.0.113.7", now) == 0


def test_an_unknown_account_is_told_to_the_office_alone(session, now):
    assert accounts.account(session, "nobody") is None
    with pytest.raises(NotFound, match="unknown_account"):
        accounts.disable(session, "nobody", now)


def test_old_failures_and_old_logins_are_not_kept(session, now):
    from mapapp.editing.rows import LoginFailureRow, StaffSessionRow

    wang = an_account(session, now)
    _fail(session, now, "somebody", 1)
    logins.start_session(session, wang, "old", now=now, address="", agent="")

    _fail(session, now + timedelta(hours=25), "wang", 1)
    logins.start_session(session, wang, "new", now=now + timedelta(days=91), address="", agent="")

    assert session.query(LoginFailureRow).count() == 3
    assert session.query(StaffSessionRow).count() == 1
