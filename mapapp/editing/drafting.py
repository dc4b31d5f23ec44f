"""How a change is drafted and handed over (起草与交核): everything before it is published. Nothing here commits.

Nothing is overwritten in silence: who drafted on older values is told (Conflict `edited_meanwhile`), and decides.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import raise_revision
from mapapp.editing import audit
from mapapp.editing.changes import (
    OPEN_STATES,
    ChangeState,
    Difference,
    SubjectKind,
    Values,
    can_become,
    difference,
    version_of,
)
from mapapp.editing.reading import read_known, read_values, scope_of
from mapapp.editing.roles import Deed, Scope, Staff, demand, may
from mapapp.editing.rows import ChangeRow, NoteRow
from mapapp.errors import Conflict, NotFound, Refused

MAX_NOTE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts, when, and from which network address."""

    staff: Staff
    now: datetime
    address: str = ""


def save_draft(
    session: Session, actor: Actor, kind: SubjectKind, key: str, values: Values, base_version: str
) -> ChangeRow | None:
    """Draft these values and return the change; None (and any own draft dropped) when they change nothing.

    `base_version` is that of the values the author saw; Conflict `edited_meanwhile` when they are others by now.
    One person has one open draft of a subject, and drafting again replaces the fields it names.
    """
    current = read_known(session, kind, key)
    draft = own_draft(session, actor.staff, kind, key)
    check_version(current, base_version, draft)
    merged = {**(json.loads(draft.after) if draft else {}), **values}
    touched = difference(current, merged)
    if not touched:
        if draft is not None:
            move(draft, ChangeState.DROPPED, actor)
        return None
    demand(actor.staff, Deed.DRAFT, scope_of(session, kind, key, [row.field for row in touched]))
    if draft is None:
        draft = new_change(session, actor, kind, key, scope_of(session, kind, key))
    put(draft, touched)
    draft.base_version, draft.changed_at = version_of(current), actor.now
    session.flush()
    return draft


def own_draft(session: Session, staff: Staff, kind: SubjectKind, key: str) -> ChangeRow | None:
    """Return the draft somebody has of a subject, None without one."""
    query = select(ChangeRow).where(ChangeRow.kind == kind.value, ChangeRow.key == key)
    mine = query.where(ChangeRow.state == ChangeState.DRAFT.value, ChangeRow.made_by == staff.name)
    return session.scalars(mine.order_by(ChangeRow.id.desc()).limit(1)).first()


def find(session: Session, staff: Staff, change_id: int) -> ChangeRow:
    """Return a change that somebody may see; NotFound `unknown_change` for any other."""
    row = session.get(ChangeRow, change_id)
    if row is None or not may(staff, Deed.LOOK, scope(session, row)):
        raise NotFound("unknown_change", value=str(change_id))
    return row


def scope(session: Session, row: ChangeRow) -> Scope:
    """Return whose a change is; what is not there yet is nobody's own, so the district office looks after it."""
    try:
        return scope_of(session, SubjectKind(row.kind), row.key, list(json.loads(row.after)))
    except NotFound:
        return Scope()


def differences(row: ChangeRow) -> tuple[Difference, ...]:
    """Return what a change changes, field by field."""
    before, after = json.loads(row.before), json.loads(row.after)
    return tuple(Difference(field=name, before=before.get(name), after=value) for name, value in after.items())


def submit(session: Session, actor: Actor, row: ChangeRow) -> None:
    """Hand a draft over to a second person."""
    demand_author(actor, row)
    move(row, ChangeState.WAITING, actor)
    note_deed(session, actor, "submit", row)


def claim(session: Session, actor: Actor, row: ChangeRow) -> None:
    """Say that one is looking at a change that waits (认领), so that nobody else does the same work."""
    demand(actor.staff, Deed.PUBLISH, scope(session, row))
    if row.state != ChangeState.WAITING.value:
        raise Conflict("change_moved_on", state=row.state)
    row.claimed_by = actor.staff.name


def take_back(session: Session, actor: Actor, row: ChangeRow) -> None:
    """Make a draft again of what waits, is scheduled or was declined."""
    demand_author(actor, row)
    was_scheduled = row.state == ChangeState.SCHEDULED.value
    move(row, ChangeState.DRAFT, actor)
    if was_scheduled:
        raise_revision(session, ())


def drop(session: Session, actor: Actor, row: ChangeRow) -> None:
    """Give a change up."""
    demand_author(actor, row)
    was_scheduled = row.state == ChangeState.SCHEDULED.value
    move(row, ChangeState.DROPPED, actor)
    if was_scheduled:
        raise_revision(session, ())


