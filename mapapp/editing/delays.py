"""How long a wrong password makes one wait (登录延迟): the more failures in a row, the longer, and never for ever.

Three things are counted: an account together with an address, an address alone, and an account alone. The last one
slows down guessing from many addresses; it does not hold for an address from which the account was used before,
so that nobody can lock out another.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b


class DelayKind(StrEnum):
    """What is counted."""

    PAIR = "pair"
    ADDRESS = "address"
    ACCOUNT = "account"


# Failures that cost nothing: typing errors; an office shares one address.
FREE: Mapping[DelayKind, int] = {DelayKind.PAIR: 3, DelayKind.ADDRESS: 20, DelayKind.ACCOUNT: 10}
# Seconds a wait never exceeds.
LONGEST_S: Mapping[DelayKind, int] = {DelayKind.PAIR: 900, DelayKind.ADDRESS: 900, DelayKind.ACCOUNT: 60}
FORGOTTEN_AFTER: Mapping[DelayKind, timedelta] = {
    DelayKind.PAIR: timedelta(hours=24),
    DelayKind.ADDRESS: timedelta(hours=1),
    DelayKind.ACCOUNT: timedelta(hours=1),
}


def wait_s(kind: DelayKind, failures: int, last_at: datetime, now: datetime) -> int:
    """Return the whole seconds still to wait: 1, 2, 4, 8 ... after the free ones, up to the longest."""
    over = failures - FREE[kind]
    if over < 0 or now - last_at > FORGOTTEN_AFTER[kind]:
        return 0
    delay = timedelta(seconds=min(2 ** min(over, 20), LONGEST_S[kind]))
    left = last_at + delay - now
    return max(0, -(-left // timedelta(seconds=1)))


def keys_of(name: str, address: str, *, is_known_address: bool) -> Mapping[str, DelayKind]:
    """Return key -> kind of all that is counted for a try."""
    keys = {pair_key(name, address): DelayKind.PAIR, _key("address", address): DelayKind.ADDRESS}
    if not is_known_address:
        keys[account_key(name)] = DelayKind.ACCOUNT
    return keys


def account_key(name: str) -> str:
    """Return the key of an account, whether it exists or not."""
    return _key("account", name)


def pair_key(name: str, address: str) -> str:
    """Return the key of an account at an address."""
    return _key("pair", name, address)


def _key(*parts: str) -> str:
    return blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()
