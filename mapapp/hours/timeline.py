"""When does one rule open on one day, by the weekly hours and the work calendar, closures left aside?

The library behind `grammar.py` does the arithmetic of the rules. It knows no Chinese work calendar, so each `PH x`
becomes `x` on the dates of the calendar, in the place where it stood, and each worked weekend day gets, last of all,
the hours of the weekday it follows.

Only rules that speak of `PH` mind the calendar; any other rule gets neither holidays nor worked weekends.
A span past midnight ends at midnight where a later rule (a holiday, a dated exception) governs the next day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise

from mapapp.errors import InvalidQuery
from mapapp.hours.grammar import Reading
from mapapp.hours.rule_text import Rule, exchanged, rules_of
from mapapp.hours.status import ZONE, Closure, Reason, ReasonDetail, State, Why
from mapapp.hours.work_calendar import CalendarDay, DayKind, WorkCalendar, holiday_blocks, is_beside_fixed_holiday

ONE_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1901, 2198  # the library answers nonsense before 1900; nobody asks for later years
DAYS_KEPT = 400
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFERENCE_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one day, from `start` up to `end`, in one state; `closure` is the one that shuts it, if any."""

    start: datetime
    end: datetime
    state: State = State.OPEN
    closure: Closure | None = None


def midnight(day: date) -> datetime:
    """Return the first moment of the day."""
    return datetime.combine(day, time(), ZONE)


