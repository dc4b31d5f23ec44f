"""Which bookings no longer fit (不再可办)? Hours, closures, offers, rules or seats changed since they were made."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.booking.changes import tell
from mapapp.booking.day import DayEntry, entry_from
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow, MessageRow, SeatRow, SlotRow
from mapapp.booking.slots import Slot
from mapapp.booking.visits import Booking, BookingState, Office, bookable_offers, slots_for_all
from mapapp.database import wait_for
from mapapp.errors import NotFound, Refused

# Ids in one question: SQLite takes no more than some thousands.
_AT_ONCE = 1000
# Signs of what is told to a resident as the reason.
LONGEST_REASON = 100


def misfits(session: Session, office: Office, now: datetime, point_id: str) -> tuple[DayEntry, ...]:
    """Return the bookings to come of a point that have no slot or no seat by what holds now, in order of time."""
    return _entries(session, office, [booking_id for booking_id, _ in _lost(session, office, now, (point_id,))])


def newly_lost(
    session: Session, office: Office, after: Office, now: datetime, point_ids: Collection[str] | None = None
) -> tuple[DayEntry, ...]:
    """Return the bookings that fit now and would not by what the office `after` works with, in order of time."""
    already = {booking_id for booking_id, _ in _lost(session, office, now, point_ids)}
    lost = [booking_id for booking_id, _ in _lost(session, after, now, point_ids)]
    return _entries(session, office, [booking_id for booking_id in lost if booking_id not in already])


def _entries(session: Session, office: Office, ids: Sequence[int]) -> tuple[DayEntry, ...]:
    query = select(BookingRow).order_by(BookingRow.starts, BookingRow.id)
    found: list[BookingRow] = []
    for first in range(0, len(ids), _AT_ONCE):
        found += session.scalars(query.where(BookingRow.id.in_(ids[first : first + _AT_ONCE]))).all()
    return tuple(entry_from(office, row) for row in found)


def has_coming(session: Session, now: datetime, point_ids: Collection[str] | None = None) -> bool:
    """Return whether anybody is booked from now on, at these points or at any."""
    coming = select(BookingRow.id).where(BookingRow.state == BookingState.BOOKED.value, BookingRow.starts > now)
    if point_ids is not None:
        coming = coming.where(BookingRow.point_id.in_(tuple(point_ids)))
    return session.scalars(coming.limit(1)).first() is not None


def lost_reason(session: Session, office: Office, now: datetime, booking: Booking) -> str | None:
    """Return why a booking to come has no slot or no seat by what holds now, "" when no closure says it.

    None for one that fits, and for one that is over.
    """
    lost = {booking_id for booking_id, _ in _lost(session, office, now, (booking.point_id,))}
    return closure_reason(office, booking) if booking.id in lost else None


def tell_lost(session: Session, office: Office, now: datetime) -> int:
    """Put a message into the box for everybody whose booking no longer fits, once; return how many.

    For what was published by date, by a file or without settling it: whoever is moved or cancelled is told of that.
    """
    wait_for(session, "tell lost")
    told = select(MessageRow.id).where(
        MessageRow.booking_id == BookingRow.id,
        MessageRow.kind == MessageKind.LOST.value,
        MessageRow.made_at >= BookingRow.changed_at,
    )
    fresh = select(BookingRow).where(~told.exists(), BookingRow.sealed.is_not(None)).order_by(BookingRow.id)
    ids, count = [booking_id for booking_id, _ in _lost(session, office, now, None)], 0
    for first in range(0, len(ids), _AT_ONCE):
        for row in session.scalars(fresh.where(BookingRow.id.in_(ids[first : first + _AT_ONCE]))).all():
            tell(session, office, now, MessageKind.LOST, row)
            count += 1
    return count


def closure_reason(office: Office, booking: Booking) -> str:
    """Return why a booking no longer fits, in its resident's language; "" when no closure says it."""
    closures = office.catalogue.closures
    for closure in (*closures.get("", ()), *closures.get(booking.point_id, ())):
        if closure.starts < booking.end and (closure.ends is None or closure.ends > booking.start):
            is_english = booking.language == "en" and closure.reason_en
            return (closure.reason_en if is_english else closure.reason_zh)[:LONGEST_REASON]
    return ""


