"""What to bring, on one page to print and tick off (材料清单): of a matter, and of a package with each paper once."""

from flask import Blueprint, Response

from mapapp.catalogue.matters import Matter
from mapapp.catalogue.packages import merged_materials
from mapapp.web.context import current_bundle, current_language
from mapapp.web.pages.frame import page
from mapapp.web.words import confidence_words, limit_words

blueprint = Blueprint("material_pages", __name__)


@blueprint.get("/matters/<code>/materials")
def of_matter(code: str) -> Response:
    """Answer with the list of one matter; raise NotFound `unknown_matter`."""
    matter = current_bundle().catalogue.matter(code)
    return page(
        "pages/materials.html",
        name=matter.name(current_language()),
        has_english=bool(matter.name_en),
        materials=matter.materials,
        parts=(),
        matter=matter,
        promised=limit_words(matter.promised),
        legal=limit_words(matter.legal),
        source=matter.source,
        confidence=confidence_words(matter.confidence),
        code=matter.code,
    )


@blueprint.get("/packages/<code>/materials")
def of_package(code: str) -> Response:
    """Answer with the list of a package, papers that several matters want once; raise NotFound `unknown_package`."""
    catalogue, language = current_bundle().catalogue, current_language()
    package = catalogue.package(code)
    matters = tuple(catalogue.matters[member] for member in package.members)
    return page(
        "pages/materials.html",
        name=package.name(language),
        has_english=bool(package.name_en),
        materials=merged_materials(matters),
        parts=tuple(_named(matter, language) for matter in matters),
        matter=None,
        source=package.source,
        confidence=confidence_words(package.confidence),
        code=package.code,
    )


def _named(matter: Matter, language: str) -> tuple[str, str | None, bool]:
    """Return the name, its language where it is not the page's, and whether it is known what to bring."""
    chinese = "zh-CN" if language == "en" and not matter.name_en else None
    return matter.name(language), chinese, bool(matter.materials)
