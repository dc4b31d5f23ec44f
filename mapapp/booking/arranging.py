"""How staff arrange the slots of their point (排班): capacity of one slot, a block, rules of the point."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mapapp.booking.day import DayEntry, booked_between
from mapapp.booking.rows import RulesRow, SlotRow
from mapapp.booking.rules import MOST_SEATS, BookingRules, changed_rules
from mapapp.booking.seats import taken_by_start
from mapapp.booking.slots import ONE_DAY, slots_on
from mapapp.booking.visits import BookingState, Office
from mapapp.catalogue.revision import raise_revision
from mapapp.errors import InvalidQuery, NotFound
from mapapp.hours.opening_hours import ZONE
from mapapp.people import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySlot:
    """A slot of a day as staff see it: seats by the rules, seats set for it (None: by the rules) and why, and taken."""

    start: datetime
    end: datetime
    by_rules: int
    own: int | None
    taken: int
    reason: str
    changed_by: str

    @property
    def is_blocked(self) -> bool:
        """Return whether no seat is given out."""
        return self.own == 0


def day_slots(session: Session, office: Office, now: datetime, point_id: str, day: date) -> tuple[DaySlot, ...]:
    """Return the slots of a point on a day, in order; raise NotFound `unknown_point`."""
    first = datetime.combine(day, time(0), ZONE)
    query = select(SlotRow).where(
        SlotRow.point_id == point_id, SlotRow.starts >= first, SlotRow.starts < first + ONE_DAY
    )
    set_for = {row.starts: row for row in session.scalars(query)}
    taken = taken_by_start(session, point_id, first, first + ONE_DAY, now)
    found = []
    for slot in slots_on(office.catalogue, office.rules_of(point_id), point_id, day):
        row = set_for.get(slot.start)
        own = None if row is None else row.capacity
        found.append(
            DaySlot(
                start=slot.start,
                end=slot.end,
                by_rules=slot.capacity,
                own=own,
                taken=taken.get(slot.start, 0),
                reason=(row.reason or "") if row is not None and own is not None else "",
                changed_by=(row.changed_by or "") if row is not None and own is not None else "",
            )
        )
    return tuple(found)


def set_capacity(
    session: Session, office: Office, person: Person, point_id: str, start: datetime, capacity: int | None, reason: str
) -> tuple[DayEntry, ...]:
    """Give one slot its own capacity, None for that of the rules; return the bookings beyond it, to be moved.

    Nobody loses a seat by this; new seats are given only below the capacity. Raises NotFound `unknown_point`;
    InvalidQuery `wrong_capacity`.
    """
    if point_id not in office.catalogue.points:
        raise NotFound("unknown_point", field="point", value=point_id)
    if capacity is not None and not 0 <= capacity <= MOST_SEATS:
        raise InvalidQuery("wrong_capacity", field="capacity", value=capacity)
    values = {"point_id": point_id, "starts": start, "handed": 0}
    changes = {"own": capacity, "why": reason[:200], "who": person.name}
    session.execute(_setting(session.get_bind().dialect.name), values | changes)
    if capacity is None:
        return ()
    entries = booked_between(session, office, point_id, start, start + timedelta(minutes=1))
    still = [entry for entry in entries if entry.booking.state in (BookingState.BOOKED, BookingState.ARRIVED)]
    return tuple(still[capacity:])


def block_slot(
    session: Session, office: Office, person: Person, point_id: str, start: datetime, reason: str
) -> tuple[DayEntry, ...]:
    """Give out no more seats of a slot; return the bookings it has, to be moved or cancelled with a notice."""
    return set_capacity(session, office, person, point_id, start, 0, reason)


@cache
def _setting(dialect: str) -> Executable:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    own: dict[str, BindParameter[Any]] = {
        "capacity": bindparam("own"),
        "reason": bindparam("why"),
        "changed_by": bindparam("who"),
    }
    row = make(SlotRow).values(
        point_id=bindparam("point_id"), starts=bindparam("starts"), handed=bindparam("handed"), **own
    )
    return row.on_conflict_do_update(index_elements=[SlotRow.point_id, SlotRow.starts], set_=own)


def set_rules(
    session: Session, office: Office, now: datetime, person: Person, point_id: str, changes: Mapping[str, object]
) -> BookingRules:
    """Set what a point has otherwise than the district (nothing: the district's rules), for the next revision.

    Raises NotFound `unknown_point`; InvalidQuery `invalid_booking_rule`.
    """
    if point_id not in office.catalogue.points:
        raise NotFound("unknown_point", field="point", value=point_id)
    rules = changed_rules(office.rulebook.district, changes)
    session.execute(delete(RulesRow).where(RulesRow.point_id == point_id))
    if changes:
        text = json.dumps(dict(changes), sort_keys=True)
        session.add(RulesRow(point_id=point_id, changes=text, changed_at=now, changed_by=person.name))
        session.flush()
    raise_revision(session, ())
    return rules
