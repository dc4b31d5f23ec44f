"""What is to be said to whom, and when (待发消息): written in the transaction that causes it, sent by somebody else.

A message is claimed before it is sent and marked afterwards, so two senders never send the same one; its id goes along,
so that a gateway can recognise one that was sent and not marked because the machine stopped in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from mapapp.booking.loading import booking_from
from mapapp.booking.rows import BookingRow, MessageRow, WaitRow
from mapapp.booking.visits import Booking, Office
from mapapp.hours.opening_hours import ZONE

# When the reminder of the evening before is due.
REMINDED_AT = time(18, 0)
# How long one sender has for one message before another may take it.
CLAIM = timedelta(minutes=2)
# Waiting after a failed try, twice as long each time: 1, 2, 4 ... minutes, about a day in all.
FIRST_PAUSE = timedelta(minutes=1)
MOST_TRIES = 11


class MessageKind(StrEnum):
    """What a message is about."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OFFER = "offer"
    # nothing that is sent: somebody asks for their codes, and whoever sends looks for them
    FIND = "find"
    FOUND = "found"
    # its time was taken away by a closure, other hours or the like
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message that is this sender's to send. What is `sealed` holds `phone` and what the words need."""

    id: int
    kind: MessageKind
    language: str
    booking_id: int | None
    wait_id: int | None
    sealed: str
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """What a message speaks of. `until` is when an offer is over, `reason` what staff said about a change.

    `booking` is None for a place in line.
    """

    point_id: str
    matters: tuple[str, ...]
    start: datetime
    reason: str = ""
    until: datetime | None = None
    booking: Booking | None = None


def enqueue(
    session: Session,
    office: Office,
    kind: MessageKind,
    facts: Mapping[str, str],
    *,
    now: datetime,
    language: str,
    booking_id: int | None = None,
    wait_id: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Put a message into the box, to be sent from `due_at` on (default: at once). Nothing without any channel."""
    if not office.sends_messages:
        return
    values = {"kind": kind.value, "language": language, "sealed": office.sealer.seal(facts), "tries": 0}
    when = {"made_at": now, "due_at": due_at or now}
    session.execute(insert(MessageRow).values(booking_id=booking_id, wait_id=wait_id, **values, **when))


def evening_before(start: datetime) -> datetime:
    """Return when the reminder of a visit is due."""
    return datetime.combine(start.astimezone(ZONE).date() - timedelta(days=1), REMINDED_AT, ZONE)


def drop_unsent(session: Session, booking_id: int) -> None:
    """Take back what was not sent yet about a booking."""
    session.execute(delete(MessageRow).where(MessageRow.booking_id == booking_id, MessageRow.sent_at.is_(None)))


def drop_all(session: Session, booking_id: int) -> None:
    """Take back every message about a booking, sent or not: the number is sealed in each."""
    session.execute(delete(MessageRow).where(MessageRow.booking_id == booking_id))


def claim(session: Session, now: datetime) -> Message | None:
    """Return the message that has waited longest, now this sender's for two minutes; None when none is due."""
    free = or_(MessageRow.claimed_until.is_(None), MessageRow.claimed_until <= now)
    waiting = (MessageRow.sent_at.is_(None), MessageRow.given_up_at.is_(None), MessageRow.due_at <= now, free)
    longest = select(MessageRow.id).where(*waiting).order_by(MessageRow.due_at, MessageRow.id).limit(1)
    row = session.execute(
        update(MessageRow)
        .where(MessageRow.id == longest.with_for_update(skip_locked=True).scalar_subquery())
        .values(claimed_until=now + CLAIM, tries=MessageRow.tries + 1)
        .returning(MessageRow)
    ).scalar_one_or_none()
    if row is None:
        return None
    return Message(
        id=row.id,
        kind=MessageKind(row.kind),
        language=row.language,
        booking_id=row.booking_id,
        wait_id=row.wait_id,
        sealed=row.sealed,
        tries=row.tries,
    )


def occasion_of(session: Session, message: Message) -> Occasion | None:
    """Return what a message speaks of, as it is now; None when there is nothing left to say."""
    booking = session.get(BookingRow, message.booking_id) if message.booking_id is not None else None
    if booking is not None:
        return Occasion(
            point_id=booking.point_id,
            matters=(booking.matter_code, *booking.more_matters),
            start=booking.starts,
            reason=booking.reason or "",
            booking=booking_from(booking),
        )
    wait = session.get(WaitRow, message.wait_id) if message.wait_id is not None else None
    if wait is None or wait.offered_start is None:
        return None
    return Occasion(
        point_id=wait.point_id,
        matters=(wait.matter_code, *wait.more_matters),
        start=wait.offered_start,
        until=wait.offered_until,
    )


def mark_sent(session: Session, message: Message, now: datetime) -> None:
    """Remember that a message went through."""
    _mark(session, message, sent_at=now, claimed_until=None, trouble=None)


def give_up(session: Session, message: Message, now: datetime, trouble: str) -> None:
    """Never try this message again."""
    _mark(session, message, given_up_at=now, claimed_until=None, trouble=trouble[:100])


def mark_failed(session: Session, message: Message, now: datetime, trouble: str) -> None:
    """Try again later, twice as late each time; give up after about a day. `trouble` must not hold the number."""
    given_up = now if message.tries >= MOST_TRIES else None
    later = now + FIRST_PAUSE * 2 ** (message.tries - 1)
    _mark(session, message, due_at=later, claimed_until=None, given_up_at=given_up, trouble=trouble[:100])


def _mark(session: Session, message: Message, **values: object) -> None:
    session.execute(update(MessageRow).where(MessageRow.id == message.id).values(**values))
