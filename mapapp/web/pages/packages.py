"""One package (一件事): its matters, one list of what to bring for all of them, and where all can be done at once."""

from dataclasses import dataclass

from flask import Blueprint, Response

from mapapp.catalogue.packages import merged_materials
from mapapp.editing.changes import SubjectKind
from mapapp.web.context import current_bundle, current_language, current_now
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired_page
from mapapp.web.pages.rows import page_data, point_row
from mapapp.web.questions import MAX_PACKAGE_TRIP
from mapapp.web.words import confidence_words, limit_words

blueprint = Blueprint("package_pages", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A matter of the package and at how many points it is taken."""

    code: str
    name: str
    name_lang: str | None
    promised: str
    places: int


@blueprint.get("/packages/<code>")
def show(code: str) -> Response:
    """Answer with the page of one package; a retired one says so (410)."""
    bundle, language, now = current_bundle(), current_language(), current_now()
    catalogue = bundle.catalogue
    if code not in catalogue.packages and (gone := retired_page(SubjectKind.PACKAGE, code)):
        return gone
    package = catalogue.package(code)
    matters = tuple(catalogue.matters[member] for member in package.members)
    rows = tuple(
        point_row(bundle, catalogue.points[point], now) for point in catalogue.points_doing_all(package.members)
    )
    members = tuple(
        Member(
            code=matter.code,
            name=matter.name(language),
            name_lang="zh-CN" if language == "en" and not matter.name_en else None,
            promised=limit_words(matter.promised),
            places=len(catalogue.offers_by_matter[matter.code]),
        )
        for matter in matters
    )
    materials = merged_materials(matters)
    return page(
        "pages/package.html",
        package=package,
        name=package.name(language),
        members=members,
        materials=materials,
        saved=sum(len(matter.materials) for matter in matters) - len(materials),
        without_materials=sum(not matter.materials for matter in matters),
        is_too_long=len(package.members) > MAX_PACKAGE_TRIP,
        most=MAX_PACKAGE_TRIP,
        rows=rows,
        confidence=confidence_words(package.confidence),
        data=page_data(rows, [row.id for row in rows]) if rows else None,
    )
