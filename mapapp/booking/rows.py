"""How bookings are kept in tables (预约表), with the rules the database itself keeps: a seat is given once.

Nothing in these tables names a person in the clear: what must be read again is sealed, what must be found again is a
keyed hash. Seats stand in a table of their own, so that a hold and a booking compete for the same numbers and a
booking of several slots has one seat in each; a cancelled booking has none.
"""

from datetime import date, datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mapapp.database import Base, Moment, TextList

_HASH = String(32)


class BookingRow(Base):
    """A booking (预约). Sealed facts and hashes are null once they were erased; the rest stays for statistics.

    `sealed` holds code, name, phone, last four and the time first asked for; `request_hash` makes a repeated request
    find the booking it made; `confirm_hash` is of the number that was sent to the phone, until it was typed.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('booked', 'cancelled', 'arrived', 'done', 'no_show')", "state_known"),
        CheckConstraint("ends > starts", "ends_after_start"),
        Index("ix_booking_point_id_starts", "point_id", "starts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str | None] = mapped_column(_HASH, unique=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"))
    matter_code: Mapped[str] = mapped_column(String(30))
    more_matters: Mapped[tuple[str, ...]] = mapped_column(TextList)
    starts: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[str | None] = mapped_column(Text)
    phone_hash: Mapped[str | None] = mapped_column(_HASH, index=True)
    person_hash: Mapped[str | None] = mapped_column(_HASH)
    confirm_hash: Mapped[str | None] = mapped_column(_HASH)
    confirm_tries: Mapped[int]
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    request_hash: Mapped[str | None] = mapped_column(_HASH, unique=True)
    language: Mapped[str] = mapped_column(String(2))
    is_walk_in: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))
    # why staff cancelled or moved it, in words for the resident
    reason: Mapped[str | None] = mapped_column(String(200))


class SlotRow(Base):
    """The counter of one slot (号段): how many seats were ever handed out, and what staff changed about it.

    `capacity` replaces that of the rules; 0 blocks the slot. A slot nobody booked has no row.
    """

    __tablename__ = "booking_slot"
    __table_args__ = (
        CheckConstraint("handed >= 0", "handed_not_negative"),
        CheckConstraint("capacity >= 0", "capacity_not_negative"),
    )

    point_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    starts: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    handed: Mapped[int]
    capacity: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    changed_by: Mapped[str | None] = mapped_column(String(100))


class SeatRow(Base):
    """A seat (号) that is taken: by a booking, or by a hold until it expires. No row, no claim."""

    __tablename__ = "booking_seat"
    __table_args__ = (
        CheckConstraint("seat > 0", "seat_positive"),
        CheckConstraint("(booking_id IS NULL) <> (hold_hash IS NULL)", "booking_or_hold"),
        CheckConstraint("(hold_hash IS NULL) = (hold_until IS NULL)", "hold_has_an_end"),
        Index(
            "ix_booking_seat_hold_hash",
            "hold_hash",
            sqlite_where=text("hold_hash IS NOT NULL"),
            postgresql_where=text("hold_hash IS NOT NULL"),
        ),
    )

    point_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    starts: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    hold_hash: Mapped[str | None] = mapped_column(_HASH)
    hold_until: Mapped[datetime | None] = mapped_column(Moment)


class RulesRow(Base):
    """What staff set otherwise for one point: a JSON object of `rules.POINT_FIELDS`."""

    __tablename__ = "booking_rules"

    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), primary_key=True)
    changes: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))


class WaitRow(Base):
    """Somebody in line for a full day (候补). `offered_start` is held for them until `offered_until`."""

    __tablename__ = "booking_wait"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'offered', 'taken', 'left', 'over')", "state_known"),
        Index("ix_booking_wait_point_id_day", "point_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str | None] = mapped_column(_HASH, unique=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"))
    matter_code: Mapped[str] = mapped_column(String(30))
    more_matters: Mapped[tuple[str, ...]] = mapped_column(TextList)
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[str | None] = mapped_column(Text)
    phone_hash: Mapped[str | None] = mapped_column(_HASH, index=True)
    offered_start: Mapped[datetime | None] = mapped_column(Moment)
    offered_until: Mapped[datetime | None] = mapped_column(Moment)
    language: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime] = mapped_column(Moment)


class MessageRow(Base):
    """A message to be sent (待发消息), sealed with the number it goes to; kept after sending only until the purge.

    `claimed_until` keeps a second sender from sending it as well; `tries` and `due_at` pace what did not go through.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("tries >= 0", "tries_not_negative"),
        Index(
            "ix_message_due_at",
            "due_at",
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    wait_id: Mapped[int | None] = mapped_column(ForeignKey("booking_wait.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    sealed: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int]
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    given_up_at: Mapped[datetime | None] = mapped_column(Moment)
    # what the channel said at the last try, without the number
    trouble: Mapped[str | None] = mapped_column(String(100))


# The bare tables, for the statements that everybody waits for: half the time of going through the classes.
BOOKINGS = cast(Table, BookingRow.__table__)
SLOTS = cast(Table, SlotRow.__table__)
SEATS = cast(Table, SeatRow.__table__)
