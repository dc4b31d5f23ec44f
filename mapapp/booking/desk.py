"""Book, move, cancel, confirm, erase (预约办理台): the only place where a resident's booking changes.

Each deed is a part of the caller's transaction and never commits. The order inside it is fixed, so that nobody waits
for somebody who waits for them: the person first, then the booking's row, then the slots in order of time. The counter
of a slot comes as late as possible, because everybody who wants that slot waits for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mapapp.booking import outbox
from mapapp.booking.changes import change_time, end, take_all, tell_person
from mapapp.booking.entries import earlier_booking, forget, insert_booking
from mapapp.booking.limits import check_limits
from mapapp.booking.loading import booking_from, row_of_code, visitor_in
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow
from mapapp.booking.seats import drop_hold, turn_hold_into_seats
from mapapp.booking.slots import Slot
from mapapp.booking.visits import Booking, BookingRequest, BookingState, Office, chosen_run
from mapapp.database import wait_for
from mapapp.errors import InvalidQuery, MapappError, NotFound, Refused

RESIDENT = "resident"
MOST_CONFIRM_TRIES = 5


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a request got: the booking and its code. `is_new` is false when the same request had been made before."""

    code: str
    booking: Booking
    is_new: bool


def book(session: Session, office: Office, now: datetime, request: BookingRequest) -> Receipt:
    """Take the seats that are asked for, or return the booking that this very request made before.

    Raises what `chosen_run` raises; Refused `limit_reached` or `booking_paused`; Conflict `slot_full`; InvalidQuery
    `idempotency_mismatch` when the key was used for something else.
    """
    try:
        run = chosen_run(office, now, request.point_id, request.matters, request.start)
    except MapappError:
        # whatever the rules say by now, a request that was answered is answered alike
        earlier = earlier_booking(session, office, now, request)
        if earlier is None:
            raise
        return Receipt(*earlier, is_new=False)
    wait_for(session, office.sealer.hash("phone", request.visitor.phone))
    booking_id = insert_booking(session, office, now, request, run, by=RESIDENT)
    if booking_id is None:
        earlier = earlier_booking(session, office, now, request)
        if earlier is not None:
            return Receipt(*earlier, is_new=False)
        # the key had been used more than a day ago and is free again
        booking_id = insert_booking(session, office, now, request, run, by=RESIDENT)
    assert booking_id is not None
    check_limits(session, office, now, request.visitor, request.matters, run[0].start, booking_id)
    booking = _new_booking(booking_id, request, run)
    tell_person(
        session,
        office,
        now,
        MessageKind.BOOKED,
        booking,
        phone=request.visitor.phone,
        code=request.code,
        number=request.number,
    )
    _seat(session, office, now, request, run, booking_id)
    return Receipt(request.code, booking, is_new=True)


def move(session: Session, office: Office, now: datetime, code: str, start: datetime) -> Booking:
    """Take the seats at the new time, then give up the old ones. Moving to where it is changes nothing.

    Raises NotFound `unknown_booking`; Refused `cancelled`, `too_late`, `not_bookable`, `limit_reached`; Conflict
    `slot_full`. On any of them the booking is as it was, once the caller has rolled back.
    """
    row = row_of_code(session, office.sealer, code)
    if row.phone_hash is not None:
        wait_for(session, row.phone_hash)
    session.refresh(row, with_for_update=True)
    _check_changeable(office, now, row)
    booking = booking_from(row)
    if start == booking.start:
        return booking
    try:
        run = chosen_run(office, now, booking.point_id, booking.matters, start)
    except NotFound:
        # the booking is there; its point or its matter has left since
        raise Refused("not_bookable", field="start") from None
    visitor = visitor_in(office.sealer, row)
    check_limits(session, office, now, visitor, booking.matters, run[0].start, booking.id)
    return change_time(session, office, now, row, run, by=RESIDENT)


def cancel(session: Session, office: Office, now: datetime, code: str) -> Booking:
    """Give up the booking and its seats; cancelling again changes nothing.

    Raises NotFound `unknown_booking`; Refused `too_late` when the time to cancel is over.
    """
    row = row_of_code(session, office.sealer, code, lock=True)
    if row.state != BookingState.CANCELLED:
        _check_changeable(office, now, row)
        end(session, office, now, row, by=RESIDENT)
    return booking_from(row)


def confirm(session: Session, office: Office, now: datetime, code: str, number: str) -> Booking:
    """Remember that the number sent to the phone was typed: from now on this booking counts as that phone's.

    Raises NotFound `unknown_booking`; InvalidQuery `wrong_number`, also after five wrong ones.
    """
    row = row_of_code(session, office.sealer, code, lock=True)
    if row.confirmed_at is None:
        facts = office.sealer.open(row.sealed or "")
        may_try = row.confirm_hash is not None and row.confirm_tries < MOST_CONFIRM_TRIES
        if not may_try or not office.sealer.matches("number", f"{facts['code']} {number}", row.confirm_hash or ""):
            raise InvalidQuery("wrong_number", field="number")
        row.confirmed_at, row.confirm_hash = now, None
        session.flush()
    return booking_from(row)


def count_wrong_number(session: Session, office: Office, code: str) -> None:
    """Count a wrong number, in a transaction of its own: the refusal rolled back the one before."""
    row_of_code(session, office.sealer, code, lock=True).confirm_tries += 1


def erase(session: Session, office: Office, now: datetime, code: str) -> None:
    """Forget the person of a booking; one that is still to come is cancelled first. Its code is unknown from then on.

    Raises NotFound `unknown_booking`.
    """
    row = row_of_code(session, office.sealer, code, lock=True)
    if row.state == BookingState.BOOKED and row.starts > now:
        end(session, office, now, row, by=RESIDENT)
    outbox.drop_all(session, row.id)
    forget(row)


def _new_booking(booking_id: int, request: BookingRequest, run: tuple[Slot, ...]) -> Booking:
    return Booking(
        id=booking_id,
        point_id=request.point_id,
        matters=request.matters,
        start=run[0].start,
        end=run[-1].end,
        state=BookingState.BOOKED,
        language=request.language,
    )


def _seat(
    session: Session, office: Office, now: datetime, request: BookingRequest, run: tuple[Slot, ...], booking_id: int
) -> None:
    """Take the seats of the visit: those that its own browser holds, the others from the counter."""
    had: tuple[datetime, ...] = ()
    if request.hold is not None:
        hashes = office.sealer.hashes("hold", request.hold)
        starts = [slot.start for slot in run]
        had = turn_hold_into_seats(session, hashes, request.point_id, starts, now, booking_id)
        drop_hold(session, hashes)
    take_all(session, now, request.point_id, [slot for slot in run if slot.start not in had], booking_id)


def _check_changeable(office: Office, now: datetime, row: BookingRow) -> None:
    """Raise Refused `cancelled` or `too_late` when a resident can no longer change this booking."""
    if row.state == BookingState.CANCELLED:
        raise Refused("cancelled")
    minutes = office.rules_of(row.point_id).change_until_minutes
    if row.state != BookingState.BOOKED or row.starts - timedelta(minutes=minutes) < now:
        raise Refused("too_late", field="start")
