"""Coverage as tables (覆盖报表): rows for people and for files, each saying what was asked and of which revision."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mapapp.coverage.analysis import Coverage, Measured
from mapapp.coverage.questions import Question
from mapapp.coverage.siting import Site, Siting

Row = Mapping[str, object]

# What a spreadsheet would run as a formula; ' before it keeps it a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def asked_columns(question: Question, revision: int, as_of: datetime) -> Row:
    """Return what every row of a table says about where its figures come from."""
    return {
        "matter": question.matter or "",
        "package": question.package or "",
        "kind": "" if question.kind is None else question.kind.value,
        "mode": question.mode.value,
        "within_m": question.within_m,
        "at": "" if question.at is None else question.at.isoformat(timespec="seconds"),
        "revision": revision,
        "as_of": as_of.isoformat(timespec="seconds"),
    }


def street_rows(measured: Measured, revision: int, as_of: datetime) -> list[Row]:
    """Return one row for each street or town and, last, one for the district; shares of land, 0 to 1."""
    asked = asked_columns(measured.question, revision, as_of)
    rows: list[Row] = [
        {
            "street": street.name or "",
            "land_km2": round(street.land_km2, 3),
            "share_area": round(street.share_area, 6),
            "covered_km2": round(street.share_area * street.land_km2, 3),
            "communities_total": street.communities_total,
            "communities_covered": street.communities_covered,
            "points": street.points,
            **asked,
        }
        for street in measured.streets
    ]
    whole: Row = {
        "street": "*",
        "land_km2": round(measured.land_km2, 3),
        "share_area": round(measured.share_area, 6),
        "covered_km2": round(measured.share_area * measured.land_km2, 3),
        "communities_total": len(measured.communities),
        "communities_covered": measured.communities_covered,
        "points": len(measured.points),
        **asked,
    }
    return [*rows, whole]


def matter_row(coverage: Coverage, question: Question, as_of: datetime) -> Row:
    """Return one row about the whole district for one question."""
    measured = coverage.measure(question)
    method = coverage.method(measured)
    name = "" if question.matter is None else coverage.catalogue.matter(question.matter).name_zh
    return {
        "name_zh": name,
        "points": len(measured.points),
        "share_area": round(measured.share_area, 6),
        "communities_total": len(measured.communities),
        "communities_covered": measured.communities_covered,
        "population_share": "" if measured.population_share is None else round(measured.population_share, 6),
        "uncovered_streets": ";".join(measured.uncovered_streets),
        "distance": method.distance.value,
        "error": round(method.error, 6),
        "place_error": round(method.place_error, 6),
        **asked_columns(question, coverage.catalogue.revision, as_of),
    }


def site_rows(siting: Siting, question: Question, revision: int, as_of: datetime) -> list[Row]:
    """Return one row for each site, in the order of what it adds."""
    return _site_rows(siting, siting.sites, question, revision, as_of)


def candidate_rows(siting: Siting, question: Question, revision: int, as_of: datetime) -> list[Row]:
    """Return one row for each candidate with what it would add alone, the largest gain first."""
    among = sorted(siting.among, key=lambda site: -site.share_gained)
    return _site_rows(siting, among, question, revision, as_of)


def _site_rows(siting: Siting, sites: Sequence[Site], question: Question, revision: int, as_of: datetime) -> list[Row]:
    asked = asked_columns(question, revision, as_of)
    return [
        {
            "order": number,
            "name_zh": site.candidate.name_zh,
            "name_en": site.candidate.name_en,
            "kind": site.candidate.kind.value,
            "point": site.candidate.point_id or "",
            "lon": site.candidate.coordinate.lon,
            "lat": site.candidate.coordinate.lat,
            "datum": "WGS-84",
            "accuracy_m": site.candidate.accuracy_m,
            "share_gained": round(site.share_gained, 6),
            "share_of": siting.by.value,
            "gap": round(siting.gap, 6),
            **asked,
        }
        for number, site in enumerate(sites, start=1)
    ]


def csv_text(rows: Sequence[Row], columns: Iterable[str] | None = None) -> str:
    """Return rows as CSV with a header; a text that a spreadsheet would run gets a ' before it."""
    names = list(columns or (rows[0].keys() if rows else ()))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([[_safe(row[name]) for name in names] for row in rows])
    return out.getvalue()


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
