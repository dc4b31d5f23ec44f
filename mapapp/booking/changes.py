"""What follows when a booking moves or ends (变更): its seats, the messages, and who is next in line.

Shared by the desks of residents and of staff. The caller has locked the booking's row.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mapapp.booking import outbox, waiting
from mapapp.booking.loading import booking_from
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow
from mapapp.booking.seats import held_starts, take_seat
from mapapp.booking.slots import Slot
from mapapp.booking.visits import Booking, BookingState, Office
from mapapp.errors import Conflict


def take_all(session: Session, now: datetime, point_id: str, run: Sequence[Slot], booking_id: int) -> None:
    """Take one seat in each of these slots, in order of time; raise Conflict `slot_full` when one has none."""
    for slot in run:
        seat = take_seat(
            session, point_id=point_id, start=slot.start, capacity=slot.capacity, now=now, booking_id=booking_id
        )
        if seat is None:
            raise Conflict("slot_full", field="start")


def change_time(
    session: Session,
    office: Office,
    now: datetime,
    row: BookingRow,
    run: Sequence[Slot],
    *,
    by: str,
    reason: str | None = None,
) -> Booking:
    """Move a booking to these slots: first the new seats, then the old ones are given up.

    Raises Conflict `slot_full`; the caller then rolls back and everything is as it was.
    """
    old, wanted = held_starts(session, row.id), {slot.start for slot in run}
    take_all(session, now, row.point_id, [slot for slot in run if slot.start not in old], row.id)
    waiting.pass_on(session, office, now, row, [start for start in old if start not in wanted])
    row.starts, row.ends = run[0].start, run[-1].end
    row.changed_at, row.changed_by, row.reason = now, by, reason
    session.flush()
    outbox.drop_unsent(session, row.id)
    tell(session, office, now, MessageKind.MOVED, row)
    return booking_from(row)


def end(
    session: Session, office: Office, now: datetime, row: BookingRow, *, by: str, reason: str | None = None
) -> None:
    """Cancel a booking, tell its person, and offer its seats to the first in line."""
    waiting.pass_on(session, office, now, row, held_starts(session, row.id))
    row.state, row.changed_at, row.changed_by, row.reason = BookingState.CANCELLED.value, now, by, reason
    session.flush()
    outbox.drop_unsent(session, row.id)
    tell(session, office, now, MessageKind.CANCELLED, row)


def tell(session: Session, office: Office, now: datetime, kind: MessageKind, row: BookingRow, number: str = "") -> None:
    """Put what is to be said about a booking into the box, and the reminder of the evening before a visit."""
    if not office.sends_messages or row.sealed is None:
        return
    known = office.sealer.open(row.sealed)
    if known["phone"]:
        tell_person(
            session, office, now, kind, booking_from(row), phone=known["phone"], code=known["code"], number=number
        )


def tell_person(
    session: Session,
    office: Office,
    now: datetime,
    kind: MessageKind,
    booking: Booking,
    *,
    phone: str,
    code: str,
    number: str = "",
) -> None:
    """Put a message for this number into the box, and the reminder of the evening before when it is still to come."""
    about = {"phone": phone, "code": code}
    said = about | {"number": number} if number else about
    outbox.enqueue(session, office, kind, said, now=now, language=booking.language, booking_id=booking.id)
    due_at = outbox.evening_before(booking.start)
    if kind in (MessageKind.BOOKED, MessageKind.MOVED) and due_at > now:
        outbox.enqueue(
            session,
            office,
            MessageKind.REMINDER,
            about,
            now=now,
            due_at=due_at,
            language=booking.language,
            booking_id=booking.id,
        )
