"""Who did what (审计日志): entries are added and read, nothing else; the database refuses to change or remove them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from mapapp.database import ZONE
from mapapp.editing.rows import AuditRow
from mapapp.people import Person

_AT_ONCE = 500


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Which entries: with `text` in person, deed, subject, before or after, of these days (both inclusive)."""

    text: str = ""
    first_day: date | None = None
    last_day: date | None = None


_ALL = Search()


def entries(
    session: Session, search: Search = _ALL, before_id: int | None = None, limit: int | None = 100
) -> tuple[AuditRow, ...]:
    """Return the newest entries that a search finds; `before_id` pages on."""
    query = _found(search)
    if before_id is not None:
        query = query.where(AuditRow.id < before_id)
    return tuple(session.scalars(query.limit(limit)))


def each_entry(session: Session, search: Search = _ALL) -> Iterator[AuditRow]:
    """Yield every entry that a search finds, the newest first, some at a time from the database."""
    yield from session.scalars(_found(search).execution_options(yield_per=_AT_ONCE))


def _found(search: Search) -> Select[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.id.desc())
    if search.text:
        columns = (AuditRow.by, AuditRow.deed, AuditRow.kind, AuditRow.key, AuditRow.before, AuditRow.after)
        query = query.where(or_(*(column.icontains(search.text, autoescape=True) for column in columns)))
    if search.first_day is not None:
        query = query.where(AuditRow.at >= datetime.combine(search.first_day, time.min, ZONE))
    if search.last_day is not None and search.last_day < date.max:
        query = query.where(AuditRow.at < datetime.combine(search.last_day + timedelta(days=1), time.min, ZONE))
    return query


def json_text(values: Any) -> str:
    """Return values as the JSON text that is stored."""
    return json.dumps(values, ensure_ascii=False)
