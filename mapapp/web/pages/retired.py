"""The page of what is no longer there (已停用): since when, and what helps instead; links from elsewhere stay good."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from mapapp.catalogue.points import ServicePoint
from mapapp.editing.changes import SubjectKind
from mapapp.editing.retired import Retired, read_retired
from mapapp.errors import Refused
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.web.context import Bundle, current_bundle, current_language, current_now, services
from mapapp.web.pages.frame import page
from mapapp.web.pages.rows import PointRow, point_row

KEY = "retired"
_GONE = 410
# How many others are named, and the share of its matters that another point takes to stand for it.
_OTHERS, _ENOUGH = 3, 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """A point to go to instead: whole metres in a straight line (None: not known), how many of the matters it takes."""

    row: PointRow
    metres: int | None
    takes: int


def retired(kind: SubjectKind) -> Mapping[str, Retired]:
    """Return key -> what is retired of this kind; read once for each revision, nothing while no database answers."""
    try:
        return current_bundle().once(KEY, _read).get(kind, {})
    except Refused:
        return {}


def retired_page(kind: SubjectKind, key: str) -> Response | None:
    """Return the page of a retired point, matter or package (410 Gone), None when it is not retired."""
    gone = retired(kind).get(key)
    if gone is None:
        return None
    bundle, language = current_bundle(), current_language()
    matters = [bundle.catalogue.matters[code] for code in gone.matters if code in bundle.catalogue.matters]
    found = bundle.matter_search.search(gone.name_zh, _OTHERS).hits if kind is SubjectKind.MATTER else ()
    return page(
        "pages/retired.html",
        status=_GONE,
        kind=kind.value,
        key=key,
        name=gone.name(language),
        name_lang="zh-CN" if language == "en" and not gone.name_en else None,
        since=gone.retired_on.isoformat(),
        others=_others(bundle, gone) if kind is SubjectKind.POINT else (),
        taken=len(gone.matters),
        members=[(matter.code, matter.name(language)) for matter in matters] if kind is SubjectKind.PACKAGE else [],
        similar=[(hit.matter.code, hit.matter.name(language)) for hit in found],
    )


def _others(bundle: Bundle, gone: Retired) -> tuple[Other, ...]:
    """Return the nearest points that take half of what it took or more; any that take something when none does."""
    wanted = frozenset(gone.matters)
    takes = {
        each.id: len(wanted & {offer.matter_code for offer in bundle.catalogue.offers_by_point[each.id]})
        for each in bundle.catalogue.points.values()
    }
    enough = max(1, round(len(wanted) * _ENOUGH)) if wanted else 0
    chosen = [point for point in bundle.catalogue.points.values() if takes[point.id] >= enough]
    chosen = chosen or [point for point in bundle.catalogue.points.values() if takes[point.id] > 0]
    metres = {point.id: _metres(gone, point) for point in chosen}
    chosen.sort(
        key=lambda point: (point.street != gone.street if metres[point.id] is None else metres[point.id], point.id)
    )
    now = current_now()
    return tuple(
        Other(row=point_row(bundle, point, now), metres=metres[point.id], takes=takes[point.id])
        for point in chosen[:_OTHERS]
    )


def _metres(gone: Retired, point: ServicePoint) -> int | None:
    if gone.lon is None or gone.lat is None:
        return None
    return round(geodesic_m(Coordinate(gone.lon, gone.lat), point.place.coordinate))


def _read() -> Mapping[SubjectKind, Mapping[str, Retired]]:
    database = getattr(services().keeper, "database", None)
    if database is None:
        return {}
    with database.reading() as session:
        return read_retired(session)
