"""Who did what (审计): searched by name, deed or subject, paged from the newest on, and given out as CSV."""

import csv
import io

from flask import Response, request

from mapapp.editing import audit
from mapapp.editing.rows import AuditRow
from mapapp.editing.sheets import escaped
from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import staff_database
from mapapp.web.staff.words import deed_name
from mapapp.web.words import role_name

blueprint = staff_blueprint("audit", __name__)
_PAGE = 100
_COLUMNS = ("at", "by", "role", "address", "deed", "kind", "key", "before", "after")


@blueprint.get("/staff/audit")
def show() -> Response:
    """Answer with a page of entries."""
    text = request.args.get("q", "").strip()[:100]
    before = request.args.get("before", "")
    with staff_database().reading() as session:
        rows = audit.entries(session, text, int(before[:12]) if before.isdecimal() else None, limit=_PAGE)
    return page(
        "staff/audit.html",
        cache=PRIVATE,
        rows=rows,
        q=text,
        older=rows[-1].id if len(rows) == _PAGE else None,
        deed_name=deed_name,
        role_name=role_name,
    )


@blueprint.get("/staff/audit.csv")
def give_out() -> Response:
    """Answer with all entries that match, the newest first."""
    with staff_database().reading() as session:
        rows = audit.entries(session, request.args.get("q", "").strip()[:100], limit=None)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    answer.headers["Cache-Control"] = PRIVATE
    return answer


def _cells(row: AuditRow) -> list[str]:
    texts = [row.at.isoformat(), row.by, row.role, row.address, row.deed, row.kind, row.key, row.before, row.after]
    # a spreadsheet would run what begins like a formula
    return [escaped(text) for text in texts]
