"""How is a text in OpenStreetMap `opening_hours` syntax read (开放时间语法)?

The only file that knows the library `opening_hours` (opening-hours-py, Rust). It does the grammar and the arithmetic of
intervals; which of its readings can be relied on is decided in `rule_text.py`, holidays in `timeline.py`.
"""

from collections.abc import Iterator
from datetime import datetime

import opening_hours

from mapapp.errors import InvalidQuery

OPEN = "open"


class Reading:
    """A text as the library reads it, without any country: its own holidays for China lack the worked weekends."""

    __slots__ = ("_read",)

    def __init__(self, text: str) -> None:
        """Read the text; raise InvalidQuery `invalid_hours` (detail `syntax`), also where the library only warns."""
        try:
            self._read = opening_hours.OpeningHours(text)
        except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # missing in the stubs
            raise invalid_hours("syntax", str(error).strip().rpartition("\n")[2].strip(" =")) from None
        if self._read.warnings:
            raise invalid_hours("syntax", self._read.warnings[0])

    @property
    def canonical(self) -> str:
        """Return the text in the spelling of the library."""
        return str(self._read)

    def open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open intervals from `start` up to `end`, cut there; both in a ZoneInfo zone.

        Two intervals may touch where the comment changes.
        """
        for opens, closes, state, _ in self._read.intervals(start, end):
            if str(state) == OPEN:
                yield opens, (end if closes is None else min(closes, end))

    def comment_at(self, at: datetime) -> str:
        """Return the comment of the rule in force, "" without one."""
        return self._read.state(at)[1]


def invalid_hours(detail: str, value: str) -> InvalidQuery:
    """Return the error for a rule that cannot be taken, with the kind of fault and the words at fault."""
    return InvalidQuery("invalid_hours", field="hours", detail=detail, value=value)
