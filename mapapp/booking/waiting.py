"""Who is next when a day is full (候补)? The first in line is offered what comes back, for half an hour.

Without a channel there is no line: nobody could be told. A seat that comes back is passed on as it is, so that nobody
slips in between and no counter is waited for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mapapp.booking import outbox
from mapapp.booking.codes import NO_CODE, read_code
from mapapp.booking.entries import insert_booking
from mapapp.booking.limits import check_limits
from mapapp.booking.loading import booking_from, free_slots, inside_room, visitor_of
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import BookingRow, MessageRow, SeatRow, WaitRow
from mapapp.booking.seats import drop_hold, give_back, take_seat, turn_hold_into_seats
from mapapp.booking.slots import Slot, run_of
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import Booking, BookingRequest, Office, bookable_offers, slots_for_all
from mapapp.database import wait_for
from mapapp.errors import Conflict, NotFound, Refused
from mapapp.hours.opening_hours import ZONE

# How many of the line are looked at in one go.
MOST_LOOKED_AT = 200


class WaitState(StrEnum):
    """What became of somebody's place in line."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in line. `ahead` is how many come first; `start` is what is offered until `until`."""

    point_id: str
    matters: tuple[str, ...]
    day: date
    state: WaitState
    ahead: int
    start: datetime | None
    until: datetime | None


def join(
    session: Session,
    office: Office,
    now: datetime,
    *,
    point_id: str,
    matters: tuple[str, ...],
    day: date,
    visitor: Visitor,
    code: str,
    language: str,
) -> None:
    """Put somebody in line for a full day; `code` is theirs from then on.

    Raises Refused `no_waiting_list` without a channel or while something is free; `limit_reached` for a number that
    waits for that day already.
    """
    bookable_offers(office.catalogue, point_id, matters)
    slots = free_slots(session, office, now, point_id, matters, day, day)
    if not office.sends_messages or not slots or any(slot.free for slot in slots):
        raise Refused("no_waiting_list", field="day")
    waits = select(func.count()).where(
        WaitRow.phone_hash.in_(office.sealer.hashes("phone", visitor.phone)),
        WaitRow.state.in_([WaitState.WAITING.value, WaitState.OFFERED.value]),
        WaitRow.day == day,
    )
    if session.scalars(waits).one():
        raise Refused("limit_reached", field="phone", most=1)
    facts = {"code": code, "name": visitor.name, "phone": visitor.phone, "id_last4": visitor.id_last4}
    row = WaitRow(
        code_hash=office.sealer.hash("code", code),
        point_id=point_id,
        matter_code=matters[0],
        more_matters=matters[1:],
        day=day,
        state=WaitState.WAITING.value,
        sealed=office.sealer.seal(facts),
        phone_hash=office.sealer.hash("phone", visitor.phone),
        language=language,
        made_at=now,
    )
    session.add(row)
    session.flush()


def row_of_wait(session: Session, office: Office, text: str, *, lock: bool = False) -> WaitRow:
    """Return the row of the place with this code; raise NotFound `unknown_booking`."""
    hashes = office.sealer.hashes("code", read_code(text) or NO_CODE)
    query = select(WaitRow).where(WaitRow.code_hash.in_(hashes))
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("unknown_booking")
    return row


def place_of_code(session: Session, office: Office, now: datetime, text: str) -> Place:
    """Return the place in line with this code; raise NotFound `unknown_booking`."""
    row = row_of_wait(session, office, text)
    first = select(func.count()).where(
        WaitRow.point_id == row.point_id,
        WaitRow.day == row.day,
        WaitRow.state == WaitState.WAITING.value,
        WaitRow.id < row.id,
    )
    state = WaitState(row.state)
    if state is WaitState.OFFERED and row.offered_until is not None and row.offered_until <= now:
        state = WaitState.OVER
    return Place(
        point_id=row.point_id,
        matters=(row.matter_code, *row.more_matters),
        day=row.day,
        state=state,
        ahead=session.scalars(first).one(),
        start=row.offered_start,
        until=row.offered_until,
    )


def leave(session: Session, office: Office, text: str) -> None:
    """Give up a place in line and what is offered to it; raise NotFound `unknown_booking`."""
    row = row_of_wait(session, office, text, lock=True)
    if row.state in (WaitState.WAITING, WaitState.OFFERED):
        drop_hold(session, office.sealer.hashes("offer", str(row.id)))
        row.state = WaitState.LEFT.value


def erase(session: Session, office: Office, text: str) -> None:
    """Leave the line and forget the person; raise NotFound `unknown_booking`."""
    leave(session, office, text)
    row = row_of_wait(session, office, text)
    session.execute(delete(MessageRow).where(MessageRow.wait_id == row.id))
    row.code_hash = row.sealed = row.phone_hash = None
    session.flush()


