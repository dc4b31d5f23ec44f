"""What a subject of a change is called and where it is edited (变更对象)."""

from flask import url_for

from mapapp.editing.changes import DISTRICT, SubjectKind
from mapapp.web.context import current_bundle, current_language
from mapapp.web.spoken import gettext


def subject_title(kind: str, key: str) -> str:
    """Return the name of a subject; its key when it is not public."""
    catalogue, language = current_bundle().catalogue, current_language()
    if key == DISTRICT:
        return gettext("All service points")
    if kind == SubjectKind.MATTER.value:
        matter = catalogue.matters.get(key)
        return f"{key} {matter.name(language)}" if matter else key
    if kind == SubjectKind.PACKAGE.value:
        package = catalogue.packages.get(key)
        return f"{key} {package.name(language)}" if package else key
    if kind == SubjectKind.CALENDAR.value:
        return key
    point = catalogue.points.get(key)
    return f"{key} {point.name(language)}" if point else key


def subject_link(kind: str, key: str) -> str:
    """Return the address of the page where a subject is kept true."""
    if kind == SubjectKind.MATTER.value:
        return url_for("staff_matters.edit", code=key)
    if kind == SubjectKind.PACKAGE.value:
        return url_for("staff_packages.edit", code=key)
    if kind == SubjectKind.CALENDAR.value:
        return url_for("staff_calendar.edit", year=key)
    if key == DISTRICT:
        endpoint = "staff_closures.edit" if kind == SubjectKind.CLOSURES.value else "staff_announcements.edit"
        return url_for(endpoint, point_id=DISTRICT)
    return url_for("staff_points.show", point_id=key)
