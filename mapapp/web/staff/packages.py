"""Packages as the district office sees them (一件事维护): names and members."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import MAX_REMARK, Line
from mapapp.catalogue.importing import AUDIENCES
from mapapp.editing.changes import SubjectKind, Values
from mapapp.editing.roles import Deed, may
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.details import entries
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, add_subject, fault_words, form_line, may_publish, new_subject, opened, save

blueprint = staff_blueprint("packages", __name__)
TEXTS = ("name_zh", "name_en", "audience", "lead_department", "source")


@blueprint.get("/staff/packages")
def show_all() -> Response:
    """Answer with all packages."""
    language = current_language()
    rows = [
        {
            "code": package.code,
            "name": package.name(language),
            "lang": "zh-CN" if language == "en" and not package.name_en else None,
            "members": len(package.members),
        }
        for package in current_bundle().catalogue.packages.values()
    ]
    may_edit = may(current_staff(), Deed.COMMON)
    shows_retired = may_edit and request.args.get("show") == "retired"
    gone = list(retired(SubjectKind.PACKAGE).values()) if shows_retired else None
    return page("staff/packages.html", cache=PRIVATE, rows=rows, gone=gone, may_edit=may_edit)


@blueprint.get("/staff/new-package")
def show_new() -> Response:
    """Answer with the form for a new package."""
    return _page(new_subject(SubjectKind.PACKAGE), {}, {})


@blueprint.post("/staff/new-package")
def add() -> AnyResponse:
    """Add a package; it is public at once."""
    line = form_line()
    code, values = line.code("code"), _read(line)
    if line.faults or not add_subject(SubjectKind.PACKAGE, code, values, line, "code"):
        return _page(new_subject(SubjectKind.PACKAGE), dict(request.form), fault_words(line), 400)
    flash(gettext("The package is there."))
    return redirect(url_for("staff_packages.edit", code=code), 303)


@blueprint.get("/staff/packages/<code>")
def edit(code: str) -> Response:
    """Answer with the form."""
    subject = opened(SubjectKind.PACKAGE, code, Deed.COMMON)
    values = subject.values
    cells = {name: str(values.get(name) or "") for name in TEXTS}
    cells["members"] = "\n".join(values["members"])
    return _page(subject, {**cells, **({"retired": "on"} if values["retired"] else {})}, {})


@blueprint.post("/staff/packages/<code>")
def save_form(code: str) -> AnyResponse:
    """Save what was typed."""
    subject = opened(SubjectKind.PACKAGE, code, Deed.COMMON)
    line = form_line()
    values = _read(line)
    if line.faults:
        return _page(subject, dict(request.form), fault_words(line), 400)
    return save(SubjectKind.PACKAGE, code, values, url_for("staff_packages.show_all"))


def _read(line: Line) -> Values:
    # a name may stand behind the code, as the form shows it
    members = [entry.split()[0] for entry in entries(line, "members")]
    for code in members:
        if code not in current_bundle().catalogue.matters:
            line.fault("members", "unknown_matter", code)
    if not members:
        line.fault("members", "missing_value")
    return {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "audience": line.one_of("audience", AUDIENCES, "unknown_audience"),
        "lead_department": line.text("lead_department", limit=100),
        "members": members,
        "source": line.text("source", limit=MAX_REMARK),
        "retired": "retired" in line.cells,
    }


def _page(subject: Opened, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    matters, language = current_bundle().catalogue.matters, current_language()
    codes = [line.split()[0] for line in cells.get("members", "").split("\n") if line.strip()]
    return page(
        "staff/package.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        cells=cells,
        faults=faults,
        audiences=[("personal", gettext("residents")), ("enterprise", gettext("businesses"))],
        members=[(code, matters[code].name(language)) for code in codes if code in matters],
        may_publish=bool(subject.key) and may_publish(subject, ("name_zh",)),
    )
