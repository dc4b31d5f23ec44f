"""Which passwords are taken, and that a hash says nothing about them."""

import pytest

from mapapp.editing.passwords import MAX_LENGTH, MIN_LENGTH, Passwords, check_password, is_common
from mapapp.errors import InvalidQuery

GOOD = "三块石头 over the bridge"


@pytest.fixture(scope="module")
def passwords():
    return Passwords(memory_kib=8)


@pytest.mark.parametrize(
    "password",
    [
        *("password123456", "P@ssw0rd2026", "Jiangbei2026!", "chongqing#2026", "1234567890", "0987654321"),
        *("qwertyuiop", "woaini1314520", "adminadmin", "aaaaaaaaaaaa", "abababababab", "政务服务中心2026"),
    ],
)
def test_what_everybody_tries_first_is_common(password):
    assert is_common(password)


@pytest.mark.parametrize("password", [GOOD, "kettle-moon-47-quarry", "嘉陵江边的黄葛树很老", "vB7!tqL0-eWz"])
def test_an_unusual_password_is_taken(password):
    check_password(password, {"account": "wang"})


def test_the_name_of_the_account_is_common():
    assert is_common("wangxiuying2026", ("WangXiuying",))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("k" * (MIN_LENGTH - 1), "password_too_short"),
        ("k7-" * MAX_LENGTH, "password_too_long"),
        ("password12", "password_common"),
    ],
)
def test_a_refused_password_says_why(password, code):
    with pytest.raises(InvalidQuery, match=code):
        check_password(password, {})


def test_only_the_right_password_is_right(passwords):
    stored = passwords.hash(GOOD)

    assert passwords.is_right(stored, GOOD)
    assert not passwords.is_right(stored, GOOD + " ")
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored


def test_without_an_account_no_password_is_right(passwords):
    assert not passwords.is_right(None, "nobody has this password")


def test_a_hash_of_other_costs_is_outdated(passwords):
    assert not passwords.is_outdated(passwords.hash(GOOD))
    assert Passwords(memory_kib=16).is_outdated(passwords.hash(GOOD))
