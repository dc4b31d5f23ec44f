"""The second factor of an account (两步验证): confirmed by a code, asked for at the door. Nothing here commits.

The secret is kept sealed and only the caller can open it; recovery codes are kept as hashes. A code is good once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from mapapp.editing.rows import RecoveryCodeRow, SecondFactorRow
from mapapp.editing.time_codes import step_of, typed_code
from mapapp.errors import NotFound, Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactor:
    """How far somebody is: `sealed` is the secret, `left` how many recovery codes are unused."""

    sealed: str
    is_confirmed: bool
    left: int


def state_of(session: Session, staff_id: int) -> SecondFactor | None:
    """Return the second factor of an account, None when nothing was begun."""
    row = session.get(SecondFactorRow, staff_id)
    if row is None:
        return None
    unused = select(func.count()).where(RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.used_at.is_(None))
    return SecondFactor(sealed=row.secret, is_confirmed=row.confirmed_at is not None, left=session.scalar(unused) or 0)


def is_asked_for(session: Session, staff_id: int) -> bool:
    """Return whether the door asks this account for a code."""
    query = exists().where(SecondFactorRow.staff_id == staff_id, SecondFactorRow.confirmed_at.is_not(None))
    return bool(session.scalar(select(query)))


def begin(session: Session, staff_id: int, sealed: str, now: datetime) -> None:
    """Keep a new secret that waits for its first code; raise Refused `factor_is_on` when one is in use."""
    row = session.get(SecondFactorRow, staff_id)
    if row is not None and row.confirmed_at is not None:
        raise Refused("factor_is_on")
    if row is None:
        session.add(SecondFactorRow(staff_id=staff_id, secret=sealed, made_at=now))
    else:
        row.secret, row.made_at = sealed, now
    session.flush()


def confirm(session: Session, staff_id: int, code: str, secret: bytes | None, now: datetime) -> bool:
    """Take the first code, from which on the door asks for one; return whether it was right.

    Raises Refused `factor_not_begun`.
    """
    row = session.get(SecondFactorRow, staff_id)
    if row is None or row.confirmed_at is not None:
        raise Refused("factor_not_begun")
    step = None if secret is None else step_of(secret, typed_code(code), now)
    if step is None:
        return False
    row.confirmed_at, row.last_step = now, step
    session.flush()
    return True


def put_recovery_codes(session: Session, staff_id: int, codes: Iterable[str]) -> None:
    """Keep these recovery codes, each of 80 random bits; the old ones are worth nothing from now on."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
    session.add_all(RecoveryCodeRow(code_hash=_hash(_bare(code)), staff_id=staff_id) for code in codes)
    session.flush()


def is_right(session: Session, staff_id: int, code: str, secret: bytes | None, now: datetime) -> bool:
    """Return whether this is the code of the moment, not used before, or an unused recovery code; it is used then.

    `secret` is None when it cannot be opened any more: then only recovery codes help.
    """
    step = None if secret is None else step_of(secret, typed_code(code), now)
    if step is not None:
        later: ColumnElement[bool] = or_(SecondFactorRow.last_step.is_(None), SecondFactorRow.last_step < step)
        # one statement: of two requests with the same code one finds nothing to change
        used = update(SecondFactorRow).where(SecondFactorRow.staff_id == staff_id, later).values(last_step=step)
        return _changed(session, used)
    return _use_recovery_code(session, staff_id, code, now)


def remove(session: Session, staff_id: int) -> None:
    """Take the second factor and its recovery codes away; raise NotFound `no_second_factor` when there is none."""
    if session.get(SecondFactorRow, staff_id) is None:
        raise NotFound("no_second_factor")
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
    session.execute(delete(SecondFactorRow).where(SecondFactorRow.staff_id == staff_id))
    session.expire_all()


def _use_recovery_code(session: Session, staff_id: int, code: str, now: datetime) -> bool:
    known = _hash(_bare(code))
    mine = update(RecoveryCodeRow).where(RecoveryCodeRow.code_hash == known, RecoveryCodeRow.staff_id == staff_id)
    return _changed(session, mine.where(RecoveryCodeRow.used_at.is_(None)).values(used_at=now))


def _changed(session: Session, statement: object) -> bool:
    result = session.execute(statement)  # type: ignore[call-overload]
    return int(result.rowcount) == 1


def _bare(code: str) -> str:
    """Return a recovery code without what makes it easy to read."""
    return "".join(code.split()).replace("-", "").casefold()


def _hash(code: str) -> str:
    # random bits enough: the hash needs no salt and no cost
    return blake2b(code.encode(errors="replace"), digest_size=32).hexdigest()
