"""The matters (事项): all of them, and one with what to bring, how long it takes and where it is done."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from mapapp.catalogue.matters import Matter
from mapapp.editing.changes import SubjectKind
from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import MAX_K, NearestQuery
from mapapp.geography.reach import WalkKind
from mapapp.web.context import Bundle, current_bundle, current_language, current_now, current_settings
from mapapp.web.missed import note_miss
from mapapp.web.pages.facets import Wanted, facets, themes
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired_page
from mapapp.web.pages.rows import PointRow, book_url, page_data, point_row
from mapapp.web.parameters import read_form, table
from mapapp.web.parse import Origin, origin_of
from mapapp.web.questions import PLACE, Q
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.suggesting import also_found, heard_in
from mapapp.web.words import (
    confidence_words,
    distance_words,
    limit_words,
    matter_type,
    mode_words,
    walk_words,
)

blueprint = Blueprint("matter_pages", __name__)
SEARCH = table(Q)
_PLACE = table(PLACE)
_MAX_HITS = 10
# How many are shown when none is sure.
_GUESSES = 3


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
    """A point that takes the matter, what it does with it, and where a visit for it is booked (None: not online).

    `walk` is how far it is from the place that was given, "" without one.
    """

    row: PointRow
    mode: str
    book_url: str | None
    walk: str = ""


@blueprint.get("/matters")
def show_all() -> Response:
    """Answer with the list of matters by department, or with those that fit `q`, best first."""
    bundle, language = current_bundle(), current_language()
    text, mistake = "", ""
    try:
        text = str(read_form(request.args, SEARCH).get("q", ""))
    except InvalidQuery as error:
        mistake = sentence_of(error, 400)[1]
    heard = heard_in(bundle, text, current_now())
    found = bundle.matter_search.search(heard.rest or text, _MAX_HITS)
    # the name of a package, a point or a place is no miss
    others = also_found(bundle, text, language)
    is_lost = bool(text) and not found.confident and not others
    if is_lost:
        note_miss(heard.rest)
    wanted = Wanted.read(request.args, bundle.catalogue)
    listed = [matter for matter in bundle.catalogue.matters.values() if wanted.fits(matter, bundle.catalogue)]
    departments: dict[str, list[MatterLine]] = {}
    for matter in listed:
        departments.setdefault(matter.department, []).append(_line(matter, language))
    return page(
        "pages/matters.html",
        status=400 if mistake else 200,
        text=text,
        mistake=mistake,
        hits=tuple(_line(hit.matter, language) for hit in found.hits[: None if found.confident else _GUESSES]),
        is_sure=found.confident,
        said=gettext(", ").join(filter(None, (heard.place_text, heard.when_text))),
        themes=themes(bundle.catalogue, language) if is_lost else (),
        found=others,
        facets=facets(wanted, bundle.catalogue, language),
        is_narrowed=wanted != Wanted(),
        shown=len(listed),
        departments=departments,
        total=len(bundle.catalogue.matters),
    )


@blueprint.get("/matters/<code>")
def show(code: str) -> Response:
    """Answer with the page of one matter, nearest points first where `place` is given; a retired one says so (410)."""
    bundle, language = current_bundle(), current_language()
    if code not in bundle.catalogue.matters and (gone := retired_page(SubjectKind.MATTER, code)):
        return gone
    matter = bundle.catalogue.matter(code)
    place, origin, mistake = _start(bundle, language)
    offered = _nearest_first(bundle, matter, origin) if origin else _places_of(bundle, matter)
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
        place=place,
        start=origin.name if origin else "",
        mistake=mistake,
        data=_map_data(rows, origin) if rows else None,
    )


def _start(bundle: Bundle, language: str) -> tuple[str, Origin | None, str]:
    """Return the place as typed, where that is, and what is wrong with it; an address of old needs no place."""
    text = ""
    try:
        text = str(read_form(request.args, _PLACE).get("place", ""))
        values = {"place": text}
        return text, origin_of(values, bundle, current_settings(), language) if text else None, ""
    except InvalidQuery as error:
        return text, None, sentence_of(error, 400)[1]


def _map_data(rows: list[PointRow], origin: Origin | None) -> dict[str, Any]:
    if origin is None:
        return page_data(rows, [row.id for row in rows])
    start = {
        "lat": round(origin.coordinate.lat, 6),
        "lon": round(origin.coordinate.lon, 6),
        "accuracy_m": round(origin.accuracy_m),
    }
    return page_data(rows, [row.id for row in rows], start=start)


def _nearest_first(bundle: Bundle, matter: Matter, origin: Origin) -> tuple[OfferedAt, ...]:
    """Return where the matter is taken, by the walk from a place; what is too far down the list follows by id."""
    query = NearestQuery(origin=origin.coordinate, matters=(matter.code,), at=current_now(), k=MAX_K)
    walks = {
        each.point.id: gettext(", ").join(
            (
                walk_words(each.walk_minutes),
                distance_words(each.walk.walk_m, is_estimate=each.walk.kind is WalkKind.ESTIMATE),
            )
        )
        for each in bundle.finder.find_nearest(query).results
    }
    known = {each.row.id: each for each in _places_of(bundle, matter)}
    ordered = dict.fromkeys((*(id for id in walks if id in known), *known))
    return tuple(replace(known[id], walk=walks.get(id, "")) for id in ordered)


def _places_of(bundle: Bundle, matter: Matter) -> tuple[OfferedAt, ...]:
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
