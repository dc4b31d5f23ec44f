"""Words that found nothing (无果搜索), as staff see them: they become a name of a matter, or are shown no more."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.catalogue.search_misses import most_frequent
from mapapp.editing import folk_names
from mapapp.editing.changes import ChangeState
from mapapp.editing.roles import Deed, Scope, may
from mapapp.editing.rows import ChangeRow
from mapapp.errors import InvalidQuery
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.details import entries
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.saving import fault_words, form_line

blueprint = staff_blueprint("searches", __name__)
_SHOWN = 30


@blueprint.get("/staff/searches")
def show() -> Response:
    """Answer with the words that found nothing on three days or more, the most frequent first."""
    return _page("", {}, {})


@blueprint.post("/staff/searches")
def act() -> AnyResponse:
    """Make the words a name of a matter, or show them no more."""
    words = request.form.get("words", "")
    if request.form.get("action") == "dismiss":
        with staff_database().transaction() as session:
            folk_names.dismiss_words(session, current_actor(), words, "not_for_us")
        flash(gettext("“%(words)s” is listed no more.", words=words))
        return redirect(url_for("staff_searches.show"), 303)
    if request.form.get("action") != "add":
        raise InvalidQuery("wrong_parameter", field="action")
    line = form_line()
    code, names = _matter_in(line), entries(line, "name")
    if not names:
        line.fault("name", "missing_value")
    if line.faults:
        return _page(words, dict(request.form), fault_words(line), 400)
    with staff_database().transaction() as session:
        row = folk_names.add_folk_names(session, current_actor(), code, names)
        folk_names.dismiss_words(session, current_actor(), words, f"name_of {code}")
        message = _message(row)
    flash(message)
    return redirect(url_for("staff_searches.show"), 303)


def _matter_in(line: Line) -> str:
    """Return the code that stands first in the field: a list offers code and name together."""
    typed = next(iter(line.cells.get("matter", "").split()), "")
    matters = current_bundle().catalogue.matters
    code = typed if typed in matters else typed.upper()
    if not typed:
        line.fault("matter", "missing_value")
    elif code not in matters:
        line.fault("matter", "unknown_matter", typed)
    return code


def _message(row: ChangeRow | None) -> str:
    if row is None:
        return gettext("The matter is called that already.")
    if row.state == ChangeState.PUBLISHED.value:
        return gettext("Published. The search finds the matter by this name from now on.")
    if row.state == ChangeState.WAITING.value:
        return gettext("Handed over. A second person publishes it.")
    return gettext("Added to your draft of this matter, which is not public yet.")


def _page(words: str, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    staff, language = current_staff(), current_language()
    with staff_database().reading() as session:
        misses = most_frequent(session, limit=_SHOWN)
    matters = [
        (matter.code, matter.name(language))
        for matter in current_bundle().catalogue.matters.values()
        if may(staff, Deed.DRAFT, Scope(departments=frozenset((matter.department,))))
    ]
    return page(
        "staff/searches.html",
        status=status,
        cache=PRIVATE,
        misses=misses,
        matters=matters,
        may_act=may(staff, Deed.FOLK),
        words=words,
        cells=cells,
        faults=faults,
    )
