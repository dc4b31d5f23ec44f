"""How passwords are kept and which are taken (口令): argon2id, long enough, and not one that everybody tries first."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mapapp.errors import InvalidQuery

MIN_LENGTH = 10
MAX_LENGTH = 128
_LIST = Path(__file__).with_name("common_passwords.txt")
# What people write for letters, so that "P@ssw0rd" is found as "password".
_DISGUISES = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})
_TRAILER = re.compile(r"[\d\W_]+$")
_LEADER = re.compile(r"^[\d\W_]+")
_KEYBOARD = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t6y7u8i9o0p")


class Passwords:
    """Makes and checks hashes. `memory_kib` is what one hash costs (64 MiB: 0.1 s on an ordinary processor)."""

    def __init__(self, memory_kib: int) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, parallelism=1)
        # what is compared when there is no such account, so that both take as long
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the hash that is stored."""
        return self._hasher.hash(password)

    def is_right(self, stored: str | None, password: str) -> bool:
        """Return whether this is the password; takes as long when there is no hash to compare with."""
        try:
            self._hasher.verify(stored or self._nobody, password[: MAX_LENGTH * 4])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Return whether the hash was made with other costs, so that it should be made again."""
        return self._hasher.check_needs_rehash(stored)


def check_password(password: str, names: Mapping[str, str]) -> None:
    """Raise InvalidQuery `password_too_short`, `password_too_long` or `password_common`.

    `names` are words that a guesser knows, such as the name of the account; a password made of one is common.
    """
    if len(password) < MIN_LENGTH:
        raise InvalidQuery("password_too_short", field="password", least=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise InvalidQuery("password_too_long", field="password", most=MAX_LENGTH)
    if is_common(password, tuple(names.values())):
        raise InvalidQuery("password_common", field="password")


def is_common(password: str, names: tuple[str, ...] = ()) -> bool:
    """Return whether a guesser tries this early: a listed word in any disguise, a run of keys, a repetition."""
    text = password.casefold()
    if text in _common() or len(set(text)) < 4:
        return True
    cores = {_TRAILER.sub("", _LEADER.sub("", text)), _TRAILER.sub("", text), text}
    cores |= {core.translate(_DISGUISES) for core in cores}
    cores |= {_TRAILER.sub("", _LEADER.sub("", core)) for core in cores}
    known = _common() | {name.casefold() for name in names if name}
    return any(_is_known(core, known) for core in cores) or _is_run(text)


def _is_known(core: str, known: frozenset[str]) -> bool:
    if core in known:
        return True
    # passwordpassword, adminadmin
    for parts in (2, 3, 4):
        size, rest = divmod(len(core), parts)
        if not rest and size >= 3 and core == core[:size] * parts:
            return True
    return False


def _is_run(text: str) -> bool:
    return any(text in line * 3 or text in line[::-1] * 3 for line in _KEYBOARD)


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text(encoding="utf-8").split())
