"""The form of what a point takes (承办事项): each matter with its mode, own hours, and whether it can be booked."""

from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import Line
from mapapp.catalogue.matters import OfferMode
from mapapp.editing.changes import SubjectKind, Values
from mapapp.editing.roles import Scope, owns
from mapapp.people import Role
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save
from mapapp.web.words import mode_words

blueprint = staff_blueprint("offers", __name__)


@blueprint.get("/staff/points/<point_id>/offers")
def edit(point_id: str) -> Response:
    """Answer with every matter by department; retired ones that the point still takes come first."""
    subject = opened(SubjectKind.OFFERS, point_id, fields=_codes(point_id))
    return _page(subject, {}, {})


@blueprint.post("/staff/points/<point_id>/offers")
def save_form(point_id: str) -> AnyResponse:
    """Save what the point takes; only the matters that the form shows can change."""
    subject = opened(SubjectKind.OFFERS, point_id, fields=_codes(point_id))
    line = form_line()
    values = _read(line, subject)
    if line.faults:
        return _page(subject, dict(request.form), fault_words(line), 400)
    return save(SubjectKind.OFFERS, point_id, values, url_for("staff_points.show", point_id=point_id))


def _read(line: Line, subject: Opened) -> Values:
    modes = {mode.value: mode.value for mode in OfferMode}
    values: dict[str, Any] = {}
    for code in (*_retired_codes(subject), *_codes(subject.key)):
        if f"mode_{code}" not in line.cells:
            continue
        mode = line.cells[f"mode_{code}"].strip()
        if not mode or code not in current_bundle().catalogue.matters:
            # what is retired can only be taken out
            values[code] = None
            continue
        before = subject.published.get(code) or {}
        values[code] = {
            "mode": line.one_of(f"mode_{code}", modes, "unknown_mode"),
            "hours_rule": line.hours(f"hours_{code}"),
            "bookable": f"bookable_{code}" in line.cells,
            "note": before.get("note", ""),
        }
    return values


def _codes(point_id: str) -> tuple[str, ...]:
    """Return the matters that whoever edits may change there: all, or those of the department."""
    matters = current_bundle().catalogue.matters
    if not _only_department(point_id):
        return tuple(matters)
    return tuple(code for code, matter in matters.items() if matter.department == current_staff().department)


def _retired_codes(subject: Opened) -> tuple[str, ...]:
    """Return the retired matters that the point still takes, for those who may change all that it takes."""
    if _only_department(subject.key):
        return ()
    return tuple(code for code in subject.published if code in retired(SubjectKind.MATTER))


def _only_department(point_id: str) -> bool:
    staff = current_staff()
    return staff.role is Role.REPRESENTATIVE and not owns(staff, Scope(point_id=point_id))


def _page(subject: Opened, cells: dict[str, str], faults: dict[str, str], status: int = 200) -> Response:
    catalogue, language = current_bundle().catalogue, current_language()
    groups: dict[str, list[dict[str, Any]]] = {}
    for code in _codes(subject.key):
        matter, value = catalogue.matters[code], subject.values.get(code) or {}
        row = {
            "code": code,
            "name": matter.name(language),
            "lang": "zh-CN" if language == "en" and not matter.name_en else None,
            "mode": cells.get(f"mode_{code}", value.get("mode") or ""),
            "hours": cells.get(f"hours_{code}", value.get("hours_rule") or ""),
            "bookable": f"bookable_{code}" in cells if cells else bool(value.get("bookable")),
        }
        groups.setdefault(matter.department, []).append(row)
    return page(
        "staff/offers.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        groups=groups,
        gone=[(code, retired(SubjectKind.MATTER)[code]) for code in _retired_codes(subject)],
        modes=[("", "–"), *((mode.value, mode_words(mode)) for mode in OfferMode)],
        faults=faults,
        only_department=_only_department(subject.key),
        may_publish=may_publish(subject, _codes(subject.key)),
    )
