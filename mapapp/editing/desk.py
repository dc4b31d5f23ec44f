"""Where the map is changed (公布台): publish, schedule, revert; drafts are made in `drafting.py`.

Every function gets the session, who acts and the moment, and never commits. What is published raises the revision in
the same transaction.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import lock_revision, raise_revision
from mapapp.catalogue.rows import PointRow
from mapapp.editing import audit
from mapapp.editing.changes import (
    ChangeState,
    SubjectKind,
    Values,
    can_become,
    changed_by,
    difference,
    is_daily,
    is_undoable,
    version_of,
)
from mapapp.editing.drafting import Actor, check_version, move, new_change, note_deed, put, scope
from mapapp.editing.reading import plain, read_values, scope_of
from mapapp.editing.roles import Deed, Staff, demand, may
from mapapp.editing.rows import ChangeRow
from mapapp.editing.writing import write_values
from mapapp.errors import Conflict, Forbidden, Refused

# Subjects that a change can add; the others are parts of a point or of a year.
_OF_ITS_OWN = frozenset((SubjectKind.POINT, SubjectKind.MATTER, SubjectKind.PACKAGE))


def may_publish(session: Session, staff: Staff, row: ChangeRow) -> bool:
    """Return whether somebody may publish this change: what is daily and one's own, or with the right to check."""
    where = scope(session, row)
    daily = is_daily(SubjectKind(row.kind), list(json.loads(row.after))) and row.made_by == staff.name
    return may(staff, Deed.PUBLISH, where) or (daily and may(staff, Deed.PUBLISH_DAILY, where))


def publish(session: Session, actor: Actor, row: ChangeRow) -> int:
    """Publish a change and return the new revision.

    Raises Forbidden `needs_second_person` or `not_yours`, Conflict `edited_meanwhile` when the subject was changed
    since the draft, Conflict `change_moved_on` when it is no longer open.
    """
    _demand_publisher(session, actor, row)
    return _publish(session, actor, row)


def schedule(session: Session, actor: Actor, row: ChangeRow, at: datetime) -> None:
    """Settle that a change is published at a later moment. Raises as `publish`, Refused `moment_passed`."""
    _demand_publisher(session, actor, row)
    if at <= actor.now:
        raise Refused("moment_passed", field="publish_at")
    check_version(read_values(session, SubjectKind(row.kind), row.key), row.base_version, row)
    move(row, ChangeState.SCHEDULED, actor)
    row.publish_at, row.claimed_by = at, actor.staff.name
    note_deed(session, actor, "schedule", row)
    # every worker learns that something is due
    raise_revision(session, ())


@contextmanager
def as_if_published(session: Session, row: ChangeRow, now: datetime) -> Iterator[None]:
    """Let the block read the tables as they are after this change, and take it back at the end of the block."""
    with session.begin_nested() as attempt:
        write_values(session, SubjectKind(row.kind), row.key, json.loads(row.after), now, row.made_by)
        yield
        attempt.rollback()


def next_due(session: Session) -> datetime | None:
    """Return when the next scheduled change is due, None when there is none."""
    query = select(ChangeRow.publish_at).where(ChangeRow.state == ChangeState.SCHEDULED.value)
    return session.scalar(query.order_by(ChangeRow.publish_at).limit(1))


def publish_due(session: Session, actor: Actor) -> int:
    """Publish what is due by now and return how many; what somebody else overtook becomes a draft again."""
    lock_revision(session)
    due = select(ChangeRow).where(ChangeRow.state == ChangeState.SCHEDULED.value, ChangeRow.publish_at <= actor.now)
    rows = session.scalars(due.order_by(ChangeRow.publish_at, ChangeRow.id)).all()
    published = 0
    for row in rows:
        try:
            _publish(session, actor, row, by=row.claimed_by)
            published += 1
        except Conflict:
            move(row, ChangeState.DRAFT, actor)
            raise_revision(session, ())
    return published


