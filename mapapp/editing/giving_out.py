"""Give out what is public (导出): the same columns that an import reads, so that one undoes the other."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from mapapp.catalogue.exporting import geojson_of, write_geopackage
from mapapp.editing import reading
from mapapp.editing.changes import SubjectKind
from mapapp.editing.columns import COLUMNS, cells_of
from mapapp.editing.sheets import csv_lines, write_xlsx
from mapapp.errors import InvalidQuery

FORMATS = ("csv", "xlsx", "geojson", "gpkg")
# Only these have a position.
PLACED = frozenset(("points",))
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
_ONE_BY_ONE = {
    "points": SubjectKind.POINT,
    "hours": SubjectKind.POINT,
    "matters": SubjectKind.MATTER,
    "packages": SubjectKind.PACKAGE,
}
_MANY_IN_ONE = {"offers": SubjectKind.OFFERS, "calendar": SubjectKind.CALENDAR}


def give_out(session: Session, kind: str, form: str, out: IO[bytes]) -> None:
    """Write everything public of a kind to `out`. Raises InvalidQuery `unknown_kind_of_file`, `no_positions`."""
    if kind not in COLUMNS or form not in FORMATS:
        raise InvalidQuery("unknown_kind_of_file", field="kind", value=f"{kind}.{form}")
    if form in ("geojson", "gpkg") and kind not in PLACED:
        raise InvalidQuery("no_positions", field="format", value=form)
    rows = _rows(session, kind)
    if form == "csv":
        for line in csv_lines(COLUMNS[kind], rows):
            out.write(line)
    elif form == "geojson":
        out.write(geojson_of(dict(zip(COLUMNS[kind], row, strict=True)) for row in rows).encode())
    else:
        _write_file(kind, form, rows, out)


def _write_file(kind: str, form: str, rows: Iterator[list[Any]], out: IO[bytes]) -> None:
    # both are archives that are written in no order
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.{form}"
        if form == "xlsx":
            write_xlsx(path, kind, COLUMNS[kind], rows)
        else:
            write_geopackage(path, kind, (dict(zip(COLUMNS[kind], row, strict=True)) for row in rows))
        with path.open("rb") as file:
            shutil.copyfileobj(file, out)


def _rows(session: Session, kind: str) -> Iterator[list[Any]]:
    if kind in _ONE_BY_ONE:
        for key, values in reading.read_many(session, _ONE_BY_ONE[kind]).items():
            if not values["retired"]:
                yield cells_of(kind, key, values)
        return
    for key, entries in reading.read_many(session, _MANY_IN_ONE[kind]).items():
        for entry, values in entries.items():
            yield cells_of(kind, f"{key}/{entry}" if kind == "offers" else entry, values)
