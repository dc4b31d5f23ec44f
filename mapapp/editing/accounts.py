"""Accounts (账号): who they are and what is theirs; the only place where either changes. Nothing here commits.

Names are compared as they are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import PointRow
from mapapp.editing import delays, second_factor
from mapapp.editing.roles import Staff
from mapapp.editing.rows import LoginFailureRow, StaffPointRow, StaffRow, StaffSessionRow
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.people import Role

MAX_NAME = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account as the list of people shows it."""

    staff: Staff
    made_at: datetime
    made_by: str
    disabled_at: datetime | None
    password_hash: str
    last_seen: datetime | None = None


def add(
    session: Session,
    name: str,
    role: Role,
    points: Iterable[str],
    department: str,
    password_hash: str,
    *,
    now: datetime,
    by: str,
) -> Staff:
    """Add an account. Raises InvalidQuery for a wrong name, role, point or department, Refused `name_taken`."""
    name = checked_name(name)
    _check_role(role, department)
    if session.scalar(select(StaffRow.id).where(StaffRow.name == name)) is not None:
        raise Refused("name_taken", field="name", value=name)
    row = StaffRow(
        name=name,
        role=role.value,
        department=department,
        password_hash=password_hash,
        password_at=now,
        made_at=now,
        made_by=by,
    )
    session.add(row)
    session.flush()
    _give_points(session, row.id, points)
    return staff_of(session, row)


def change(session: Session, name: str, role: Role, points: Iterable[str], department: str, now: datetime) -> Staff:
    """Give an account another role and other points; its sessions end. Raises as `add`, Refused `last_office`."""
    row = _row(session, name)
    _check_role(role, department)
    if role is not Role.OFFICE:
        _check_not_last(session, row)
    row.role, row.department = role.value, department
    session.execute(delete(StaffPointRow).where(StaffPointRow.staff_id == row.id))
    _give_points(session, row.id, points)
    end_sessions(session, row.id, now)
    return staff_of(session, row)


def disable(session: Session, name: str, now: datetime) -> None:
    """Close an account and end its sessions. Raises NotFound `unknown_account`, Refused `last_office`."""
    row = _row(session, name)
    _check_not_last(session, row)
    row.disabled_at = row.disabled_at or now
    end_sessions(session, row.id, now)


def enable(session: Session, name: str) -> None:
    """Open a closed account again. Raises NotFound `unknown_account`."""
    _row(session, name).disabled_at = None


def set_password(session: Session, name: str, password_hash: str, now: datetime, keep_session: int | None) -> None:
    """Set another password and end all sessions but `keep_session`. Raises NotFound `unknown_account`."""
    row = _row(session, name)
    row.password_hash, row.password_at = password_hash, now
    end_sessions(session, row.id, now, keep=keep_session)
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.key == delays.account_key(name)))


def remove_second_factor(session: Session, name: str) -> None:
    """Take the second factor away, for whoever lost it; raise NotFound `unknown_account`, `no_second_factor`."""
    second_factor.remove(session, _row(session, name).id)


def renew_hash(session: Session, name: str, password_hash: str) -> None:
    """Store the same password under a hash of other costs; nothing else changes."""
    _row(session, name).password_hash = password_hash


def account(session: Session, name: str) -> Account | None:
    """Return the account of this name, None when there is none."""
    row = session.scalar(select(StaffRow).where(StaffRow.name == name))
    return None if row is None else _account(session, row, None)


def accounts(session: Session) -> tuple[Account, ...]:
    """Return every account in order of name, closed ones too."""
    latest = select(StaffSessionRow.staff_id, func.max(StaffSessionRow.seen_at)).group_by(StaffSessionRow.staff_id)
    seen = {row[0]: row[1] for row in session.execute(latest)}
    rows = session.scalars(select(StaffRow).order_by(StaffRow.name))
    return tuple(_account(session, row, seen.get(row.id)) for row in rows)


def end_sessions(session: Session, staff_id: int, now: datetime, keep: int | None = None) -> None:
    """End all sessions of an account but one."""
    query = update(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id, StaffSessionRow.ended_at.is_(None))
    session.execute(query.where(StaffSessionRow.id != (keep or 0)).values(ended_at=now))


def checked_name(name: str) -> str:
    """Return the name without outer spaces; raise InvalidQuery `wrong_account_name`."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable() or "/" in name:
        raise InvalidQuery("wrong_account_name", field="name", value=name[:MAX_NAME])
    return name


def staff_of(session: Session, row: StaffRow) -> Staff:
    """Return who an account is, with their points."""
    points = session.scalars(select(StaffPointRow.point_id).where(StaffPointRow.staff_id == row.id))
    return Staff(id=row.id, name=row.name, role=Role(row.role), points=frozenset(points), department=row.department)


def _row(session: Session, name: str) -> StaffRow:
    row = session.scalar(select(StaffRow).where(StaffRow.name == name))
    if row is None:
        raise NotFound("unknown_account", value=name)
    return row


def _account(session: Session, row: StaffRow, last_seen: datetime | None) -> Account:
    return Account(
        staff=staff_of(session, row),
        made_at=row.made_at,
        made_by=row.made_by,
        disabled_at=row.disabled_at,
        password_hash=row.password_hash,
        last_seen=last_seen,
    )


def _check_role(role: Role, department: str) -> None:
    if role is Role.SYSTEM:
        raise InvalidQuery("unknown_role", field="role", value=role.value)
    if (role is Role.REPRESENTATIVE) < bool(department):
        raise InvalidQuery("department_of_nobody", field="department", value=department)


def _check_not_last(session: Session, row: StaffRow) -> None:
    if row.role != Role.OFFICE.value or row.disabled_at is not None:
        return
    # all of them, locked: two offices must not close each other at the same moment
    query = select(StaffRow.id).where(StaffRow.role == Role.OFFICE.value, StaffRow.disabled_at.is_(None))
    if len(session.scalars(query.with_for_update()).all()) < 2:
        raise Refused("last_office", value=row.name)


def _give_points(session: Session, staff_id: int, points: Iterable[str]) -> None:
    wanted: Sequence[str] = sorted(set(points))
    known = set(session.scalars(select(PointRow.id).where(PointRow.id.in_(wanted))))
    for point_id in wanted:
        if point_id not in known:
            raise InvalidQuery("unknown_point", field="point", value=point_id)
    session.add_all(StaffPointRow(staff_id=staff_id, point_id=point_id) for point_id in wanted)
    session.flush()
