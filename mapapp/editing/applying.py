"""Many subjects changed at once (成批变更): published or drafted, with few statements for all of them.

Nothing here commits; whoever publishes raises the revision.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mapapp.editing.audit import json_text
from mapapp.editing.changes import (
    DISTRICT,
    ChangeState,
    Difference,
    SubjectKind,
    Values,
    difference,
    version_of,
)
from mapapp.editing.drafting import Actor, put
from mapapp.editing.rows import AuditRow, ChangeRow
from mapapp.editing.writing import write_many

# Subjects whose key is the id of a point.
_OF_A_POINT = frozenset((SubjectKind.POINT, SubjectKind.CLOSURES, SubjectKind.OFFERS, SubjectKind.ANNOUNCEMENTS))


def publish_all(
    session: Session,
    actor: Actor,
    kind: SubjectKind,
    published: Mapping[str, Values],
    wanted: Mapping[str, Values],
    deed: str,
) -> None:
    """Write the wanted values at once, each as a published change and an entry of the audit log.

    `published` are the values of these subjects now, nothing for those that are new.
    """
    write_many(session, kind, wanted, actor.now, actor.staff.name)
    done = {"published_at": actor.now, "published_by": actor.staff.name}
    rows = [
        {**_change(actor, kind, key, published.get(key, {}), touched, ChangeState.PUBLISHED), **done}
        for key, values in wanted.items()
        if (touched := difference(published.get(key, {}), values))
    ]
    if rows:
        session.execute(insert(ChangeRow), rows)
        session.execute(insert(AuditRow), [_entry(actor, deed, row) for row in rows])


def draft_all(
    session: Session, actor: Actor, kind: SubjectKind, published: Mapping[str, Values], wanted: Mapping[str, Values]
) -> None:
    """Draft the wanted values; what somebody has already drafted of a subject becomes a part of the same draft."""
    drafts = own_drafts(session, actor, kind, wanted)
    rows = []
    for key, values in wanted.items():
        current, draft = published.get(key, {}), drafts.get(key)
        merged = {**(json.loads(draft.after) if draft is not None else {}), **values}
        touched = difference(current, merged)
        if not touched:
            continue
        if draft is None:
            rows.append(_change(actor, kind, key, current, touched, ChangeState.DRAFT))
        else:
            put(draft, touched)
            draft.changed_at = actor.now
    if rows:
        session.execute(insert(ChangeRow), rows)
    session.flush()


def own_drafts(session: Session, actor: Actor, kind: SubjectKind, keys: Collection[str]) -> dict[str, ChangeRow]:
    """Return key -> the draft that somebody has of it, for those with one."""
    query = select(ChangeRow).where(ChangeRow.kind == kind.value, ChangeRow.key.in_(tuple(keys)))
    mine = query.where(ChangeRow.state == ChangeState.DRAFT.value, ChangeRow.made_by == actor.staff.name)
    return {row.key: row for row in session.scalars(mine.order_by(ChangeRow.id))}


def _change(
    actor: Actor,
    kind: SubjectKind,
    key: str,
    current: Values,
    touched: tuple[Difference, ...],
    state: ChangeState,
) -> dict[str, Any]:
    # what is only drafted may be of a point that is not there yet
    is_there = bool(current) or state is ChangeState.PUBLISHED or kind is SubjectKind.OFFERS
    return {
        "kind": kind.value,
        "key": key,
        "point_id": key if kind in _OF_A_POINT and key != DISTRICT and is_there else None,
        "state": state.value,
        "before": json_text({each.field: each.before for each in touched}),
        "after": json_text({each.field: each.after for each in touched}),
        "base_version": version_of(current),
        "made_at": actor.now,
        "made_by": actor.staff.name,
        "changed_at": actor.now,
        "answer": "",
    }


def _entry(actor: Actor, deed: str, change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": actor.now,
        "by": actor.staff.name,
        "role": actor.staff.role.value,
        "address": actor.address[:50],
        "deed": deed,
        **{name: change[name] for name in ("kind", "key", "before", "after")},
    }
