"""When is a point open, until when, and if not, why (开放时间)?

`OpeningHours` is a rule by itself; `Schedule` is a rule with the work calendar and the closures that beat it.
"""

from bisect import bisect_right
from datetime import date, datetime
from functools import lru_cache

from mapapp.errors import InvalidQuery
from mapapp.hours.status import ZONE, Closure, DaySpans, OpenSpan, Reason, ReasonDetail, State, Status, Why
from mapapp.hours.timeline import DAYS_KEPT, ONE_DAY, Piece, RuleSet, Timeline, cut_by_closures, midnight
from mapapp.hours.work_calendar import DayKind, WorkCalendar

__all__ = [
    "ZONE",
    "Closure",
    "DaySpans",
    "OpenSpan",
    "OpeningHours",
    "Reason",
    "ReasonDetail",
    "Schedule",
    "State",
    "Status",
]

LOOK_AHEAD_DAYS = 14


class OpeningHours:
    """A rule in OpenStreetMap `opening_hours` syntax, checked when it was parsed."""

    __slots__ = ("rule", "rules")

    def __init__(self, rules: RuleSet) -> None:
        self.rule = rules.text
        self.rules = rules

    @classmethod
    def parse(cls, rule: str) -> "OpeningHours":
        """Return the rule, read; raise InvalidQuery `invalid_hours` (values `detail` and `value`).

        Refused is what cannot be parsed and what would be silently ignored or guessed: `rule_text.py` lists it.
        """
        return _parsed(rule)

    @property
    def minds_calendar(self) -> bool:
        """Return whether holidays and worked weekends change these hours, that is, whether the rule says `PH`."""
        return self.rules.minds_calendar

    def week(self, around: date | None = None) -> tuple[tuple[OpenSpan, ...], ...]:
        """Return the spans of the ordinary week, Monday first, without holidays and closed dates.

        With `around` the season of that week counts; without it, the hours that hold all year.
        """
        return tuple(_spans(pieces) for pieces in self.rules.ordinary_week(around))


