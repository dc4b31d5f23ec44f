"""How values become rows (写入): the fields that changed, and who changed them, so that loading a file keeps them.

The values were checked before; what the database itself forbids still fails there.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
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
from mapapp.editing import reading
from mapapp.editing.changes import DISTRICT, SubjectKind, Values
from mapapp.editing.rows import AnnouncementRow

# What a new row has where nothing is said.
_NEW_POINT: Values = {
    **dict.fromkeys(("name_en", "note", "source", "place_source"), ""),
    "windows": (),
    "accessibility": (),
    "confidence": "B",
}
_NEW_MATTER: Values = {
    **dict.fromkeys(("name_en", "note", "source"), ""),
    "type": "公共服务",
    "is_instant": False,
    "day_unit": "working",
    "point_kinds": (),
    "confidence": "B",
}
_NEW_PACKAGE: Values = {
    **dict.fromkeys(("name_en", "source", "lead_department"), ""),
    "audience": "personal",
    "named_in_source": False,
    "confidence": "B",
}
_DATES = frozenset(("source_date",))


class Rows:
    """The rows of a session by their key; those that were looked up together are not asked for one by one."""

    def __init__(self, session: Session, known: Mapping[tuple[type[Any], Any], Any] | None = None) -> None:
        self.session = session
        self._known = known or {}

    def get(self, kind: type[Any], key: Any) -> Any:
        """Return a row, None when there is none."""
        if (kind, key) in self._known:
            return self._known[kind, key]
        return self.session.get(kind, key)


def write_values(session: Session, kind: SubjectKind, key: str, values: Values, now: datetime, by: str) -> None:
    """Write the fields in `values` of one subject, making it when there is none; the caller publishes and commits."""
    _WRITERS[kind](Rows(session), key, values, now, by)
    session.flush()


def write_many(session: Session, kind: SubjectKind, wanted: Mapping[str, Values], now: datetime, by: str) -> None:
    """Write several subjects as `write_values` does one, with few statements for all of them."""
    rows = Rows(session, _known(session, kind, wanted))
    for key, values in wanted.items():
        _WRITERS[kind](rows, key, values, now, by)
    session.flush()


def _known(session: Session, kind: SubjectKind, keys: Collection[str]) -> dict[tuple[type[Any], Any], Any]:
    """Return (kind of row, key) -> the row or None, for kinds with one row a subject."""
    if kind not in _ONE_ROW:
        return {}
    table, column = _ONE_ROW[kind]
    found = {getattr(row, column.key): row for row in session.scalars(select(table).where(column.in_(tuple(keys))))}
    return {(table, key): found.get(key) for key in keys}


def _typed(name: str, value: Any) -> Any:
    """Return a plain value as its column wants it."""
    if name in _DATES and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _fill(row: Any, columns: tuple[str, ...], values: Values, now: datetime, by: str) -> None:
    for name in columns:
        if name in values:
            setattr(row, name, _typed(name, values[name]))
    if "retired" in values:
        row.withdrawn_at = now if values["retired"] else None
    row.edited_at, row.edited_by = now, by


def _made(session: Session, kind: type[Any], key: Mapping[str, Any], new: Values, values: Values) -> Any:
    row = kind(**key, **{name: value for name, value in new.items() if name not in values})
    session.add(row)
    return row


def _write_point(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    row = rows.get(PointRow, key)
    if row is None:
        row = _made(rows.session, PointRow, {"id": key}, _NEW_POINT, values)
    _fill(row, reading.POINT_COLUMNS, values, now, by)
    if "place" in values:
        _write_place(row, values["place"], now)


def _write_place(row: PointRow, place: Mapping[str, Any] | None, now: datetime) -> None:
    place = place or {}
    row.lon, row.lat, row.accuracy_m = place.get("lon"), place.get("lat"), place.get("accuracy_m")
    row.place_confidence, row.place_source = place.get("confidence"), place.get("source") or ""
    row.place_provider, row.place_verified_by = place.get("provider"), place.get("verified_by")
    verified_at = place.get("verified_at")
    row.place_verified_at = datetime.fromisoformat(verified_at) if verified_at else None
    row.placed_at, row.address_geocoded = (now, row.address) if place else (None, None)


def _write_closures(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    point_id = None if key == DISTRICT else key
    wanted = list(values["closures"])
    for row in rows.session.scalars(select(ClosureRow).where(ClosureRow.point_id == point_id)).all():
        value = reading.closure_value(row)
        if value in wanted:
            wanted.remove(value)
        else:
            rows.session.delete(row)
    for value in wanted:
        moments = {name: value[name] and datetime.fromisoformat(value[name]) for name in ("starts", "ends")}
        reasons = {name: value[name] for name in ("reason_zh", "reason_en")}
        rows.session.add(ClosureRow(point_id=point_id, **moments, **reasons, entered_at=now, entered_by=by))


def _write_announcements(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    point_id = None if key == DISTRICT else key
    wanted = list(values["announcements"])
    for row in rows.session.scalars(select(AnnouncementRow).where(AnnouncementRow.point_id == point_id)).all():
        value = reading.announcement_value(row)
        if value in wanted:
            wanted.remove(value)
        else:
            rows.session.delete(row)
    for value in wanted:
        days = {name: date.fromisoformat(value[name]) for name in ("first_day", "last_day")}
        texts = {name: value[name] for name in ("text_zh", "text_en")}
        rows.session.add(AnnouncementRow(point_id=point_id, **days, **texts, entered_at=now, entered_by=by))


def _write_offers(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    known = {row.matter_code: row for row in rows.session.scalars(select(OfferRow).where(OfferRow.point_id == key))}
    for code, value in values.items():
        row = known.get(code)
        if value is None:
            if row is not None:
                row.withdrawn_at, row.edited_at, row.edited_by = now, now, by
            continue
        if row is None:
            row = OfferRow(point_id=key, matter_code=code, note="")
            rows.session.add(row)
        for name in reading.OFFER_COLUMNS:
            setattr(row, name, value.get(name, "" if name == "note" else None))
        row.withdrawn_at, row.edited_at, row.edited_by = None, now, by


def _write_matter(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    row = rows.get(MatterRow, key)
    if row is None:
        row = _made(rows.session, MatterRow, {"code": key}, _NEW_MATTER, values)
    _fill(row, reading.MATTER_COLUMNS, values, now, by)
    rows.session.flush()
    if "folk_names" in values:
        rows.session.execute(delete(FolkNameRow).where(FolkNameRow.matter_code == key))
        rows.session.add_all(
            FolkNameRow(matter_code=key, position=position, name=name)
            for position, name in enumerate(values["folk_names"])
        )
    if "materials" in values:
        rows.session.execute(delete(MaterialRow).where(MaterialRow.matter_code == key))
        rows.session.add_all(
            MaterialRow(matter_code=key, position=position, name=name, waived=waived, may_follow=may_follow)
            for position, (name, waived, may_follow) in enumerate(values["materials"])
        )


def _write_package(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    row = rows.get(PackageRow, key)
    if row is None:
        row = _made(rows.session, PackageRow, {"code": key}, _NEW_PACKAGE, values)
    _fill(row, reading.PACKAGE_COLUMNS, values, now, by)
    rows.session.flush()
    if "members" in values:
        rows.session.execute(delete(PackageMemberRow).where(PackageMemberRow.package_code == key))
        rows.session.add_all(
            PackageMemberRow(package_code=key, position=position, matter_code=code)
            for position, code in enumerate(values["members"])
        )


def _write_calendar(rows: Rows, key: str, values: Values, now: datetime, by: str) -> None:
    for text, value in values.items():
        day = date.fromisoformat(text)
        row = rows.get(CalendarDayRow, day)
        if value is None:
            if row is not None:
                row.withdrawn_at, row.edited_at, row.edited_by = now, now, by
            continue
        if row is None:
            row = CalendarDayRow(day=day)
            rows.session.add(row)
        for name in reading.CALENDAR_COLUMNS:
            setattr(row, name, value.get(name, None if name == "follows" else ""))
        row.withdrawn_at, row.edited_at, row.edited_by = None, now, by


_ONE_ROW: Mapping[SubjectKind, tuple[type[Any], Any]] = {
    SubjectKind.POINT: (PointRow, PointRow.id),
    SubjectKind.MATTER: (MatterRow, MatterRow.code),
    SubjectKind.PACKAGE: (PackageRow, PackageRow.code),
}
_WRITERS: Mapping[SubjectKind, Callable[[Rows, str, Values, datetime, str], None]] = {
    SubjectKind.POINT: _write_point,
    SubjectKind.CLOSURES: _write_closures,
    SubjectKind.OFFERS: _write_offers,
    SubjectKind.MATTER: _write_matter,
    SubjectKind.PACKAGE: _write_package,
    SubjectKind.CALENDAR: _write_calendar,
    SubjectKind.ANNOUNCEMENTS: _write_announcements,
}
