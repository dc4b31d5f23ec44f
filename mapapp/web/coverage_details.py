"""How coverage and siting are told to a program (覆盖的回答). Shares are of the land, 0 to 1; coordinates WGS-84."""

from datetime import datetime
from typing import Any

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.questions import Question
from mapapp.coverage.siting import Siting, SitingQuestion
from mapapp.web.fragments import moment_text
from mapapp.web.measuring import Answer, Measuring

# Digits of a share: a millionth of the land is 200 square metres.
_DIGITS = 6


def coverage_fields(answer: Answer, measuring: Measuring, language: str) -> dict[str, Any]:
    """Return the whole answer."""
    measured, catalogue = answer.measured, measuring.coverage.catalogue
    return {
        **asked_fields(measured.question, catalogue, language),
        "share_area": round(measured.share_area, _DIGITS),
        "land_km2": round(measured.land_km2, 2),
        "points": len(measured.points),
        "communities_total": len(measured.communities),
        "communities_covered": measured.communities_covered,
        "communities_placed": sum(each.is_placed for each in measured.communities),
        "population_share": _rounded(measured.population_share),
        "population": _population(measuring),
        "uncovered_streets": list(measured.uncovered_streets),
        "streets": [
            {
                "name": street.name,
                "land_km2": round(street.land_km2, 2),
                "share_area": round(street.share_area, _DIGITS),
                "communities_total": street.communities_total,
                "communities_covered": street.communities_covered,
                "points": street.points,
            }
            for street in measured.streets
        ],
        "week": None
        if answer.week is None
        else {
            "monday": answer.week.monday.isoformat(),
            "share": round(answer.week.share, _DIGITS),
            "open_hours": round(answer.week.open_hours, 2),
        },
        "method": {
            "distance": answer.method.distance.value,
            "detour": answer.method.detour,
            "grid_m": answer.method.grid_m,
            "error": round(answer.method.error, _DIGITS),
            "place_error": round(answer.method.place_error, _DIGITS),
        },
        "revision": catalogue.revision,
        "as_of": moment_text(answer.as_of),
    }


def uncovered_collection(answer: Answer, measuring: Measuring, language: str) -> dict[str, Any]:
    """Return the land that is not covered as GeoJSON (RFC 7946)."""
    catalogue = measuring.coverage.catalogue
    geometry = measuring.uncovered(answer)
    properties = {
        **asked_fields(answer.measured.question, catalogue, language),
        "uncovered": True,
        "share_area": round(1.0 - answer.measured.share_area, _DIGITS),
        "revision": catalogue.revision,
    }
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return {"type": "FeatureCollection", "features": [feature] if geometry["coordinates"] else []}


def siting_fields(
    asked: SitingQuestion, siting: Siting, catalogue: Catalogue, language: str, now: datetime
) -> dict[str, Any]:
    """Return the sites; their gains add up to what is covered after less what was before, so nothing is rounded."""
    return {
        **asked_fields(asked.question, catalogue, language),
        "new": asked.new,
        "sites": [
            {
                "name": site.candidate.name(language),
                "lat": site.candidate.coordinate.lat,
                "lon": site.candidate.coordinate.lon,
                "kind": site.candidate.kind.value,
                "point": site.candidate.point_id,
                "place_accuracy_m": site.candidate.accuracy_m,
                "share_gained": site.share_gained,
            }
            for site in siting.sites
        ],
        "share_before": siting.share_before,
        "share_after": siting.share_after,
        "greedy_after": siting.greedy_after,
        "gap": siting.gap,
        "weighed_by": siting.by.value,
        "candidates": siting.candidates,
        "target": asked.target,
        "target_reached": siting.is_target_reached,
        "revision": catalogue.revision,
        "as_of": moment_text(now),
    }


def asked_fields(question: Question, catalogue: Catalogue, language: str) -> dict[str, Any]:
    """Return what was asked."""
    thing = None
    if question.matter is not None:
        thing = catalogue.matter(question.matter).name(language)
    elif question.package is not None:
        thing = catalogue.package(question.package).name(language)
    return {
        "matter": question.matter,
        "package": question.package,
        "kind": None if question.kind is None else question.kind.value,
        "name": thing,
        "mode": question.mode.value,
        "within_m": question.within_m,
        "at": moment_text(question.at),
    }


def _population(measuring: Measuring) -> dict[str, Any] | None:
    population = measuring.coverage.population
    if population is None:
        return None
    return {"year": population.year, "source": population.source, "is_by_street": population.is_by_street}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _DIGITS)
