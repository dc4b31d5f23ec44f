"""Matters as staff see them (事项维护): names, folk names, papers, limits; drafted and published like a point."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import MAX_REMARK, Line
from mapapp.catalogue.importing import DAY_UNITS, material
from mapapp.editing.changes import SubjectKind, Values
from mapapp.editing.roles import Deed, Scope, may
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.details import entries
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, add_subject, fault_words, form_line, may_publish, new_subject, opened, save

blueprint = staff_blueprint("matters", __name__)
MARKS = {"waived": "（免提交）", "may_follow": "（容缺）"}
TEXTS = ("name_zh", "name_en", "type", "department", "fee", "note", "source")


@blueprint.get("/staff/matters")
def show_all() -> Response:
    """Answer with all matters, each with whether it is one's own to change."""
    staff, language = current_staff(), current_language()
    wanted = request.args.get("q", "").strip().casefold()[:50]
    rows = [
        {
            "code": matter.code,
            "name": matter.name(language),
            "lang": "zh-CN" if language == "en" and not matter.name_en else None,
            "department": matter.department,
            "folk_names": matter.folk_names[:4],
            "is_mine": may(staff, Deed.DRAFT, Scope(departments=frozenset((matter.department,)))),
        }
        for matter in current_bundle().catalogue.matters.values()
        if wanted in f"{matter.code} {matter.name_zh} {matter.name_en} {' '.join(matter.folk_names)}".casefold()
    ]
    may_add = may(staff, Deed.COMMON)
    shows_retired = may_add and request.args.get("show") == "retired"
    gone = list(retired(SubjectKind.MATTER).values()) if shows_retired else None
    return page(
        "staff/matters.html",
        cache=PRIVATE,
        rows=rows,
        gone=gone,
        q=request.args.get("q", "")[:50],
        may_add=may_add,
    )


@blueprint.get("/staff/new-matter")
def show_new() -> Response:
    """Answer with the form for a new matter."""
    return _page(new_subject(SubjectKind.MATTER), {}, {})


@blueprint.post("/staff/new-matter")
def add() -> AnyResponse:
    """Add a matter; it is public at once, and points take it from then on."""
    line = form_line()
    code, values = line.code("code"), _read(line)
    if line.faults or not add_subject(SubjectKind.MATTER, code, values, line, "code"):
        return _page(new_subject(SubjectKind.MATTER), dict(request.form), fault_words(line), 400)
    flash(gettext("The matter is there. Now say which points take it."))
    return redirect(url_for("staff_matters.edit", code=code), 303)


@blueprint.get("/staff/matters/<code>")
def edit(code: str) -> Response:
    """Answer with the form."""
    subject = opened(SubjectKind.MATTER, code)
    return _page(subject, _cells(subject.values), {})


@blueprint.post("/staff/matters/<code>")
def save_form(code: str) -> AnyResponse:
    """Save what was typed."""
    subject = opened(SubjectKind.MATTER, code)
    line = form_line()
    values = _read(line)
    if line.faults:
        return _page(subject, dict(request.form), fault_words(line), 400)
    if not may(current_staff(), Deed.COMMON):
        # a department cannot give its matters away, nor take them off the map
        values = {name: value for name, value in values.items() if name not in ("department", "retired")}
    return save(SubjectKind.MATTER, code, values, url_for("staff_matters.show_all"))


def _read(line: Line) -> Values:
    unit = line.one_of("day_unit", DAY_UNITS, "unknown_day_unit")
    return {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "type": line.text("type", limit=50, required=True),
        "department": line.text("department", limit=100, required=True),
        "is_instant": "is_instant" in line.cells,
        "legal_days": line.whole("legal_days"),
        "promised_days": line.whole("promised_days"),
        "day_unit": unit.value if unit else None,
        "fee": line.text("fee") or None,
        "folk_names": list(entries(line, "folk_names")),
        "materials": [list(material(text)) for text in entries(line, "materials")],
        "note": line.text("note", limit=MAX_REMARK),
        "source": line.text("source", limit=MAX_REMARK),
        "retired": "retired" in line.cells,
    }


def _cells(values: Values) -> dict[str, str]:
    cells = {name: str(values.get(name) or "") for name in TEXTS}
    for name in ("legal_days", "promised_days"):
        cells[name] = "" if values.get(name) is None else str(values[name])
    cells |= {name: "on" for name in ("is_instant", "retired") if values.get(name)}
    cells["day_unit"] = values.get("day_unit") or "working"
    cells["folk_names"] = "\n".join(values["folk_names"])
    cells["materials"] = "\n".join(_paper(*row) for row in values["materials"])
    return cells


def _paper(name: str, waived: bool, may_follow: bool) -> str:
    return f"{name}{MARKS['waived'] if waived else ''}{MARKS['may_follow'] if may_follow else ''}"


def _page(subject: Opened, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    return page(
        "staff/matter.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        cells=cells,
        faults=faults,
        may_publish=bool(subject.key) and may_publish(subject, ("name_zh",)),
        may_retire=may(current_staff(), Deed.COMMON),
    )
