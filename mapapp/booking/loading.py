"""What the tables say about bookings (读取预约): one booking by its code, what is free, the rules of the points."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.booking.codes import NO_CODE, read_code
from mapapp.booking.rows import BookingRow, RulesRow
from mapapp.booking.rules import BookingRules, Rulebook, changed_rules
from mapapp.booking.sealing import Sealer
from mapapp.booking.seats import own_capacities, taken_by_start
from mapapp.booking.slots import bookable_days, days_between, runs_on
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import Booking, BookingState, Office, bookable_offers, slots_for_all
from mapapp.errors import InvalidQuery, NotFound
from mapapp.hours.opening_hours import ZONE

MOST_DAYS = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class FreeSlot:
    """A time at which a visit can begin; `end` is that of the whole visit, `free` those of its fullest slot."""

    start: datetime
    end: datetime
    capacity: int
    free: int


def read_rulebook(session: Session, district: BookingRules) -> Rulebook:
    """Return the rules of the district and of the points for which staff set others."""
    rows = session.execute(select(RulesRow.point_id, RulesRow.changes)).all()
    return Rulebook(district, {point_id: changed_rules(district, json.loads(changes)) for point_id, changes in rows})


def booking_of_code(session: Session, sealer: Sealer, text: str) -> Booking:
    """Return the booking with this code, typed in any spelling.

    Raises NotFound `unknown_booking`; the same question is asked of the database for a text that cannot be a code, so
    that nobody learns from the time an answer takes.
    """
    return booking_from(row_of_code(session, sealer, text))


def row_of_code(session: Session, sealer: Sealer, text: str, *, lock: bool = False) -> BookingRow:
    """Return the row of the booking with this code, for a desk; raise NotFound `unknown_booking`."""
    query = select(BookingRow).where(BookingRow.code_hash.in_(sealer.hashes("code", read_code(text) or NO_CODE)))
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        # never with the code: it may be somebody's, mistyped
        raise NotFound("unknown_booking")
    return row


def booking_from(row: BookingRow) -> Booking:
    """Return what a row says, without its person."""
    return Booking(
        id=row.id,
        point_id=row.point_id,
        matters=(row.matter_code, *row.more_matters),
        start=row.starts,
        end=row.ends,
        state=BookingState(row.state),
        language=row.language,
        is_walk_in=row.is_walk_in,
        is_confirmed=row.confirmed_at is not None,
        reason=row.reason,
    )


def visitor_in(sealer: Sealer, row: BookingRow) -> Visitor:
    """Return the person of a booking; raise NotFound `unknown_booking` when they were erased."""
    if row.sealed is None:
        raise NotFound("unknown_booking")
    return visitor_of(sealer.open(row.sealed))


def visitor_of(facts: dict[str, str]) -> Visitor:
    """Return the person in opened facts."""
    return Visitor(name=facts["name"], phone=facts["phone"], id_last4=facts["id_last4"])


def free_slots(
    session: Session,
    office: Office,
    now: datetime,
    point_id: str,
    matters: Iterable[str] = (),
    first: date | None = None,
    last: date | None = None,
) -> tuple[FreeSlot, ...]:
    """Return every time at which a visit for these matters can be booked now, full ones with `free` 0, in order.

    `first` and `last` (both included) narrow the days that the rules allow. Raises what `bookable_offers` raises, and
    InvalidQuery `too_many_days` for more than 31 days.
    """
    return tuple(_times(session, office, now, point_id, tuple(matters), first, last))


def next_free(
    session: Session, office: Office, now: datetime, point_id: str, matters: Iterable[str]
) -> FreeSlot | None:
    """Return the first time that is free, None when there is none; no later day is looked at than is needed."""
    return next((slot for slot in _times(session, office, now, point_id, tuple(matters)) if slot.free), None)


def _times(
    session: Session,
    office: Office,
    now: datetime,
    point_id: str,
    wanted: tuple[str, ...],
    first: date | None = None,
    last: date | None = None,
) -> Iterator[FreeSlot]:
    offers = bookable_offers(office.catalogue, point_id, wanted)
    rules = office.rules_of(point_id)
    open_from, open_to = bookable_days(office.catalogue.calendar, rules, now)
    if first is not None and last is not None and not 0 <= (last - first).days < MOST_DAYS:
        raise InvalidQuery("too_many_days", field="to", most=MOST_DAYS)
    begin, stop = max(first or open_from, open_from), min(last or open_to, open_to)
    if begin > stop:
        return
    edges = _midnight(begin), _midnight(stop + timedelta(days=1))
    taken = taken_by_start(session, point_id, *edges, now)
    own = own_capacities(session, point_id, *edges)
    for day in days_between(begin, stop):
        for run in runs_on(slots_for_all(office, point_id, offers, day), rules.slots_for(len(wanted))):
            rooms = [(own.get(slot.start, slot.capacity), taken.get(slot.start, 0)) for slot in run]
            capacity, _ = min(rooms)
            free = max(0, min(room - gone for room, gone in rooms))
            if run[0].start > now:
                yield FreeSlot(start=run[0].start, end=run[-1].end, capacity=capacity, free=free)


def alternatives(
    session: Session,
    office: Office,
    now: datetime,
    point_id: str,
    matters: Iterable[str],
    start: datetime,
    count: int = 5,
) -> tuple[FreeSlot, ...]:
    """Return the next free times from `start` on; those before it when there are none after it."""
    free = [slot for slot in free_slots(session, office, now, point_id, matters) if slot.free > 0]
    after = [slot for slot in free if slot.start >= start]
    return tuple((after or free)[:count])


def inside_room(
    session: Session, office: Office, now: datetime, point_id: str, starts: Sequence[datetime]
) -> tuple[datetime, ...]:
    """Return those of these slots (in order) that have no more seats taken than they have: none that is blocked."""
    stop = starts[-1] + timedelta(minutes=1)
    taken = taken_by_start(session, point_id, starts[0], stop, now)
    own, rules = own_capacities(session, point_id, starts[0], stop), office.rules_of(point_id)
    return tuple(start for start in starts if taken.get(start, 0) <= own.get(start, rules.capacity_on(start.weekday())))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE)