class RuleSet:
    """The rules of one text, checked, with what they say of a day when no calendar is minded."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rules: tuple[Rule, ...] = rules_of(text)
        self.minds_calendar = any(rule.holiday is not None for rule in self.rules)

    @cached_property
    def plain(self) -> str:
        """The text without what it says of days off."""
        return _joined([rule.text for rule in self.rules])

    @cached_property
    def ordinary(self) -> Reading:
        """The rules without days off and without closed dates: what a weekday has by itself."""
        return Reading(_joined([rule.text for rule in self.rules if not rule.is_exception]))

    @cached_property
    def weekly(self) -> Reading:
        """The rules that hold all year; all ordinary ones when there is no such rule."""
        lasting = [rule.text for rule in self.rules if rule.text and not rule.is_seasonal]
        return Reading(_joined(lasting)) if lasting else self.ordinary

    def ordinary_week(self, around: date | None) -> tuple[tuple[Piece, ...], ...]:
        """Return the pieces of the seven days, Monday first, of the week round a day; None: outside any season."""
        reading = self.weekly if around is None else self.ordinary
        monday = _REFERENCE_MONDAY if around is None else around - timedelta(days=around.weekday())
        return tuple(_pieces(reading, monday + timedelta(days=step)) for step in range(7))

    def opens_ordinarily(self, day: date, weekday: int) -> bool:
        """Return whether the rules open on this day, were it that weekday, were there no exceptions."""
        reading = self.ordinary
        if weekday != day.weekday():
            text = _joined([rule.text for rule in self.rules if not rule.is_exception])
            reading = Reading(exchanged(text, weekday, day.weekday()))
        return bool(_begun_on(day, _pieces(reading, day), _pieces(reading, day - ONE_DAY)))


class Timeline:
    """What one set of rules with one calendar says of each day. Immutable but for its cache; safe across threads."""

    def __init__(self, rules: RuleSet, calendar: WorkCalendar) -> None:
        self.rules = rules
        self.calendar = calendar
        self._by_year = lru_cache(maxsize=8)(self._reading_for_year)
        self._by_day = lru_cache(maxsize=DAYS_KEPT)(self._pieces_on)

    def pieces_on(self, day: date) -> tuple[Piece, ...]:
        """Return the open pieces of the day in order, apart from each other.

        A day near a holiday of fixed date in a year not announced is one unknown piece, unless the rule opens alike
        whatever the notice will say. Raises InvalidQuery `time_out_of_range` outside the years 1901 to 2198.
        """
        return self._by_day(day)

    def own_pieces_on(self, day: date) -> tuple[Piece, ...]:
        """Return the pieces of the day without the one that began on the day before."""
        return _begun_on(day, self.pieces_on(day), self.pieces_on(day - ONE_DAY))

    def entry(self, day: date) -> CalendarDay | None:
        """Return what the calendar says of the day, if the rules mind it."""
        return self.calendar.day(day) if self.rules.minds_calendar else None

    def is_known(self, day: date) -> bool:
        """Return whether the calendar is settled for the day, or does not matter to these rules."""
        return not self.rules.minds_calendar or self.calendar.is_known(day)

    def why_closed_on(self, day: date) -> Why:
        """Return why a day has no hours of its own: a holiday, its weekday, or a date that the rule itself closes.

        A week out of season has no detail. The comment of a rule that closes a date is its text.
        """
        entry = self.entry(day)
        if entry is not None and entry.kind is DayKind.HOLIDAY:
            return Why(Reason.HOLIDAY, ReasonDetail.HOLIDAY, entry.name_zh, entry.name_en or None)
        weekday = day.weekday() if entry is None else entry.followed_weekday
        if not self.rules.opens_ordinarily(day, weekday):
            in_season = any(self.rules.ordinary_week(day))
            return Why(Reason.OUTSIDE_HOURS, ReasonDetail.WEEKEND if in_season else None)
        comment = self._by_year(day.year).comment_at(midnight(day) + timedelta(hours=12))
        return Why(Reason.CLOSURE, ReasonDetail.CLOSURE, comment or None)

    def _pieces_on(self, day: date) -> tuple[Piece, ...]:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise InvalidQuery("time_out_of_range", field="at", value=day.isoformat())
        pieces = _pieces(self._by_year(day.year), day)
        if self.is_known(day) or not is_beside_fixed_holiday(day):
            return pieces
        if all(Timeline(self.rules, notice).pieces_on(day) == pieces for notice in _notices_to_come(day)):
            return pieces
        return (Piece(midnight(day), midnight(day + ONE_DAY), State.UNKNOWN),)

    def _reading_for_year(self, year: int) -> Reading:
        if not self.rules.minds_calendar:
            return Reading(self.rules.plain)
        days = self.calendar.between(date(year, 1, 1), date(year, 12, 31))
        blocks = holiday_blocks(days)
        parts: list[str] = []
        for rule in self.rules.rules:
            parts.append(rule.text)
            if rule.holiday is not None:
                parts.extend(f"{_written(first)}-{_written(last)} {rule.holiday}" for first, last in blocks)
        parts.extend(self._swapped(row) for row in days if row.kind is DayKind.WORKDAY)
        return Reading(_joined(parts))

    def _swapped(self, row: CalendarDay) -> str:
        weekday = row.day.weekday()
        reading = Reading(exchanged(self.rules.plain, row.followed_weekday, weekday))
        # this rule stands last, so its night would run on into a holiday that closes any other night at midnight
        following = self.calendar.day(row.day + ONE_DAY)
        night = timedelta() if following is not None and following.kind is DayKind.HOLIDAY else timedelta(hours=12)
        start, limit = midnight(row.day), midnight(row.day + ONE_DAY) + night
        spans = [
            f"{_clock(opens - start)}-{_clock(closes - start)}"
            for opens, closes in reading.open_between(start, limit)
            if opens < start + ONE_DAY
        ]
        return f"{_written(row.day)} {','.join(spans) or 'closed'}"


def _notices_to_come(day: date) -> Iterator[WorkCalendar]:
    for kind in DayKind:
        if kind is DayKind.HOLIDAY or day.weekday() >= 5:
            yield WorkCalendar.of([CalendarDay(day=day, kind=kind, name_zh="", name_en="")])


def _joined(parts: list[str]) -> str:
    return "; ".join(part for part in parts if part) or "closed"


def _written(day: date) -> str:
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day:02d}"


def _clock(since_midnight: timedelta) -> str:
    hours, minutes = divmod(int(since_midnight.total_seconds()) // 60, 60)
    return f"{hours:02d}:{minutes:02d}"


def _pieces(reading: Reading, day: date) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for opens, closes in reading.open_between(midnight(day), midnight(day + ONE_DAY)):
        if pieces and pieces[-1].end == opens:
            pieces[-1] = Piece(pieces[-1].start, closes)
        else:
            pieces.append(Piece(opens, closes))
    return tuple(pieces)


def _begun_on(day: date, pieces: tuple[Piece, ...], eve: tuple[Piece, ...]) -> tuple[Piece, ...]:
    runs_on = bool(pieces and eve) and pieces[0].start == eve[-1].end == midnight(day)
    return pieces[1:] if runs_on else pieces


def cut_by_closures(day: date, pieces: tuple[Piece, ...], closures: tuple[Closure, ...]) -> tuple[Piece, ...]:
    """Return the stretches that fill the day from midnight to midnight: pieces, closures over them, closed between.

    Where closures overlap, the first in the tuple is the one named.
    """
    start, end = midnight(day), midnight(day + ONE_DAY)
    shut = [row for row in closures if row.starts < end and (row.ends is None or row.ends > start)]
    edges = {start, end, *(piece.start for piece in pieces), *(piece.end for piece in pieces)}
    for closure in shut:
        edges.add(max(start, closure.starts.astimezone(ZONE)))
        edges.add(end if closure.ends is None else min(end, closure.ends.astimezone(ZONE)))
    ordered = sorted(edges)
    stretches: list[Piece] = []
    for left, right in pairwise(ordered):
        over = next((row for row in shut if row.starts <= left and (row.ends is None or left < row.ends)), None)
        below = next((piece.state for piece in pieces if piece.start <= left < piece.end), State.CLOSED)
        state = below if over is None else State.CLOSED
        if stretches and (stretches[-1].state, stretches[-1].closure) == (state, over):
            left = stretches.pop().start
        stretches.append(Piece(left, right, state, over))
    return tuple(stretches)
