"""The form of a point's facts (办理点信息): name, kind, address, phone, windows, accessibility, note, source."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import MAX_REMARK, Line
from mapapp.catalogue.points import PointKind
from mapapp.editing.changes import SubjectKind, Values
from mapapp.editing.roles import Deed, may
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.pages.rows import street_names
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save
from mapapp.web.words import kind_name

blueprint = staff_blueprint("details", __name__)
FIELDS = (
    *("name_zh", "name_en", "kind", "street", "address", "phone"),
    *("windows", "accessibility", "note", "source"),
)


@blueprint.get("/staff/points/<point_id>/details")
def edit(point_id: str) -> Response:
    """Answer with the form."""
    subject = opened(SubjectKind.POINT, point_id)
    return form_page(subject, cells_of(subject.values), {})


@blueprint.post("/staff/points/<point_id>/details")
def save_form(point_id: str) -> AnyResponse:
    """Save what was typed."""
    subject = opened(SubjectKind.POINT, point_id)
    line = form_line()
    values = {**read_details(line), **_retirement()}
    if line.faults:
        return form_page(subject, dict(request.form), fault_words(line), 400)
    return save(SubjectKind.POINT, point_id, values, url_for("staff_points.show", point_id=point_id))


def _retirement() -> Values:
    """Return whether the point is retired (停用), when whoever edits may say so: links and history stay."""
    if not may(current_staff(), Deed.COMMON):
        return {}
    return {"retired": "retired" in request.form}


def read_details(line: Line) -> Values:
    """Return the values of the form; what is wrong stands in the line."""
    streets = {name: name for name in street_names(current_bundle(), "zh")}
    return {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "kind": line.one_of("kind", {kind.value: kind.value for kind in PointKind}, "unknown_kind"),
        "street": line.one_of("street", streets, "unknown_street"),
        "address": line.text("address", required=True),
        "phone": line.phone("phone"),
        "windows": list(entries(line, "windows")),
        "accessibility": list(entries(line, "accessibility")),
        "note": line.text("note", limit=MAX_REMARK),
        "source": line.text("source", limit=MAX_REMARK),
    }


def entries(line: Line, column: str) -> tuple[str, ...]:
    """Return the entries of a field with one on each line."""
    # a semicolon ends an entry in a file, so it cannot be part of one
    text = line.cells.get(column, "").replace("\r", "").replace("\n", ";").replace("；", ";")
    inner = Line(file=line.file, number=line.number, cells={column: text}, faults=line.faults)
    return inner.items(column)


def cells_of(values: Values) -> dict[str, str]:
    """Return what the fields show: lists with one entry on each line."""
    cells = {}
    for name in FIELDS:
        value = values.get(name)
        cells[name] = "\n".join(value) if isinstance(value, list) else str(value or "")
    if values.get("retired"):
        cells["retired"] = "on"
    return cells


def kinds_and_streets() -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the two lists."""
    return {
        "kinds": [(kind.value, kind_name(kind)) for kind in PointKind],
        "streets": list(street_names(current_bundle(), current_language()).items()),
    }


def form_page(subject: Opened, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    """Return the form with these cells."""
    return page(
        "staff/details.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        cells=cells,
        faults=faults,
        may_publish=may_publish(subject, FIELDS),
        may_retire=may(current_staff(), Deed.COMMON),
        **kinds_and_streets(),
    )
