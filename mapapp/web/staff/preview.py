"""The public page as it would be with a draft (公开页面预览): the very page that residents get, with a bar on top.

The draft is written, everything is loaded as after a publication, and the writing is taken back; nobody else sees it.
"""

from typing import Any

from flask import Response, flash, g, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.loading import read_catalogue
from mapapp.editing import desk, drafting
from mapapp.editing.changes import DISTRICT, OPEN_STATES, ChangeState, SubjectKind
from mapapp.editing.reading import read_many
from mapapp.editing.retired import read_retired
from mapapp.editing.rows import ChangeRow
from mapapp.errors import Conflict, NotFound
from mapapp.web import announced
from mapapp.web.context import Bundle, bundle_of, current_bundle, current_now, current_settings
from mapapp.web.pages import matters, packages, points, retired, start
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff, staff_database

blueprint = staff_blueprint("preview", __name__)


@blueprint.get("/staff/changes/<int:change_id>/preview")
def show(change_id: int) -> AnyResponse:
    """Answer with the public page under this change, which is not public yet."""
    with staff_database().reading() as session:
        row = drafting.find(session, current_staff(), change_id)
    if ChangeState(row.state) not in OPEN_STATES:
        raise Conflict("change_moved_on", state=row.state)
    g.bundle = _bundle_with(change_id)
    g.preview_of = change_id
    try:
        response = _public_page(row)
    except NotFound:
        # such as a new point without a position
        flash(gettext("With this change there is still no public page to look at."))
        return redirect(url_for("staff_changes.show", change_id=change_id), 303)
    # a retired point's page is Gone for everybody else
    response.status_code = 200
    response.headers.pop("ETag", None)
    return response


@blueprint.context_processor
def bar() -> dict[str, Any]:
    """Give the frame of the page what the bar on top links to."""
    return {"preview_of": g.get("preview_of")}


def _bundle_with(change_id: int) -> Bundle:
    known, now = current_bundle(), current_now()
    with staff_database().transaction() as session:
        row = drafting.find(session, current_staff(), change_id)
        with desk.as_if_published(session, row, now):
            catalogue = read_catalogue(session, now, known.catalogue.network)
            told = read_many(session, SubjectKind.ANNOUNCEMENTS)
            gone = read_retired(session)
    bundle = bundle_of(catalogue, current_settings())
    bundle.once(announced.KEY, lambda: {key: values["announcements"] for key, values in told.items()})
    bundle.once(retired.KEY, lambda: gone)
    return bundle


def _public_page(row: ChangeRow) -> Response:
    kind = SubjectKind(row.kind)
    if kind is SubjectKind.MATTER:
        return matters.show(row.key)
    if kind is SubjectKind.PACKAGE:
        return packages.show(row.key)
    if kind is SubjectKind.CALENDAR:
        # any point shows the days that are not as usual
        return points.show(next(iter(current_bundle().catalogue.points)))
    return start.show() if row.key == DISTRICT else points.show(row.key)
