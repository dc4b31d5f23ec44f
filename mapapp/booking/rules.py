"""Under which rules is a booking taken (预约规则)? Those of the district, but for what staff set for one point."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta

from mapapp.errors import InvalidQuery
from mapapp.settings import Settings

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingRules:
    """The rules of one point. Raises InvalidQuery `invalid_booking_rule` naming the field that makes no sense.

    `first_day` and `last_day` count working days from today, 0 being today; after `closes_at` today counts as over.
    `weekday_capacity` replaces `capacity` by weekday, Monday 0.
    """

    slot_minutes: int = 30
    capacity: int = 3
    weekday_capacity: Mapping[int, int] | None = None
    first_day: int = 1
    last_day: int = 10
    closes_at: time = time(17, 0)
    active_limit: int = 2
    matter_day_limit: int = 1
    change_until_minutes: int = 120
    early_minutes: int = 15
    late_minutes: int = 15
    no_shows: int = 3
    no_show_days: int = 90
    pause_days: int = 30
    hold_minutes: int = 5
    offer_minutes: int = 30
    matters_per_slot: int = 2

    def __post_init__(self) -> None:
        at_least_one = ("slot_minutes", "active_limit", "matter_day_limit", "no_shows", "matters_per_slot")
        for name in (*at_least_one, "hold_minutes", "offer_minutes"):
            if getattr(self, name) < 1:
                raise InvalidQuery("invalid_booking_rule", field=name, value=getattr(self, name))
        for name in ("capacity", "first_day", "change_until_minutes", "early_minutes", "late_minutes", "pause_days"):
            if getattr(self, name) < 0:
                raise InvalidQuery("invalid_booking_rule", field=name, value=getattr(self, name))
        if self.slot_minutes > MINUTES_OF_A_DAY:
            raise InvalidQuery("invalid_booking_rule", field="slot_minutes", value=self.slot_minutes)
        if self.last_day < self.first_day:
            raise InvalidQuery("invalid_booking_rule", field="last_day", value=self.last_day)
        if any(not 0 <= day <= 6 or seats < 0 for day, seats in (self.weekday_capacity or {}).items()):
            raise InvalidQuery("invalid_booking_rule", field="weekday_capacity")

    @property
    def length(self) -> timedelta:
        """Return how long one slot is."""
        return timedelta(minutes=self.slot_minutes)

    def capacity_on(self, weekday: int) -> int:
        """Return how many seats a slot of that weekday (Monday 0) has."""
        return (self.weekday_capacity or {}).get(weekday, self.capacity)

    def slots_for(self, matters: int) -> int:
        """Return how many consecutive slots a visit with so many matters takes."""
        return -(-max(matters, 1) // self.matters_per_slot)


def district_rules(settings: Settings) -> BookingRules:
    """Return the rules of the whole district; raise InvalidQuery `invalid_booking_rule`."""
    return BookingRules(
        slot_minutes=settings.booking_slot_minutes,
        capacity=settings.booking_capacity,
        first_day=settings.booking_first_day,
        last_day=settings.booking_last_day,
        closes_at=clock_time(settings.booking_closes_at, "closes_at"),
        active_limit=settings.booking_active_limit,
        matter_day_limit=settings.booking_matter_day_limit,
        change_until_minutes=settings.booking_change_until_minutes,
        early_minutes=settings.booking_early_minutes,
        late_minutes=settings.booking_late_minutes,
        no_shows=settings.booking_no_shows,
        no_show_days=settings.booking_no_show_days,
        pause_days=settings.booking_pause_days,
        hold_minutes=settings.booking_hold_minutes,
        offer_minutes=settings.booking_offer_minutes,
        matters_per_slot=settings.booking_matters_per_slot,
    )


def clock_time(text: str, field: str) -> time:
    """Return the time of day that "17:00" says; raise InvalidQuery `invalid_booking_rule`."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise InvalidQuery("invalid_booking_rule", field=field, value=text)
    return time(int(match[1]), int(match[2]))


# What staff may set otherwise for one point. Limits per person stay those of the district: they count across points.
POINT_FIELDS = (
    "slot_minutes",
    "capacity",
    "weekday_capacity",
    "first_day",
    "last_day",
    "closes_at",
    "change_until_minutes",
    "early_minutes",
    "late_minutes",
    "matters_per_slot",
)
# Beyond these a number is a slip of the hand: seats of a slot, minutes of a day, days ahead.
MOST_SEATS = 1000
_MOST_DAYS_AHEAD = 90
_MOST = {"capacity": MOST_SEATS, "first_day": _MOST_DAYS_AHEAD, "last_day": _MOST_DAYS_AHEAD, "matters_per_slot": 20}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of the district, and those of the points that differ from them."""

    district: BookingRules
    by_point: Mapping[str, BookingRules]

    def of_point(self, point_id: str) -> BookingRules:
        """Return the rules of a point."""
        return self.by_point.get(point_id, self.district)


def changed_rules(district: BookingRules, changes: Mapping[str, object]) -> BookingRules:
    """Return the district's rules with what a point has otherwise.

    `changes` is what JSON can hold: numbers, "17:00" for `closes_at`, {"0": 2} for `weekday_capacity`. Raises
    InvalidQuery `invalid_booking_rule` for a name that is not in POINT_FIELDS and for a value that makes no sense.
    """
    values: dict[str, object] = {}
    for name, value in changes.items():
        if name not in POINT_FIELDS:
            raise InvalidQuery("invalid_booking_rule", field=name)
        values[name] = _typed(name, value)
    return replace(district, **values)  # type: ignore[arg-type]  # each was read by the type of its name


def _typed(name: str, value: object) -> object:
    if name == "closes_at":
        return clock_time(str(value), name)
    if name == "weekday_capacity" and isinstance(value, Mapping):
        pairs = {str(day): seats for day, seats in value.items()}
        if all(day.isdecimal() and type(seats) is int and seats <= MOST_SEATS for day, seats in pairs.items()):
            return {int(day): seats for day, seats in pairs.items()}
    elif type(value) is int and value <= _MOST.get(name, 7 * MINUTES_OF_A_DAY):
        return value
    raise InvalidQuery("invalid_booking_rule", field=name, value=str(value))
