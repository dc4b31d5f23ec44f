"""Files in and out (导入导出): a file is sent, what it would do is shown, and only then it is taken over."""

import io
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import uploads
from mapapp.editing.columns import COLUMNS
from mapapp.editing.giving_out import FORMATS, PLACED, TYPES, give_out
from mapapp.editing.roles import Deed, may
from mapapp.editing.take_over_report import TakeOver
from mapapp.editing.taking_over import take_over
from mapapp.editing.uploads import Upload
from mapapp.errors import InvalidQuery
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_actor, current_staff, staff_database
from mapapp.web.staff.words import fault_text, field_name, value_text

blueprint = staff_blueprint("exchange", __name__)
# Lines of each list that the page shows; the counts say how many there are.
_SHOWN = 200
_DATUMS = ("", "WGS-84", "CGCS2000", "GCJ-02", "BD-09")


@blueprint.get("/staff/exchange")
def show() -> Response:
    """Answer with the form for a file, and everything that can be given out."""
    return _page("")


@blueprint.post("/staff/exchange/import")
def take_in() -> AnyResponse:
    """Take a file and show what it would do; or take over the one that was shown."""
    if request.form.get("upload", "").isdecimal():
        return _taken(int(request.form["upload"][:12]))
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(gettext("Please choose a file."), 400)
    upload = Upload(
        kind=request.form.get("kind", ""),
        name=sent.filename,
        datum=request.form.get("datum", "") if request.form.get("datum", "") in _DATUMS else "",
        content=sent.stream.read(uploads.MAX_BYTES + 1),
    )
    try:
        with staff_database().transaction() as session:
            number = uploads.keep(session, current_staff(), upload, current_now())
            report = _report(session, upload, dry_run=True)
    except InvalidQuery as error:
        return _page(sentence_of(error, 400)[1], 400)
    return page("staff/import.html", cache=PRIVATE, upload=upload, number=number, **_shown(report))


@blueprint.get("/staff/export/<kind>.<form>")
def give(kind: str, form: str) -> Response:
    """Answer with a file of everything public of a kind."""
    out = io.BytesIO()
    with staff_database().reading() as session:
        give_out(session, kind, form, out)
    answer = Response(out.getvalue(), content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.{form}"'
    return answer


def _taken(number: int) -> AnyResponse:
    staff, as_drafts = current_staff(), request.form.get("as") == "drafts"
    with staff_database().transaction() as session:
        upload = uploads.find(session, staff, number)
        report = _report(session, upload, dry_run=False, as_drafts=as_drafts)
        uploads.forget(session, staff)
    counts = {"added": len(report.added), "changed": report.changed.ids}
    if as_drafts:
        flash(gettext("Drafted: %(added)d to add, %(changed)d to change. Nothing is public yet.", **counts))
        return redirect(url_for("staff_changes.show_all"), 303)
    flash(gettext("Taken over: %(added)d added, %(changed)d changed.", **counts))
    return redirect(url_for("staff_exchange.show"), 303)


def _report(session: Any, upload: Upload, *, dry_run: bool, as_drafts: bool = False) -> TakeOver:
    return take_over(
        session,
        current_actor(),
        upload.kind,
        io.BytesIO(upload.content),
        upload.name,
        dry_run=dry_run,
        tolerance_m=current_settings().district_tolerance_m,
        datum=upload.datum,
        as_drafts=as_drafts,
    )


def _shown(report: TakeOver) -> dict[str, Any]:
    return {
        "added": report.added.first(_SHOWN),
        "added_count": len(report.added),
        "changed": [
            {
                "id": row["id"],
                "name": field_name(row["field"]),
                "before": value_text(row["field"], row["before"]),
                "after": value_text(row["field"], row["after"]),
            }
            for row in report.changed.first(_SHOWN)
        ],
        "changed_count": report.changed.ids,
        "unchanged": report.unchanged,
        "rejected": [
            {**row, "field": field_name(row["field"]), "said": fault_text(row["code"])}
            for row in report.rejected.first(_SHOWN)
        ],
        "rejected_count": len(report.rejected),
        "warnings": [
            {**row, "field": field_name(row["field"]), "said": fault_text(row["code"])}
            for row in report.warnings.first(_SHOWN)
        ],
    }


def _page(fault: str, status: int = 200) -> Response:
    kinds = [(kind, kind_words(kind)) for kind in COLUMNS]
    files = [
        {"name": words, "forms": [(form, kind) for form in FORMATS if form in ("csv", "xlsx") or kind in PLACED]}
        for kind, words in kinds
    ]
    return page(
        "staff/exchange.html",
        status=status,
        cache=PRIVATE,
        kinds=kinds,
        files=files,
        datums=[(datum, datum or gettext("as the file says")) for datum in _DATUMS],
        fault=fault,
        may_import=may(current_staff(), Deed.IMPORT),
    )


def kind_words(kind: str) -> str:
    """Return what a kind of file is called."""
    names = {
        "points": gettext("Service points"),
        "matters": gettext("Matters"),
        "offers": gettext("Which point takes which matter"),
        "packages": gettext("Packages"),
        "hours": gettext("Opening hours"),
        "calendar": gettext("Holidays and working weekends"),
    }
    return names[kind]
