"""Who comes today (当日预约): the list of a day, check-in by code, done, missed, walk-in, cancelled with a reason.

People are masked: enough to call somebody at the counter, not enough to know who they are. Prints on one page.
"""

import functools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import day as days
from mapapp.booking import fitting, loading
from mapapp.booking.day import Arrival, DayEntry
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingState, Office
from mapapp.editing.roles import Deed, Scope, demand
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language, current_now
from mapapp.web.message_words import visit_words
from mapapp.web.pages.booking_times import read_slot, slot_value
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff, staff_database
from mapapp.web.words import clock, day_words

blueprint = staff_blueprint("visits", __name__)
_FARTHEST = timedelta(days=730)
# Times that are offered for a booking to be moved to.
_TIMES = 8


@blueprint.get("/staff/points/<point_id>/visits")
def show(point_id: str) -> Response:
    """Answer with the bookings of a day, today by default, and those that closures or hours left without a slot."""
    demand(current_staff(), Deed.VISITS, Scope(point_id=point_id))
    day, office = asked_day(), offices.current_office()
    # a point that left the map may still have people who booked there
    point = office.catalogue.points.get(point_id)
    lost = offices.seen(fitting.misfits, office, current_now(), point_id)
    if point is None and not lost:
        raise NotFound("unknown_point", field="id", value=point_id)
    entries = offices.seen(days.day_list, office, point_id, day)
    free = functools.cache(functools.partial(free_times, office, point_id))
    today = current_now().date()
    return page(
        "staff/visits.html",
        cache=PRIVATE,
        point_id=point_id,
        is_public=point is not None,
        name="" if point is None else point.name(current_language()),
        day=day,
        day_words=day_words(day),
        is_today=day == today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        rows=[_row(office, entry, free) for entry in entries],
        lost=[_row(office, entry, free) | _number_to_call(office, entry) for entry in lost],
        matters=_matters(point_id) if point is not None else [],
        sends_messages=office.sends_messages,
    )


@blueprint.post("/staff/points/<point_id>/visits")
def act(point_id: str) -> AnyResponse:
    """Do one thing: check in, done, missed, walk-in, move or cancel; only with bookings of this point."""
    demand(current_staff(), Deed.VISITS, Scope(point_id=point_id))
    deed = ACTS.get(request.form.get("action", ""))
    if deed is None:
        raise InvalidQuery("wrong_parameter", field="action")
    flash(deed(offices.current_office(), point_id))
    return redirect(url_for("staff_visits.show", point_id=point_id, day=request.form.get("day") or None), 303)


def masked(visitor: Visitor | None) -> str:
    """Return somebody as a list may show them: the first sign of the name and the end of the number."""
    if visitor is None or not visitor.name:
        return "–"
    return f"{visitor.name[0]}{'*' * min(len(visitor.name) - 1, 3)} · {visitor.phone[-4:]}"


def asked_day() -> date:
    """Return the day of the address, today for anything that is none or lies more than two years away."""
    today = current_now().date()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if abs(day - today) <= _FARTHEST else today


def free_times(office: Office, point_id: str, matters: tuple[str, ...]) -> tuple[datetime, ...]:
    """Return when a visit for these matters can still be booked; nothing where they no longer can."""
    try:
        found = offices.seen(loading.free_slots, office, current_now(), point_id, matters)
    except (NotFound, Refused):
        return ()
    return tuple(slot.start for slot in found if slot.free)


def _row(office: Office, entry: DayEntry, free: Callable[[tuple[str, ...]], tuple[datetime, ...]]) -> dict[str, Any]:
    booking, language = entry.booking, current_language()
    matters = office.catalogue.matters
    late = current_now() > booking.start + timedelta(minutes=office.rules_of(booking.point_id).late_minutes)
    is_open = booking.state in (BookingState.BOOKED, BookingState.ARRIVED)
    may_move = booking.state is BookingState.BOOKED and booking.start > current_now()
    times = [start for start in free(booking.matters) if start != booking.start] if may_move else []
    times = ([start for start in times if start > booking.start] or times)[:_TIMES]
    return {
        "id": booking.id,
        "time": f"{clock(booking.start)}–{clock(booking.end)}",
        "day": day_words(booking.start.date()),
        "who": masked(entry.visitor),
        "matters": [matters[code].name(language) if code in matters else code for code in booking.matters],
        "state": state_name(booking.state),
        "is_walk_in": booking.is_walk_in,
        "may_finish": booking.state is BookingState.ARRIVED,
        "may_miss": booking.state is BookingState.BOOKED and late,
        "may_cancel": is_open,
        "reason": fitting.closure_reason(office, booking),
        "times": [(slot_value(start), visit_words(start)) for start in times],
    }


