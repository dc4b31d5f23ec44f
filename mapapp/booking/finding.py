"""Finding a forgotten code again (找回): by number and last four, told to that phone and to nobody else."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mapapp.booking.changes import tell
from mapapp.booking.entries import person_hashes
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow, MessageRow
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingState, Office


def send_codes_again(session: Session, office: Office, now: datetime, phone: str, id_last4: str, most: int) -> None:
    """Put the codes of this person's coming bookings into the box, `most` times a day; the caller learns nothing."""
    visitor = Visitor(name="", phone=phone, id_last4=id_last4)
    mine = select(BookingRow.id).where(BookingRow.phone_hash.in_(office.sealer.hashes("phone", phone)))
    told = select(func.count(func.distinct(MessageRow.made_at))).where(
        MessageRow.booking_id.in_(mine),
        MessageRow.kind == MessageKind.FOUND.value,
        MessageRow.made_at > now - timedelta(days=1),
    )
    if session.scalars(told).one() >= most:
        return
    coming = select(BookingRow).where(
        BookingRow.person_hash.in_(person_hashes(office, visitor)),
        BookingRow.state == BookingState.BOOKED.value,
        BookingRow.ends > now,
    )
    for row in session.scalars(coming.order_by(BookingRow.starts)):
        tell(session, office, now, MessageKind.FOUND, row)
