"""What staff do with the bookings of their point (当日预约): list of a day, check-in, missed, done, walk-in, changes.

Who may do what is decided above; here the name of the person is written beside each change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mapapp.booking.changes import change_time, end, take_all
from mapapp.booking.entries import insert_booking
from mapapp.booking.loading import booking_from, row_of_code, visitor_of
from mapapp.booking.rows import BookingRow
from mapapp.booking.seats import own_capacities, taken_by_start
from mapapp.booking.slots import ONE_DAY, Slot, slots_on
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import Booking, BookingRequest, BookingState, Office, chosen_run
from mapapp.errors import Conflict, NotFound, Refused
from mapapp.hours.opening_hours import ZONE
from mapapp.people import Person

# Somebody who came without a booking and gave no name.
NOBODY = Visitor(name="", phone="", id_last4="")


class Arrival(StrEnum):
    """Whether somebody came inside the arrival window of their booking."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayEntry:
    """A booking of the day with its person; None after the person was erased."""

    booking: Booking
    visitor: Visitor | None


def day_list(session: Session, office: Office, point_id: str, day: date) -> tuple[DayEntry, ...]:
    """Return the bookings of a point on a day by time, cancelled ones too."""
    first = datetime.combine(day, time(0), ZONE)
    return booked_between(session, office, point_id, first, first + ONE_DAY)


def booked_between(
    session: Session, office: Office, point_id: str, first: datetime, last: datetime
) -> tuple[DayEntry, ...]:
    """Return the bookings of a point that begin from `first` up to, not including, `last`: who a closure would hit."""
    query = (
        select(BookingRow)
        .where(BookingRow.point_id == point_id, BookingRow.starts >= first, BookingRow.starts < last)
        .order_by(BookingRow.starts, BookingRow.id)
    )
    return tuple(entry_from(office, row) for row in session.scalars(query))