def accept(session: Session, office: Office, now: datetime, text: str) -> Booking:
    """Turn what is offered to a place into a booking, which keeps the code of the place.

    Raises NotFound `unknown_booking`; Conflict `offer_over` when there is no offer or its time is over; what
    `check_limits` raises.
    """
    wait = row_of_wait(session, office, text, lock=True)
    start, until = wait.offered_start, wait.offered_until
    if wait.state != WaitState.OFFERED or start is None or until is None or until <= now:
        raise Conflict("offer_over")
    facts = office.sealer.open(wait.sealed or "")
    matters = (wait.matter_code, *wait.more_matters)
    visitor = visitor_of(facts)
    request = BookingRequest(
        point_id=wait.point_id,
        matters=matters,
        start=start,
        visitor=visitor,
        code=facts["code"],
        language=wait.language,
    )
    run = _run_of_wait(office, wait, (start,), is_offered=True)
    if run is None:
        raise Conflict("offer_over")
    wait_for(session, office.sealer.hash("phone", visitor.phone))
    booking_id = insert_booking(session, office, now, request, run, by="resident")
    assert booking_id is not None
    check_limits(session, office, now, visitor, matters, start, booking_id)
    hashes, starts = office.sealer.hashes("offer", str(wait.id)), [slot.start for slot in run]
    if turn_hold_into_seats(session, hashes, wait.point_id, starts, now, booking_id) != tuple(starts):
        raise Conflict("offer_over")
    wait.state, wait.code_hash, wait.sealed, wait.phone_hash = WaitState.TAKEN.value, None, None, None
    session.flush()
    return booking_from(session.get_one(BookingRow, booking_id))


def end_offers(session: Session, now: datetime) -> None:
    """Take from the line whose offer ran out, and whose day is over."""
    ran_out = and_(WaitRow.state == WaitState.OFFERED.value, WaitRow.offered_until <= now)
    too_late = and_(WaitRow.state == WaitState.WAITING.value, WaitRow.day < now.astimezone(ZONE).date())
    session.execute(update(WaitRow).where(or_(ran_out, too_late)).values(state=WaitState.OVER.value))


def offer_next(session: Session, office: Office, now: datetime) -> bool:
    """Offer one free time to the first in line for its day; return whether there was one to offer.

    For seats that came back without anybody passing them on: an offer or a hold that ran out, capacity that staff gave.
    """
    query = select(WaitRow).where(WaitRow.state == WaitState.WAITING.value).order_by(WaitRow.id).limit(MOST_LOOKED_AT)
    for wait in session.scalars(query.with_for_update(skip_locked=True)):
        matters = (wait.matter_code, *wait.more_matters)
        try:
            slots = free_slots(session, office, now, wait.point_id, matters, wait.day, wait.day)
        except (NotFound, Refused):
            continue
        for free in slots:
            run = _run_of_wait(office, wait, (free.start,), is_offered=True) if free.free else None
            if run is not None and _hold_run(session, office, now, wait, run):
                _offer(session, office, now, wait, run)
                return True
    return False


def _hold_run(session: Session, office: Office, now: datetime, wait: WaitRow, run: Sequence[Slot]) -> bool:
    name = office.sealer.hash("offer", str(wait.id))
    until = now + timedelta(minutes=office.rules_of(wait.point_id).offer_minutes)
    for slot in run:
        seat = take_seat(
            session, point_id=wait.point_id, start=slot.start, capacity=slot.capacity, now=now, hold=(name, until)
        )
        if seat is None:
            drop_hold(session, (name,))
            return False
    return True


def pass_on(session: Session, office: Office, now: datetime, row: BookingRow, starts: Sequence[datetime]) -> None:
    """Give up the seats that a booking has at `starts`: to the first in line that day, else to anybody."""
    kept: Iterable[datetime] = ()
    if office.sends_messages and starts and starts[0] > now:
        kept = _pass_to_first(session, office, now, row, inside_room(session, office, now, row.point_id, starts))
    give_back(session, row.id, [start for start in starts if start not in set(kept)])


def _pass_to_first(
    session: Session, office: Office, now: datetime, row: BookingRow, starts: Sequence[datetime]
) -> Iterable[datetime]:
    if not starts:
        return ()
    day = starts[0].astimezone(ZONE).date()
    for wait in _line(session, row.point_id, day):
        run = _run_of_wait(office, wait, starts)
        if run is not None:
            taken = [slot.start for slot in run]
            until = _offer(session, office, now, wait, run)
            passed = update(SeatRow).where(SeatRow.booking_id == row.id, SeatRow.starts.in_(taken))
            name = office.sealer.hash("offer", str(wait.id))
            session.execute(passed.values(booking_id=None, hold_hash=name, hold_until=until))
            return taken
    return ()


def _line(session: Session, point_id: str, day: date) -> Sequence[WaitRow]:
    query = (
        select(WaitRow)
        .where(WaitRow.point_id == point_id, WaitRow.day == day, WaitRow.state == WaitState.WAITING.value)
        .order_by(WaitRow.id)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def _run_of_wait(
    office: Office, wait: WaitRow, starts: Sequence[datetime], *, is_offered: bool = False
) -> tuple[Slot, ...] | None:
    """Return the first slots of this visit that begin at one of `starts`: all of them there, unless it is offered."""
    matters = (wait.matter_code, *wait.more_matters)
    try:
        offers = bookable_offers(office.catalogue, wait.point_id, matters)
    except (NotFound, Refused):
        return None
    slots = slots_for_all(office, wait.point_id, offers, wait.day)
    count = office.rules_of(wait.point_id).slots_for(len(matters))
    for start in starts:
        run = run_of(slots, start, count)
        if run is not None and (is_offered or all(slot.start in starts for slot in run)):
            return run
    return None


def _offer(session: Session, office: Office, now: datetime, wait: WaitRow, run: Sequence[Slot]) -> datetime:
    until = now + timedelta(minutes=office.rules_of(wait.point_id).offer_minutes)
    wait.state, wait.offered_start, wait.offered_until = WaitState.OFFERED.value, run[0].start, until
    session.flush()
    facts = office.sealer.open(wait.sealed or "")
    said = {"phone": facts["phone"], "code": facts["code"]}
    outbox.enqueue(session, office, MessageKind.OFFER, said, now=now, language=wait.language, wait_id=wait.id)
    return until
