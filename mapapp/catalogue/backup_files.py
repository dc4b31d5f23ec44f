"""What a backup is as a file (备份文件): compressed lines of JSON that are checked as a whole before any is believed.

The first line says what it is, then each table has a line with its columns and one line a row, and the last line has
the number of rows and a digest of everything before it. Nothing here knows a database.
"""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from mapapp.errors import Refused

_FORMAT, _VERSION = "mapapp backup", 1
# Bytes of one line: a walking network is the largest value there is, some 20 MB for a city.
_MAX_LINE = 500_000_000
_BROKEN = (EOFError, OSError, zlib.error, ValueError, KeyError, TypeError, RecursionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """Of which tables a backup is: the migration they had, the program that wrote it, and when."""

    migration: str
    program: str
    made_at: str


@dataclass(kw_only=True, slots=True)
class Summary:
    """What a whole backup holds: table -> its columns, table -> number of rows, and the largest id of each."""

    heading: Heading
    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return the number of rows of all tables."""
        return sum(self.rows.values())


class BackupWriter:
    """Writes a backup row by row; without `finish` the file is not whole and nobody will believe it."""

    def __init__(self, file: IO[bytes], heading: Heading) -> None:
        # no name and no time in the wrapping: the same rows give the same bytes
        self._packed = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0)
        self._digest = blake2b(digest_size=32)
        self.rows: dict[str, int] = {}
        self._table = ""
        about = {"migration": heading.migration, "program": heading.program, "made_at": heading.made_at}
        self._write({"format": _FORMAT, "version": _VERSION, **about})

    def begin(self, table: str, columns: Sequence[str]) -> None:
        """Begin a table."""
        self._table, self.rows[table] = table, 0
        self._write({"table": table, "columns": list(columns)})

    def add(self, row: Sequence[Any]) -> None:
        """Add a row of the table that was begun last, in the order of its columns."""
        self.rows[self._table] += 1
        self._write(row)

    def finish(self) -> None:
        """Write the last line."""
        self._write({"rows": self.rows, "digest": self._digest.hexdigest()})
        self._packed.close()

    def _write(self, value: object) -> None:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        self._digest.update(line)
        self._packed.write(line)


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that takes the place of `path` at the end of the block, on the disk and readable by us alone.

    Whatever happens before, the old file stays as it was. Raises Refused `backup_not_written`.
    """
    kept = ""
    try:
        handle, kept = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(kept).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Refused("backup_not_written", reason=error.strerror or str(error)) from error
    finally:
        Path(kept).unlink(missing_ok=True) if kept else None


def summary_of(path: Path) -> Summary:
    """Return what a backup holds, after all of it was read and found to be whole.

    Raises Refused `backup_foreign` for another file, `backup_damaged` for one that was cut off or changed.
    """
    summary = Summary(heading=_heading(path))
    for table, row in rows_in(path, summary):
        position = summary.columns[table].index("id") if "id" in summary.columns[table] else None
        if position is not None and isinstance(row[position], int):
            summary.last_ids[table] = max(row[position], summary.last_ids.get(table, 0))
    return summary


def rows_in(path: Path, summary: Summary | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Yield (table, row) in the order of the file, and fill in the summary; at the end everything is checked.

    Raises as `summary_of`.
    """
    seen = summary if summary is not None else Summary(heading=_heading(path))
    digest, table, width = blake2b(digest_size=32), "", 0
    try:
        with path.open("rb") as file, gzip.open(file) as lines:
            digest.update(lines.readline(_MAX_LINE))
            while True:
                line = lines.readline(_MAX_LINE)
                value = json.loads(line)
                if isinstance(value, dict) and "digest" in value:
                    _check_end(value, digest.hexdigest(), seen.rows, lines.read(1))
                    return
                digest.update(line)
                if isinstance(value, dict):
                    table, width = value["table"], len(value["columns"])
                    if table in seen.columns:
                        raise ValueError(f"the table {table} stands there twice")
                    seen.columns[table], seen.rows[table] = value["columns"], 0
                elif len(value) != width:
                    raise ValueError(f"a row of {table} has {len(value)} cells")
                else:
                    seen.rows[table] += 1
                    yield table, value
    except _BROKEN as error:
        raise Refused("backup_damaged", reason=_reason(error)) from error


def _check_end(value: Mapping[str, Any], digest: str, rows: Mapping[str, int], more: bytes) -> None:
    if value["digest"] != digest:
        raise ValueError("the digest is another one")
    if value["rows"] != rows or more:
        raise ValueError("the number of rows is another one")


def _heading(path: Path) -> Heading:
    try:
        with path.open("rb") as file:
            if file.read(2) != b"\x1f\x8b":
                raise Refused("backup_foreign")
        with gzip.open(path) as lines:
            line = lines.readline(10_000)
    except (EOFError, OSError, zlib.error) as error:
        raise Refused("backup_damaged", reason=_reason(error)) from error
    try:
        value = json.loads(line)
        if value["format"] != _FORMAT:
            raise ValueError
        if value["version"] != _VERSION:
            raise Refused("backup_newer", migration=value["migration"])
        return Heading(**{name: str(value[name]) for name in ("migration", "program", "made_at")})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("backup_foreign") from error


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError | EOFError | zlib.error):
        return "it ends too early or was changed"
    return str(error).strip().rstrip(".") or type(error).__name__


def _sync_folder(folder: Path) -> None:
    # the new name is on the disk only when the folder is
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
