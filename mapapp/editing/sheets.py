"""Tables as files (表格文件): CSV in UTF-8 or GB18030 and XLSX, read row by row and written row by row.

The only file that knows openpyxl. What a spreadsheet would run as a formula is written as text with ' before it.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mapapp.errors import InvalidQuery

FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What the sheets of an XLSX may take when unpacked; the file itself is smaller by ten times or more.
MAX_UNPACKED = 400_000_000
# No row of ours is longer; a cell in column XFD must not make 16,384 empty ones.
MAX_COLUMNS = 100
_SNIFFED = 65_536

Row = tuple[int, Sequence[str]]


def rows_of(file: IO[bytes], name: str) -> Iterator[Row]:
    """Yield (line number from 1, cells as text) of a table; empty rows are left out.

    Raises InvalidQuery `unreadable_file` for what is neither CSV nor XLSX, also in the middle of it.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK"):
        return _xlsx_rows(file)
    if name.lower().endswith((".xlsx", ".xls")) or b"\x00" in start:
        raise InvalidQuery("unreadable_file", field="file")
    return _csv_rows(file)


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8 with a byte order mark, which spreadsheets need for Chinese."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in chain([columns], rows):
        writer.writerow([escaped(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(path: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write an XLSX file with one sheet; every text stays a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in chain([columns], rows):
        sheet.append([escaped(cell) for cell in row])
    book.save(path)


def escaped(cell: Any) -> Any:
    """Return a cell as it is written: a text that would be a formula gets ' before it, numbers stay numbers."""
    # a text that itself begins with ' gets one more, so that reading it takes away no sign too many
    if isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def _csv_rows(file: IO[bytes]) -> Iterator[Row]:
    start = file.read(_SNIFFED)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=_encoding(start), newline="", errors="strict")
    reader = csv.reader(text, strict=True)
    before = 0
    try:
        for cells in reader:
            # a quoted cell may go over several lines: the first one counts
            number, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield number, cells
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidQuery("unreadable_file", field="file", line=reader.line_num) from error
    finally:
        text.detach()


def _encoding(start: bytes) -> str:
    try:
        # the last character may be cut in two
        start[: start.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _xlsx_rows(file: IO[bytes]) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise InvalidQuery("file_too_large", field="file")
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
            texts = [_cell_text(cell) for cell in cells]
            while texts and not texts[-1].strip():
                texts.pop()
            if texts:
                yield number, texts
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise InvalidQuery("unreadable_file", field="file") from error


def _cell_text(cell: Any) -> str:
    """Return what a cell says as text: whole numbers without .0, dates as days, flags as yes and no."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
