"""Take over a file (导入): what it would add and change, what is rejected and why; then all accepted rows at once.

A file may have fewer columns than there are: what it does not speak of stays. Rows are read in batches, so that a
file of 100,000 rows needs no more memory than one of 1,000.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.checking import Line
from mapapp.catalogue.fault_codes import MEANINGS
from mapapp.catalogue.importing import street_names
from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import lock_revision, raise_revision
from mapapp.catalogue.rows import MatterRow, PointRow
from mapapp.editing import desk, reading
from mapapp.editing.changes import SubjectKind, Values, difference
from mapapp.editing.columns import COLUMN_OF, COLUMNS, KEYS, header_of
from mapapp.editing.drafting import Actor
from mapapp.editing.row_values import Known, is_new, key_of, record_of, values_of
from mapapp.editing.sheets import rows_of
from mapapp.editing.shift import Shift
from mapapp.errors import InvalidQuery

BATCH = 1000
# How exact a position is, in metres, when the file does not say.
_ACCURACY_M = "100"
_SUBJECTS: Mapping[str, SubjectKind] = {
    "points": SubjectKind.POINT,
    "hours": SubjectKind.POINT,
    "matters": SubjectKind.MATTER,
    "packages": SubjectKind.PACKAGE,
    "offers": SubjectKind.OFFERS,
    "calendar": SubjectKind.CALENDAR,
}


@dataclass(kw_only=True)
class TakeOver:
    """What a file does: ids added, fields changed, rows unchanged, faults that reject a row, and warnings."""

    added: list[str] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    revision: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the report as it is fixed by the interface."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "warnings": self.warnings,
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
    progress: Callable[[int], None] = lambda rows: None,
) -> TakeOver:
    """Take over a file of points, matters, offers, packages, hours or calendar; the caller commits.

    With `dry_run` nothing is written. `datum` is that of positions in a file without such a column. `progress` is
    called with the number of rows read so far. Raises InvalidQuery `unknown_kind_of_file`, `unreadable_file`,
    `missing_column`.
    """
    if kind not in _SUBJECTS:
        raise InvalidQuery("unknown_kind_of_file", field="kind", value=kind)
    if not dry_run:
        lock_revision(session)
    report, shift, read = TakeOver(), Shift(), 0
    known = _known(session, tolerance_m)
    lines = _lines(rows_of(file, name), kind, name, datum, report)
    while batch := list(islice(lines, BATCH)):
        wanted = [row for line in batch if (row := _wanted(kind, line, known, report)) is not None]
        _compare(session, actor, kind, wanted, report, shift, dry_run=dry_run)
        read += len(batch)
        progress(read)
    if shift.looks_like is not None:
        report.warnings.append(_told(0, "", "datum", "shifted_datum", shift.looks_like))
    if not dry_run and (report.added or report.changed):
        report.revision = raise_revision(session)
    return report


def _known(session: Session, tolerance_m: float) -> Known:
    district = read_catalogue(session).district
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
            report.warnings.append(_told(1, "", column, "unknown_column", ""))
    seen: set[tuple[str, ...]] = set()
    for number, cells in numbered:
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        line = Line(file=name, number=number, cells=row)
        key = tuple(row.get(column, "").strip() for column in KEYS[kind])
        if len(cells) > len(header):
            report.rejected.append(_told(number, "/".join(key), "", "wrong_cell_count", str(len(cells))))
        elif key in seen:
            report.rejected.append(_told(number, "/".join(key), KEYS[kind][0], "duplicate_id", ""))
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
        told = _told(line.number, line.id, fault.field, fault.code, fault.value)
        if fault.code == "formula_cell":
            report.warnings.append(told)
        elif fault.field in kept or (new and fault.code == "missing_value") or fault.field in KEYS[kind]:
            serious.append(told)
    if serious:
        report.rejected += serious
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
            report.changed += [change for each in touched for change in _fields(row.id, each)]
        else:
            report.unchanged += 1
        if touched or not before:
            target = pending.setdefault(row.key, {})
            target.update({row.entry: {**before, **values}} if row.entry else {**values, **_back(before)})
    if not dry_run:
        for key, changes in pending.items():
            desk.publish_values(session, actor, subject, key, changes, "import")


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
        report.warnings.append(_told(row.line, row.id, "lon", "verified_pin", ""))
        return {**row.values, "place": old}
    return row.values


def _back(before: Values) -> dict[str, Any]:
    """Return what brings a retired subject back: a row of a file says that it is there."""
    return {"retired": False} if before.get("retired") else {}


def _fields(row_id: str, each: Any) -> list[dict[str, Any]]:
    if each.field != "place":
        name = COLUMN_OF.get(each.field, each.field)
        return [{"id": row_id, "field": name, "before": each.before, "after": each.after}]
    names = {"lon": "lon", "lat": "lat", "accuracy_m": "accuracy_m"}
    names |= {"confidence": "place_confidence", "source": "place_source"}
    before, after = each.before or {}, each.after or {}
    return [
        {"id": row_id, "field": column, "before": before.get(name), "after": after.get(name)}
        for name, column in names.items()
        if before.get(name) != after.get(name)
    ]


def _told(line: int, row_id: str, column: str, code: str, value: str) -> dict[str, Any]:
    reason = MEANINGS.get(code, code)
    return {
        "line": line,
        "id": row_id,
        "field": column,
        "code": code,
        "reason": f"{reason}: {value}" if value else reason,
    }
