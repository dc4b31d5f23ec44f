"""Seats of a day (号源): how many each slot of a point has, which are blocked and why; and the rules of the point."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import arranging, fitting
from mapapp.booking.rules import MOST_SEATS, POINT_FIELDS, BookingRules
from mapapp.booking.visits import Office
from mapapp.editing import audit
from mapapp.editing.roles import Deed, Scope, demand
from mapapp.errors import InvalidQuery, Refused
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_language, current_now, services
from mapapp.web.pages.booking_times import read_slot, slot_value
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.calendar import weekday_name
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.visits import asked_day
from mapapp.web.words import clock, day_words

blueprint = staff_blueprint("slots", __name__)
_LONGEST_REASON = 100
_WEEK = range(7)
NUMBERS = tuple(name for name in POINT_FIELDS if name not in ("closes_at", "weekday_capacity"))


@blueprint.get("/staff/points/<point_id>/slots")
def show(point_id: str) -> Response:
    """Answer with the slots of a day, the next working day's by default."""
    demand(current_staff(), Deed.ARRANGE, Scope(point_id=point_id))
    office, day = offices.current_office(), asked_day()
    point = office.catalogue.point(point_id)
    rows = offices.seen(arranging.day_slots, office, current_now(), point_id, day)
    return page(
        "staff/slots.html",
        cache=PRIVATE,
        point_id=point_id,
        name=point.name(current_language()),
        day=day,
        day_words=day_words(day),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        rows=[(slot_value(row.start), f"{clock(row.start)}–{clock(row.end)}", row) for row in rows],
    )


@blueprint.post("/staff/points/<point_id>/slots")
def arrange(point_id: str) -> AnyResponse:
    """Set the seats of the ticked slots, block them, or go back to the rules; say who is booked beyond."""
    demand(current_staff(), Deed.ARRANGE, Scope(point_id=point_id))
    office = offices.current_office()
    day = date.fromisoformat(request.form.get("day", "")) if _is_day(request.form.get("day", "")) else None
    capacity, reason = _wanted()
    starts = _ticked(office, point_id)
    with staff_database().transaction() as session:
        for start in starts:
            arranging.set_capacity(session, office, current_actor().staff.person, point_id, start, capacity, reason)
        after = {"slots": [slot_value(start) for start in starts], "seats": capacity, "reason": reason}
        _note(session, point_id, before={}, after=after)
        lost = fitting.count_misfits(session, office, current_now(), (point_id,)).get(point_id, 0)
    return _told(point_id, lost, url_for("staff_slots.show", point_id=point_id, day=day))


@blueprint.get("/staff/points/<point_id>/rules")
def edit(point_id: str) -> Response:
    """Answer with the rules of a point; an empty field is the district's rule."""
    demand(current_staff(), Deed.ARRANGE, Scope(point_id=point_id))
    office = offices.current_office()
    return _rules_page(office, point_id, _cells(office.rules_of(point_id), office.rulebook.district), {})


@blueprint.post("/staff/points/<point_id>/rules")
def save_rules(point_id: str) -> AnyResponse:
    """Set the rules of a point; what makes no sense is told at its field."""
    demand(current_staff(), Deed.ARRANGE, Scope(point_id=point_id))
    office, actor = offices.current_office(), current_actor()
    before = _changes(_cells(office.rules_of(point_id), office.rulebook.district))
    try:
        changes = _changes(request.form)
        with staff_database().transaction() as session:
            arranging.set_rules(session, office, actor.now, actor.staff.person, point_id, changes)
            _note(session, point_id, before=before, after=changes)
    except InvalidQuery as error:
        if error.code != "invalid_booking_rule":
            raise
        faults = {str(error.field): gettext("This makes no sense as a rule of booking.")}
        return _rules_page(office, point_id, dict(request.form), faults, 400)
    # by the rules that hold from this moment on
    now_holding = offices.office_of(services().keeper.bundle())
    lost = offices.seen(fitting.count_misfits, now_holding, actor.now, (point_id,)).get(point_id, 0)
    return _told(point_id, lost, url_for("staff_slots.edit", point_id=point_id))


