"""What is answered about a moment or a day: open until when, closed why, or not known (开放状态)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from mapapp.errors import InvalidQuery

ZONE = ZoneInfo("Asia/Shanghai")


class State(StrEnum):
    """Whether a point is open at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a point is not open, or why that is not known."""

    OUTSIDE_HOURS = "outside_hours"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    CALENDAR_NOT_ANNOUNCED = "calendar_not_announced"
    HOURS_UNKNOWN = "hours_unknown"


class ReasonDetail(StrEnum):
    """Which kind of closed: between two spans, before the first, after the last, or a day without any."""

    LUNCH = "lunch"
    BEFORE_HOURS = "before_hours"
    AFTER_HOURS = "after_hours"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closure:
    """A time when a point is shut whatever its hours say (临时停办): from `starts` up to, not including, `ends`.

    `ends` None means until further notice. Both are aware; raises InvalidQuery `naive_time` or `ends_before_start`.
    """

    starts: datetime
    ends: datetime | None
    reason_zh: str
    reason_en: str = ""

    def __post_init__(self) -> None:
        if self.starts.utcoffset() is None or (self.ends is not None and self.ends.utcoffset() is None):
            raise InvalidQuery("naive_time", field="closure")
        if self.ends is not None and self.ends <= self.starts:
            raise InvalidQuery("ends_before_start", field="closure")


@dataclass(frozen=True, slots=True)
class Why:
    """Why something is not open: reason, kind, and the name of the holiday or the text of the closure."""

    reason: Reason | None
    detail: ReasonDetail | None = None
    zh: str | None = None
    en: str | None = None

    @classmethod
    def of_closure(cls, closure: Closure) -> "Why":
        """Return that this closure is why."""
        return cls(Reason.CLOSURE, ReasonDetail.CLOSURE, closure.reason_zh or None, closure.reason_en or None)


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A time of one day when a point is open: `start` is in it, `end` is not; midnight at the end is time(0, 0)."""

    start: time
    end: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Whether a point is open at a moment, and what comes next.

    `until` is when an open point stops being surely open (None: not within 14 days). `opens_at` is the first certain
    opening after a moment that is not open (None: none within 14 days). The texts name the holiday or the closure.
    `calendar_unknown` says that the answer rests on a day whose year has no holiday notice yet.
    """

    state: State
    until: datetime | None = None
    opens_at: datetime | None = None
    reason: Reason | None = None
    reason_detail: ReasonDetail | None = None
    reason_zh: str | None = None
    reason_en: str | None = None
    calendar_unknown: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether the point is surely open."""
        return self.state is State.OPEN

    @property
    def changes_at(self) -> datetime | None:
        """Return when the state next changes as far as it is known: `until` or `opens_at`."""
        return self.until if self.is_open else self.opens_at


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySpans:
    """When a point is open on one day, closures and holidays taken off. `swapped` marks a worked weekend day (调休).

    `reason` is None on a day whose ordinary hours hold; the texts name the holiday, the closure or the swapped day.
    """

    day: date
    spans: tuple[OpenSpan, ...]
    reason: Reason | None = None
    reason_zh: str | None = None
    reason_en: str | None = None
    calendar_unknown: bool = False
    swapped: bool = False
