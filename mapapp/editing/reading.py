"""What the published values of a subject are (现行内容): rows as fields that a draft, a diff and an audit can hold.

A subject that does not exist has no fields at all. The keys: id of a point, code of a matter or package, a year.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, extract, select
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import (
    CalendarDayRow,
    ClosureRow,
    FolkNameRow,
    MaterialRow,
    MatterRow,
    OfferRow,
    PackageMemberRow,
    PackageRow,
    PointRow,
)
from mapapp.editing.changes import DISTRICT, SubjectKind, Values
from mapapp.editing.roles import Scope
from mapapp.editing.rows import AnnouncementRow
from mapapp.errors import InvalidQuery, NotFound

POINT_COLUMNS = (
    *("name_zh", "name_en", "kind", "street", "address", "phone", "hours_rule", "windows", "accessibility"),
    *("source", "source_date", "confidence", "note"),
)
MATTER_COLUMNS = (
    *("name_zh", "name_en", "type", "department", "is_instant", "legal_days", "promised_days", "day_unit", "fee"),
    *("point_kinds", "source", "source_date", "confidence", "note"),
)
PACKAGE_COLUMNS = ("name_zh", "name_en", "audience", "lead_department", "named_in_source", "source", "confidence")
OFFER_COLUMNS = ("mode", "hours_rule", "bookable", "note")
CALENDAR_COLUMNS = ("kind", "name_zh", "name_en", "follows", "source")
# What each kind is called when it is not there.
_UNKNOWN = {
    SubjectKind.POINT: "unknown_point",
    SubjectKind.CLOSURES: "unknown_point",
    SubjectKind.OFFERS: "unknown_point",
    SubjectKind.ANNOUNCEMENTS: "unknown_point",
    SubjectKind.MATTER: "unknown_matter",
    SubjectKind.PACKAGE: "unknown_package",
}


def plain(value: Any) -> Any:
    """Return a column as JSON can hold it."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def read_values(session: Session, kind: SubjectKind, key: str) -> Values:
    """Return the published values of one subject, empty when there is none."""
    return read_many(session, kind, (key,)).get(key, {})


def read_known(session: Session, kind: SubjectKind, key: str) -> Values:
    """Return the published values of one subject; raise NotFound when it does not exist."""
    scope_of(session, kind, key)
    return read_values(session, kind, key)


def read_many(session: Session, kind: SubjectKind, keys: Collection[str] | None = None) -> dict[str, Values]:
    """Return key -> published values of these subjects, or of all; in order of key."""
    return _READERS[kind](session, keys)


def scope_of(session: Session, kind: SubjectKind, key: str, fields: Collection[str] = ()) -> Scope:
    """Return whose a subject is; for offers the departments of the matters in `fields`.

    Raises NotFound when it does not exist, InvalidQuery `wrong_parameter` for a key that cannot be one.
    """
    if kind is SubjectKind.CALENDAR:
        if not (key.isdecimal() and len(key) == 4):
            raise InvalidQuery("wrong_parameter", field="year", value=key)
        return Scope()
    if kind in (SubjectKind.CLOSURES, SubjectKind.ANNOUNCEMENTS) and key == DISTRICT:
        return Scope()
    if kind is SubjectKind.MATTER:
        department = session.scalar(select(MatterRow.department).where(MatterRow.code == key))
        if department is None:
            raise NotFound(_UNKNOWN[kind], value=key)
        return Scope(departments=frozenset((department,)))
    if kind is SubjectKind.PACKAGE:
        if session.get(PackageRow, key) is None:
            raise NotFound(_UNKNOWN[kind], value=key)
        return Scope()
    if session.scalar(select(PointRow.id).where(PointRow.id == key)) is None:
        raise NotFound(_UNKNOWN[kind], value=key)
    departments = frozenset[str]()
    if kind is SubjectKind.OFFERS and fields:
        query = select(MatterRow.department).where(MatterRow.code.in_(fields)).distinct()
        departments = frozenset(session.scalars(query))
    return Scope(point_id=key, departments=departments)


def _chosen(query: Select[Any], column: Any, keys: Collection[str] | None) -> Select[Any]:
    return query if keys is None else query.where(column.in_(tuple(keys)))