def _told(point_id: str, lost: int, back: str) -> AnyResponse:
    """Go back, or to the people who are booked beyond what there is now."""
    if not lost:
        flash(gettext("Saved. It holds from now on."))
        return redirect(back, 303)
    flash(gettext("Saved. %(count)d bookings no longer fit: please move or cancel them.", count=lost))
    return redirect(url_for("staff_visits.show", point_id=point_id), 303)


def _wanted() -> tuple[int | None, str]:
    """Return the seats the form asks for (0: blocked, None: by the rules) and why."""
    action, reason = request.form.get("action"), " ".join(request.form.get("reason", "").split())[:_LONGEST_REASON]
    if action == "free":
        return None, ""
    if not reason:
        raise Refused("answer_missing", field="reason")
    if action == "block":
        return 0, reason
    text = request.form.get("seats", "")
    if action != "seats" or not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise InvalidQuery("wrong_capacity", field="seats")
    return int(text), reason


def _ticked(office: Office, point_id: str) -> list[datetime]:
    """Return the slots that are ticked; raise Refused `not_bookable` when one is no slot of the point."""
    found = [read_slot(text) for text in request.form.getlist("slot")[:100]]
    starts = [start for start in found if start is not None]
    if not starts or len(starts) != len(found):
        raise InvalidQuery("wrong_parameter", field="slot")
    for day in {start.date() for start in starts}:
        known = {row.start for row in offices.seen(arranging.day_slots, office, current_now(), point_id, day)}
        if any(start not in known for start in starts if start.date() == day):
            raise Refused("not_bookable", field="slot")
    return starts


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _cells(rules: BookingRules, district: BookingRules) -> dict[str, str]:
    """Return what the fields show: what the point has otherwise than the district."""
    cells = {name: str(getattr(rules, name)) for name in NUMBERS if getattr(rules, name) != getattr(district, name)}
    if rules.closes_at != district.closes_at:
        cells["closes_at"] = rules.closes_at.strftime("%H:%M")
    return cells | {f"weekday_{day}": str(seats) for day, seats in (rules.weekday_capacity or {}).items()}


def _changes(cells: Any) -> dict[str, object]:
    """Return what a point has otherwise; raise InvalidQuery `invalid_booking_rule` naming the field."""
    changes: dict[str, object] = {}
    for name in NUMBERS:
        if cells.get(name, "").strip():
            changes[name] = _number(cells[name], name)
    if cells.get("closes_at", "").strip():
        changes["closes_at"] = cells["closes_at"].strip()
    names = {str(day): f"weekday_{day}" for day in _WEEK}
    days = {day: _number(cells[name], name, MOST_SEATS) for day, name in names.items() if cells.get(name, "").strip()}
    return changes | ({"weekday_capacity": days} if days else {})


def _number(text: str, field: str, most: int = 10**6) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 6 and int(plain) <= most):
        raise InvalidQuery("invalid_booking_rule", field=field)
    return int(plain)


def _note(session: Any, point_id: str, *, before: Any, after: Any) -> None:
    actor = current_actor()
    entry = audit.Entry(
        deed="arrange", kind="point", key=point_id, before=json.dumps(before), after=audit.json_text(after)
    )
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)


def _rules_page(office: Office, point_id: str, cells: Any, faults: dict[str, str], status: int = 200) -> Response:
    district, point = office.rulebook.district, office.catalogue.point(point_id)
    labels = {
        "slot_minutes": gettext("Minutes of a slot"),
        "capacity": gettext("Seats of a slot"),
        "first_day": gettext("First day that can be booked, in working days from today"),
        "last_day": gettext("Last day that can be booked, in working days from today"),
        "change_until_minutes": gettext("Minutes before the visit until which it can be moved or cancelled"),
        "early_minutes": gettext("Minutes before the time from which one may check in"),
        "late_minutes": gettext("Minutes after the time until which one may check in"),
        "matters_per_slot": gettext("Matters that one slot has time for"),
    }
    return page(
        "staff/rules.html",
        status=status,
        cache=PRIVATE,
        point_id=point_id,
        name=point.name(current_language()),
        cells=cells,
        faults=faults,
        numbers=[(name, labels[name], str(getattr(district, name))) for name in NUMBERS],
        closes_at=district.closes_at.strftime("%H:%M"),
        week=[(f"weekday_{day}", weekday_name(day)) for day in _WEEK],
    )
