"""Who is booked when hours change or a point closes (已预约的人): shown first, then moved or cancelled with a word."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import flash, request
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import day as days
from mapapp.booking import fitting, loading
from mapapp.booking.day import DayEntry
from mapapp.booking.visits import Office
from mapapp.catalogue.catalogue import Catalogue
from mapapp.editing.changes import DISTRICT, Values
from mapapp.editing.roles import Deed, Scope, may
from mapapp.errors import MapappError
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, services
from mapapp.web.message_words import visit_words
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, may_publish, save
from mapapp.web.staff.visits import masked

# People who are moved or told within one request; more are done point by point.
_MOST = 100
_CHOICES = ("keep", "move", "cancel")


def save_with_care(
    subject: Opened, values: Values, back: str, changed: Callable[[Catalogue], Catalogue]
) -> AnyResponse:
    """Save as `save` does; before publishing what takes the slot of somebody who booked, ask what becomes of them.

    `changed` makes the catalogue as it would be.
    """
    publishes = request.form.get("action") == "publish" and may_publish(subject, tuple(values))
    hit = _hit(subject.key, changed) if publishes else ()
    choice = request.form.get("booked", "")
    if hit and choice not in _CHOICES:
        return _ask(subject.key, hit, changed, back)
    answer = save(subject.kind, subject.key, values, back)
    if hit and answer.status_code == 303:
        _deal(hit[:_MOST] if choice != "keep" else (), choice, len(hit))
    return answer


def _hit(key: str, changed: Callable[[Catalogue], Catalogue]) -> tuple[DayEntry, ...]:
    office = offices.current_office()
    after = replace(office, catalogue=changed(office.catalogue))
    points = None if key == DISTRICT else (key,)
    with services().keeper.database.reading() as session:
        found = fitting.newly_lost(session, office, after, current_now(), points)
    staff = current_staff()
    return tuple(entry for entry in found if may(staff, Deed.VISITS, Scope(point_id=entry.booking.point_id)))


def _ask(key: str, hit: tuple[DayEntry, ...], changed: Callable[[Catalogue], Catalogue], back: str) -> AnyResponse:
    office = offices.current_office()
    after = replace(office, catalogue=changed(office.catalogue))
    skipped = ("csrf_token", "booked", "booked_reason", "action")
    return page(
        "staff/booked.html",
        status=409,
        cache=PRIVATE,
        key=key,
        rows=[_row(office, entry) for entry in hit[:_MOST]],
        count=len(hit),
        most=_MOST,
        reason=fitting.closure_reason(after, hit[0].booking) or gettext("Our opening hours change."),
        fields=[(name, value) for name, value in request.form.items(multi=True) if name not in skipped],
        sends_messages=office.sends_messages,
        here=request.path,
        back=back,
    )


def _row(office: Office, entry: DayEntry) -> dict[str, Any]:
    booking = entry.booking
    phone = entry.visitor.phone if entry.visitor and not office.sends_messages else ""
    return {"point": booking.point_id, "when": visit_words(booking.start), "who": masked(entry.visitor), "phone": phone}


def _deal(hit: Iterable[DayEntry], choice: str, count: int) -> None:
    """Move or cancel each, one transaction each; whoever cannot be moved stays in the list of the day's page."""
    # by the hours and closures that hold from this moment on
    office, now = offices.office_of(services().keeper.bundle()), current_now()
    person, done = current_staff().person, 0
    for entry in hit:
        booking = entry.booking
        reason = " ".join(request.form.get("booked_reason", "").split())[: fitting.LONGEST_REASON]
        reason = reason or fitting.closure_reason(office, booking) or gettext("Our opening hours change.")
        try:
            if choice == "cancel":
                offices.done(days.cancel_for, office, now, person, booking.id, reason)
            else:
                (other,) = offices.seen(
                    loading.alternatives, office, now, booking.point_id, booking.matters, booking.start, 1
                )
                offices.done(days.move_for, office, now, person, booking.id, other.start, reason)
            done += 1
        except (MapappError, ValueError):
            # full by now, or no longer taken there at all: it is listed, to be done by hand
            continue
    flash(
        gettext(
            "%(done)d of %(count)d bookings are settled; the others are listed under bookings.", done=done, count=count
        )
    )