def count_misfits(
    session: Session, office: Office, now: datetime, point_ids: Collection[str] | None = None
) -> dict[str, int]:
    """Return point id -> how many bookings no longer fit, of these points or of all; nobody's name is opened."""
    return dict(Counter(point_id for _, point_id in _lost(session, office, now, point_ids)))


def _lost(
    session: Session, office: Office, now: datetime, point_ids: Collection[str] | None
) -> Iterable[tuple[int, str]]:
    """Yield (booking id, point id) of what no longer fits."""
    columns = (
        *(BookingRow.id, BookingRow.point_id, BookingRow.matter_code, BookingRow.more_matters),
        *(BookingRow.starts, BookingRow.ends),
    )
    coming = select(*columns).where(BookingRow.state == BookingState.BOOKED.value, BookingRow.starts > now)
    if point_ids is not None:
        coming = coming.where(BookingRow.point_id.in_(tuple(point_ids)))
    grids: dict[Any, dict[datetime, Slot]] = {}
    seatless = _without_seat(session, office, now, point_ids, grids)
    for booking_id, point_id, first, more, starts, ends in session.execute(coming.order_by(BookingRow.id)):
        grid = _grid(office, point_id, (first, *more), starts.date(), grids)
        inside = [slot.end - start for start, slot in grid.items() if starts <= start and slot.end <= ends]
        # slots never overlap, so together they fill the visit or leave a gap; a visit begins where a slot does
        fits = starts in grid and sum(inside, timedelta()) == ends - starts
        if not fits or booking_id in seatless:
            yield booking_id, point_id


def _without_seat(
    session: Session,
    office: Office,
    now: datetime,
    point_ids: Collection[str] | None,
    grids: dict[Any, dict[datetime, Slot]],
) -> set[int | None]:
    """Return the bookings beyond the seats that a slot has by now: whoever booked last."""
    seats = select(SeatRow.point_id, SeatRow.starts, SeatRow.booking_id).where(
        SeatRow.booking_id.is_not(None), SeatRow.starts > now
    )
    own = select(SlotRow.point_id, SlotRow.starts, SlotRow.capacity).where(
        SlotRow.capacity.is_not(None), SlotRow.starts > now
    )
    if point_ids is not None:
        seats = seats.where(SeatRow.point_id.in_(tuple(point_ids)))
        own = own.where(SlotRow.point_id.in_(tuple(point_ids)))
    rooms = {(point_id, start): capacity for point_id, start, capacity in session.execute(own)}
    taken: Counter[tuple[str, datetime]] = Counter()
    beyond: set[int | None] = set()
    for point_id, start, booking_id in session.execute(seats.order_by(SeatRow.booking_id)):
        slot = _grid(office, point_id, (), start.date(), grids).get(start)
        room = rooms.get((point_id, start), None if slot is None else slot.capacity)
        taken[point_id, start] += 1
        if room is not None and taken[point_id, start] > room:
            beyond.add(booking_id)
    return beyond


def _grid(
    office: Office, point_id: str, matters: tuple[str, ...], day: date, grids: dict[Any, dict[datetime, Slot]]
) -> dict[datetime, Slot]:
    """Return start -> slot of a day in which all these matters are done; nothing when the point no longer does them."""
    key = (point_id, matters, day)
    if key not in grids:
        try:
            slots = slots_for_all(office, point_id, bookable_offers(office.catalogue, point_id, matters), day)
        except (NotFound, Refused):
            slots = ()
        grids[key] = {slot.start: slot for slot in slots}
    return grids[key]