def decline(session: Session, actor: Actor, row: ChangeRow, answer: str) -> None:
    """Send a change back with a reason."""
    demand(actor.staff, Deed.PUBLISH, scope(session, row))
    if not answer.strip():
        raise Refused("answer_missing", field="answer")
    move(row, ChangeState.DECLINED, actor)
    row.answer = answer.strip()[:MAX_NOTE]
    note_deed(session, actor, "decline", row)


def rebase(session: Session, actor: Actor, row: ChangeRow) -> bool:
    """Put a draft on top of what is published by now; return whether anything is left of it."""
    demand_author(actor, row)
    if ChangeState(row.state) not in OPEN_STATES:
        raise Conflict("change_moved_on", state=row.state)
    current = read_values(session, SubjectKind(row.kind), row.key)
    touched = difference(current, json.loads(row.after))
    if not touched:
        move(row, ChangeState.DROPPED, actor)
        return False
    put(row, touched)
    row.base_version, row.changed_at = version_of(current), actor.now
    return True


def note(session: Session, actor: Actor, row: ChangeRow, text: str) -> None:
    """Write a remark on a change."""
    demand(actor.staff, Deed.NOTE, scope(session, row))
    if not text.strip():
        raise Refused("answer_missing", field="text")
    session.add(NoteRow(change_id=row.id, at=actor.now, by=actor.staff.name, text=text.strip()[:MAX_NOTE]))


def notes(session: Session, row: ChangeRow) -> tuple[NoteRow, ...]:
    """Return the remarks on a change, the oldest first."""
    return tuple(session.scalars(select(NoteRow).where(NoteRow.change_id == row.id).order_by(NoteRow.id)))


def changes(
    session: Session,
    *,
    states: tuple[ChangeState, ...],
    kind: SubjectKind | None = None,
    key: str | None = None,
    point_ids: frozenset[str] | None = None,
    made_by: str | None = None,
    limit: int = 50,
) -> tuple[ChangeRow, ...]:
    """Return the changes in these states, the latest first; `point_ids` keeps those of these points."""
    query = select(ChangeRow).where(ChangeRow.state.in_([state.value for state in states]))
    for column, value in ((ChangeRow.kind, kind and kind.value), (ChangeRow.key, key), (ChangeRow.made_by, made_by)):
        if value is not None:
            query = query.where(column == value)
    if point_ids is not None:
        query = query.where(ChangeRow.point_id.in_(point_ids))
    return tuple(session.scalars(query.order_by(ChangeRow.changed_at.desc(), ChangeRow.id.desc()).limit(limit)))


def demand_author(actor: Actor, row: ChangeRow) -> None:
    """Raise Forbidden unless this is the author, or somebody who may do anything."""
    if row.made_by != actor.staff.name:
        demand(actor.staff, Deed.COMMON)


def move(row: ChangeRow, state: ChangeState, actor: Actor) -> None:
    """Bring a change to another state; raise Conflict `change_moved_on` when it cannot go there."""
    if not can_become(ChangeState(row.state), state):
        raise Conflict("change_moved_on", state=row.state)
    row.state, row.changed_at, row.publish_at = state.value, actor.now, None
    if state is ChangeState.DRAFT:
        row.claimed_by = None


def check_version(current: Values, base_version: str, row: ChangeRow | None) -> None:
    """Raise Conflict `edited_meanwhile` when the values are not those the draft was made on."""
    if version_of(current) != base_version:
        raise Conflict("edited_meanwhile", change=row.id if row is not None else None)


def new_change(session: Session, actor: Actor, kind: SubjectKind, key: str, where: Scope) -> ChangeRow:
    """Return a new empty draft."""
    row = ChangeRow(
        kind=kind.value,
        key=key,
        point_id=where.point_id,
        state=ChangeState.DRAFT.value,
        made_at=actor.now,
        made_by=actor.staff.name,
        changed_at=actor.now,
        before="{}",
        after="{}",
        base_version="",
        answer="",
    )
    session.add(row)
    return row


def put(row: ChangeRow, touched: tuple[Difference, ...]) -> None:
    """Write down what a change changes."""
    row.before = audit.json_text({each.field: each.before for each in touched})
    row.after = audit.json_text({each.field: each.after for each in touched})


def note_deed(session: Session, actor: Actor, deed: str, row: ChangeRow) -> None:
    """Add what was done with a change to the audit log."""
    entry = audit.Entry(deed=deed, kind=row.kind, key=row.key, before=row.before, after=row.after)
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)
