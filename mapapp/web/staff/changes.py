"""Changes (变更): what is drafted, waiting and published, what differs, and what may be done with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import desk, drafting
from mapapp.editing.changes import OPEN_STATES, ChangeState, SubjectKind, difference, is_undoable, version_of
from mapapp.editing.drafting import Actor
from mapapp.editing.reading import read_values
from mapapp.editing.roles import Deed, Reach, may, reach
from mapapp.editing.rows import ChangeRow
from mapapp.errors import Conflict, InvalidQuery
from mapapp.hours.opening_hours import ZONE
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext, ngettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.booked import losing, publish_with_care
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.saving import difference_words, publish
from mapapp.web.staff.subjects import subject_link, subject_title
from mapapp.web.staff.words import state_name, subject_name

blueprint = staff_blueprint("changes", __name__)
FILTERS = {
    "open": OPEN_STATES,
    "published": (ChangeState.PUBLISHED,),
    "closed": (ChangeState.DECLINED, ChangeState.DROPPED),
}


@blueprint.get("/staff/changes")
def show_all() -> Response:
    """Answer with the changes one may see, open ones first of all."""
    staff, chosen = current_staff(), request.args.get("state", "open")
    chosen = chosen if chosen in FILTERS else "open"
    points = staff.points if reach(staff.role, Deed.LOOK) is Reach.OWN else None
    with staff_database().reading() as session:
        found = drafting.changes(session, states=FILTERS[chosen], point_ids=points, limit=100)
    return page("staff/changes.html", cache=PRIVATE, rows=change_lines(found), chosen=chosen)


@blueprint.get("/staff/changes/<int:change_id>")
def show(change_id: int) -> Response:
    """Answer with one change: what differs, its remarks, and what may be done with it."""
    staff = current_staff()
    with staff_database().reading() as session:
        row = drafting.find(session, staff, change_id)
        rows = difference_words(drafting.differences(row))
        notes = drafting.notes(session, row)
        overtaken = _overtaken(session, row)
        deeds = _deeds(session, row)
        is_there = row.point_id is not None or bool(read_values(session, SubjectKind(row.kind), row.key))
    return page(
        "staff/change.html",
        cache=PRIVATE,
        row=row,
        title=subject_title(row.kind, row.key),
        # a draft may be of what is not there yet
        link=subject_link(row.kind, row.key) if is_there else url_for("staff_changes.show_all"),
        kind=subject_name(row.kind),
        state=state_name(row.state),
        rows=rows,
        notes=notes,
        overtaken=difference_words(overtaken) if overtaken else (),
        is_overtaken=overtaken is not None,
        deeds=deeds,
    )


@blueprint.post("/staff/changes/<int:change_id>")
def act(change_id: int) -> AnyResponse:
    """Do one thing with a change: publish, schedule, submit, claim, take back, drop, decline, revert, rebase, note."""
    action = request.form.get("action", "")
    deed = ACTS.get(action)
    if deed is None:
        raise InvalidQuery("wrong_parameter", field="action")
    if action in PUBLISHING:
        return publish_with_care(change_id, action, deed)
    hit = losing(change_id, publish)[0] if action == "schedule" else ()
    with staff_database().transaction() as session:
        row = drafting.find(session, current_staff(), change_id)
        flash(deed(session, current_actor(), row))
    if hit:
        flash(
            ngettext(
                "%(num)d booking falls into it. When it is published it is listed under bookings.",
                "%(num)d bookings fall into it. When it is published they are listed under bookings.",
                len(hit),
            )
        )
    return redirect(url_for("staff_changes.show", change_id=change_id), 303)


def change_lines(rows: tuple[ChangeRow, ...]) -> list[dict[str, Any]]:
    """Return changes as lists show them."""
    return [
        {
            "row": row,
            "title": subject_title(row.kind, row.key),
            "kind": subject_name(row.kind),
            "state": state_name(row.state),
            "fields": [each.name for each in difference_words(drafting.differences(row))],
        }
        for row in rows
    ]


def _overtaken(session: Any, row: ChangeRow) -> Any:
    """Return what somebody else changed since the draft, None when nothing."""
    if ChangeState(row.state) not in OPEN_STATES:
        return None
    current = read_values(session, SubjectKind(row.kind), row.key)
    if version_of(current) == row.base_version:
        return None
    before = {each.field: each.before for each in drafting.differences(row)}
    return difference(before, {name: current.get(name) for name in before})


def _deeds(session: Any, row: ChangeRow) -> dict[str, bool]:
    """Return what whoever looks may do."""
    staff, state = current_staff(), ChangeState(row.state)
    where = drafting.scope(session, row)
    checks = may(staff, Deed.PUBLISH, where)
    is_author = row.made_by == staff.name or may(staff, Deed.COMMON)
    publishes = state in OPEN_STATES and desk.may_publish(session, staff, row)
    undoable = row.published_at is not None and is_undoable(
        row.published_at, current_now(), current_settings().undo_days
    )
    return {
        "publish": publishes,
        "schedule": publishes and state is not ChangeState.SCHEDULED,
        "submit": state is ChangeState.DRAFT and is_author and not publishes,
        "claim": state is ChangeState.WAITING and checks and row.claimed_by is None,
        "decline": state is ChangeState.WAITING and checks,
        "take_back": is_author and state in (ChangeState.WAITING, ChangeState.SCHEDULED, ChangeState.DECLINED),
        "drop": is_author and state in (*OPEN_STATES, ChangeState.DECLINED),
        "revert": undoable and (checks or desk.may_publish(session, staff, row)),
        "note": may(staff, Deed.NOTE, where),
    }


def _schedule(session: Any, actor: Actor, row: ChangeRow) -> str:
    text = f"{request.form.get('day', '')}T{request.form.get('time', '') or '00:00'}"
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidQuery("wrong_parameter", field="day", value=text) from None
    desk.schedule(session, actor, row, at.replace(tzinfo=ZONE))
    return gettext("It is published on %(moment)s.", moment=text.replace("T", " "))


def _submit(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.submit(session, actor, row)
    return gettext("Handed over. A second person publishes it.")


def _claim(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.claim(session, actor, row)
    return gettext("You are looking at it now.")


def _take_back(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.take_back(session, actor, row)
    return gettext("It is a draft again.")


def _drop(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.drop(session, actor, row)
    return gettext("The change is given up.")


def _decline(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.decline(session, actor, row, request.form.get("answer", ""))
    return gettext("Sent back with your reason.")


def _rebase(session: Any, actor: Actor, row: ChangeRow) -> str:
    if drafting.rebase(session, actor, row):
        return gettext("The draft now stands on what is published. Please look at the difference.")
    return gettext("Nothing differs from what is published.")


def _revert(session: Any, actor: Actor, row: ChangeRow) -> str:
    try:
        desk.revert(session, actor, row, current_settings().undo_days)
    except Conflict as error:
        if error.code != "edited_meanwhile":
            raise
        raise Conflict("changed_since") from error
    return gettext("Undone. What was there before is public again.")


def _note(session: Any, actor: Actor, row: ChangeRow) -> str:
    drafting.note(session, actor, row, request.form.get("text", ""))
    return gettext("Your remark is written down.")


ACTS: dict[str, Callable[[Any, Actor, ChangeRow], str]] = {
    "publish": publish,
    "schedule": _schedule,
    "submit": _submit,
    "claim": _claim,
    "take_back": _take_back,
    "drop": _drop,
    "decline": _decline,
    "rebase": _rebase,
    "revert": _revert,
    "note": _note,
}
# What is public at once, so that whoever is booked is asked about first.
PUBLISHING = ("publish", "revert")
