"""Who comes today (当日预约): the list of a day, check-in by code, done, missed, walk-in, cancelled with a reason.

People are masked: enough to call somebody at the counter, not enough to know who they are. Prints on one page.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import day as days
from mapapp.booking.day import Arrival, DayEntry
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import BookingState, Office
from mapapp.editing.roles import Deed, Scope, demand
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language, current_now
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff, staff_database
from mapapp.web.words import clock, day_words

blueprint = staff_blueprint("visits", __name__)
_LONGEST_REASON = 100


@blueprint.get("/staff/points/<point_id>/visits")
def show(point_id: str) -> Response:
    """Answer with the bookings of a day, today by default, and those that closures or hours left without a slot."""
    demand(current_staff(), Deed.VISITS, Scope(point_id=point_id))
    point = current_bundle().catalogue.point(point_id)
    day, office = _day(), offices.current_office()
    entries = offices.seen(days.day_list, office, point_id, day)
    lost = offices.seen(days.misfits, office, current_now(), point_id)
    today = current_now().date()
    return page(
        "staff/visits.html",
        cache=PRIVATE,
        point=point,
        name=point.name(current_language()),
        day=day,
        day_words=day_words(day),
        is_today=day == today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        rows=[_row(office, entry) for entry in entries],
        lost=[_row(office, entry) for entry in lost],
        matters=_matters(point_id),
    )


@blueprint.post("/staff/points/<point_id>/visits")
def act(point_id: str) -> AnyResponse:
    """Do one thing: check in, done, missed, walk-in or cancel; only with bookings of this point."""
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


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return current_now().date()


def _row(office: Office, entry: DayEntry) -> dict[str, Any]:
    booking, language = entry.booking, current_language()
    matters = office.catalogue.matters
    late = current_now() > booking.start + timedelta(minutes=office.rules_of(booking.point_id).late_minutes)
    is_open = booking.state in (BookingState.BOOKED, BookingState.ARRIVED)
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
    }


def _matters(point_id: str) -> list[tuple[str, str]]:
    catalogue, language = current_bundle().catalogue, current_language()
    return [
        (offer.matter_code, catalogue.matters[offer.matter_code].name(language))
        for offer in catalogue.offers_by_point[point_id]
    ]


def _own_booking(office: Office, point_id: str) -> int:
    """Return the booking of the form; raise NotFound `unknown_booking` when it is another point's."""
    text = request.form.get("booking", "")
    number = int(text[:15]) if text.isdecimal() else 0
    first = current_now() - timedelta(days=400)
    last = current_now() + timedelta(days=400)
    entries = offices.seen(days.booked_between, office, point_id, first, last)
    if number not in {entry.booking.id for entry in entries}:
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
    number = _own_booking(office, point_id)
    with staff_database().transaction() as session:
        days.note_done(session, current_now(), current_staff().person, number)
    return gettext("Noted as served.")


def _miss(office: Office, point_id: str) -> str:
    number = _own_booking(office, point_id)
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
    reason = request.form.get("reason", "").strip()[:_LONGEST_REASON]
    if not reason:
        raise Refused("answer_missing", field="reason")
    number = _own_booking(office, point_id)
    offices.done(days.cancel_for, office, current_now(), current_staff().person, number, reason)
    return gettext("Cancelled; the resident is told why.")


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
}
