"""One's own booking (我的预约): shown, moved, cancelled, confirmed, erased by whoever has its code; and found again.

The code is the only key: every address here answers 404 without it, with the same page whatever was typed.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import desk, finding, fitting, loading, waiting
from mapapp.booking.codes import grouped, read_code
from mapapp.booking.visitors import Visitor, masked_phone, read_last4, read_phone
from mapapp.booking.visits import Booking, Office
from mapapp.errors import InvalidQuery, MapappError, NotFound
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_language, current_now, current_settings
from mapapp.web.failures import status_of
from mapapp.web.form_guard import check_form, check_site, form_token
from mapapp.web.message_words import long_day_words, visit_words
from mapapp.web.office import current_office, done, seen
from mapapp.web.pages.booking_times import read_slot, times_of
from mapapp.web.pages.booking_views import matters_to_do, own_booking, place_of
from mapapp.web.pages.frame import page
from mapapp.web.rates import count_booking_deed
from mapapp.web.sentences import sentence_of
from mapapp.web.words import clock

blueprint = Blueprint("own_booking", __name__)


@blueprint.get("/booking/find")
def find_form() -> Response:
    """Answer with the form for a forgotten code, and with the field for a known one."""
    return _find(current_office())


@blueprint.post("/booking/find")
def find() -> AnyResponse:
    """Open the booking with this code, or send the codes of a number to that number; what is said tells nothing."""
    office, now = current_office(), current_now()
    code = request.form.get("code", "")
    if code:
        check_site()
        known = read_code(code)
        if known is None:
            return _find(office, status=404, wrong_code=True)
        return redirect(url_for("own_booking.show", code=grouped(known)), 303)
    errors: dict[str, str] = {}
    read: dict[str, str] = {}
    try:
        check_form(office, now)
        count_booking_deed(current_settings())
    except MapappError as refusal:
        return _find(office, status=status_of(refusal), errors={"form": sentence_of(refusal, 400)[1]})
    for name, reader in (("phone", read_phone), ("id_last4", read_last4)):
        try:
            read[name] = reader(request.form.get(name, "")[:200])
        except InvalidQuery as error:
            errors[name] = sentence_of(error, 422)[1]
    if errors:
        typed = {name: request.form.get(name, "")[:30] for name in ("phone", "id_last4")}
        return _find(office, status=422, errors=errors, typed=typed)
    if office.sends_messages:
        done(finding.ask_for_codes, office, now, read["phone"], read["id_last4"], current_language())
    return _find(office, is_sent=office.sends_messages)


@blueprint.get("/booking/<code>")
def show(code: str) -> Response:
    """Answer with a booking or with a place in line."""
    return _show(current_office(), code)


@blueprint.post("/booking/<code>/move")
def move(code: str) -> AnyResponse:
    """Move the booking to the chosen time."""
    start = read_slot(request.form.get("slot", ""))
    if start is None:
        return _show(current_office(), code, status=400, moving=True)
    return _deed(code, lambda office, now: offices.move(office, now, code, start), moving=True)


@blueprint.post("/booking/<code>/cancel")
def cancel(code: str) -> AnyResponse:
    """Cancel the booking, or leave the line."""
    return _deed(code, lambda office, now: _cancel(office, now, code))


@blueprint.post("/booking/<code>/accept")
def accept(code: str) -> AnyResponse:
    """Take the time that is offered to a place in line."""
    return _deed(code, lambda office, now: done(waiting.accept, office, now, code))


@blueprint.post("/booking/<code>/confirm")
def confirm(code: str) -> AnyResponse:
    """Take the number that was sent to the phone."""
    return _deed(code, lambda office, now: _confirm(office, now, code, request.form.get("number", "")[:20].strip()))


@blueprint.post("/booking/<code>/erase")
def erase(code: str) -> AnyResponse:
    """Forget the person; the booking is cancelled if it is still to come."""
    office = current_office()
    check_site()
    count_booking_deed(current_settings())
    try:
        done(desk.erase, office, current_now(), code)
    except NotFound:
        done(waiting.erase, office, code)
    return page("pages/booking_erased.html", cache=PRIVATE)


def _cancel(office: Office, now: datetime, code: str) -> None:
    try:
        done(desk.cancel, office, now, code)
    except NotFound:
        done(waiting.leave, office, code)


def _confirm(office: Office, now: datetime, code: str, number: str) -> None:
    try:
        done(desk.confirm, office, now, code, number)
    except InvalidQuery:
        done(desk.count_wrong_number, office, code)
        raise


def _deed(code: str, deed: Any, *, moving: bool = False) -> AnyResponse:
    """Do it and show the booking again; what is refused is told on its page."""
    office = current_office()
    try:
        check_site()
        count_booking_deed(current_settings())
        deed(office, current_now())
    except MapappError as refusal:
        status = status_of(refusal)
        if status in (403, 404, 503):
            raise
        return _show(office, code, status=status, trouble=sentence_of(refusal, status)[1], moving=moving)
    return _back(code)


def _back(code: str) -> AnyResponse:
    response = redirect(url_for("own_booking.show", code=code), 303)
    response.headers["Cache-Control"] = PRIVATE
    return response


def _show(office: Office, code: str, *, status: int = 200, trouble: str = "", moving: bool = False) -> Response:
    now, language = current_now(), current_language()
    try:
        booking, visitor = seen(_booking_and_visitor, office, code)
    except NotFound:
        return _show_place(office, code, status, trouble)
    lost = seen(fitting.lost_reason, office, now, booking)
    shown = own_booking(office, booking, read_code(code) or "", now, language, lost)
    moving = shown.may_move and (moving or request.args.get("move") == "1")
    times = None
    if moving:
        slots = seen(loading.free_slots, office, now, booking.point_id, booking.matters)
        times = times_of(office, booking.point_id, slots, now, request.args.get("day", "")[:20], booking.start)
    return page(
        "pages/booking.html",
        status=status,
        cache=PRIVATE,
        booking=shown,
        visitor=visitor,
        phone=masked_phone(visitor.phone),
        is_new=request.args.get("new") == "1",
        times=times,
        trouble=trouble,
        sends_messages=office.sends_messages,
        keep_days=current_settings().booking_keep_days,
    )


def _booking_and_visitor(session: Any, office: Office, code: str) -> tuple[Booking, Visitor]:
    row = loading.row_of_code(session, office.sealer, code)
    return loading.booking_from(row), loading.visitor_in(office.sealer, row)


def _show_place(office: Office, code: str, status: int, trouble: str) -> Response:
    """Answer with a place in line; raises NotFound `unknown_booking` for a code that is nobody's."""
    language = current_language()
    place = seen(waiting.place_of_code, office, current_now(), code)
    where = place_of(office, place.point_id, language)
    return page(
        "pages/booking_wait.html",
        status=status,
        cache=PRIVATE,
        code=grouped(read_code(code) or ""),
        place=place,
        where=where,
        matters=matters_to_do(office, place.matters, language),
        day=long_day_words(place.day),
        offered="" if place.start is None else visit_words(place.start),
        until="" if place.until is None else clock(place.until),
        trouble=trouble,
    )


def _find(
    office: Office,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    wrong_code: bool = False,
    is_sent: bool = False,
) -> Response:
    return page(
        "pages/booking_find.html",
        status=status,
        cache=PRIVATE,
        errors=errors or {},
        typed=typed or {},
        wrong_code=wrong_code,
        is_sent=is_sent,
        sends_messages=office.sends_messages,
        form=form_token(office, current_now()),
        trap="website",
    )
