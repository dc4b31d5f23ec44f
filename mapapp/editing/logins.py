"""Logins (登录与会话): sessions kept by the server, and how failures slow the next try down. Nothing here commits.

A token is random and made by the caller; only its hash is kept, so that nobody makes a cookie of the database.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mapapp.editing import delays
from mapapp.editing.accounts import staff_of
from mapapp.editing.roles import Staff
from mapapp.editing.rows import LoginFailureRow, StaffRow, StaffSessionRow
from mapapp.editing.second_factor import is_asked_for
from mapapp.errors import NotFound

# How often a session says that it is still in use: more often would be a write for each page.
_SEEN_EVERY = timedelta(minutes=1)
# An address from which somebody was logged in stays known so long.
_KNOWN_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A session as its owner sees it; `proved_at` is when the password was last typed.

    `has_factor` says whether the account has a second factor; only `login_of` looks.
    """

    id: int
    staff: Staff
    made_at: datetime
    seen_at: datetime
    proved_at: datetime
    address: str
    agent: str
    has_factor: bool = False


def start_session(session: Session, staff: Staff, token: str, *, now: datetime, address: str, agent: str) -> int:
    """Note a login and return its number; forget those too old to make an address known."""
    old = StaffSessionRow.made_at < now - timedelta(days=_KNOWN_DAYS)
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff.id, old))
    row = StaffSessionRow(
        token_hash=token_hash(token),
        staff_id=staff.id,
        made_at=now,
        seen_at=now,
        proved_at=now,
        address=address[:50],
        agent=agent[:200],
    )
    session.add(row)
    session.flush()
    return row.id


def login_of(session: Session, token: str, now: datetime, *, idle: timedelta, most: timedelta) -> Login | None:
    """Return the login that this token belongs to, None when it ended, is too old or nobody's any more."""
    row = session.scalar(select(StaffSessionRow).where(StaffSessionRow.token_hash == token_hash(token)))
    if row is None or row.ended_at is not None or now - row.seen_at > idle or now - row.made_at > most:
        return None
    owner = session.get(StaffRow, row.staff_id)
    if owner is None or owner.disabled_at is not None:
        return None
    return replace(_login(row, staff_of(session, owner)), has_factor=is_asked_for(session, owner.id))


def wants_to_be_seen(login: Login, now: datetime) -> bool:
    """Return whether it is time to write down that the session is in use."""
    return now - login.seen_at >= _SEEN_EVERY


def see(session: Session, login_id: int, now: datetime) -> None:
    """Write down that a session is in use."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == login_id).values(seen_at=now))


def prove(session: Session, login_id: int, now: datetime) -> None:
    """Write down that the password was typed again."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == login_id).values(proved_at=now))


def logins(session: Session, staff: Staff, now: datetime, *, idle: timedelta, most: timedelta) -> tuple[Login, ...]:
    """Return the open sessions of somebody, the newest first."""
    query = select(StaffSessionRow).where(StaffSessionRow.staff_id == staff.id, StaffSessionRow.ended_at.is_(None))
    rows = session.scalars(query.order_by(StaffSessionRow.seen_at.desc(), StaffSessionRow.id.desc()))
    return tuple(_login(row, staff) for row in rows if now - row.seen_at <= idle and now - row.made_at <= most)


def end_session(session: Session, staff: Staff, login_id: int, now: datetime) -> None:
    """End one of somebody's own sessions; raise NotFound `unknown_session` for any other."""
    row = session.get(StaffSessionRow, login_id)
    if row is None or row.staff_id != staff.id:
        raise NotFound("unknown_session")
    row.ended_at = row.ended_at or now


def is_known_address(session: Session, name: str, address: str, now: datetime) -> bool:
    """Return whether this account was used from this address lately."""
    query = select(StaffSessionRow.id).join(StaffRow, StaffRow.id == StaffSessionRow.staff_id)
    recent = StaffSessionRow.made_at > now - timedelta(days=_KNOWN_DAYS)
    found = session.scalar(query.where(StaffRow.name == name, StaffSessionRow.address == address, recent).limit(1))
    return found is not None


def wait_of(session: Session, name: str, address: str, now: datetime) -> int:
    """Return how many seconds somebody has to wait before the next try; the same for names that do not exist."""
    is_known = is_known_address(session, name, address, now)
    keys = delays.keys_of(name, address, is_known_address=is_known)
    rows = {row.key: row for row in session.scalars(select(LoginFailureRow).where(LoginFailureRow.key.in_(keys)))}
    waits = [delays.wait_s(keys[key], row.failures, row.last_at, now) for key, row in rows.items()]
    return max(waits, default=0)


def note_failure(session: Session, name: str, address: str, now: datetime) -> None:
    """Count a failed login for the account, for the address and for both together; forget old ones."""
    longest = max(delays.FORGOTTEN_AFTER.values())
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.last_at < now - longest))
    for key, kind in delays.keys_of(name, address, is_known_address=False).items():
        row = session.get(LoginFailureRow, key)
        if row is None:
            session.add(LoginFailureRow(key=key, failures=1, last_at=now))
        elif now - row.last_at > delays.FORGOTTEN_AFTER[kind]:
            row.failures, row.last_at = 1, now
        else:
            row.failures, row.last_at = row.failures + 1, now
    session.flush()


def take_back_failure(session: Session, name: str, address: str) -> None:
    """Take one failure back that was noted in advance; those before it still count."""
    for key in delays.keys_of(name, address, is_known_address=False):
        row = session.get(LoginFailureRow, key)
        if row is not None and row.failures > 1:
            row.failures -= 1
        elif row is not None:
            session.delete(row)
    session.flush()


def note_success(session: Session, name: str, address: str) -> None:
    """Forget the failures of this account at this address; those of the address alone fade with time."""
    keys = [delays.account_key(name), delays.pair_key(name, address)]
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.key.in_(keys)))


def token_hash(token: str) -> str:
    """Return the name under which a session is kept: of the database nobody can make a cookie."""
    return blake2b(token.encode(), digest_size=32).hexdigest()


def _login(row: StaffSessionRow, staff: Staff) -> Login:
    return Login(
        id=row.id,
        staff=staff,
        made_at=row.made_at,
        seen_at=row.seen_at,
        proved_at=row.proved_at,
        address=row.address,
        agent=row.agent,
    )
