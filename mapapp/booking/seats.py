"""Who gets a seat (号)? A counter row for each slot hands out numbers; seats that came back are found behind its lock.

The counter is the quick way: one statement adds one while there is room, and gives the number. Only when it has handed
out as many as there are seats, and some of these came back (cancelled, moved, a hold that expired), the row is locked
and the lowest free number is looked for. Whichever way, UNIQUE(point, start, seat) stands behind it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from mapapp.booking.rows import SEATS, SLOTS, SeatRow, SlotRow

_AT = and_(SeatRow.point_id == bindparam("point"), SeatRow.starts == bindparam("start"))
_TAKEN = select(SeatRow.seat).where(_AT, or_(SeatRow.hold_until.is_(None), SeatRow.hold_until > bindparam("now")))
_COUNTED = select(SlotRow.capacity, SlotRow.handed).where(
    SlotRow.point_id == bindparam("point"), SlotRow.starts == bindparam("start")
)
_LOCKED = _COUNTED.with_for_update()
_DROP_EXPIRED = delete(SeatRow).where(_AT, SeatRow.seat == bindparam("number"), SeatRow.hold_until <= bindparam("now"))
_THERE = select(SeatRow.seat).where(_AT, SeatRow.seat == bindparam("number"))
_RAISE_COUNTER = (
    update(SlotRow)
    .where(SlotRow.point_id == bindparam("point"), SlotRow.starts == bindparam("start"))
    .values(handed=bindparam("number"))
)


def _counting(make: Callable[[Table], postgresql.Insert] | Callable[[Table], sqlite.Insert]) -> ReturningInsert[int]:
    """Return the statement that adds one to the counter, making its row when it is not there."""
    counter = make(SLOTS).values(point_id=bindparam("point"), starts=bindparam("start"), handed=1)
    return counter.on_conflict_do_update(
        index_elements=[SLOTS.c.point_id, SLOTS.c.starts],
        set_={"handed": SLOTS.c.handed + 1},
        where=SLOTS.c.handed < func.coalesce(SLOTS.c.capacity, bindparam("room")),
    ).returning(SLOTS.c.handed)


def _counting_and_sitting() -> ReturningInsert[int]:
    """Return both statements in one, for PostgreSQL: everybody else waits a journey to the server less."""
    numbered = _counting(postgresql.insert).cte("numbered")
    names = ("point_id", "starts", "booking_id", "hold_hash", "hold_until")
    row = select(*(bindparam(name, type_=SEATS.c[name].type) for name in names), numbered.c.handed)
    return insert(SEATS).from_select([*names, "seat"], row).returning(SEATS.c.seat)


# The statements that everybody waits for go to the connection itself: half the time of the session's way.
_COUNT = _counting(sqlite.insert)
_SIT = insert(SEATS)
_COUNT_AND_SIT = _counting_and_sitting()


def take_seat(
    session: Session,
    *,
    point_id: str,
    start: datetime,
    capacity: int,
    now: datetime,
    booking_id: int | None = None,
    hold: tuple[str, datetime] | None = None,
) -> int | None:
    """Return the number of the seat that is now taken for a booking or a hold (its hash and end), None when full.

    `capacity` is that of the rules; what staff set for this slot wins. Part of the caller's transaction: rolling back
    gives the seat back.
    """
    values = {"point_id": point_id, "starts": start, "booking_id": booking_id, "hold_hash": None, "hold_until": None}
    if hold is not None:
        values |= {"hold_hash": hold[0], "hold_until": hold[1]}
    # the row of a slot that has no seats by the rules must not be made with its first one handed out
    seat = _next_seat(session.connection(), values, capacity) if capacity > 0 else None
    if seat is None:
        seat = _returned_number(session, point_id, start, capacity, now)
        if seat is not None:
            session.connection().execute(_SIT, {**values, "seat": seat})
    return seat


def _next_seat(connection: Connection, values: Mapping[str, object], capacity: int) -> int | None:
    """Take the next number of the counter while it is below the capacity, and return it."""
    at = {"point": values["point_id"], "start": values["starts"], "room": capacity}
    if connection.dialect.name == "postgresql":
        sat: int | None = connection.execute(_COUNT_AND_SIT, {**values, **at}).scalar()
        return sat
    number: int | None = connection.execute(_COUNT, at).scalar()
    if number is not None:
        connection.execute(_SIT, {**values, "seat": number})
    return number


def _returned_number(session: Session, point_id: str, start: datetime, capacity: int, now: datetime) -> int | None:
    """Return the lowest number that came back, None when every seat is taken."""
    at = {"point": point_id, "start": start}
    if _free_number(session, _counted(session, _COUNTED, at), at, capacity, now) is None:
        # full as it stands: whoever only wants to know that does not wait for the lock
        return None
    counted = _counted(session, _LOCKED, at)
    while (number := _free_number(session, counted, at, capacity, now)) is not None:
        session.execute(_DROP_EXPIRED, {**at, "number": number, "now": now})
        if session.execute(_THERE, {**at, "number": number}).one_or_none() is None:
            _count_up_to(session, at, number, counted[1])
            return number
        # the owner of the hold turned it into a booking in this very moment: look again
    return None


def _counted(session: Session, query: Select[int | None, int], at: Mapping[str, object]) -> tuple[int | None, int]:
    """Return (capacity set by staff, numbers handed out) of a slot."""
    row = session.execute(query, at).one_or_none()
    return (None, 0) if row is None else (row[0], row[1])


def _free_number(
    session: Session, counted: tuple[int | None, int], at: Mapping[str, object], capacity: int, now: datetime
) -> int | None:
    own, handed = counted
    room = capacity if own is None else own
    taken = set(session.scalars(_TAKEN, {**at, "now": now}))
    if len(taken) >= room:
        return None
    return next(number for number in range(1, max(room, handed) + 1) if number not in taken)


def _count_up_to(session: Session, at: Mapping[str, object], number: int, handed: int) -> None:
    """Keep the counter at or above every number in use, where staff gave seats to a slot that has none by the rules."""
    if number > handed:
        session.execute(_RAISE_COUNTER, {**at, "number": number})


def give_back(session: Session, booking_id: int, starts: Iterable[datetime] | None = None) -> None:
    """Give up the seats of a booking: all of them, or those of the slots that start at `starts`."""
    mine = delete(SeatRow).where(SeatRow.booking_id == booking_id)
    session.execute(mine if starts is None else mine.where(SeatRow.starts.in_(tuple(starts))))


def held_starts(session: Session, booking_id: int) -> tuple[datetime, ...]:
    """Return the starts of the slots in which a booking has a seat, in order."""
    query = select(SeatRow.starts).where(SeatRow.booking_id == booking_id).order_by(SeatRow.starts)
    return tuple(session.scalars(query))


def turn_hold_into_seats(
    session: Session,
    hold_hashes: tuple[str, ...],
    point_id: str,
    starts: Iterable[datetime],
    now: datetime,
    booking_id: int,
) -> tuple[datetime, ...]:
    """Make the caller's own hold at these slots the seats of a booking; return the slots it had, in order."""
    mine = (
        update(SeatRow)
        .where(SeatRow.hold_hash.in_(hold_hashes), SeatRow.hold_until > now)
        .where(SeatRow.point_id == point_id, SeatRow.starts.in_(tuple(starts)))
        .values(booking_id=booking_id, hold_hash=None, hold_until=None)
        .returning(SeatRow.starts)
    )
    return tuple(sorted(session.scalars(mine)))


