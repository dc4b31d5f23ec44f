"""Booking a visit (网上预约): four steps on one page, matter, day and time, who, check; without JavaScript.

What was chosen stands in the address, what is personal only in the body of a form. A time is held by POST when it was
chosen; the cookie for that is the only one of these pages.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import holds, loading, waiting
from mapapp.booking.codes import grouped
from mapapp.booking.visitors import Visitor, read_last4, read_name, read_phone
from mapapp.booking.visits import MAX_MATTERS, BookingRequest, Office, bookable_offers
from mapapp.catalogue.points import ServicePoint
from mapapp.editing.changes import SubjectKind
from mapapp.errors import InvalidQuery, MapappError, NotFound, Refused
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_language, current_now, current_settings
from mapapp.web.failures import status_of
from mapapp.web.form_guard import TRAP, check_form, form_token
from mapapp.web.message_words import visit_words
from mapapp.web.office import current_office, done, draw_code, draw_number, seen
from mapapp.web.pages.booking_times import read_slot, slot_value, times_of
from mapapp.web.pages.booking_views import choices_by_department, matter_to_do, rules_words
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired_page
from mapapp.web.rates import count_booking_at, count_booking_deed
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.words import clock

blueprint = Blueprint("booking_pages", __name__)

HOLD_COOKIE = "hold"
_HOLD_PATH = "/book"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{24}", re.ASCII)
_TOKEN_BYTES = 18
_ONCE = re.compile(r"[A-Za-z0-9_-]{20,40}", re.ASCII)
# What a person types; kept when something is wrong.
TYPED = ("name", "phone", "id_last4", "consent")


@dataclass(kw_only=True)
class Visit:
    """What is chosen so far. `unknown` are codes that cannot be booked here, `errors` says by field what is wrong."""

    point: ServicePoint
    matters: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    day: str = ""
    start: datetime | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    waits: bool = False
    status: int = 200


@blueprint.get("/book/<point_id>")
def show(point_id: str) -> Response:
    """Answer with the page, as far as what is chosen goes; a retired point says where else to go (410)."""
    office = current_office()
    if point_id not in office.catalogue.points and (gone := retired_page(SubjectKind.POINT, point_id)):
        return gone
    visit = _visit(office, point_id, request.args)
    visit.waits = request.args.get("wait") == "1"
    return _answer(office, visit)


@blueprint.post("/book/<point_id>/hold")
def choose_time(point_id: str) -> AnyResponse:
    """Keep the chosen time for this browser and go on; a time that is gone is told on the page."""
    office, now = current_office(), current_now()
    visit = _visit(office, point_id, request.form)
    try:
        check_form(office, now)
        count_booking_deed(current_settings())
        if visit.start is None or not visit.matters:
            raise Refused("not_bookable", field="start")
        token = _token() or secrets.token_urlsafe(_TOKEN_BYTES)
        kept = done(holds.hold, office, now, token, point_id, visit.matters, visit.start)
    except MapappError as refusal:
        return _refused(office, visit, refusal)
    response = redirect(f"{_address(visit, slot=slot_value(visit.start))}#who", 303)
    response.headers["Cache-Control"] = PRIVATE
    response.set_cookie(
        HOLD_COOKIE,
        token,
        max_age=round((kept.until - now).total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path=_HOLD_PATH,
    )
    return response


@blueprint.post("/book/<point_id>")
def book(point_id: str) -> AnyResponse:
    """Book, and show the booking; what is wrong is told beside its field, and everything typed stays."""
    office, now, settings = current_office(), current_now(), current_settings()
    visit = _visit(office, point_id, request.form)
    visit.typed = {name: request.form.get(name, "")[:200] for name in TYPED}
    visit.waits = request.form.get("wait") == "1"
    try:
        check_form(office, now)
        count_booking_deed(settings)
        visitor = _visitor(visit)
        if visitor is None:
            return _answer(office, visit)
        if visit.waits:
            code = _join(office, now, visit, visitor)
        else:
            count_booking_at(settings, point_id)
            code = _book(office, now, visit, visitor)
    except MapappError as refusal:
        return _refused(office, visit, refusal)
    response = redirect(url_for("own_booking.show", code=grouped(code), new=1), 303)
    response.headers["Cache-Control"] = PRIVATE
    response.delete_cookie(HOLD_COOKIE, path=_HOLD_PATH)
    return response


def _book(office: Office, now: datetime, visit: Visit, visitor: Visitor) -> str:
    """Book what is chosen and return the code; the hidden key of the form makes a double click one booking."""
    if visit.start is None or not visit.matters:
        raise Refused("not_bookable", field="start")
    once = request.form.get("once", "")
    wanted = BookingRequest(
        point_id=visit.point.id,
        matters=visit.matters,
        start=visit.start,
        visitor=visitor,
        code=draw_code(),
        number=draw_number(office),
        key=f"page {once}" if _ONCE.fullmatch(once) else None,
        hold=_token(),
        language=current_language(),
    )
    return offices.book(office, now, wanted).code


def _join(office: Office, now: datetime, visit: Visit, visitor: Visitor) -> str:
    """Put somebody in line for the chosen day and return their code."""
    day = read_slot(visit.day)
    if day is None or not visit.matters:
        raise Refused("no_waiting_list", field="day")
    code = draw_code()
    done(
        waiting.join,
        office,
        now,
        point_id=visit.point.id,
        matters=visit.matters,
        day=day.date(),
        visitor=visitor,
        code=code,
        language=current_language(),
    )
    return code


def _visit(office: Office, point_id: str, values: Any) -> Visit:
    """Return what the values choose; raises NotFound `unknown_point` alone, everything else is told on the page."""
    point = office.catalogue.point(point_id)
    asked = tuple(dict.fromkeys(values.getlist("matter")))[:MAX_MATTERS]
    matters, unknown = [], []
    for code in asked:
        try:
            bookable_offers(office.catalogue, point_id, (code,))
            matters.append(code)
        except (NotFound, Refused):
            unknown.append(code[:40])
    return Visit(
        point=point,
        matters=tuple(matters),
        unknown=tuple(code for code in unknown if code),
        day=values.get("day", "")[:20],
        start=read_slot(values.get("slot", "")),
    )


def _visitor(visit: Visit) -> Visitor | None:
    """Return the person that was typed; None with every field's error when something is wrong."""
    read: dict[str, str] = {}
    for name, reader in (("name", read_name), ("phone", read_phone), ("id_last4", read_last4)):
        try:
            read[name] = reader(visit.typed[name])
        except InvalidQuery as error:
            visit.errors[name] = sentence_of(error, 422)[1]
    if not visit.typed["consent"]:
        visit.errors["consent"] = gettext("Please agree that these facts are kept for your visit.")
    if visit.errors:
        visit.status = 422
        return None
    return Visitor(**read)


