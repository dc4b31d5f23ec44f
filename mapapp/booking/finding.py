"""Finding a forgotten code again (找回): by number and last four, told to that phone and to nobody else.

Asking writes the same one row whoever asks, so that neither the answer nor its time tells whether there is a booking.
Whoever sends messages looks, and writes to that phone.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mapapp.booking import outbox
from mapapp.booking.changes import tell
from mapapp.booking.entries import person_hashes
from mapapp.booking.outbox import Message, MessageKind
from mapapp.booking.rows import BookingRow, MessageRow
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingState, Office


def ask_for_codes(
    session: Session, office: Office, now: datetime, phone: str, id_last4: str, language: str = "zh"
) -> None:
    """Put into the box that somebody asks for the codes of this person."""
    asked = {"phone": phone, "id_last4": id_last4}
    outbox.enqueue(session, office, MessageKind.FIND, asked, now=now, language=language)


def answer(session: Session, office: Office, now: datetime, asked: Message, most: int) -> None:
    """Put the codes that are asked for into the box, `most` times a day for one phone, and forget that they were."""
    facts = office.sealer.open(asked.sealed)
    session.execute(delete(MessageRow).where(MessageRow.id == asked.id))
    if _times_told(session, office, now, facts["phone"]) >= most:
        return
    visitor = Visitor(name="", phone=facts["phone"], id_last4=facts["id_last4"])
    coming = select(BookingRow).where(
        BookingRow.person_hash.in_(person_hashes(office, visitor)),
        BookingRow.state == BookingState.BOOKED.value,
        BookingRow.ends > now,
    )
    for row in session.scalars(coming.order_by(BookingRow.starts)).all():
        tell(session, office, now, MessageKind.FOUND, row)


def _times_told(session: Session, office: Office, now: datetime, phone: str) -> int:
    """Return how often this phone was sent its codes within a day."""
    mine = select(BookingRow.id).where(BookingRow.phone_hash.in_(office.sealer.hashes("phone", phone)))
    told = select(func.count(func.distinct(MessageRow.made_at))).where(
        MessageRow.booking_id.in_(mine),
        MessageRow.kind == MessageKind.FOUND.value,
        MessageRow.made_at > now - timedelta(days=1),
    )
    return session.scalars(told).one()
