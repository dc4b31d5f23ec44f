"""Random rules of residents' offices, and what they mean by a plain reading of our own.

`Shape` is a rule as data. `Shape.text` writes it in `opening_hours` syntax for the product; `spans_on` and `expected`
read the data themselves, minute by minute, with the holidays of the package chinesecalendar: neither the library nor
the shipped calendar is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as worked_weekends
from hypothesis import strategies as st

from mapapp.hours.opening_hours import ZONE

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GRID_MINUTES = 5
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2026, 12, 31)

Spans = tuple[tuple[int, int], ...]  # minutes since midnight, end exclusive


@dataclass(frozen=True)
class Season:
    """Weekday hours of some months: from `first` to `last` (1..12), over the turn of the year if first > last."""

    first: int
    last: int
    weekdays: frozenset[int]
    spans: Spans

    def holds_in(self, month: int) -> bool:
        if self.first <= self.last:
            return self.first <= month <= self.last
        return month >= self.first or month <= self.last


@dataclass(frozen=True)
class Shape:
    """A rule as data. `holiday` None: the rule does not speak of holidays; () closes them."""

    week: Mapping[int, Spans]
    season: Season | None
    holiday: Spans | None
    dates: Mapping[date, Spans]

    @cached_property
    def text(self) -> str:
        parts = [f"{WEEKDAYS[day]} {written(spans)}" for day, spans in sorted(self.week.items())]
        if self.season is not None:
            months = f"{MONTHS[self.season.first - 1]}-{MONTHS[self.season.last - 1]}"
            days = ",".join(WEEKDAYS[day] for day in sorted(self.season.weekdays))
            parts.append(f"{months} {days} {written(self.season.spans)}")
        if self.holiday is not None:
            parts.append(f"PH {written(self.holiday)}")
        parts.extend(f"{day.year} {MONTHS[day.month - 1]} {day.day:02d} {written(s)}" for day, s in self.dates.items())
        return "; ".join(parts)

    def spans_on(self, day: date) -> Spans:
        if day in self.dates:
            return self.dates[day]
        weekday = day.weekday()
        if self.holiday is not None:
            if day in days_off:
                return self.holiday
            if day in worked_weekends:
                weekday = 0
        if self.season is not None and weekday in self.season.weekdays and self.season.holds_in(day.month):
            return self.season.spans
        return self.week.get(weekday, ())


@dataclass(frozen=True)
class Expected:
    """What the plain reading answers: open or not, and when that changes (None: not within 14 days)."""

    is_open: bool
    changes_at: datetime | None


def expected(shape: Shape, at: datetime) -> Expected:
    minute = at.hour * 60 + at.minute
    for start, end in merged(shape.spans_on(at.date())):
        if start <= minute < end:
            return Expected(True, end_of_open(shape, at.date(), end))
    for offset in range(15):
        day = at.date() + timedelta(days=offset)
        for start, _ in merged(shape.spans_on(day)):
            if offset or start > minute:
                return Expected(False, clock(day, start))
    return Expected(False, None)


def end_of_open(shape: Shape, day: date, end: int) -> datetime | None:
    for _ in range(14):
        if end < 1440:
            return clock(day, end)
        following = merged(shape.spans_on(day + timedelta(days=1)))
        if not following or following[0][0] > 0:
            return clock(day, end)
        day, end = day + timedelta(days=1), following[0][1]
    return None


def merged(spans: Spans) -> Spans:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def clock(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), ZONE) + timedelta(minutes=minute)


def written(spans: Spans) -> str:
    return ",".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans) or "off"


def some_spans(min_size: int = 0) -> st.SearchStrategy[Spans]:
    ticks = st.lists(st.integers(0, 1440 // GRID_MINUTES), min_size=2 * min_size, max_size=6, unique=True).map(sorted)
    return ticks.map(
        lambda row: tuple((a * GRID_MINUTES, b * GRID_MINUTES) for a, b in zip(row[::2], row[1::2], strict=False))
    )


seasons = st.builds(
    Season,
    first=st.integers(1, 12),
    last=st.integers(1, 12),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    spans=some_spans(),
)

days = st.dates(FIRST_DAY, LAST_DAY)
turns = st.sampled_from(sorted(day for day in {*days_off, *worked_weekends} if day.year >= FIRST_DAY.year))

shapes = st.builds(
    Shape,
    week=st.dictionaries(st.integers(0, 6), some_spans(1), min_size=1),
    season=st.none() | seasons,
    holiday=st.none() | st.just(()) | some_spans(),
    dates=st.dictionaries(days | turns, some_spans(), max_size=3),
)

# near a festival as often as not; 14 days before the end of what is announced, so that nothing is unknown
moments = st.builds(
    lambda day, minute: clock(min(day, LAST_DAY - timedelta(days=16)), minute), days | turns, st.integers(0, 1439)
)

# what a staff member, or somebody worse, might type
WORDS = "Mo Tu Fr Sa-Su Mo-Fr PH SH off closed open 24/7 week easter Jan Feb Dec 2026 1 30 [1] [-1] +1 day sunrise"
MARKS = "09:00 -12:00 09:00-12:00 22:00-02:00 00:00-24:00 -26:00 14:00+ /2 unknown || ; , - : 周一"
scraps = st.sampled_from([*WORDS.split(), *MARKS.split(), " ", "; ", ", ", '"', '"PH"', "\x00"])
texts = st.lists(scraps, max_size=12).map(" ".join) | st.lists(scraps, max_size=12).map("".join) | st.text(max_size=30)