def _refused(office: Office, visit: Visit, refusal: MapappError) -> Response:
    """Answer with the page and what was refused; a time that is gone leads back to the choice of times."""
    visit.status = status_of(refusal)
    if visit.status in (404, 503):
        raise refusal
    where = "time" if refusal.field in ("start", "day") else "form"
    visit.errors[where] = sentence_of(refusal, visit.status)[1]
    if where == "time":
        visit.day, visit.start = visit.day or (slot_value(visit.start)[:10] if visit.start else ""), None
    return _answer(office, visit)


def _answer(office: Office, visit: Visit) -> Response:
    now, language, settings = current_now(), current_language(), current_settings()
    point, rules = visit.point, office.rules_of(visit.point.id)
    slots = seen(loading.free_slots, office, now, point.id, visit.matters) if visit.matters else ()
    start, held = visit.start, None
    if start is not None:
        held = _held(office, now, visit)
        chosen = next((slot for slot in slots if slot.start == start), None)
        if chosen is None or (not chosen.free and held is None):
            visit.errors.setdefault("time", gettext("This time is no longer free. Please choose another one."))
            visit.day, start = visit.day or slot_value(start)[:10], None
    times = times_of(office, point.id, slots, now, visit.day, start)
    waits = visit.waits and times.is_full and office.sends_messages
    return page(
        "pages/book.html",
        status=visit.status,
        cache=PRIVATE,
        visit=visit,
        point_name=point.name(language),
        point_lang="zh-CN" if language == "en" and not point.name_en else None,
        departments=choices_by_department(office, point.id, language),
        matters=tuple(matter_to_do(office.catalogue.matters[code], language) for code in visit.matters),
        may_add=0 < len(visit.matters) < MAX_MATTERS,
        times=times,
        start=None if start is None else slot_value(start),
        start_words="" if start is None else visit_words(start),
        held_until=None if held is None else (held.isoformat(), clock(held)),
        waits=waits,
        may_wait=times.is_full and office.sends_messages,
        rules=rules_words(rules, office.rulebook.district, sends_messages=office.sends_messages),
        sends_messages=office.sends_messages,
        keep_days=settings.booking_keep_days,
        form=form_token(office, now),
        once=request.form.get("once") or secrets.token_urlsafe(_TOKEN_BYTES),
        trap=TRAP,
    )


def _held(office: Office, now: datetime, visit: Visit) -> datetime | None:
    token = _token()
    if token is None or visit.start is None:
        return None
    until = seen(holds.held_until, office, now, token, visit.point.id, visit.start)
    return until if until is not None and until - now > timedelta(seconds=1) else None


def _token() -> str | None:
    token = request.cookies.get(HOLD_COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def _address(visit: Visit, slot: str) -> str:
    return url_for("booking_pages.show", point_id=visit.point.id, matter=list(visit.matters), slot=slot)
