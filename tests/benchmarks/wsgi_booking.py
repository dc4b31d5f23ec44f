"""The application with another way of handing out seats, for comparison alone: `BENCH_SEATS` names it.

`counter` is the product's own. `for_update` locks the row of the slot first, as most systems that lock at all do.
`check` counts and then inserts, without a lock and without a constraint: what goes wrong. `no_queue` is the counter
without the queue of writers on SQLite.
"""

import os
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import sessionmaker

from mapapp.booking import changes
from mapapp.booking.rows import SeatRow, SlotRow
from mapapp.errors import Conflict
from mapapp.web import office
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION


def take_for_update(session: Any, *, point_id: str, start: Any, capacity: int, booking_id: int, **_: Any) -> int | None:
    """Lock the slot, read its counter, write it back."""
    here = (SlotRow.point_id == point_id, SlotRow.starts == start)
    locked = select(SlotRow.handed).where(*here).with_for_update()
    handed = session.execute(locked).scalar()
    if handed is None:
        make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        session.execute(make(SlotRow).values(point_id=point_id, starts=start, handed=0).on_conflict_do_nothing())
        handed = session.execute(locked).scalar()
    if handed >= capacity:
        return None
    session.execute(update(SlotRow).where(*here).values(handed=handed + 1))
    return _seat(session, point_id, start, handed + 1, booking_id)


def sit_down(session: Any, *, point_id: str, start: Any, booking_id: int, **_: Any) -> int:
    """Insert without asking; the number of the seat is as good as any."""
    return _seat(session, point_id, start, booking_id, booking_id)


def book_after_check(office: Any, now: Any, request: Any) -> Any:
    """Count first, then book: two requests that count at the same time both find room."""
    capacity = office.rules_of(request.point_id).capacity
    here = (SeatRow.point_id == request.point_id, SeatRow.starts == request.start)
    with _database.reading() as session:
        if session.execute(select(func.count()).select_from(SeatRow).where(*here)).scalar() >= capacity:
            raise Conflict("slot_full")
    return _book(office, now, request)


def _seat(session: Any, point_id: str, start: Any, seat: int, booking_id: int) -> int:
    values = {"point_id": point_id, "starts": start, "seat": seat, "booking_id": booking_id}
    session.execute(insert(SeatRow).values(**values))
    return seat


app = create_app()
_database = app.extensions[EXTENSION].keeper.database
_variant = os.environ["BENCH_SEATS"]
if _variant == "for_update":
    changes.take_seat = take_for_update
elif _variant == "check":
    changes.take_seat = sit_down
    _book, office.book = office.book, book_after_check
elif _variant == "no_queue":
    _database._writing = sessionmaker(_database.writing_engine, expire_on_commit=False).begin


@app.get("/bench/ping")
def ping() -> str:
    """Answer nothing in particular."""
    return "pong"
