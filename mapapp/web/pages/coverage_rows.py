"""What the coverage pages are handed (覆盖页的内容): finished words and figures, nothing left to look up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from mapapp.coverage.candidates import Candidate
from mapapp.coverage.siting import Siting
from mapapp.geography.reach import WalkKind
from mapapp.web.context import Bundle, current_bundle, current_language
from mapapp.web.coverage_words import candidate_words, points_of_share, share_words
from mapapp.web.measuring import Answer, Measuring
from mapapp.web.pages.coverage_form import fields_of
from mapapp.web.pages.rows import page_data, street_names
from mapapp.web.spoken import gettext

_WORST, _MISSED = 10, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class StreetLine:
    """One street in the table; `percent` is the covered share for the bar."""

    name: str
    land: str
    share: str
    percent: float
    communities: str
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedLine:
    """A matter or a point with a share."""

    name: str
    name_lang: str | None
    url: str
    share: str
    points: int
    more: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLine:
    """A proposed site."""

    number: int
    name: str
    name_lang: str | None
    kind: str
    gain: str
    accuracy_m: int
    lat: float
    lon: float
    url: str | None


def local_streets(bundle: Bundle, names: Sequence[str], language: str) -> list[str]:
    """Return the names of streets in the reader's language."""
    known = street_names(bundle, language)
    return [known.get(name, name) for name in names]


def is_schematic(bundle: Bundle) -> bool:
    """Return whether any street is only drawn by us; imported ones are not."""
    return bool(bundle.catalogue.district.schematic_streets)


def street_lines(answer: Answer, bundle: Bundle, language: str) -> tuple[StreetLine, ...]:
    """Return the table by street."""
    known = street_names(bundle, language)
    return tuple(
        StreetLine(
            name=known.get(street.name, street.name) if street.name is not None else gettext("Land in no street"),
            land=f"{street.land_km2:.1f}",
            share=share_words(street.share_area),
            percent=round(street.share_area * 100, 1),
            communities=gettext(
                "%(covered)d of %(total)d", covered=street.communities_covered, total=street.communities_total
            ),
            points=street.points,
        )
        for street in answer.measured.streets
    )


def method_sentences(answer: Answer, measuring: Measuring) -> tuple[str, ...]:
    """Return how it was found and how sure it is, a sentence each."""
    method, measured = answer.method, answer.measured
    placed = sum(each.is_placed for each in measured.communities)
    known = (
        gettext(
            "Walks are estimated: the straight line times %(detour)s, across a river by the nearest bridge.",
            detour=method.detour,
        )
        if method.distance is WalkKind.ESTIMATE
        else gettext("Walks follow the walking network that the operator loaded.")
    )
    sentences = [
        known,
        gettext(
            "The land, %(land)s km² without the rivers, is counted in squares of %(metres)d m; counting is off by at "
            "most about %(error)s percentage points.",
            land=f"{measured.land_km2:.1f}",
            metres=round(method.grid_m),
            error=points_of_share(method.error),
        ),
        gettext(
            "The positions of the points are estimates. If all of them stood elsewhere within their accuracy, in the "
            "worst direction, the share could be off by up to %(error)s percentage points.",
            error=points_of_share(method.place_error),
        ),
        gettext(
            "Of %(total)d communities and villages %(placed)d are counted at a place of their own, which is "
            "approximate; the others at the middle of their street, since nothing better is known.",
            total=len(measured.communities),
            placed=placed,
        ),
        _people_sentence(answer, measuring),
    ]
    if answer.week is not None:
        sentences.append(
            gettext(
                "In the week of %(day)s the average piece of land has an open point in reach for %(hours)s of "
                "168 hours.",
                day=answer.week.monday.isoformat(),
                hours=f"{answer.week.hours_per_place:.1f}",
            )
        )
    return tuple(sentences)


def worst_lines(measuring: Measuring, within_m: int, most: int | None = _WORST) -> tuple[RankedLine, ...]:
    """Return the matters that are covered worst, of those that any point takes."""
    language, catalogue = current_language(), measuring.coverage.catalogue
    rows = [row for row in measuring.worst_matters(within_m) if row.points]
    return tuple(
        RankedLine(
            name=catalogue.matters[row.code].name(language),
            name_lang=_chinese(catalogue.matters[row.code].name_en, language),
            url=url_for("coverage_pages.show", matter=row.code, within=within_m),
            share=share_words(row.share_area),
            points=row.points,
            more=row.code,
        )
        for row in rows[:most]
    )


def missed_lines(measuring: Measuring, within_m: int) -> tuple[RankedLine, ...]:
    """Return the points whose closure would hurt most."""
    language, catalogue = current_language(), measuring.coverage.catalogue
    lines = []
    for harm in measuring.harms(within_m)[:_MISSED]:
        point = catalogue.points[harm.point_id]
        lines.append(
            RankedLine(
                name=point.name(language),
                name_lang=_chinese(point.name_en, language),
                url=url_for("point_pages.show", point_id=point.id),
                share=share_words(harm.share_lost),
                points=len(harm.matters),
                more=share_words(harm.matters[0][1]) if harm.matters else share_words(0.0),
            )
        )
    return tuple(lines)


def site_lines(siting: Siting) -> tuple[SiteLine, ...]:
    """Return the proposed sites, numbered in the order of what they add."""
    language = current_language()
    return tuple(
        SiteLine(
            number=number,
            name=site.candidate.name(language),
            name_lang=_chinese(site.candidate.name_en, language),
            kind=candidate_words(site.candidate.kind),
            gain=share_words(site.share_gained),
            accuracy_m=round(site.candidate.accuracy_m),
            lat=site.candidate.coordinate.lat,
            lon=site.candidate.coordinate.lon,
            url=None
            if site.candidate.point_id is None
            else url_for("point_pages.show", point_id=site.candidate.point_id),
        )
        for number, site in enumerate(siting.sites, start=1)
    )


def map_data(answer: Answer, sites: Sequence[SiteLine] = (), candidates: Sequence[Candidate] = ()) -> dict[str, Any]:
    """Return what the map reads: the points that count, where the uncovered land is told, sites and candidates."""
    bundle, question = current_bundle(), answer.measured.question
    # dots instead of marks: those would hide the very land that is covered
    data = page_data((), ())
    places = [bundle.catalogue.points[point_id].place.coordinate for point_id in answer.measured.points]
    data["dots"] = [[place.lat, place.lon] for place in places]
    data["uncovered"] = f"{url_for('coverage.uncovered')}?{urlencode(fields_of(question))}"
    data["sites"] = [{"number": each.number, "name": each.name, "lat": each.lat, "lon": each.lon} for each in sites]
    counted = set(answer.measured.points)
    free = [each.coordinate for each in candidates if each.point_id not in counted]
    data["candidates"] = [[place.lat, place.lon] for place in free]
    data["words"]["site"] = gettext("New site {number}: {name}")
    return data


def _people_sentence(answer: Answer, measuring: Measuring) -> str:
    population, share = measuring.coverage.population, answer.measured.population_share
    if population is None or share is None:
        return gettext("How many people that is cannot be said: no complete count by street has been imported.")
    values = {"share": share_words(share), "year": population.year, "source": population.source}
    if population.is_by_street:
        return gettext(
            "That is about %(share)s of the people (%(source)s, %(year)s), if they live evenly spread in each street.",
            **values,
        )
    return gettext("That is %(share)s of the people (%(source)s, %(year)s).", **values)


def _chinese(name_en: str, language: str) -> str | None:
    return "zh-CN" if language == "en" and not name_en else None
