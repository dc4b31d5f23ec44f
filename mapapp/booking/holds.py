"""A time kept while somebody types (暂留): seats that count like any other, until they expire by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.booking.rows import SeatRow
from mapapp.booking.seats import drop_hold, take_seat
from mapapp.booking.visits import Office, chosen_run
from mapapp.errors import Conflict


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A time that is kept for whoever knows the token, until `until`."""

    point_id: str
    start: datetime
    end: datetime
    until: datetime


def hold(
    session: Session,
    office: Office,
    now: datetime,
    token: str,
    point_id: str,
    matters: tuple[str, ...],
    start: datetime,
) -> Hold:
    """Keep a time for the browser with this token; what it kept before is given up, so one browser has one hold.

    Raises what `chosen_run` raises, and Conflict `slot_full`.
    """
    run = chosen_run(office, now, point_id, matters, start)
    until = now + timedelta(minutes=office.rules_of(point_id).hold_minutes)
    drop_hold(session, office.sealer.hashes("hold", token))
    name = office.sealer.hash("hold", token)
    for slot in run:
        seat = take_seat(
            session, point_id=point_id, start=slot.start, capacity=slot.capacity, now=now, hold=(name, until)
        )
        if seat is None:
            raise Conflict("slot_full", field="start")
    return Hold(point_id=point_id, start=run[0].start, end=run[-1].end, until=until)


def release(session: Session, office: Office, token: str) -> bool:
    """Give up the hold of this token; return whether there was one."""
    return drop_hold(session, office.sealer.hashes("hold", token)) > 0


def held_until(
    session: Session, office: Office, now: datetime, token: str, point_id: str, start: datetime
) -> datetime | None:
    """Return until when this browser keeps the time `start` at a point, None when it does not."""
    query = select(SeatRow.hold_until).where(
        SeatRow.hold_hash.in_(office.sealer.hashes("hold", token)),
        SeatRow.point_id == point_id,
        SeatRow.starts == start,
        SeatRow.hold_until > now,
    )
    return session.scalars(query).one_or_none()
