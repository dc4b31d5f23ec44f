"""Small facts for tests of booking: an office on the shipped data, requests that differ in one thing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from mapapp.booking.codes import RANDOM_BYTES, code_of
from mapapp.booking.rows import BookingRow, SeatRow
from mapapp.booking.rules import BookingRules, Rulebook
from mapapp.booking.sealing import Sealer
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingRequest, Office
from mapapp.catalogue.catalogue import Catalogue
from mapapp.database import Database
from tests.building import at

KEY = "bWFwYXBwIHRlc3QgYm9va2luZyBrZXkgMzIgYnl0ZXM="
POINT, OTHER_POINT = "JB-001", "JB-002"
# Thursday, the day after the fixed moment of the tests
START = at("2026-11-26 09:00")
_numbers = count(1)


def an_office(catalogue: Catalogue, **changes: Any) -> Office:
    rules = BookingRules(**changes.pop("rules", {}))
    sealer = changes.pop("sealer", None) or Sealer((KEY,))
    facts: dict[str, Any] = {"rulebook": Rulebook(rules, {}), "key_ring": lambda: sealer, "sends_messages": False}
    return Office(catalogue=catalogue, **{**facts, **changes})


def a_key() -> str:
    return Fernet.generate_key().decode()


def a_code() -> str:
    return code_of(next(_numbers).to_bytes(RANDOM_BYTES, "big"))


def a_visitor(number: int | None = None, **changes: str) -> Visitor:
    facts = {"name": "张三", "phone": f"138{next(_numbers) if number is None else number:08d}", "id_last4": "123X"}
    return Visitor(**{**facts, **changes})


def a_request(catalogue: Catalogue, **changes: Any) -> BookingRequest:
    point_id = changes.get("point_id", POINT)
    facts: dict[str, Any] = {
        "point_id": point_id,
        "matters": changes.get("matters") or (a_bookable_matter(catalogue, point_id),),
        "start": START,
        "visitor": a_visitor(),
        "code": a_code(),
        "key": None,
    }
    return BookingRequest(**{**facts, **changes})


def bookable_matters(catalogue: Catalogue, point_id: str = POINT) -> list[str]:
    return [
        offer.matter_code
        for offer in catalogue.offers_by_point[point_id]
        if offer.bookable and offer.hours_rule is None
    ]


def a_bookable_matter(catalogue: Catalogue, point_id: str = POINT) -> str:
    return bookable_matters(catalogue, point_id)[0]


def slot_at(number: int) -> datetime:
    """Return the start of the n-th half hour of the morning of START, from 0."""
    return START + timedelta(minutes=30 * number)


def seats_of(database: Database, start: datetime = START, point_id: str = POINT) -> list[int]:
    """Return the numbers of all seats that are taken in a slot, in order."""
    with database.reading() as session:
        query = select(SeatRow.seat).where(SeatRow.point_id == point_id, SeatRow.starts == start)
        return sorted(session.scalars(query))


def states(database: Database) -> dict[str, int]:
    with database.reading() as session:
        query = select(BookingRow.state, func.count()).group_by(BookingRow.state)
        return dict(session.execute(query).all())


def doing(database: Database, deed: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what a deed returns in a transaction of its own."""
    with database.transaction() as session:
        return deed(session, *arguments, **named)
