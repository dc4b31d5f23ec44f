"""Slots, bookings and holds (预约): `/points/{id}/slots`, `/bookings`, `/bookings/{code}`, `/holds`.

No answer repeats a name, a number or an identity document, none is kept by a cache, and an unknown code is answered
like one that was mistyped.
"""

import re
import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from flask_babel import lazy_gettext as _

from mapapp.booking import desk, holds, loading
from mapapp.booking.codes import grouped, read_code
from mapapp.booking.visitors import Visitor
from mapapp.booking.visits import Booking, BookingRequest, read_matters
from mapapp.errors import InvalidQuery, NotFound
from mapapp.web import office as offices
from mapapp.web.api.asking import asked
from mapapp.web.api.booking_shapes import BookingBody, BookingShape, HoldBody, HoldShape, MoveBody, SlotsShape
from mapapp.web.api.documented import documented
from mapapp.web.bodies import JSON, PRIVATE
from mapapp.web.booking_files import calendar_file, qr_svg
from mapapp.web.fragments import dumps, moment_text
from mapapp.web.json_bodies import Body, moment_in, read_json, text_in, texts_in
from mapapp.web.office import booking_of_code, done, draw_code, draw_number, office_of, seen, slot_fields
from mapapp.web.questions import BOOKING, HOLD, SLOTS
from mapapp.web.rates import count_booking_at, count_booking_deed

blueprint = APIBlueprint("booking", __name__, tag="Book")

HOLD_COOKIE = "hold"
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_TOKEN_BYTES = 18
_TOKEN = re.compile(r"[A-Za-z0-9_-]{24}", re.ASCII)
_HOLD_PATH = "/api/v1"


@blueprint.get("/points/<point_id>/slots")
@documented(_("The times of a point that can be booked now."), SLOTS, SlotsShape, statuses=(409,))
def slots(point_id: str) -> Response:
    """Return every time that can be booked now, full ones with `free` 0."""
    here = asked(SLOTS)
    matters = (here.values["matter"],) if "matter" in here.values else ()
    first, last = here.values.get("from"), here.values.get("to")
    if first is not None and last is not None and last < first:
        raise InvalidQuery("wrong_parameter", field="to")
    found = seen(loading.free_slots, office_of(here.bundle), here.now, point_id, matters, first, last)
    return _answer({"slots": slot_fields(found)})


@blueprint.post("/bookings")
@documented(
    _("Book a time. The same Idempotency-Key and body again: the same booking."),
    BOOKING,
    BookingShape,
    body=BookingBody,
    status=201,
    statuses=(200, 404, 409, 415, 422),
)
def book() -> Response:
    """Book a time for a visit; 201, or 200 for a request that was made before."""
    here = asked(BOOKING)
    key = _idempotency_key()
    body = read_json(BookingBody.model_fields)
    office = office_of(here.bundle)
    count_booking_deed(here.settings)
    wanted = BookingRequest(
        point_id=text_in(body, "point"),
        matters=read_matters((text_in(body, "matter"), *texts_in(body, "more_matters"))),
        start=moment_in(body, "start"),
        visitor=Visitor.read(*(text_in(body, name) for name in ("name", "phone", "id_last4"))),
        code=draw_code(),
        number=draw_number(office),
        key=key,
        hold=_token(body),
        language=here.language,
    )
    count_booking_at(here.settings, wanted.point_id)
    receipt = offices.book(office, here.now, wanted)
    response = _answer(_fields(receipt.booking, receipt.code), 201 if receipt.is_new else 200)
    response.headers["Location"] = _path(receipt.code)
    return response


@blueprint.get("/bookings/<code>")
@documented(_("A booking, by its code."), BOOKING, BookingShape)
def booking(code: str) -> Response:
    """Return a booking."""
    here = asked(BOOKING)
    return _answer(_fields(seen(booking_of_code, office_of(here.bundle), code), code))


@blueprint.patch("/bookings/<code>")
@documented(
    _("Move a booking; the old time is kept when the new one is gone."),
    BOOKING,
    BookingShape,
    body=MoveBody,
    statuses=(409, 415, 422),
)
def move(code: str) -> Response:
    """Move a booking to another time."""
    here = asked(BOOKING)
    count_booking_deed(here.settings)
    office = office_of(here.bundle)
    # an unknown code is unknown, whatever the body says
    seen(booking_of_code, office, code)
    start = moment_in(read_json(MoveBody.model_fields), "start")
    return _answer(_fields(offices.move(office, here.now, code, start), code))


