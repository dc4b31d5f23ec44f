"""The matters (事项): all of them, and one with what to bring, how long it takes and where it is done."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from mapapp.catalogue.matters import Matter
from mapapp.editing.changes import SubjectKind
from mapapp.errors import InvalidQuery
from mapapp.web.context import Bundle, current_bundle, current_language, current_now
from mapapp.web.missed import note_miss
from mapapp.web.pages.facets import Wanted, facets
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired_page
from mapapp.web.pages.rows import PointRow, book_url, page_data, point_row
from mapapp.web.parameters import read_form, table
from mapapp.web.questions import Q
from mapapp.web.suggesting import also_found, heard_in
from mapapp.web.words import confidence_words, limit_words, matter_type, mode_words

blueprint = Blueprint("matter_pages", __name__)
SEARCH = table(Q)
_MAX_HITS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterLine:
    """A matter in the list."""

    code: str
    name: str
    name_lang: str | None
    promised: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedAt:
    """A point that takes the matter, what it does with it, and where a visit for it is booked (None: not online)."""

    row: PointRow
    mode: str
    book_url: str | None


@blueprint.get("/matters")
def show_all() -> Response:
    """Answer with the list of matters by department, or with those that fit `q`, best first."""
    bundle, language = current_bundle(), current_language()
    try:
        text = str(read_form(request.args, SEARCH).get("q", ""))
    except InvalidQuery:
        text = ""
    found = bundle.matter_search.search(text, _MAX_HITS)
    if text and not found.confident:
        note_miss(heard_in(bundle, text, current_now()).rest)
    wanted = Wanted.read(request.args, bundle.catalogue)
    listed = [matter for matter in bundle.catalogue.matters.values() if wanted.fits(matter, bundle.catalogue)]
    departments: dict[str, list[MatterLine]] = {}
    for matter in listed:
        departments.setdefault(matter.department, []).append(_line(matter, language))
    return page(
        "pages/matters.html",
        text=text,
        hits=tuple(_line(hit.matter, language) for hit in found.hits),
        found=also_found(bundle, text, language),
        facets=facets(wanted, bundle.catalogue, language),
        is_narrowed=wanted != Wanted(),
        shown=len(listed),
        departments=departments,
        total=len(bundle.catalogue.matters),
    )


@blueprint.get("/matters/<code>")
def show(code: str) -> Response:
    """Answer with the page of one matter; a retired one says so (410)."""
    bundle, language = current_bundle(), current_language()
    if code not in bundle.catalogue.matters and (gone := retired_page(SubjectKind.MATTER, code)):
        return gone
    matter = bundle.catalogue.matter(code)
    offered = places_of(bundle, matter)
    rows = [each.row for each in offered]
    return page(
        "pages/matter.html",
        matter=matter,
        name=matter.name(language),
        folk_names=matter.folk_names_in(language),
        type=matter_type(matter.type),
        legal=limit_words(matter.legal),
        promised=limit_words(matter.promised),
        packages=tuple((each.code, each.name(language)) for each in bundle.catalogue.packages_by_matter[matter.code]),
        offered=offered,
        confidence=confidence_words(matter.confidence),
        data=page_data(rows, [row.id for row in rows]) if rows else None,
    )


def places_of(bundle: Bundle, matter: Matter) -> tuple[OfferedAt, ...]:
    """Return where the matter is taken, in order of id, with the state there now."""
    now = current_now()
    return tuple(
        OfferedAt(
            row=point_row(bundle, bundle.catalogue.points[point_id], now, offer),
            mode=mode_words(offer.mode),
            book_url=book_url(point_id, (matter.code,)),
        )
        for point_id, offer in sorted(bundle.catalogue.offers_by_matter[matter.code].items())
    )


def _line(matter: Matter, language: str) -> MatterLine:
    return MatterLine(
        code=matter.code,
        name=matter.name(language),
        name_lang="zh-CN" if language == "en" and not matter.name_en else None,
        promised=limit_words(matter.promised),
        words=" ".join((matter.name_zh, matter.name_en, *matter.folk_names, matter.code)),
    )
