"""Which days are off and which weekends are worked (工作日历, 节假日与调休)?

The facts come from the yearly holiday notice of the State Council (国务院办公厅关于部分节假日安排的通知).
A year without its notice is not guessed: `is_known` is false there.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from mapapp.errors import InvalidQuery

COLUMNS = ("day", "kind", "name_zh", "name_en", "follows", "source")
MONDAY = 0


class DayKind(StrEnum):
    """What the notice makes of a day: a day off, or a weekend day that is worked (调休上班)."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """One day of a notice. `follows` is the weekday (0 Monday .. 6 Sunday) whose hours a worked weekend day keeps."""

    day: date
    kind: DayKind
    name_zh: str
    name_en: str
    follows: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.follows is not None and (self.kind is DayKind.HOLIDAY or not 0 <= self.follows <= 6):
            raise InvalidQuery("invalid_follows", field="follows", value=self.follows)

    @property
    def followed_weekday(self) -> int:
        """Return the weekday whose hours this worked day keeps: the one the notice names, else Monday."""
        return MONDAY if self.follows is None else self.follows


class WorkCalendar:
    """The days of all known notices, immutable. Equal content is equal and hashes alike.

    A year counts as announced when 1 January, 1 May and 1 October all stand in the calendar: every notice has them,
    and a single day that staff enter ahead of the notice must not make a whole year look known.
    """

    __slots__ = ("_by_day", "_years", "days", "digest")

    def __init__(self, days: tuple[CalendarDay, ...], digest: str) -> None:
        self.days = days
        self.digest = digest
        self._by_day: Mapping[date, CalendarDay] = MappingProxyType({row.day: row for row in days})
        self._years = frozenset(year for year in {row.day.year for row in days} if self._is_announced(year))

    @classmethod
    def of(cls, days: Iterable[CalendarDay]) -> "WorkCalendar":
        """Return the calendar of these days, in any order; raise InvalidQuery `duplicate_day`."""
        ordered = tuple(sorted(days, key=lambda row: row.day))
        for earlier, later in pairwise(ordered):
            if earlier.day == later.day:
                raise InvalidQuery("duplicate_day", field="day", value=later.day.isoformat())
        return cls(ordered, hashlib.sha256(repr([_cells(row) for row in ordered]).encode()).hexdigest())

    def _is_announced(self, year: int) -> bool:
        return all(date(year, month, 1) in self._by_day for month in (1, 5, 10))

    def day(self, day: date) -> CalendarDay | None:
        """Return what the notices say about this day, None for an ordinary one."""
        return self._by_day.get(day)

    def between(self, first: date, last: date) -> tuple[CalendarDay, ...]:
        """Return the days of the notices from `first` to `last`, both included, in order."""
        return tuple(row for row in self.days if first <= row.day <= last)

    def is_known(self, day: date) -> bool:
        """Return whether it is settled if this day is off: its year is announced, or the day itself is entered."""
        return day.year in self._years or day in self._by_day

    @property
    def first_known(self) -> date | None:
        """Return 1 January of the first announced year, None without any."""
        return date(min(self._years), 1, 1) if self._years else None

    @property
    def last_known(self) -> date | None:
        """Return 31 December of the last announced year, None without any."""
        return date(max(self._years), 12, 31) if self._years else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkCalendar) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"WorkCalendar({len(self.days)} days, {self.first_known} to {self.last_known})"


# Longest block of 2020-2026 round each holiday of fixed date, and the day before it: the notices never took more.
_FIXED_BLOCKS = (((12, 31), (12, 31)), ((1, 1), (1, 3)), ((4, 30), (5, 5)), ((9, 30), (10, 7)))


def is_beside_fixed_holiday(day: date) -> bool:
    """Return whether the day is 1 January, 1 May, 1 October or so near that a notice may move it.

    These are 31 December to 3 January, 30 April to 5 May and 30 September to 7 October: from the day before the
    holiday to the last day that the notices of 2020 to 2026 gave it when no lunar festival joined it.
    """
    return any(first <= (day.month, day.day) <= last for first, last in _FIXED_BLOCKS)


def holiday_blocks(days: Iterable[CalendarDay]) -> tuple[tuple[date, date], ...]:
    """Return the runs of consecutive days off among `days` (in order) as (first, last)."""
    blocks: list[tuple[date, date]] = []
    for row in days:
        if row.kind is not DayKind.HOLIDAY:
            continue
        if blocks and row.day - blocks[-1][1] == timedelta(days=1):
            blocks[-1] = (blocks[-1][0], row.day)
        else:
            blocks.append((row.day, row.day))
    return tuple(blocks)


def calendar_day(row: Mapping[str, str | None]) -> CalendarDay:
    """Return the day that one row of `work_calendar.csv` describes; raise InvalidQuery naming the field at fault."""
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError:
        raise InvalidQuery("not_a_date", field="day", value=cells["day"]) from None
    try:
        kind = DayKind(cells["kind"])
    except ValueError:
        raise InvalidQuery("unknown_kind", field="kind", value=cells["kind"]) from None
    if not cells["name_zh"]:
        raise InvalidQuery("missing_value", field="name_zh")
    if cells["follows"] not in {"", "0", "1", "2", "3", "4", "5", "6"}:
        raise InvalidQuery("invalid_follows", field="follows", value=cells["follows"])
    follows = int(cells["follows"]) if cells["follows"] else None
    return CalendarDay(
        day=day,
        kind=kind,
        name_zh=cells["name_zh"],
        name_en=cells["name_en"],
        follows=follows,
        source=cells["source"],
    )


def read_work_calendar(lines: Iterable[str]) -> WorkCalendar:
    """Return the calendar written in CSV `lines` with the header `COLUMNS`; raise InvalidQuery at the first bad row."""
    return WorkCalendar.of(calendar_day(row) for row in csv.DictReader(lines))


def _cells(row: CalendarDay) -> tuple[str, ...]:
    return (row.day.isoformat(), row.kind, row.name_zh, row.name_en, str(row.follows), row.source)
