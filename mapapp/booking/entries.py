"""How a booking is written down (登记): its row, the hashes it is found by, the request that made it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b

from sqlalchemy import Executable, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mapapp.booking.loading import booking_from, visitor_of
from mapapp.booking.rows import BOOKINGS, BookingRow
from mapapp.booking.slots import Slot
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import Booking, BookingRequest, BookingState, Office
from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import ZONE

# How long a repeated request finds the booking it made.
KEY_KEPT = timedelta(hours=24)


def person_hash(office: Office, visitor: Visitor) -> str:
    """Return the name under which one person's bookings are found: number and last four together."""
    return office.sealer.hash("person", f"{visitor.phone} {visitor.id_last4}")


def person_hashes(office: Office, visitor: Visitor) -> tuple[str, ...]:
    """Return every name under which one person's bookings may be found."""
    return office.sealer.hashes("person", f"{visitor.phone} {visitor.id_last4}")


def key_hash(key: str) -> str:
    """Return the name of an idempotency key. It is no secret of a person's, so it outlives a change of keys."""
    return blake2b(key.encode(), digest_size=16).hexdigest()


def insert_booking(
    session: Session, office: Office, now: datetime, request: BookingRequest, run: Sequence[Slot], *, by: str
) -> int | None:
    """Write a booking without its seats; return its id, None when its request key is there already."""
    sealer, visitor = office.sealer, request.visitor
    facts = {"code": request.code, "name": visitor.name, "phone": visitor.phone, "id_last4": visitor.id_last4}
    values = {
        "code_hash": sealer.hash("code", request.code),
        "point_id": request.point_id,
        "matter_code": request.matters[0],
        "more_matters": request.matters[1:],
        "starts": run[0].start,
        "ends": run[-1].end,
        "state": BookingState.BOOKED.value,
        "sealed": sealer.seal({**facts, "asked": _asked_text(request)}),
        "phone_hash": sealer.hash("phone", visitor.phone) if visitor.phone else None,
        "person_hash": person_hash(office, visitor) if visitor.phone else None,
        "confirm_hash": sealer.hash("number", f"{request.code} {request.number}") if request.number else None,
        "confirm_tries": 0,
        "request_hash": None if request.key is None else key_hash(request.key),
        "language": request.language,
        "is_walk_in": request.is_walk_in,
        "made_at": now,
        "changed_at": now,
        "changed_by": by,
    }
    connection = session.connection()
    new: int | None = connection.execute(_inserting(connection.dialect.name), values).scalar()
    return new


@cache
def _inserting(dialect: str) -> Executable:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    once = make(BOOKINGS).on_conflict_do_nothing(index_elements=[BOOKINGS.c.request_hash])
    return once.returning(BOOKINGS.c.id)


def earlier_booking(
    session: Session, office: Office, now: datetime, request: BookingRequest
) -> tuple[str, Booking] | None:
    """Return code and booking that the same request made within 24 hours; None when there is none.

    Raises InvalidQuery `idempotency_mismatch` when its key was used for something else.
    """
    if request.key is None:
        return None
    row = session.scalars(select(BookingRow).where(BookingRow.request_hash == key_hash(request.key))).one_or_none()
    if row is None:
        return None
    if row.made_at <= now - KEY_KEPT:
        row.request_hash = None
        session.flush()
        return None
    facts = office.sealer.open(row.sealed or "")
    booking = booking_from(row)
    same = (booking.point_id, booking.matters, facts["asked"], visitor_of(facts))
    if same != (request.point_id, request.matters, _asked_text(request), request.visitor):
        raise InvalidQuery("idempotency_mismatch", field="Idempotency-Key")
    return facts["code"], booking


def forget(row: BookingRow) -> None:
    """Take everything about the person out of a booking; what stays is when and where something was booked."""
    row.code_hash = row.sealed = row.phone_hash = row.person_hash = None
    row.request_hash = row.confirm_hash = row.reason = None


def _asked_text(request: BookingRequest) -> str:
    return request.start.astimezone(ZONE).isoformat()
