"""What booking works with in this application (预约服务): keys, rules, channels, and deeds in one transaction each."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from flask import current_app

from mapapp.booking import desk, loading
from mapapp.booking.codes import RANDOM_BYTES, code_of, number_of
from mapapp.booking.loading import FreeSlot
from mapapp.booking.rules import Rulebook, district_rules
from mapapp.booking.sealing import Keys
from mapapp.booking.visits import Booking, BookingRequest, Office
from mapapp.errors import Conflict
from mapapp.settings import Settings
from mapapp.web.context import Bundle, current_bundle, services
from mapapp.web.fragments import moment_text

_KEYS = "mapapp_booking_keys"
_RULES = "booking rules"
# How many free times are offered in place of one that is full.
_OFFERED = 5
P = ParamSpec("P")
T = TypeVar("T")
Deed = Callable[Concatenate[Any, Office, P], T]


def current_office() -> Office:
    """Return the office of this request: catalogue and rules of the current revision, the current keys."""
    return office_of(current_bundle())


def office_of(bundle: Bundle) -> Office:
    """Return the office that works with this bundle: asking for the revision once is enough for a request."""
    settings = services().settings
    # within one request the keys are looked for once
    return Office(bundle.catalogue, rulebook_of(bundle), cache(current_keys().sealer), sends_messages(settings))


def current_keys() -> Keys:
    """Return where the keys of this application are."""
    kept = current_app.extensions
    if _KEYS not in kept:
        kept.setdefault(_KEYS, Keys(services().settings))
    return cast(Keys, kept[_KEYS])


def rulebook_of(bundle: Bundle) -> Rulebook:
    """Return the rules of all points; they change with the revision, as everything that staff publish."""
    return bundle.once(_RULES, _read_rulebook)


def _read_rulebook() -> Rulebook:
    with services().keeper.database.reading() as session:
        return loading.read_rulebook(session, district_rules(services().settings))


def sends_messages(settings: Settings) -> bool:
    """Return whether any channel reaches a phone."""
    return bool(settings.message_webhook_url or settings.message_smtp_url)


def draw_code() -> str:
    """Return a new booking code from the system's random generator."""
    return code_of(secrets.token_bytes(RANDOM_BYTES))


def draw_number(office: Office) -> str:
    """Return a number that confirms a phone; none where no message can carry it."""
    return number_of(secrets.token_bytes(8)) if office.sends_messages else ""


def done(deed: Deed[P, T], office: Office, *arguments: P.args, **named: P.kwargs) -> T:
    """Return what a deed returns, in a transaction of its own: all of it is kept, or nothing."""
    with services().keeper.database.transaction() as session:
        return deed(session, office, *arguments, **named)


def seen(question: Deed[P, T], office: Office, *arguments: P.args, **named: P.kwargs) -> T:
    """Return what a question about bookings returns, in one consistent view."""
    with services().keeper.database.reading() as session:
        return question(session, office, *arguments, **named)


def book(office: Office, now: datetime, request: BookingRequest) -> desk.Receipt:
    """Book; a slot that is full is refused with the next free times as `alternatives`."""
    try:
        return done(desk.book, office, now, request)
    except Conflict as full:
        raise _with_alternatives(full, office, now, request.point_id, request.matters, request.start) from None


def move(office: Office, now: datetime, code: str, start: datetime) -> Booking:
    """Move a booking; a slot that is full is refused with the next free times as `alternatives`."""
    try:
        return done(desk.move, office, now, code, start)
    except Conflict as full:
        booking = seen(booking_of_code, office, code)
        raise _with_alternatives(full, office, now, booking.point_id, booking.matters, start) from None


def booking_of_code(session: Any, office: Office, code: str) -> Booking:
    """Return the booking with this code; raise NotFound `unknown_booking`."""
    return loading.booking_of_code(session, office.sealer, code)


def slot_fields(slots: Iterable[FreeSlot]) -> list[dict[str, object]]:
    """Return times as the interface tells them."""
    return [
        {
            "start": moment_text(slot.start),
            "end": moment_text(slot.end),
            "capacity": slot.capacity,
            "free": slot.free,
        }
        for slot in slots
    ]


def _with_alternatives(
    full: Conflict, office: Office, now: datetime, point_id: str, matters: tuple[str, ...], start: datetime
) -> Conflict:
    if full.code != "slot_full":
        return full
    others = seen(loading.alternatives, office, now, point_id, matters, start, _OFFERED)
    return Conflict("slot_full", field=full.field, alternatives=slot_fields(others))