def _points(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    rows = session.scalars(_chosen(select(PointRow).order_by(PointRow.id), PointRow.id, keys))
    return {
        row.id: {
            **{name: plain(getattr(row, name)) for name in POINT_COLUMNS},
            "place": _place(row),
            "retired": row.withdrawn_at is not None,
        }
        for row in rows
    }


def _place(row: PointRow) -> dict[str, Any] | None:
    if row.lon is None:
        return None
    return {
        "lon": row.lon,
        "lat": row.lat,
        "accuracy_m": row.accuracy_m,
        "confidence": row.place_confidence,
        "source": row.place_source,
        "provider": row.place_provider,
        "verified_at": plain(row.place_verified_at),
        "verified_by": row.place_verified_by,
    }


def _closures(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    lists: dict[str, list[Any]] = {key: [] for key in keys or ()}
    for row in session.scalars(select(ClosureRow).order_by(ClosureRow.starts, ClosureRow.id)):
        key = row.point_id or DISTRICT
        if keys is None or key in lists:
            lists.setdefault(key, []).append(closure_value(row))
    return {key: {"closures": rows} for key, rows in lists.items()}


def closure_value(row: ClosureRow) -> dict[str, Any]:
    """Return a closure as plain values."""
    return {
        "starts": plain(row.starts),
        "ends": plain(row.ends),
        "reason_zh": row.reason_zh,
        "reason_en": row.reason_en,
    }


def _announcements(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    lists: dict[str, list[Any]] = {key: [] for key in keys or ()}
    for row in session.scalars(select(AnnouncementRow).order_by(AnnouncementRow.first_day, AnnouncementRow.id)):
        key = row.point_id or DISTRICT
        if keys is None or key in lists:
            lists.setdefault(key, []).append(announcement_value(row))
    return {key: {"announcements": rows} for key, rows in lists.items()}


def announcement_value(row: AnnouncementRow) -> dict[str, Any]:
    """Return an announcement as plain values."""
    return {
        "text_zh": row.text_zh,
        "text_en": row.text_en,
        "first_day": plain(row.first_day),
        "last_day": plain(row.last_day),
    }


def _offers(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    query = select(OfferRow).where(OfferRow.withdrawn_at.is_(None)).order_by(OfferRow.point_id, OfferRow.matter_code)
    tables: dict[str, dict[str, Any]] = {key: {} for key in keys or ()}
    for row in session.scalars(_chosen(query, OfferRow.point_id, keys)):
        value = {name: plain(getattr(row, name)) for name in OFFER_COLUMNS}
        tables.setdefault(row.point_id, {})[row.matter_code] = value
    return dict(tables)


def _matters(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    folk_names: dict[str, list[str]] = defaultdict(list)
    names = select(FolkNameRow).order_by(FolkNameRow.matter_code, FolkNameRow.position)
    for name in session.scalars(_chosen(names, FolkNameRow.matter_code, keys)):
        folk_names[name.matter_code].append(name.name)
    materials: dict[str, list[Any]] = defaultdict(list)
    papers = select(MaterialRow).order_by(MaterialRow.matter_code, MaterialRow.position)
    for paper in session.scalars(_chosen(papers, MaterialRow.matter_code, keys)):
        materials[paper.matter_code].append([paper.name, paper.waived, paper.may_follow])
    rows = session.scalars(_chosen(select(MatterRow).order_by(MatterRow.code), MatterRow.code, keys))
    return {
        row.code: {
            **{name: plain(getattr(row, name)) for name in MATTER_COLUMNS},
            "folk_names": folk_names[row.code],
            "materials": materials[row.code],
            "retired": row.withdrawn_at is not None,
        }
        for row in rows
    }


def _packages(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    members: dict[str, list[str]] = defaultdict(list)
    query = select(PackageMemberRow).order_by(PackageMemberRow.package_code, PackageMemberRow.position)
    for member in session.scalars(_chosen(query, PackageMemberRow.package_code, keys)):
        members[member.package_code].append(member.matter_code)
    rows = session.scalars(_chosen(select(PackageRow).order_by(PackageRow.code), PackageRow.code, keys))
    return {
        row.code: {
            **{name: plain(getattr(row, name)) for name in PACKAGE_COLUMNS},
            "members": members[row.code],
            "retired": row.withdrawn_at is not None,
        }
        for row in rows
    }


def _calendar(session: Session, keys: Collection[str] | None) -> dict[str, Values]:
    query = select(CalendarDayRow).where(CalendarDayRow.withdrawn_at.is_(None)).order_by(CalendarDayRow.day)
    if keys is not None:
        query = query.where(extract("year", CalendarDayRow.day).in_([int(key) for key in keys]))
    years: dict[str, dict[str, Any]] = {key: {} for key in keys or ()}
    for row in session.scalars(query):
        value = {name: plain(getattr(row, name)) for name in CALENDAR_COLUMNS}
        years.setdefault(str(row.day.year), {})[row.day.isoformat()] = value
    return dict(years)


_READERS: Mapping[SubjectKind, Callable[[Session, Collection[str] | None], dict[str, Values]]] = {
    SubjectKind.POINT: _points,
    SubjectKind.CLOSURES: _closures,
    SubjectKind.OFFERS: _offers,
    SubjectKind.MATTER: _matters,
    SubjectKind.PACKAGE: _packages,
    SubjectKind.CALENDAR: _calendar,
    SubjectKind.ANNOUNCEMENTS: _announcements,
}
