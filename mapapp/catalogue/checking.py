"""What is wrong in a file (核对): every fault of every row at once, with file, line, field and a stable code.

A `Line` reads one row cell by cell. What it cannot read it writes down as a `Fault` and answers with nothing;
nobody stops at the first fault, and nobody uses a row that has one.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import OpeningHours

Known = TypeVar("Known")

MAX_BYTES = 20_000_000
MAX_TEXT = 200
MAX_REMARK = 2000
MAX_ITEMS = 100

# What a spreadsheet would run as a formula; an export puts ' before it.
_FORMULA = ("=", "+", "-", "@")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,29}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,12})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,5}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PHONE = re.compile(r"[0-9+()（）\-转 ;,/、]{3,50}", re.ASCII)
# Control characters (category Cc), and those that turn the direction of what follows: a name could look like another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FLAGS = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong. `line` counts from 1 (in GeoJSON: features), 0 is the whole file; `id` if known."""

    file: str
    line: int
    id: str
    field: str
    code: str
    value: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One row as its table holds it: key, columns, and in `parts` the lists that go into tables below it."""

    key: tuple[object, ...]
    values: Mapping[str, object]
    parts: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return a hash of all that the file says in this row."""
        said = repr((self.key, sorted(self.values.items()), sorted(self.parts.items())))
        return blake2b(said.encode(), digest_size=16).hexdigest()


@dataclass(kw_only=True)
class Line:
    """One row of a CSV file; each method reads one cell and writes down what is wrong with it."""

    file: str
    number: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)
    id: str = ""

    def fault(self, column: str, code: str, value: object = "") -> None:
        """Write down that the cell in `column` is wrong."""
        shown = "".join(letter for letter in str(value) if letter.isprintable())[:80]
        self.faults.append(Fault(file=self.file, line=self.number, id=self.id, field=column, code=code, value=shown))

    def text(self, column: str, *, limit: int = MAX_TEXT, required: bool = False) -> str:
        """Return the text of the cell without outer spaces and without the ' that an export put before a formula."""
        text = self.cells.get(column, "").strip()
        if text.startswith("'") and text.lstrip("'").startswith(_FORMULA):
            text = text[1:]
        elif text.startswith(_FORMULA):
            self.fault(column, "formula_cell", text)
        return self._checked(column, text, limit, required)

    def code(self, column: str, *, required: bool = True) -> str:
        """Return an id of letters, digits, `_`, `.` and `-`."""
        code = self.cells.get(column, "").strip()
        if not code and required:
            self.fault(column, "missing_value")
        elif code and not _CODE.fullmatch(code):
            self.fault(column, "invalid_id", code)
        return code

    def items(self, column: str) -> tuple[str, ...]:
        """Return the texts between the `;` of the cell, without empty ones; a doubled one is a fault."""
        items = tuple(item.strip() for item in self.text(column, limit=MAX_REMARK).split(";") if item.strip())
        if len(items) > MAX_ITEMS:
            self.fault(column, "too_many", len(items))
        for item in items:
            if len(item) > MAX_TEXT:
                self.fault(column, "too_long", item)
        if len(set(items)) < len(items):
            self.fault(column, "repeated_item", next(item for item in items if items.count(item) > 1))
        return items

    def one_of(self, column: str, known: Mapping[str, Known], code: str) -> Known | None:
        """Return what the cell stands for, by lower-case name; write down `code` for a name that is not known."""
        text = self.cells.get(column, "").strip()
        found = known.get(text.lower())
        if found is None:
            self.fault(column, code if text else "missing_value", text)
        return found

    def flag(self, column: str) -> bool:
        """Return whether the cell says `yes`; anything but `yes` and `no` is a fault."""
        return bool(self.one_of(column, _FLAGS, "not_yes_or_no"))

    def number_between(self, column: str, low: float, high: float) -> float | None:
        """Return the decimal number of the cell, None when it is empty or wrong."""
        text = self.cells.get(column, "").strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(column, "not_a_number", text)
            return None
        if not low <= float(text) <= high:
            self.fault(column, "out_of_range", text)
            return None
        return float(text)

    def whole(self, column: str) -> int | None:
        """Return the whole number of the cell, None when it is empty or wrong."""
        text = self.cells.get(column, "").strip()
        if text and not _WHOLE.fullmatch(text):
            self.fault(column, "not_a_number", text)
            return None
        return int(text) if text else None

    def day(self, column: str) -> date | None:
        """Return the day (YYYY-MM-DD) of the cell, None when it is empty or wrong."""
        text = self.cells.get(column, "").strip()
        try:
            if text and not _DAY.fullmatch(text):
                raise ValueError
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.fault(column, "not_a_date", text)
            return None

    def phone(self, column: str) -> str | None:
        """Return the telephone number of the cell as written, None when it is empty or wrong."""
        text = self.cells.get(column, "").strip().removeprefix("'")
        if text and not _PHONE.fullmatch(text):
            self.fault(column, "invalid_phone", text)
        return text or None

    def hours(self, column: str) -> str | None:
        """Return the opening hours of the cell as written, None when it is empty."""
        rule = self.cells.get(column, "").strip()
        if not rule:
            return None
        try:
            OpeningHours.parse(rule)
        except InvalidQuery as error:
            self.fault(column, error.code, rule)
        return rule

    def _checked(self, column: str, text: str, limit: int, required: bool) -> str:
        if required and not text:
            self.fault(column, "missing_value")
        if len(text) > limit:
            self.fault(column, "too_long", text)
        if _CONTROL.search(text):
            self.fault(column, "control_character", text)
        return text


