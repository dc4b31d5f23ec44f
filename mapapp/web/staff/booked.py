"""Who is booked when something is published (已预约的人): shown first, then moved or cancelled with a word.

A closure, hours, offers, a calendar or a point that is retired: whichever form it comes from, from the page of changes
or by undoing another change, it is published here. What is published by date asks nobody; `send-messages` tells them.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.booking import day as days
from mapapp.booking import fitting, loading
from mapapp.booking.day import DayEntry
from mapapp.booking.visits import Office
from mapapp.catalogue.loading import read_catalogue
from mapapp.editing import drafting
from mapapp.editing.changes import DISTRICT, SubjectKind
from mapapp.editing.drafting import Actor
from mapapp.editing.roles import Deed, Scope, may
from mapapp.editing.rows import ChangeRow
from mapapp.errors import MapappError
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, services
from mapapp.web.message_words import visit_words
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.visits import masked

# What publishes a change, or undoes it, and returns what to tell.
Publishing = Callable[[Any, Actor, ChangeRow], str]
# People who are moved or told within one request; more are done point by point.
_MOST = 100
_CHOICES = ("keep", "move", "cancel")
# kind -> the fields that can take somebody's time away, None for any of them.
_WHAT_TAKES_TIMES: dict[SubjectKind, frozenset[str] | None] = {
    SubjectKind.CLOSURES: None,
    SubjectKind.OFFERS: None,
    SubjectKind.CALENDAR: None,
    SubjectKind.POINT: frozenset(("hours_rule", "retired")),
    SubjectKind.MATTER: frozenset(("retired",)),
}


def publish_with_care(change_id: int, action: str, publishing: Publishing) -> AnyResponse:
    """Publish a change and show it; before that, when it takes the time of somebody who booked, ask about them (409).

    Raises what `publishing` raises, before anybody is shown.
    """
    hit, after = losing(change_id, publishing)
    choice = request.form.get("booked", "")
    if hit and choice not in _CHOICES:
        return _ask(change_id, action, hit, after)
    with staff_database().transaction() as session:
        flash(publishing(session, current_actor(), drafting.find(session, current_staff(), change_id)))
    if hit:
        _deal(hit[:_MOST] if choice != "keep" else (), choice, len(hit))
    return redirect(url_for("staff_changes.show", change_id=change_id), 303)


def losing(change_id: int, publishing: Publishing) -> tuple[tuple[DayEntry, ...], Office]:
    """Return the bookings that would lose their time, those that one may see, and the office as it would be."""
    office, now, staff = offices.current_office(), current_now(), current_staff()
    with staff_database().transaction() as session:
        row = drafting.find(session, staff, change_id)
        points = _points_of(row)
        if not _can_take_times(row) or not fitting.has_coming(session, now, points):
            return (), office
        # done and taken back: what is public is read as it would be, by the same steps
        with session.begin_nested() as attempt:
            publishing(session, current_actor(), row)
            after = replace(office, catalogue=read_catalogue(session, now, office.catalogue.network))
            attempt.rollback()
        found = fitting.newly_lost(session, office, after, now, points)
    return tuple(entry for entry in found if may(staff, Deed.VISITS, Scope(point_id=entry.booking.point_id))), after


def _can_take_times(row: ChangeRow) -> bool:
    kind = SubjectKind(row.kind)
    if kind not in _WHAT_TAKES_TIMES:
        return False
    fields = _WHAT_TAKES_TIMES[kind]
    return fields is None or not fields.isdisjoint(json.loads(row.after))


def _points_of(row: ChangeRow) -> tuple[str, ...] | None:
    """Return the points a change is about, None for all."""
    is_common = row.key == DISTRICT or row.kind in (SubjectKind.CALENDAR.value, SubjectKind.MATTER.value)
    return None if is_common else (row.key,)


def _ask(change_id: int, action: str, hit: tuple[DayEntry, ...], after: Office) -> AnyResponse:
    reason = fitting.closure_reason(after, hit[0].booking)
    return page(
        "staff/booked.html",
        status=409,
        cache=PRIVATE,
        here=url_for("staff_changes.show", change_id=change_id),
        action=action,
        rows=[_row(after, entry) for entry in hit[:_MOST]],
        count=len(hit),
        most=_MOST,
        reason=reason or gettext("Our opening hours change."),
        sends_messages=after.sends_messages,
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
