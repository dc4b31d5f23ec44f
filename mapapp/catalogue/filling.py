"""How a checked folder gets into the tables (数据装载): all of it or nothing, and never over what a person changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mapapp.catalogue.checking import Fault, Record
from mapapp.catalogue.importing import checked_folder
from mapapp.catalogue.revision import current_revision, lock_revision, raise_revision
from mapapp.catalogue.rows import (
    AboutRow,
    AreaRow,
    CalendarDayRow,
    DistrictNameRow,
    FolkNameRow,
    MaterialRow,
    MatterRow,
    NamedPlaceRow,
    OfferRow,
    PackageMemberRow,
    PackageRow,
    PointRow,
)
from mapapp.people import Person

# Parents before the rows that point at them.
_TABLES: Mapping[str, type[Any]] = {
    "district_name": DistrictNameRow,
    "area": AreaRow,
    "calendar_day": CalendarDayRow,
    "point": PointRow,
    "matter": MatterRow,
    "offer": OfferRow,
    "package": PackageRow,
    "named_place": NamedPlaceRow,
}
_PLACE = ("lon", "lat", "accuracy_m", "place_confidence", "place_source")
# A statement takes 32,766 parameters on SQLite.
_AT_ONCE = 10_000
# Who says where a point is when the file does.
FILE = "file"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableReport:
    """What happened to one table; `kept` were changed by a person and stay, `missing` stand in no file and stay too."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    kept: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, int | list[str]]:
        """Return the report as plain values for JSON."""
        return {
            "added": list(self.added),
            "changed": list(self.changed),
            "unchanged": self.unchanged,
            "kept": list(self.kept),
            "missing_in_file": list(self.missing),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What loading did. With `faults` nothing at all was written."""

    tables: Mapping[str, TableReport]
    faults: tuple[Fault, ...]
    revision: int

    @property
    def changes(self) -> int:
        """Return how many rows were added or changed."""
        return sum(len(table.added) + len(table.changed) for table in self.tables.values())

    def as_dict(self) -> dict[str, object]:
        """Return revision and tables as plain values for JSON."""
        return {"revision": self.revision, "tables": {name: table.as_dict() for name, table in self.tables.items()}}

    def as_text(self) -> str:
        """Return the report for a person at a terminal."""
        lines = []
        for name, table in self.tables.items():
            counts = f"{len(table.added)} added, {len(table.changed)} changed, {table.unchanged} unchanged"
            lines.append(f"{name}: {counts}")
            for words, ids in (("kept as people left them", table.kept), ("in no file any more", table.missing)):
                if ids:
                    lines.append(f"  {len(ids)} {words}: {' '.join(ids)}")
        return "\n".join([*lines, f"Revision {self.revision}."])


def load_geodata(
    session: Session, folder: Path, now: datetime, person: Person, tolerance_m: float = 300.0
) -> LoadReport:
    """Bring the tables to what the files in `folder` say, and publish; the caller commits.

    `tolerance_m` is how far outside the district, in metres, a service point may lie. A second run changes nothing
    and keeps the revision. Rows that a person edited or withdrew, and pins that a person verified, stay as they are.
    """
    checked = checked_folder(folder, tolerance_m)
    if checked.faults:
        return LoadReport(tables={}, faults=checked.faults, revision=current_revision(session))
    # one publication at a time: what is compared below must still be so at the commit
    lock_revision(session)
    tables = {name: _fill(session, kind, checked.tables[name], now) for name, kind in _TABLES.items()}
    tables["about"] = _fill_about(session, checked.tables["about"])
    report = LoadReport(tables=tables, faults=(), revision=current_revision(session))
    if not report.changes:
        return report
    _note_loading(session, now, person)
    return LoadReport(tables=tables, faults=(), revision=raise_revision(session))


def _fill(session: Session, kind: type[Any], records: Sequence[Record], now: datetime) -> TableReport:
    """Add and change the rows of one table and of the lists below it."""
    keys = [column.name for column in kind.__table__.primary_key.columns]
    query = select(*(getattr(kind, name) for name in keys), kind.loaded_digest, kind.edited_at, kind.withdrawn_at)
    known = {tuple(row[: len(keys)]): row for row in session.execute(query)}
    added: list[Record] = []
    changed: list[Record] = []
    kept: list[Record] = []
    for record in records:
        row = known.get(record.key)
        if row is None:
            added.append(record)
        elif row.loaded_digest != record.digest:
            untouched = row.edited_at is None and row.withdrawn_at is None
            (changed if untouched else kept).append(record)
    missing = known.keys() - {record.key for record in records}
    if added:
        session.execute(insert(kind), [_columns(kind, keys, record, now) for record in added])
    if changed:
        places = _standing_places(session, changed) if kind is PointRow else {}
        rows = [_columns(kind, keys, record, now, places.get(record.key, ())) for record in changed]
        session.execute(update(kind), rows)
    _fill_parts(session, [*added, *changed])
    return TableReport(
        added=_names(record.key for record in added),
        changed=_names(record.key for record in changed),
        unchanged=len(records) - len(added) - len(changed) - len(kept),
        kept=_names(record.key for record in kept),
        missing=_names(key for key in missing if known[key].loaded_digest and not known[key].withdrawn_at),
    )


def _columns(
    kind: type[Any], keys: Sequence[str], record: Record, now: datetime, standing: Sequence[str] = ()
) -> dict[str, object]:
    """Return the columns to write for a record, without those in `standing`."""
    columns = {**dict(zip(keys, record.key, strict=True)), **record.values, "loaded_digest": record.digest}
    if kind is PointRow:
        columns |= {"file_lon": columns["lon"], "file_lat": columns["lat"]}
        columns |= {"place_provider": None, "placed_at": None, "address_geocoded": None}
        if columns["lon"] is not None:
            columns |= {"place_provider": FILE, "placed_at": now, "address_geocoded": columns["address"]}
    return {name: value for name, value in columns.items() if name not in standing}


def _standing_places(session: Session, records: Sequence[Record]) -> dict[tuple[object, ...], tuple[str, ...]]:
    """Return key -> the columns of a position that stays although the row changes.

    A pin that a person verified stays; so does what a geocoder found, until the file itself moves the point.
    """
    columns = (*_PLACE, "place_provider", "placed_at", "address_geocoded")
    query = select(
        PointRow.id, PointRow.place_verified_at, PointRow.place_provider, PointRow.file_lon, PointRow.file_lat
    )
    rows = {row.id: row for row in session.execute(query)}
    standing: dict[tuple[object, ...], tuple[str, ...]] = {}
    for record in records:
        row = rows[str(record.key[0])]
        moved = (row.file_lon, row.file_lat) != (record.values["lon"], record.values["lat"])
        geocoded = row.place_provider not in (None, FILE)
        if row.place_verified_at is not None or (geocoded and not moved):
            standing[record.key] = columns
    return standing


def _fill_parts(session: Session, records: Sequence[Record]) -> None:
    """Write the lists below the rows anew: folk names and materials of matters, members of packages."""
    makers = {"folk_name": _folk_name, "material": _material, "package_member": _package_member}
    tables = {"folk_name": FolkNameRow, "material": MaterialRow, "package_member": PackageMemberRow}
    for name in {name for record in records for name in record.parts}:
        table: type[Any] = tables[name]
        parent = PackageMemberRow.package_code if name == "package_member" else table.matter_code
        codes = [record.key[0] for record in records]
        for start in range(0, len(codes), _AT_ONCE):
            session.execute(delete(table).where(parent.in_(codes[start : start + _AT_ONCE])))
        rows = [
            makers[name](record.key[0], position, part)
            for record in records
            for position, part in enumerate(record.parts[name])
        ]
        if rows:
            session.execute(insert(table), rows)


def _folk_name(code: object, position: int, part: Any) -> dict[str, object]:
    return {"matter_code": code, "position": position, "name": part}


def _material(code: object, position: int, part: Any) -> dict[str, object]:
    name, waived, may_follow = part
    return {"matter_code": code, "position": position, "name": name, "waived": waived, "may_follow": may_follow}


def _package_member(code: object, position: int, part: Any) -> dict[str, object]:
    return {"package_code": code, "position": position, "matter_code": part}


def _fill_about(session: Session, records: Sequence[Record]) -> TableReport:
    known = {row.name: row for row in session.scalars(select(AboutRow))}
    added, changed = [], []
    for record in records:
        name, value = str(record.key[0]), str(record.values["value"])
        if name not in known:
            session.add(AboutRow(name=name, value=value))
            added.append(record.key)
        elif known[name].value != value:
            known[name].value = value
            changed.append(record.key)
    session.flush()
    unchanged = len(records) - len(added) - len(changed)
    return TableReport(added=_names(added), changed=_names(changed), unchanged=unchanged)


def _note_loading(session: Session, now: datetime, person: Person) -> None:
    for name, value in (("loaded_at", now.isoformat()), ("loaded_by", person.name)):
        session.merge(AboutRow(name=name, value=value))
    session.flush()


def _names(keys: Any) -> tuple[str, ...]:
    return tuple(sorted("/".join(str(part) for part in key) for key in keys))
