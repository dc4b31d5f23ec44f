"""How long is what kept (留存): the purge of persons after their visit, and sealing again with a new key."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Delete, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from mapapp.booking.entries import KEY_KEPT, forget
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow, MessageRow, SeatRow, SlotRow, WaitRow
from mapapp.booking.rules import BookingRules
from mapapp.booking.sealing import Sealer
from mapapp.booking.visits import BookingState
from mapapp.hours.opening_hours import ZONE

# Rows that are sealed again in one transaction: short enough that nobody waits long.
BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class PurgeReport:
    """How many persons were taken out of bookings, and how many rows that nobody needs any more were deleted."""

    bookings: int
    waits: int
    messages: int
    holds: int

    def as_text(self) -> str:
        """Return the report as one sentence."""
        return (
            f"Persons taken out of {self.bookings} bookings; deleted: {self.waits} places in line, "
            f"{self.messages} messages, {self.holds} expired holds."
        )


def purge(session: Session, now: datetime, keep_days: int, rules: BookingRules) -> PurgeReport:
    """Forget who came more than `keep_days` ago; when and where something was booked stays, for statistics.

    Of a missed visit of a confirmed number the keyed hash of the number stays as long as it can pause booking.
    """
    old, missed = now - timedelta(days=keep_days), now - timedelta(days=rules.no_show_days)
    still_pauses = and_(
        BookingRow.state == BookingState.NO_SHOW.value, BookingRow.confirmed_at.is_not(None), BookingRow.starts > missed
    )
    someone = or_(BookingRow.sealed.is_not(None), and_(BookingRow.phone_hash.is_not(None), ~still_pauses))
    rows = session.scalars(select(BookingRow).where(BookingRow.ends < old, someone)).all()
    messages = _deleted(session, delete(MessageRow).where(MessageRow.booking_id.in_([row.id for row in rows])))
    # nobody sends messages any more: what was asked for long ago is not answered
    asked = and_(MessageRow.kind == MessageKind.FIND.value, MessageRow.made_at <= now - KEY_KEPT)
    messages += _deleted(session, delete(MessageRow).where(asked))
    for row in rows:
        kept = row.phone_hash
        forget(row)
        if row.state == BookingState.NO_SHOW and row.confirmed_at is not None and row.starts > missed:
            row.phone_hash = kept
    session.flush()
    session.execute(update(BookingRow).where(BookingRow.made_at <= now - KEY_KEPT).values(request_hash=None))
    waits = _deleted(session, delete(WaitRow).where(WaitRow.day < old.astimezone(ZONE).date()))
    holds = _deleted(session, delete(SeatRow).where(SeatRow.hold_until <= now))
    session.execute(delete(SeatRow).where(SeatRow.starts < old))
    session.execute(delete(SlotRow).where(SlotRow.starts < old))
    return PurgeReport(bookings=len(rows), waits=waits, messages=messages, holds=holds)


def seal_bookings_again(session: Session, sealer: Sealer, after: int) -> int | None:
    """Seal the next bookings after this id with the first key, hashes too; return the last id, None at the end."""
    query = (
        select(BookingRow)
        .where(BookingRow.id > after, BookingRow.sealed.is_not(None))
        .order_by(BookingRow.id)
        .limit(BATCH)
        .with_for_update()
    )
    rows = session.scalars(query).all()
    for row in rows:
        facts = sealer.open(row.sealed or "")
        row.sealed = sealer.seal_again(row.sealed or "")
        row.code_hash = sealer.hash("code", facts["code"])
        if facts["phone"]:
            row.phone_hash = sealer.hash("phone", facts["phone"])
            row.person_hash = sealer.hash("person", f"{facts['phone']} {facts['id_last4']}")
    return rows[-1].id if rows else None


def seal_the_rest_again(session: Session, sealer: Sealer) -> None:
    """Seal places in line, what is offered to them, and unsent messages with the first key."""
    for wait in session.scalars(select(WaitRow).where(WaitRow.sealed.is_not(None)).with_for_update()):
        facts = sealer.open(wait.sealed or "")
        wait.sealed = sealer.seal_again(wait.sealed or "")
        wait.code_hash = sealer.hash("code", facts["code"])
        wait.phone_hash = sealer.hash("phone", facts["phone"])
        offered = update(SeatRow).where(SeatRow.hold_hash.in_(sealer.hashes("offer", str(wait.id))))
        session.execute(offered.values(hold_hash=sealer.hash("offer", str(wait.id))))
    for message in session.scalars(select(MessageRow).with_for_update()):
        message.sealed = sealer.seal_again(message.sealed)
    # what only an old key could still find
    stale = and_(BookingRow.sealed.is_(None), BookingRow.phone_hash.is_not(None))
    session.execute(update(BookingRow).where(stale).values(phone_hash=None))
    session.flush()


def _deleted(session: Session, statement: Delete) -> int:
    result = session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