@blueprint.delete("/bookings/<code>")
@documented(_("Cancel a booking; again: nothing changes."), BOOKING, status=204, statuses=(409,))
def cancel(code: str) -> Response:
    """Cancel a booking."""
    here = asked(BOOKING)
    count_booking_deed(here.settings)
    done(desk.cancel, office_of(here.bundle), here.now, code)
    return Response(status=204, headers={"Cache-Control": PRIVATE})


@blueprint.get("/bookings/<code>.ics")
@documented(_("A booking as a calendar file (RFC 5545)."), BOOKING, mimetype="text/calendar")
def calendar(code: str) -> Response:
    """Return the visit for a calendar."""
    here = asked(BOOKING)
    found = seen(booking_of_code, office_of(here.bundle), code)
    text = calendar_file(found, _plain(code), here.language, here.now)
    headers = {"Cache-Control": PRIVATE, "Content-Disposition": 'attachment; filename="booking.ics"'}
    return Response(text, headers=headers, content_type="text/calendar; charset=utf-8")


@blueprint.get("/bookings/<code>.svg")
@documented(_("A booking as a QR code, to check in with."), BOOKING, mimetype="image/svg+xml")
def qr(code: str) -> Response:
    """Return the QR code of the page of a booking."""
    here = asked(BOOKING)
    seen(booking_of_code, office_of(here.bundle), code)
    return Response(qr_svg(_plain(code)), headers={"Cache-Control": PRIVATE}, content_type="image/svg+xml")


@blueprint.post("/holds")
@documented(
    _("Keep a time for some minutes; one for each browser."),
    HOLD,
    HoldShape,
    body=HoldBody,
    status=201,
    statuses=(404, 409, 415, 422),
)
def hold() -> Response:
    """Keep a time; what this browser kept before is given up."""
    here = asked(HOLD)
    body = read_json(HoldBody.model_fields)
    count_booking_deed(here.settings)
    token = _token({}) or secrets.token_urlsafe(_TOKEN_BYTES)
    matters = read_matters((text_in(body, "matter"), *texts_in(body, "more_matters")))
    kept = done(
        holds.hold, office_of(here.bundle), here.now, token, text_in(body, "point"), matters, moment_in(body, "start")
    )
    response = _answer(
        {
            "token": token,
            "point": kept.point_id,
            "start": moment_text(kept.start),
            "end": moment_text(kept.end),
            "until": moment_text(kept.until),
        },
        201,
    )
    seconds = round((kept.until - here.now).total_seconds())
    response.set_cookie(
        HOLD_COOKIE, token, max_age=seconds, secure=request.is_secure, httponly=True, samesite="Lax", path=_HOLD_PATH
    )
    return response


@blueprint.delete("/holds")
@documented(
    _("Give up the time that this browser keeps; the token comes as cookie or in the header Hold-Token."),
    HOLD,
    status=204,
    statuses=(404,),
)
def release() -> Response:
    """Give up what this browser keeps."""
    here = asked(HOLD)
    token = request.headers.get("Hold-Token") or _token({})
    if token is None or not done(holds.release, office_of(here.bundle), token):
        raise NotFound("unknown_hold")
    response = Response(status=204, headers={"Cache-Control": PRIVATE})
    response.delete_cookie(HOLD_COOKIE, path=_HOLD_PATH)
    return response


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key")
    if not key:
        raise InvalidQuery("missing_idempotency_key", field="Idempotency-Key")
    if _KEY.fullmatch(key) is None:
        raise InvalidQuery("wrong_parameter", field="Idempotency-Key")
    return key


def _token(body: Body) -> str | None:
    """Return the token of this browser's hold: the one of the body, else the cookie's; only one that we made."""
    token = text_in(body, "hold") if "hold" in body else request.cookies.get(HOLD_COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def _plain(code: str) -> str:
    return read_code(code) or ""


def _path(code: str) -> str:
    return f"/api/v1/bookings/{grouped(code)}"


def _fields(found: Booking, code: str) -> dict[str, Any]:
    plain = _plain(code)
    return {
        "code": grouped(plain),
        "point": found.point_id,
        "matter": found.matters[0],
        "matters": list(found.matters),
        "start": moment_text(found.start),
        "end": moment_text(found.end),
        "state": found.state.value,
        "links": {
            "self": _path(plain),
            "page": f"/booking/{grouped(plain)}",
            "ics": f"{_path(plain)}.ics",
            "qr": f"{_path(plain)}.svg",
        },
    }


def _answer(fields: dict[str, Any], status: int = 200) -> Response:
    return Response(dumps(fields), status, headers={"Cache-Control": PRIVATE}, content_type=JSON)
