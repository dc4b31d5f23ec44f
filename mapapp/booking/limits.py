"""How many bookings may one person have (限额)? Counted by keyed hashes, never by the number itself.

A number that nobody confirmed must not be a weapon against its owner: bookings count against a number when the number
was confirmed, or when number and last four are the very same person's. Missed visits count only when confirmed, which
takes a channel; without one there is no pause.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from mapapp.booking.entries import person_hashes
from mapapp.booking.rows import BOOKINGS
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingState, Office
from mapapp.errors import Refused
from mapapp.hours.opening_hours import ZONE

_BOOKING = BOOKINGS.c
_IS_ACTIVE = and_(_BOOKING.state == BookingState.BOOKED.value, _BOOKING.ends > bindparam("now"))
_IS_MISSED = and_(_BOOKING.state == BookingState.NO_SHOW.value, _BOOKING.starts > bindparam("recent"))
# The usual one key needs no list, which would have to be written out for each question.
_PHONE = _BOOKING.phone_hash == bindparam("phone")
_PHONES = _BOOKING.phone_hash.in_(bindparam("phones", expanding=True))
_OTHERS = select(
    _BOOKING.state,
    _BOOKING.starts,
    _BOOKING.matter_code,
    _BOOKING.more_matters,
    _BOOKING.person_hash,
    _BOOKING.confirmed_at,
).where(_BOOKING.id != bindparam("own"))
# (are misses counted, are there several keys) -> the question
_QUESTIONS = {
    (counts, several): _OTHERS.where(
        _PHONES if several else _PHONE, or_(_IS_ACTIVE, _IS_MISSED) if counts else _IS_ACTIVE
    )
    for counts in (False, True)
    for several in (False, True)
}


def check_limits(
    session: Session,
    office: Office,
    now: datetime,
    visitor: Visitor,
    matters: tuple[str, ...],
    start: datetime,
    booking_id: int,
) -> None:
    """Raise Refused `limit_reached` or `booking_paused` when the booking `booking_id` is one too many.

    The caller waits for the person first, so that two requests at once are counted one after the other.
    """
    rules = office.rulebook.district
    phones = office.sealer.hashes("phone", visitor.phone)
    values = {
        "phones": phones,
        "phone": phones[0],
        "own": booking_id,
        "now": now,
        "recent": now - timedelta(days=rules.no_show_days),
    }
    found = session.connection().execute(_QUESTIONS[office.sends_messages, len(phones) > 1], values)
    person, day = person_hashes(office, visitor), start.astimezone(ZONE).date()
    counted, same, misses = 0, 0, []
    for state, starts, first, more, whose, confirmed_at in found:
        is_same_person = whose in person
        if state == BookingState.NO_SHOW:
            misses += [starts] if confirmed_at is not None else []
        elif is_same_person or (office.sends_messages and confirmed_at is not None):
            counted += 1
            same += is_same_person and starts.date() == day and not {first, *more}.isdisjoint(matters)
    if counted >= rules.active_limit:
        raise Refused("limit_reached", field="phone", most=rules.active_limit)
    if same >= rules.matter_day_limit:
        raise Refused("limit_reached", field="matter", most=rules.matter_day_limit)
    paused_until = max(misses) + timedelta(days=rules.pause_days) if len(misses) >= rules.no_shows else now
    if paused_until > now:
        raise Refused("booking_paused", field="phone", until=paused_until.date().isoformat())