def count_day(session: Session, day: date, point_ids: Collection[str] | None = None) -> dict[str, int]:
    """Return point id -> bookings of a day that are not cancelled, in order of id; `point_ids` keeps these points."""
    first = datetime.combine(day, time(0), ZONE)
    query = (
        select(BookingRow.point_id, func.count())
        .where(BookingRow.starts >= first, BookingRow.starts < first + ONE_DAY)
        .where(BookingRow.state != BookingState.CANCELLED.value)
        .group_by(BookingRow.point_id)
        .order_by(BookingRow.point_id)
    )
    if point_ids is not None:
        query = query.where(BookingRow.point_id.in_(tuple(point_ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def is_of_point(session: Session, point_id: str, booking_id: int) -> bool:
    """Return whether there is a booking with this id at this point."""
    query = select(BookingRow.id).where(BookingRow.id == booking_id, BookingRow.point_id == point_id)
    return session.scalars(query).one_or_none() is not None


def entry_from(office: Office, row: BookingRow) -> DayEntry:
    """Return a booking with its person, opened."""
    visitor = None if row.sealed is None else visitor_of(office.sealer.open(row.sealed))
    return DayEntry(booking=booking_from(row), visitor=visitor)


def check_in(session: Session, office: Office, now: datetime, person: Person, code: str) -> tuple[Booking, Arrival]:
    """Note that somebody came, by code or by what the QR code says; return whether in their window.

    Raises NotFound `unknown_booking`; Refused `cancelled`, or `not_today` on another day.
    """
    row = row_of_code(session, office.sealer, code.rstrip("/").rpartition("/")[2], lock=True)
    _check_open(row)
    if row.starts.date() != now.astimezone(ZONE).date():
        raise Refused("not_today", day=row.starts.date().isoformat())
    rules = office.rules_of(row.point_id)
    arrival = Arrival.ON_TIME
    if now < row.starts - timedelta(minutes=rules.early_minutes):
        arrival = Arrival.EARLY
    elif now > row.starts + timedelta(minutes=rules.late_minutes):
        arrival = Arrival.LATE
    if row.state == BookingState.BOOKED:
        _set_state(session, row, BookingState.ARRIVED, now, person)
    return booking_from(row), arrival


def note_done(session: Session, now: datetime, person: Person, booking_id: int) -> Booking:
    """Note that a visit is done; raise NotFound `unknown_booking`, Refused `cancelled`."""
    row = _locked(session, booking_id)
    _check_open(row)
    _set_state(session, row, BookingState.DONE, now, person)
    return booking_from(row)


def note_no_show(session: Session, office: Office, now: datetime, person: Person, booking_id: int) -> Booking:
    """Note that nobody came, once the arrival window is over.

    Raises NotFound `unknown_booking`; Refused `cancelled`, `too_early`, or `came` for somebody who was there.
    """
    row = _locked(session, booking_id)
    _check_open(row)
    if row.state in (BookingState.ARRIVED, BookingState.DONE):
        raise Refused("came")
    if now <= row.starts + timedelta(minutes=office.rules_of(row.point_id).late_minutes):
        raise Refused("too_early")
    _set_state(session, row, BookingState.NO_SHOW, now, person)
    return booking_from(row)


def walk_in(
    session: Session,
    office: Office,
    now: datetime,
    person: Person,
    *,
    point_id: str,
    matters: tuple[str, ...],
    code: str,
    visitor: Visitor = NOBODY,
) -> Booking:
    """Give somebody at the desk the next free seat of today, the running slot included; they count as arrived.

    Raises NotFound `unknown_point` or `unknown_matter`; Conflict `slot_full` when today has none left.
    """
    for matter in matters:
        office.catalogue.matter(matter)
    if point_id not in office.catalogue.points:
        raise NotFound("unknown_point", field="point", value=point_id)
    slot = _next_free(session, office, now, point_id)
    if slot is None:
        raise Conflict("slot_full", field="start")
    request = BookingRequest(
        point_id=point_id, matters=matters, start=slot.start, visitor=visitor, code=code, is_walk_in=True
    )
    booking_id = insert_booking(session, office, now, request, (slot,), by=person.name)
    assert booking_id is not None
    take_all(session, now, point_id, (slot,), booking_id)
    row = _locked(session, booking_id)
    _set_state(session, row, BookingState.ARRIVED, now, person)
    return booking_from(row)


def cancel_for(
    session: Session, office: Office, now: datetime, person: Person, booking_id: int, reason: str
) -> Booking:
    """Cancel somebody's booking and tell them why; raise NotFound `unknown_booking`, Refused `cancelled`."""
    row = _locked(session, booking_id)
    _check_open(row)
    end(session, office, now, row, by=person.name, reason=reason)
    return booking_from(row)


def move_for(
    session: Session, office: Office, now: datetime, person: Person, booking_id: int, start: datetime, reason: str
) -> Booking:
    """Move somebody's booking and tell them why.

    Raises NotFound `unknown_booking`; Refused `cancelled`, `too_late`, `not_bookable`; Conflict `slot_full`.
    """
    row = _locked(session, booking_id)
    _check_open(row)
    booking = booking_from(row)
    run = chosen_run(office, now, booking.point_id, booking.matters, start)
    return change_time(session, office, now, row, run, by=person.name, reason=reason)


def _next_free(session: Session, office: Office, now: datetime, point_id: str) -> Slot | None:
    today = now.astimezone(ZONE).date()
    midnight = datetime.combine(today, time(0), ZONE)
    taken = taken_by_start(session, point_id, midnight, midnight + ONE_DAY, now)
    own = own_capacities(session, point_id, midnight, midnight + ONE_DAY)
    for slot in slots_on(office.catalogue, office.rules_of(point_id), point_id, today):
        room = own.get(slot.start, slot.capacity)
        if slot.end > now and taken.get(slot.start, 0) < room:
            return slot
    return None


def _locked(session: Session, booking_id: int) -> BookingRow:
    row = session.scalars(select(BookingRow).where(BookingRow.id == booking_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("unknown_booking")
    return row


def _check_open(row: BookingRow) -> None:
    if row.state == BookingState.CANCELLED:
        raise Refused("cancelled")


def _set_state(session: Session, row: BookingRow, state: BookingState, now: datetime, person: Person) -> None:
    row.state, row.changed_at, row.changed_by = state.value, now, person.name
    session.flush()