class Schedule:
    """When a point is open: its rule, the work calendar and its closures. Immutable but for its cache; thread-safe.

    Each day is worked out once, as a row of stretches with one Status each, so asking again is a look-up.
    """

    def __init__(self, hours: OpeningHours | None, calendar: WorkCalendar, closures: tuple[Closure, ...]) -> None:
        self.hours = hours
        self.calendar = calendar
        self.closures = closures
        self._timeline = None if hours is None else _timeline(hours.rule, calendar)
        self._stretches_on = lru_cache(maxsize=DAYS_KEPT)(self._cut)
        self._answers_on = lru_cache(maxsize=DAYS_KEPT)(self._answers)

    @classmethod
    def of(cls, rule: str | None, calendar: WorkCalendar, closures: tuple[Closure, ...] = ()) -> "Schedule":
        """Return the schedule of a rule (None: hours not known); the same object for equal arguments.

        Where closures overlap, the first in the tuple gives the reason. Raises InvalidQuery `invalid_hours`.
        """
        return _schedule(rule, calendar, closures)

    def status_at(self, at: datetime) -> Status:
        """Return whether it is open at an aware time: at the start of a span yes, at its end no longer.

        Raises InvalidQuery `naive_time`, or `time_out_of_range` outside the years 1901 to 2198.
        """
        local = _local(at)
        starts, statuses = self._answers_on(local.date())
        return statuses[bisect_right(starts, local) - 1]

    def spans_on(self, day: date) -> DaySpans:
        """Return when it is open on a day, with what the calendar and the closures make of that day.

        A span that runs past midnight is cut there; its rest belongs to the next day.
        """
        stretches = self._stretches_on(day)
        spans = _spans(tuple(row for row in stretches if row.state is State.OPEN))
        entry = self._timeline.entry(day) if self._timeline else None
        why = self._why_on(day, stretches, spans)
        return DaySpans(
            day=day,
            spans=spans,
            reason=why.reason,
            reason_zh=why.zh,
            reason_en=why.en,
            calendar_unknown=self._timeline is not None and not self._timeline.is_known(day),
            swapped=entry is not None and entry.kind is DayKind.WORKDAY,
        )

    def _cut(self, day: date) -> tuple[Piece, ...]:
        if self._timeline is None:
            pieces: tuple[Piece, ...] = (Piece(midnight(day), midnight(day + ONE_DAY), State.UNKNOWN),)
        else:
            pieces = self._timeline.pieces_on(day)
        return cut_by_closures(day, pieces, self.closures)

    def _answers(self, day: date) -> tuple[tuple[datetime, ...], tuple[Status, ...]]:
        stretches = self._stretches_on(day)
        return tuple(row.start for row in stretches), tuple(self._status(day, row) for row in stretches)

    def _status(self, day: date, stretch: Piece) -> Status:
        if stretch.state is State.OPEN:
            until = self._end_of_open(day, stretch)
            return Status(state=State.OPEN, until=until, calendar_unknown=not self._is_settled(day))
        opens_at, calendar_unknown = self._next_opening(day, stretch.end)
        why = self._why(day, stretch)
        return Status(
            state=stretch.state,
            opens_at=opens_at,
            reason=why.reason,
            reason_detail=why.detail,
            reason_zh=why.zh,
            reason_en=why.en,
            calendar_unknown=calendar_unknown,
        )

    def _end_of_open(self, day: date, stretch: Piece) -> datetime | None:
        end = stretch.end
        for _ in range(LOOK_AHEAD_DAYS):
            day += ONE_DAY
            if end < midnight(day):
                return end
            following = self._stretches_on(day)[0]
            if following.state is not State.OPEN:
                return end
            end = following.end
        return None

    def _next_opening(self, day: date, after: datetime) -> tuple[datetime | None, bool]:
        """Return the first certain opening from `after` on, and whether a day on the way is not settled."""
        passed_unsettled = False
        for _ in range(LOOK_AHEAD_DAYS + 1):
            passed_unsettled = passed_unsettled or not self._is_settled(day)
            for row in self._stretches_on(day):
                if row.state is State.OPEN and row.start >= after:
                    return row.start, passed_unsettled
            day += ONE_DAY
        return None, passed_unsettled

    def _is_settled(self, day: date) -> bool:
        if self._timeline is None or self._timeline.is_known(day):
            return True
        return all(row.closure is not None for row in self._stretches_on(day))

    def _why(self, day: date, stretch: Piece) -> Why:
        if stretch.closure is not None:
            return Why.of_closure(stretch.closure)
        if self._timeline is None:
            return Why(Reason.HOURS_UNKNOWN)
        if stretch.state is State.UNKNOWN:
            return Why(Reason.CALENDAR_NOT_ANNOUNCED)
        own = self._timeline.own_pieces_on(day)
        if not own:
            return self._timeline.why_closed_on(day)
        left = [row for row in self._stretches_on(day) if row.state is State.OPEN and row.start >= own[0].start]
        opens = left or own  # closures may have taken every span; then the hours themselves say which time of day it is
        earlier = any(row.end <= stretch.start for row in opens)
        later = any(row.start >= stretch.end for row in opens)
        if earlier and later:
            return Why(Reason.OUTSIDE_HOURS, ReasonDetail.LUNCH)
        return Why(Reason.OUTSIDE_HOURS, ReasonDetail.BEFORE_HOURS if later else ReasonDetail.AFTER_HOURS)

    def _why_on(self, day: date, stretches: tuple[Piece, ...], spans: tuple[OpenSpan, ...]) -> Why:
        for row in stretches:
            if row.closure is not None or row.state is State.UNKNOWN:
                return self._why(day, row)
        entry = self._timeline.entry(day) if self._timeline else None
        if entry is not None:
            reason = Reason.HOLIDAY if entry.kind is DayKind.HOLIDAY else None
            return Why(reason, None, entry.name_zh, entry.name_en or None)
        if spans or self._timeline is None:
            return Why(None)
        return self._timeline.why_closed_on(day)


def _local(at: datetime) -> datetime:
    # the library and the caches want one zone object; a fixed offset (+08:00) is a TypeError to the library
    if at.utcoffset() is None:
        raise InvalidQuery("naive_time", field="at")
    try:
        return at.astimezone(ZONE)
    except OverflowError:
        raise InvalidQuery("time_out_of_range", field="at", value=at.isoformat()) from None


def _spans(pieces: tuple[Piece, ...]) -> tuple[OpenSpan, ...]:
    return tuple(OpenSpan(piece.start.time(), piece.end.time()) for piece in pieces)


@lru_cache(maxsize=1024)
def _parsed(rule: str) -> OpeningHours:
    return OpeningHours(RuleSet(rule))


@lru_cache(maxsize=256)
def _timeline(rule: str, calendar: WorkCalendar) -> Timeline:
    return Timeline(_parsed(rule).rules, calendar)


@lru_cache(maxsize=1024)
def _schedule(rule: str | None, calendar: WorkCalendar, closures: tuple[Closure, ...]) -> Schedule:
    return Schedule(None if rule is None else _parsed(rule), calendar, closures)