def text_of(path: Path, faults: list[Fault]) -> str | None:
    """Return the text of a UTF-8 file, None (and a fault) when there is none."""
    code = ""
    try:
        if path.stat().st_size <= MAX_BYTES:
            return path.read_text(encoding="utf-8-sig")
        code = "file_too_large"
    except FileNotFoundError:
        code = "missing_file"
    except UnicodeDecodeError:
        code = "not_utf8"
    except OSError:
        code = "unreadable_file"
    faults.append(Fault(file=path.name, line=0, id="", field="", code=code))
    return None


def read_lines(path: Path, columns: Sequence[str], optional: Sequence[str], faults: list[Fault]) -> list[Line]:
    """Return the rows of a CSV file with a header; faults of the file as a whole, and of its rows' shape, are added."""
    text = text_of(path, faults)
    if text is None:
        return []
    heading = Line(file=path.name, number=1, cells={}, faults=faults)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(heading, header, columns, optional)
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            line = Line(file=path.name, number=number, cells=dict(zip(header, cells, strict=False)), faults=faults)
            if not cells:
                continue
            if len(cells) != len(header):
                line.fault("", "wrong_cell_count", len(cells))
            lines.append(line)
    except csv.Error as error:
        Line(file=path.name, number=reader.line_num, cells={}, faults=faults).fault("", "broken_csv", error)
    # with a wrong header the rows would only repeat that it is wrong
    return [] if any(fault.file == path.name and fault.line == 1 for fault in faults) else lines


def unique(lines: Sequence[Line], columns: Sequence[str]) -> list[Line]:
    """Return the lines without those whose key stands in an earlier one; each of these is a fault."""
    first: dict[tuple[str, ...], Line] = {}
    for line in lines:
        key = tuple(line.cells.get(column, "").strip() for column in columns)
        if any(key) and key in first:
            line.id = "/".join(key)
            line.fault(columns[0], "duplicate_id", f"{line.id}, line {first[key].number}")
        elif any(key):
            first[key] = line
    return [line for line in lines if not line.id]


def _check_header(heading: Line, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> None:
    for name in columns:
        if name not in header:
            heading.fault(name, "missing_column")
    for position, name in enumerate(header):
        if name not in columns and name not in optional:
            heading.fault(name, "unknown_column", name)
        elif name in header[:position]:
            heading.fault(name, "repeated_column", name)
