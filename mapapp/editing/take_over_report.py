"""What a file does, or would do (导入报告): added, changed, unchanged, rejected with a reason, and warnings."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, Generic, TypeVar

from mapapp.catalogue.fault_codes import MEANINGS
from mapapp.editing.changes import Difference
from mapapp.editing.columns import COLUMN_OF

Entry = TypeVar("Entry", str, dict[str, Any])
# Bytes of a list beyond which it is kept in a file.
_IN_MEMORY = 1_000_000


class Entries(Generic[Entry]):
    """What is told, in order. Long lists lie in a temporary file, so that they need no memory.

    An entry is what JSON can hold: an id, or a dict with one under `id`; those of one id come together.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed with the report)
        self._count = 0
        self._last_id = ""
        # how many different ids there are
        self.ids = 0

    def append(self, entry: Entry) -> None:
        """Add an entry."""
        row_id = entry["id"] if isinstance(entry, dict) else entry
        if not self._count or row_id != self._last_id:
            self.ids, self._last_id = self.ids + 1, str(row_id)
        self._count += 1
        self._file.seek(0, SEEK_END)
        self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")

    def extend(self, entries: Iterable[Entry]) -> None:
        """Add several entries."""
        for entry in entries:
            self.append(entry)

    def first(self, most: int) -> list[Entry]:
        """Return the first entries."""
        return list(islice(self, most))

    def __len__(self) -> int:
        return self._count

    def __del__(self) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Entry]:
        self._file.seek(0)
        # nothing may be added meanwhile
        for line in self._file:
            yield json.loads(line)


@dataclass(kw_only=True)
class TakeOver:
    """What a file does: ids added, fields changed, rows unchanged, faults that reject a row, and warnings."""

    added: Entries[str] = field(default_factory=Entries)
    changed: Entries[dict[str, Any]] = field(default_factory=Entries)
    unchanged: int = 0
    rejected: Entries[dict[str, Any]] = field(default_factory=Entries)
    warnings: Entries[dict[str, Any]] = field(default_factory=Entries)
    revision: int | None = None
    as_drafts: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the report as it is fixed by the interface, all of it in memory."""
        return {name: list(part) if isinstance(part, Entries) else part for name, part in self._parts().items()}

    def json_pieces(self) -> Iterator[str]:
        """Yield the JSON text of the report, piece by piece."""
        for place, (name, part) in enumerate(self._parts().items()):
            yield (",\n" if place else "{") + json.dumps(name) + ": "
            if isinstance(part, Entries):
                for number, entry in enumerate(part):
                    yield (",\n  " if number else "[\n  ") + json.dumps(entry, ensure_ascii=False)
                yield "]" if len(part) else "[]"
            else:
                yield str(part)
        yield "}\n"

    def _parts(self) -> dict[str, Entries[Any] | int]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "warnings": self.warnings,
        }


def fields_told(row_id: str, each: Difference) -> list[dict[str, Any]]:
    """Return what a difference says of each column of a file."""
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


def told(line: int, row_id: str, column: str, code: str, value: str) -> dict[str, Any]:
    """Return a fault or a warning about a row; `line` 0 is the whole file."""
    reason = MEANINGS.get(code, code)
    return {
        "line": line,
        "id": row_id,
        "field": column,
        "code": code,
        "reason": f"{reason}: {value}" if value else reason,
    }