def drop_hold(session: Session, hold_hashes: tuple[str, ...]) -> int:
    """Give up every seat of a hold; return how many there were. Whoever knows the token is its owner."""
    dropped = delete(SeatRow).where(SeatRow.hold_hash.in_(hold_hashes)).returning(SeatRow.seat)
    return len(session.scalars(dropped).all())


def taken_by_start(
    session: Session, point_id: str, first: datetime, last: datetime, now: datetime
) -> dict[datetime, int]:
    """Return start -> seats taken by bookings and holds, from `first` up to, not including, `last`."""
    query = (
        select(SeatRow.starts, func.count())
        .where(SeatRow.point_id == point_id, SeatRow.starts >= first, SeatRow.starts < last)
        .where(or_(SeatRow.hold_until.is_(None), SeatRow.hold_until > now))
        .group_by(SeatRow.starts)
    )
    return dict(session.execute(query).all())


def own_capacities(session: Session, point_id: str, first: datetime, last: datetime) -> dict[datetime, int]:
    """Return start -> seats of the slots whose capacity staff set, from `first` up to, not including, `last`."""
    query = select(SlotRow.starts, SlotRow.capacity).where(
        SlotRow.point_id == point_id, SlotRow.starts >= first, SlotRow.starts < last, SlotRow.capacity.is_not(None)
    )
    return {start: capacity for start, capacity in session.execute(query) if capacity is not None}
