"""Take over a file (导入): what it would add and change, what is rejected and why; then all accepted rows at once.

A file may have fewer columns than there are: what it does not speak of stays. Rows are read in batches, so that a
file of 100,000 rows needs no more memory than one of 1,000.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.checking import Line
from mapapp.catalogue.importing import street_names
from mapapp.catalogue.loading import read_district
from mapapp.catalogue.revision import lock_revision, raise_revision
from mapapp.catalogue.rows import MatterRow, PointRow
from mapapp.editing import audit, reading
from mapapp.editing.applying import draft_all, own_drafts, publish_all
from mapapp.editing.changes import SubjectKind, Values, difference, version_of
from mapapp.editing.columns import COLUMNS, KEYS, header_of
from mapapp.editing.drafting import Actor
from mapapp.editing.row_values import Known, is_new, key_of, record_of, values_of
from mapapp.editing.sheets import rows_of
from mapapp.editing.shift import Shift, position_of
from mapapp.editing.take_over_report import TakeOver, fields_told, told
from mapapp.errors import InvalidQuery

BATCH = 1000
# How exact a position is, in metres, when the file does not say.
_ACCURACY_M = "100"
_PLACED = select(PointRow.id, PointRow.lon, PointRow.lat).where(PointRow.lon.is_not(None))
_SUBJECTS: Mapping[str, SubjectKind] = {
    "points": SubjectKind.POINT,
    "hours": SubjectKind.POINT,
    "matters": SubjectKind.MATTER,
    "packages": SubjectKind.PACKAGE,
    "offers": SubjectKind.OFFERS,
    "calendar": SubjectKind.CALENDAR,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """A row without a fault: the subject, and what the file says of it. `entry` is its id in a subject of many."""

    line: int
    id: str
    key: str
    entry: str
    values: Values


def take_over(
    session: Session,
    actor: Actor,
    kind: str,
    file: IO[bytes],
    name: str,
    *,
    dry_run: bool,
    tolerance_m: float,
    datum: str = "",
    as_drafts: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> TakeOver:
    """Take over a file of points, matters, offers, packages, hours or calendar; the caller commits.

    Accepted rows are published, or drafted for whoever acts. With `dry_run` nothing is written. `datum` is that of
    positions in a file without such a column; without both they are read as WGS-84 when they lie where points are
    known to be, and refused otherwise. `progress` is called with the number of rows read so far.
    Raises InvalidQuery `unknown_kind_of_file`, `unreadable_file`, `missing_column`.
    """
    if kind not in _SUBJECTS:
        raise InvalidQuery("unknown_kind_of_file", field="kind", value=kind)
    if not dry_run:
        lock_revision(session)
    report, shift, read = TakeOver(as_drafts=as_drafts), Shift(), 0
    known = _known(session, tolerance_m)
    if kind == "points" and not datum:
        datum = _assumed_datum(session, file, name, report)
    lines = _lines(rows_of(file, name), kind, name, datum, report)
    while batch := list(islice(lines, BATCH)):
        wanted = [row for line in batch if (row := _wanted(kind, line, known, report)) is not None]
        if as_drafts:
            wanted = _not_overtaken(session, actor, kind, wanted, report)
        _compare(session, actor, kind, wanted, report, shift, dry_run=dry_run)
        read += len(batch)
        progress(read)
    if shift.looks_like is not None:
        report.warnings.append(told(0, "", "datum", "shifted_datum", shift.looks_like))
    if not dry_run and (report.added or report.changed):
        if not as_drafts:
            report.revision = raise_revision(session)
        _note_whole(session, actor, kind, name, report)
    return report


def _assumed_datum(session: Session, file: IO[bytes], name: str, report: TakeOver) -> str:
    """Return the datum of positions in a file that does not name one: "" unless those of known points fit.

    A datum is never guessed: what lies elsewhere is refused row by row, with a hint where another datum would fit.
    """
    rows = rows_of(file, name)
    header = header_of(next(rows, (1, []))[1], "points")
    shift = Shift()
    if "datum" not in header and {"code", "lon", "lat"} <= set(header):
        places = {row.id: (row.lon, row.lat) for row in session.execute(_PLACED)}
        for _, cells in rows:
            cell = dict(zip(header, cells, strict=False))
            place = places.get(cell["code"].strip())
            new = position_of(cell.get("lon", ""), cell.get("lat", ""))
            if place is not None and new is not None:
                shift.note(place, new)
            if shift.is_full:
                break
    file.seek(0)
    if shift.looks_like is not None:
        report.warnings.append(told(0, "", "datum", "shifted_datum", shift.looks_like))
    if not shift.fits:
        return ""
    report.warnings.append(told(0, "", "datum", "assumed_datum", ""))
    return "WGS-84"


def _note_whole(session: Session, actor: Actor, kind: str, name: str, report: TakeOver) -> None:
    """Add one entry to the audit log about the whole file; those of single subjects name their fields."""
    counts = {
        "added": len(report.added),
        "changed": report.changed.ids,
        "rejected": len(report.rejected),
        "as": "drafts" if report.as_drafts else "published",
    }
    entry = audit.Entry(deed="import", kind=kind, key=name[:100], after=audit.json_text(counts))
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)


def _not_overtaken(
    session: Session, actor: Actor, kind: str, wanted: Sequence[_Wanted], report: TakeOver
) -> list[_Wanted]:
    """Return the rows of which whoever acts has no draft on older values; nothing is overwritten in silence."""
    subject, keys = _SUBJECTS[kind], {row.key for row in wanted}
    drafts = own_drafts(session, actor, subject, keys)
    published = reading.read_many(session, subject, drafts.keys()) if drafts else {}
    overtaken = {key for key, draft in drafts.items() if version_of(published.get(key, {})) != draft.base_version}
    for row in wanted:
        if row.key in overtaken:
            report.rejected.append(told(row.line, row.id, KEYS[kind][0], "overtaken_draft", ""))
    return [row for row in wanted if row.key not in overtaken]


def _known(session: Session, tolerance_m: float) -> Known:
    district = read_district(session)
    return Known(
        district=district,
        streets=street_names(district),
        points=frozenset(session.scalars(select(PointRow.id))),
        matters=frozenset(session.scalars(select(MatterRow.code))),
        tolerance_m=tolerance_m,
    )


def _lines(
    rows: Iterable[tuple[int, Sequence[str]]], kind: str, name: str, datum: str, report: TakeOver
) -> Iterator[Line]:
    """Yield the rows as lines; what is wrong with their shape, and a key that came before, is rejected here."""
    numbered = iter(rows)
    header = header_of(next(numbered, (1, []))[1], kind)
    for column in KEYS[kind]:
        if column not in header:
            raise InvalidQuery("missing_column", field=column)
    for column in header:
        if column and column not in COLUMNS[kind]:
            report.warnings.append(told(1, "", column, "unknown_column", ""))
    seen: set[tuple[str, ...]] = set()
    for number, cells in numbered:
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        line = Line(file=name, number=number, cells=row)
        key = tuple(row.get(column, "").strip() for column in KEYS[kind])
        if len(cells) > len(header):
            report.rejected.append(told(number, "/".join(key), "", "wrong_cell_count", str(len(cells))))
        elif key in seen:
            report.rejected.append(told(number, "/".join(key), KEYS[kind][0], "duplicate_id", ""))
        else:
            seen.add(key)
            if row.get("lon", "").strip():
                _complete_place(row, datum)
            yield line


def _complete_place(row: dict[str, str], datum: str) -> None:
    """Fill in what a position needs and the file has no column for; a datum is never guessed."""
    row.setdefault("accuracy_m", _ACCURACY_M)
    row.setdefault("place_confidence", "medium")
    row["datum"] = row.get("datum", "").strip() or datum


def _wanted(kind: str, line: Line, known: Known, report: TakeOver) -> _Wanted | None:
    """Return what a line says, None when it is rejected."""
    record = record_of(kind, line, known)
    new = is_new(kind, record, known)
    kept = set(line.cells)
    serious = []
    for fault in line.faults:
        about = told(line.number, line.id, fault.field, fault.code, fault.value)
        if fault.code == "formula_cell":
            report.warnings.append(about)
        elif fault.field in kept or (new and fault.code == "missing_value") or fault.field in KEYS[kind]:
            serious.append(about)
    if serious:
        report.rejected.extend(serious)
        return None
    values = values_of(kind, record, kept)
    key, entry = key_of(kind, record)
    return _Wanted(line=line.number, id=line.id, key=key, entry=entry, values=values)


def _compare(
    session: Session,
    actor: Actor,
    kind: str,
    wanted: Sequence[_Wanted],
    report: TakeOver,
    shift: Shift,
    *,
    dry_run: bool,
) -> None:
    """Compare a batch with what is published, note what differs, and write it unless this is a dry run."""
    subject = _SUBJECTS[kind]
    published = reading.read_many(session, subject, {row.key for row in wanted})
    pending: dict[str, dict[str, Any]] = {}
    for row in wanted:
        current = published.get(row.key, {})
        before = (current.get(row.entry) or {}) if row.entry else current
        values = _standing(row, before, report, shift) if kind == "points" else row.values
        touched = difference(before, values)
        if not before:
            report.added.append(row.id)
        elif touched:
            report.changed.extend(change for each in touched for change in fields_told(row.id, each))
        else:
            report.unchanged += 1
        if touched or not before:
            target = pending.setdefault(row.key, {})
            target.update({row.entry: {**before, **values}} if row.entry else {**values, **_back(before)})
    if dry_run or not pending:
        return
    if report.as_drafts:
        draft_all(session, actor, subject, published, pending)
    else:
        publish_all(session, actor, subject, published, pending, "import")


def _standing(row: _Wanted, before: Values, report: TakeOver, shift: Shift) -> Values:
    """Return what a file may change of a point: a pin that somebody verified stays."""
    old, new = before.get("place"), row.values.get("place")
    if new is None or old is None:
        # a file that knows no position does not take one away
        return {name: value for name, value in row.values.items() if name != "place" or value is not None}
    if all(old[name] == new[name] for name in ("lon", "lat", "accuracy_m", "confidence", "source")):
        return {**row.values, "place": old}
    shift.note((old["lon"], old["lat"]), (new["lon"], new["lat"]))
    if old["verified_by"]:
        report.warnings.append(told(row.line, row.id, "lon", "verified_pin", ""))
        return {**row.values, "place": old}
    return row.values


def _back(before: Values) -> dict[str, Any]:
    """Return what brings a retired subject back: a row of a file says that it is there."""
    return {"retired": False} if before.get("retired") else {}
