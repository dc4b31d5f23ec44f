"""Lists of entries in a form (多条录入): closures and announcements, as many as there are and one more."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask import request

from mapapp.catalogue.checking import Line
from mapapp.hours.opening_hours import ZONE

MOST = 50


def entry_numbers() -> list[int]:
    """Return the numbers of the entries that a form holds and that are not to be taken out."""
    count = min(int(request.form.get("entries", "0") or 0) if request.form.get("entries", "").isdecimal() else 0, MOST)
    return [number for number in range(count) if f"remove_{number}" not in request.form]


def is_empty(line: Line, number: int, columns: tuple[str, ...]) -> bool:
    """Return whether nothing was typed in an entry."""
    return not any(line.cells.get(f"{column}_{number}", "").strip() for column in columns)


def moment_in(line: Line, column: str, number: int, *, required: bool) -> datetime | None:
    """Return the moment of the fields `<column>_day_<n>` and `<column>_time_<n>`; midnight without a time."""
    day_field, time_field = f"{column}_day_{number}", f"{column}_time_{number}"
    day = line.day(day_field)
    if day is None:
        if required and not line.cells.get(day_field, "").strip():
            line.fault(day_field, "missing_value")
        return None
    text = line.cells.get(time_field, "").strip()
    try:
        moment = time.fromisoformat(text) if text else time()
    except ValueError:
        line.fault(time_field, "not_a_time", text)
        return None
    return datetime.combine(day, moment.replace(tzinfo=None), ZONE)


def day_in(line: Line, column: str, number: int) -> date | None:
    """Return the day of a field that must have one."""
    name = f"{column}_{number}"
    if not line.cells.get(name, "").strip():
        line.fault(name, "missing_value")
    return line.day(name)


def moment_cells(column: str, number: int, text: str | None) -> Mapping[str, Any]:
    """Return what the fields of a moment show."""
    return {f"{column}_day_{number}": (text or "")[:10], f"{column}_time_{number}": (text or "")[11:16]}
