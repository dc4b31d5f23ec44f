"""What every form of staff does (表单): show the published values or the own draft, save, publish or hand over.

The version of the values one saw travels in the form. When somebody else changed them meanwhile, nothing is written:
a page shows both, and the author decides.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.editing import desk, drafting
from mapapp.editing.changes import (
    ChangeState,
    Difference,
    SubjectKind,
    Values,
    difference,
    is_daily,
    list_difference,
    version_of,
)
from mapapp.editing.drafting import Actor
from mapapp.editing.reading import read_known, read_values, scope_of
from mapapp.editing.roles import Deed, demand, may
from mapapp.editing.rows import ChangeRow
from mapapp.errors import Conflict
from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.booked import publish_with_care
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.words import fault_text, field_name, item_text, value_text

# What the script of a form asks for.
AUTOSAVE = "autosave"
# What a form sends beside its fields.
_OWN_FIELDS = frozenset(("csrf_token", "action", "version"))


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A subject as a form shows it: the published values, with those of the own draft over them."""

    kind: SubjectKind
    key: str
    published: Values
    draft: ChangeRow | None
    values: Values

    @property
    def version(self) -> str:
        """Return the name of the published values."""
        return version_of(self.published)


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceWords:
    """A field that changes, in words; lists say what is gone and what is new."""

    name: str
    before: str
    after: str
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def opened(kind: SubjectKind, key: str, deed: Deed = Deed.DRAFT, fields: tuple[str, ...] = ()) -> Opened:
    """Return a subject for editing; raise Forbidden when it is not theirs, NotFound when it is not there.

    `fields` are those that the form shows, where the right depends on them.
    """
    with staff_database().reading() as session:
        demand(current_staff(), deed, scope_of(session, kind, key, fields))
        published = read_known(session, kind, key)
        draft = drafting.own_draft(session, current_staff(), kind, key)
        changed = {row.field: row.after for row in drafting.differences(draft)} if draft else {}
    return Opened(kind=kind, key=key, published=published, draft=draft, values={**published, **changed})


def may_publish(subject: Opened, fields: tuple[str, ...]) -> bool:
    """Return whether whoever edits may publish these fields of the subject at once."""
    staff = current_staff()
    with staff_database().reading() as session:
        where = scope_of(session, subject.kind, subject.key, fields)
    if may(staff, Deed.PUBLISH, where):
        return True
    return is_daily(subject.kind, fields) and may(staff, Deed.PUBLISH_DAILY, where)


def form_line() -> Line:
    """Return the fields of the form as one row of a file: the same checks, the same codes."""
    cells = {name: value for name, value in request.form.items() if name not in _OWN_FIELDS}
    return Line(file="form", number=1, cells=cells)


def fault_words(line: Line) -> dict[str, str]:
    """Return field -> what is wrong with it, the first fault of each."""
    words: dict[str, str] = {}
    for fault in line.faults:
        words.setdefault(fault.field or "form", fault_text(fault.code))
    return words


def save(kind: SubjectKind, key: str, values: Values, back: str) -> AnyResponse:
    """Draft the values, and publish or hand over when that was asked for; then go `back` when nothing differs.

    What takes the time of somebody who booked is published after asking what becomes of them.
    """
    action = request.form.get("action", "draft")
    if action == AUTOSAVE:
        return _saved_by_itself(kind, key, values)
    try:
        with staff_database().transaction() as session:
            message, change_id = _done(session, kind, key, values, action)
        if not message and change_id is not None:
            return publish_with_care(change_id, "publish", publish)
    except Conflict as error:
        if error.code != "edited_meanwhile":
            raise
        return _both_versions(kind, key, values, back)
    flash(message)
    return redirect(back if change_id is None else url_for("staff_changes.show", change_id=change_id), 303)


def _saved_by_itself(kind: SubjectKind, key: str, values: Values) -> AnyResponse:
    """Keep what was typed so far as a draft, without a word (204); nothing and 409 when somebody else was there."""
    try:
        with staff_database().transaction() as session:
            drafting.save_draft(session, current_actor(), kind, key, values, request.form.get("version", ""))
    except Conflict as error:
        return Response(error.code, 409, mimetype="text/plain")
    return Response(status=204)


def publish(session: Any, actor: Actor, row: ChangeRow) -> str:
    """Publish a change and return what to tell. Raises as `desk.publish`."""
    desk.publish(session, actor, row)
    return gettext("Published. Everybody sees it from now on.")


def add_subject(kind: SubjectKind, key: str, values: Values, line: Line, field: str) -> bool:
    """Add something new and return True; False, with the fault in the line, when the key in `field` is taken."""
    with staff_database().transaction() as session:
        revision = desk.add(session, current_actor(), kind, key, values)
    if revision is None:
        line.fault(field, "duplicate_id", key)
    return revision is not None


def new_subject(kind: SubjectKind) -> Opened:
    """Return what the form of something new shows: nothing yet."""
    return Opened(kind=kind, key="", published={}, draft=None, values={})


def difference_words(rows: tuple[Difference, ...]) -> tuple[DifferenceWords, ...]:
    """Return a difference as people read it."""
    return tuple(_words(row) for row in rows)


def _done(session: Any, kind: SubjectKind, key: str, values: Values, action: str) -> tuple[str, int | None]:
    """Return (what to tell, "" for what is ready to be published; the change to look at or None)."""
    actor = current_actor()
    row = drafting.save_draft(session, actor, kind, key, values, request.form.get("version", ""))
    if row is None:
        return gettext("Nothing differs from what is published."), None
    if action == "publish":
        if desk.may_publish(session, actor.staff, row):
            return "", row.id
        drafting.submit(session, actor, row)
        return gettext("Handed over. A second person publishes it."), row.id
    return gettext("Saved as a draft. Nobody outside sees it."), row.id


def _both_versions(kind: SubjectKind, key: str, values: Values, back: str) -> AnyResponse:
    with staff_database().reading() as session:
        current = read_values(session, kind, key)
        latest = drafting.changes(session, states=(ChangeState.PUBLISHED,), kind=kind, key=key, limit=1)
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN_FIELDS]
    return page(
        "staff/conflict.html",
        status=409,
        cache=PRIVATE,
        rows=difference_words(difference(current, values)),
        latest=latest[0] if latest else None,
        fields=fields,
        action=request.form.get("action", "draft"),
        version=version_of(current),
        here=request.path,
        back=back,
    )


def _words(row: Difference) -> DifferenceWords:
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    if isinstance(row.before, list) and isinstance(row.after, list):
        gone, new = (tuple(item_text(item) for item in part) for part in list_difference(row.before, row.after))
    before, after = value_text(row.field, row.before), value_text(row.field, row.after)
    return DifferenceWords(name=field_name(row.field), before=before, after=after, gone=gone, new=new)