def _number_to_call(office: Office, entry: DayEntry) -> dict[str, str]:
    """Return the number of somebody who must be told and cannot be by a message."""
    return {"phone": entry.visitor.phone} if entry.visitor and not office.sends_messages else {}


def _matters(point_id: str) -> list[tuple[str, str]]:
    catalogue, language = current_bundle().catalogue, current_language()
    return [
        (offer.matter_code, catalogue.matters[offer.matter_code].name(language))
        for offer in catalogue.offers_by_point[point_id]
    ]


def _own_booking(point_id: str) -> int:
    """Return the booking of the form; raise NotFound `unknown_booking` when it is another point's."""
    text = request.form.get("booking", "")
    number = int(text[:9]) if text.isdecimal() else 0
    with staff_database().reading() as session:
        if not days.is_of_point(session, point_id, number):
            raise NotFound("unknown_booking")
    return number


def _check_in(office: Office, point_id: str) -> str:
    code = request.form.get("code", "").strip().rstrip("/").rpartition("/")[2]
    booking = offices.seen(offices.booking_of_code, office, code)
    if booking.point_id != point_id:
        raise NotFound("unknown_booking")
    booking, arrival = offices.done(days.check_in, office, current_now(), current_staff().person, code)
    words = {
        Arrival.EARLY: gettext("Checked in for %(time)s: early.", time=clock(booking.start)),
        Arrival.ON_TIME: gettext("Checked in for %(time)s.", time=clock(booking.start)),
        Arrival.LATE: gettext("Checked in for %(time)s: late, but served.", time=clock(booking.start)),
    }
    return words[arrival]


def _finish(office: Office, point_id: str) -> str:
    number = _own_booking(point_id)
    with staff_database().transaction() as session:
        days.note_done(session, current_now(), current_staff().person, number)
    return gettext("Noted as served.")


def _miss(office: Office, point_id: str) -> str:
    number = _own_booking(point_id)
    offices.done(days.note_no_show, office, current_now(), current_staff().person, number)
    return gettext("Noted as missed.")


def _walk_in(office: Office, point_id: str) -> str:
    matters = tuple(code for code in request.form.getlist("matter") if code)[:1]
    if not matters:
        raise InvalidQuery("wrong_parameter", field="matter")
    code = offices.draw_code()
    booking = offices.done(
        days.walk_in, office, current_now(), current_staff().person, point_id=point_id, matters=matters, code=code
    )
    return gettext("Taken in line for %(time)s.", time=clock(booking.start))


def _cancel(office: Office, point_id: str) -> str:
    number, reason = _own_booking(point_id), _reason()
    offices.done(days.cancel_for, office, current_now(), current_staff().person, number, reason)
    if office.sends_messages:
        return gettext("Cancelled; the resident is told why.")
    return gettext("Cancelled. No message can be sent: please call the resident.")


def _move(office: Office, point_id: str) -> str:
    number, reason = _own_booking(point_id), _reason()
    start = read_slot(request.form.get("slot", ""))
    if start is None:
        raise InvalidQuery("wrong_parameter", field="slot")
    booking = offices.done(days.move_for, office, current_now(), current_staff().person, number, start, reason)
    when = visit_words(booking.start)
    if office.sends_messages:
        return gettext("Moved to %(time)s; the resident is told why.", time=when)
    return gettext("Moved to %(time)s. No message can be sent: please call the resident.", time=when)


def _reason() -> str:
    reason = " ".join(request.form.get("reason", "").split())[: fitting.LONGEST_REASON]
    if not reason:
        raise Refused("answer_missing", field="reason")
    return reason


def state_name(state: BookingState) -> str:
    """Return what became of a booking, in words."""
    names = {
        BookingState.BOOKED: gettext("booked"),
        BookingState.CANCELLED: gettext("cancelled"),
        BookingState.ARRIVED: gettext("is here"),
        BookingState.DONE: gettext("served"),
        BookingState.NO_SHOW: gettext("missed"),
    }
    return names[state]


ACTS: dict[str, Callable[[Office, str], str]] = {
    "check_in": _check_in,
    "finish": _finish,
    "miss": _miss,
    "walk_in": _walk_in,
    "cancel": _cancel,
    "move": _move,
}
