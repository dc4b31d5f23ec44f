"""Who did what (审计): searched by person, deed, subject, content and days, paged from the newest on, and as CSV."""

from collections.abc import Iterator
from datetime import date

from flask import Response, request

from mapapp.database import Database
from mapapp.editing import audit
from mapapp.editing.audit import Search
from mapapp.editing.rows import AuditRow
from mapapp.editing.sheets import csv_lines
from mapapp.errors import InvalidQuery
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
    search, before = _search(), request.args.get("before", "")
    with staff_database().reading() as session:
        rows = audit.entries(session, search, int(before[:12]) if before.isdecimal() else None, limit=_PAGE)
    return page(
        "staff/audit.html",
        cache=PRIVATE,
        rows=rows,
        search=search,
        asked={"q": search.text or None, "from": _written(search.first_day), "to": _written(search.last_day)},
        older=rows[-1].id if len(rows) == _PAGE else None,
        deed_name=deed_name,
        role_name=role_name,
    )


@blueprint.get("/staff/audit.csv")
def give_out() -> Response:
    """Answer with all entries that match, the newest first, row by row."""
    answer = Response(_lines(staff_database(), _search()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    answer.headers["Cache-Control"] = PRIVATE
    return answer


def _lines(database: Database, search: Search) -> Iterator[bytes]:
    with database.reading() as session:
        yield from csv_lines(_COLUMNS, (_cells(row) for row in audit.each_entry(session, search)))


def _search() -> Search:
    """Return what is looked for; raise InvalidQuery `wrong_parameter` for a day that is none."""
    text = request.args.get("q", "").strip()[:100]
    return Search(text=text, first_day=_day("from"), last_day=_day("to"))


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidQuery("wrong_parameter", field=name, value=text[:20]) from None


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cells(row: AuditRow) -> list[str]:
    return [row.at.isoformat(), row.by, row.role, row.address, row.deed, row.kind, row.key, row.before, row.after]
