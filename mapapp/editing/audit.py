"""Who did what (审计日志): entries are added and read, nothing else; the database refuses to change or remove them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mapapp.editing.rows import AuditRow
from mapapp.people import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What was done to what; `before` and `after` are JSON texts, "" where there is nothing to tell."""

    deed: str
    kind: str = ""
    key: str = ""
    before: str = ""
    after: str = ""


def note(session: Session, person: Person, now: datetime, address: str, entry: Entry) -> None:
    """Add an entry. It never holds a resident's data, nor a password."""
    session.add(
        AuditRow(
            at=now,
            by=person.name,
            role=person.role.value,
            address=address[:50],
            deed=entry.deed,
            kind=entry.kind,
            key=entry.key,
            before=entry.before,
            after=entry.after,
        )
    )


def entries(
    session: Session, text: str = "", before_id: int | None = None, limit: int | None = 100
) -> tuple[AuditRow, ...]:
    """Return the newest entries, those with `text` in person, deed or subject if given; `before_id` pages on."""
    query = select(AuditRow).order_by(AuditRow.id.desc())
    if text:
        columns = (AuditRow.by, AuditRow.deed, AuditRow.kind, AuditRow.key)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if before_id is not None:
        query = query.where(AuditRow.id < before_id)
    if limit is not None:
        query = query.limit(limit)
    return tuple(session.scalars(query))


def json_text(values: Any) -> str:
    """Return values as the JSON text that is stored."""
    return json.dumps(values, ensure_ascii=False)