def revert(session: Session, actor: Actor, row: ChangeRow, undo_days: int) -> ChangeRow:
    """Publish what was there before a published change, and return the change that does so.

    Raises Refused `not_undoable` after `undo_days` or when nothing is left to undo, Conflict `edited_meanwhile` when
    one of the fields was changed again since.
    """
    if row.state != ChangeState.PUBLISHED.value or row.published_at is None:
        raise Refused("not_undoable")
    if not is_undoable(row.published_at, actor.now, undo_days):
        raise Refused("not_undoable")
    kind = SubjectKind(row.kind)
    lock_revision(session)
    current = read_values(session, kind, row.key)
    if difference(current, json.loads(row.after)):
        raise Conflict("edited_meanwhile", change=row.id)
    back = new_change(session, actor, kind, row.key, scope_of(session, kind, row.key))
    put(back, difference(current, _undone(row)))
    back.base_version, back.reverts = version_of(current), row.id
    if not may_publish(session, actor.staff, back):
        demand(actor.staff, Deed.PUBLISH, scope(session, back))
    _publish(session, actor, back, deed="revert")
    return back


def _undone(row: ChangeRow) -> dict[str, Any]:
    """Return what was there before a change; what was not there at all is retired, so that its links stay."""
    if SubjectKind(row.kind) in _OF_ITS_OWN and row.base_version == version_of({}):
        return {"retired": True}
    before = json.loads(row.before)
    return {name: before.get(name) for name in json.loads(row.after)}


def publish_values(
    session: Session, actor: Actor, kind: SubjectKind, key: str, values: Values, deed: str
) -> ChangeRow | None:
    """Write values at once as a published change; None when nothing differs. The caller raises the revision."""
    current = read_values(session, kind, key)
    touched = difference(current, values)
    if not touched:
        return None
    write_values(session, kind, key, values, actor.now, actor.staff.name)
    row = new_change(session, actor, kind, key, scope_of(session, kind, key))
    put(row, touched)
    row.base_version = version_of(current)
    row.state, row.published_at, row.published_by = ChangeState.PUBLISHED.value, actor.now, actor.staff.name
    session.flush()
    note_deed(session, actor, deed, row)
    return row


def _publish(session: Session, actor: Actor, row: ChangeRow, deed: str = "publish", by: str | None = None) -> int:
    lock_revision(session)
    kind = SubjectKind(row.kind)
    check_version(read_values(session, kind, row.key), row.base_version, row)
    if not can_become(ChangeState(row.state), ChangeState.PUBLISHED):
        raise Conflict("change_moved_on", state=row.state)
    after: dict[str, Any] = json.loads(row.after)
    write_values(session, kind, row.key, after, actor.now, row.made_by)
    row.publish_at = None
    row.state, row.changed_at = ChangeState.PUBLISHED.value, actor.now
    row.published_at, row.published_by = actor.now, by or actor.staff.name
    # of a draft of a new point it is known only now
    row.point_id = scope_of(session, kind, row.key).point_id
    note_deed(session, actor, deed, row)
    row.revision = raise_revision(session, changed_by(kind, row.key))
    session.flush()
    return row.revision


def _demand_publisher(session: Session, actor: Actor, row: ChangeRow) -> None:
    if not may_publish(session, actor.staff, row):
        # whoever may draft here is told that somebody else must look at it
        if may(actor.staff, Deed.DRAFT, scope(session, row)):
            raise Forbidden("needs_second_person")
        demand(actor.staff, Deed.PUBLISH, scope(session, row))


def confirm(session: Session, actor: Actor, point_id: str) -> int:
    """Say that everything about a point is still right, and return the new revision; raise NotFound, Forbidden.

    The public page names the role, not the person.
    """
    demand(actor.staff, Deed.CONFIRM, scope_of(session, SubjectKind.POINT, point_id))
    lock_revision(session)
    row = session.get_one(PointRow, point_id)
    before = audit.json_text({"verified_at": plain(row.verified_at), "verified_by": row.verified_by})
    row.verified_at, row.verified_by = actor.now.date(), actor.staff.role.value
    after = audit.json_text({"verified_at": plain(row.verified_at), "verified_by": row.verified_by})
    entry = audit.Entry(deed="confirm", kind=SubjectKind.POINT.value, key=point_id, before=before, after=after)
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)
    return raise_revision(session, (point_id,))


def add(session: Session, actor: Actor, kind: SubjectKind, key: str, values: Values) -> int | None:
    """Add a point, matter or package and return the new revision, None when the key is taken, also by a retired one.

    A point is public as soon as it has a position, a matter or package at once.
    """
    demand(actor.staff, Deed.COMMON)
    # first, so that of two who take the same key one is told
    lock_revision(session)
    if read_values(session, kind, key):
        return None
    publish_values(session, actor, kind, key, values, "publish")
    return raise_revision(session, changed_by(kind, key))
