"""`mapapp import streets | communities | population | candidates` (图层导入): better geography of an operator."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapapp.commands.common import database_of, print_json
from mapapp.database import ZONE
from mapapp.errors import InvalidQuery
from mapapp.settings import from_environ

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for shapely
    from mapapp.catalogue.checking import Fault
    from mapapp.coverage.desk import AreaChange

AREA_KINDS = ("streets", "communities", "population", "candidates")


def import_areas(kind: str, file: Path, *, dry_run: bool, datum: str, crs: str | None, as_json: bool) -> None:
    """Put streets, communities or people of a file in place of those before; exit status 1 when any was rejected."""
    from mapapp.catalogue.loading import read_catalogue
    from mapapp.catalogue.surroundings import DATUMS
    from mapapp.coverage.area_files import AreaKind, read_area_file
    from mapapp.coverage.desk import area_change, put_in_place
    from mapapp.people import SYSTEM

    if datum and datum.lower() not in DATUMS:
        raise InvalidQuery("unknown_datum", field="datum", value=datum)
    database = database_of(from_environ())
    with database.reading() as session:
        district = read_catalogue(session).district
    declared = DATUMS[datum.lower()] if datum else None
    found = read_area_file(file, AreaKind(kind), district, crs=crs, datum=declared)
    with database.reading() if dry_run else database.transaction() as session:
        change = area_change(session, kind, found.features)
        if not dry_run and (change.added or change.changed):
            now = datetime.now(ZONE)
            put_in_place(session, kind, change, now, SYSTEM)
            _write_down(session, kind, file.name, change, len(found.rejected), now)
    report = _report_of(change, found.rejected, found.warnings)
    if as_json:
        print_json(report)
    else:
        _print_report(report, dry_run)
    sys.exit(1 if found.rejected else 0)


def _write_down(session: Any, kind: str, file: str, change: "AreaChange", rejected: int, now: datetime) -> None:
    """Add the import to the audit log: which file, and what it did, never the shapes themselves."""
    from mapapp.editing import audit
    from mapapp.people import SYSTEM

    after = {
        "file": file,
        "added": len(change.added),
        "changed": len(change.changed),
        "unchanged": change.unchanged,
        "rejected": rejected,
    }
    entry = audit.Entry(deed="import", kind=kind, key=file[:100], after=audit.json_text(after))
    audit.note(session, SYSTEM, now, "", entry)


def _report_of(change: "AreaChange", rejected: "Sequence[Fault]", warnings: "Sequence[Fault]") -> dict[str, Any]:
    return {
        "added": list(change.added),
        "changed": [
            {"id": key, "field": field, "before": before.get(field), "after": after.get(field)}
            for key, old, new in change.changed
            for field, before, after in _differences(old, new)
        ],
        "unchanged": change.unchanged,
        "rejected": [_told(fault) for fault in rejected],
        "warnings": [_told(fault) for fault in warnings],
    }


def _differences(old: Any, new: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return (field, properties before, properties after); a shape is only said to be another one."""
    before, after = dict(old["properties"]), dict(new["properties"])
    fields = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    rows = [(name, before, after) for name in fields]
    if old.get("geometry") != new.get("geometry"):
        rows.append(("geometry", {"geometry": "before"}, {"geometry": "another"}))
    return rows


def _told(fault: "Fault") -> dict[str, Any]:
    from mapapp.catalogue.fault_codes import MEANINGS

    return {
        "line": fault.line,
        "id": fault.id,
        "field": fault.field,
        "code": fault.code,
        "reason": MEANINGS.get(fault.code, fault.code) + (f": {fault.value}" if fault.value else ""),
    }


def _print_report(report: dict[str, Any], dry_run: bool) -> None:
    for name in ("rejected", "warnings"):
        for each in report[name]:
            click.echo(f"{name}: {each['id'] or each['line']}, {each['field']}: {each['reason']}", err=True)
    changed = len({each["id"] for each in report["changed"]})
    click.echo(
        f"{len(report['added'])} {'would be ' if dry_run else ''}added, {changed} changed, "
        f"{report['unchanged']} unchanged, {len(report['rejected'])} rejected."
    )
