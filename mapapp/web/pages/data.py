"""The data behind the pages (数据): sources, how fresh and how sure, and the files to take away."""

import csv
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound

from mapapp.shipped import shipped
from mapapp.web.bodies import REVALIDATE, Prepared, send_prepared
from mapapp.web.context import current_bundle
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.words import confidence_words

blueprint = Blueprint("data", __name__)

# What may be taken away, and what it is.
FILES = {
    "service_points.csv": lazy_gettext("Service points"),
    "matters.csv": lazy_gettext("Matters, with materials and limits"),
    "offers.csv": lazy_gettext("Which point takes which matter"),
    "packages.csv": lazy_gettext("Packages"),
    "gazetteer.csv": lazy_gettext("Names of places"),
    "work_calendar.csv": lazy_gettext("Holidays and working weekends"),
    "district.csv": lazy_gettext("Names of the district"),
    "district.geojson": lazy_gettext("Outline of the district"),
    "streets.geojson": lazy_gettext("Streets and towns, schematic"),
    "rivers.geojson": lazy_gettext("Rivers"),
    "SOURCES.md": lazy_gettext("Source, licence, datum and date of each file"),
}
_TYPES = {".csv": "text/csv", ".geojson": "application/geo+json", ".md": "text/markdown"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """A file to take away; `rows` is None for what is not a table."""

    name: str
    what: str
    rows: int | None
    kilobytes: int


@blueprint.get("/data")
def show() -> Response:
    """Answer with the page on the data."""
    catalogue = current_bundle().catalogue
    points = catalogue.points.values()
    dates = sorted(point.source_date for point in points if point.source_date)
    calendar = catalogue.calendar
    return page(
        "pages/data.html",
        catalogue=catalogue,
        downloads=tuple(
            Download(name=name, what=str(FILES[name]), rows=rows, kilobytes=kilobytes)
            for name, rows, kilobytes in _shipped_files()
        ),
        point_confidence=_confidences(point.confidence for point in points),
        place_confidence=_confidences(point.place.confidence for point in points),
        matter_confidence=_confidences(matter.confidence for matter in catalogue.matters.values()),
        newest=dates[-1].isoformat() if dates else gettext("not known"),
        calendar_from=calendar.first_known,
        calendar_to=calendar.last_known,
        checked=sum(1 for point in points if point.verified_at),
    )


@blueprint.get("/data/files/<name>")
def download(name: str) -> Response:
    """Answer with one of the shipped files, as it was shipped."""
    if name not in FILES:
        raise NotFound
    path = shipped("geodata") / name
    if not path.is_file():
        raise NotFound
    response = send_prepared(_prepared(path), cache=REVALIDATE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _confidences(codes: object) -> tuple[tuple[str, int], ...]:
    counted = Counter(str(code) for code in codes)  # type: ignore[attr-defined]
    return tuple((confidence_words(code), count) for code, count in sorted(counted.items()))


@lru_cache(maxsize=1)
def _shipped_files() -> tuple[tuple[str, int | None, int], ...]:
    """Return name, number of rows and size of each file that was shipped."""
    folder = shipped("geodata")
    paths = [folder / name for name in FILES if (folder / name).is_file()]
    return tuple((path.name, _rows(path), max(1, round(path.stat().st_size / 1024))) for path in paths)


def _rows(path: Path) -> int | None:
    if path.suffix != ".csv":
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


@lru_cache(maxsize=16)
def _prepared(path: Path) -> Prepared:
    kind = _TYPES[path.suffix]
    return Prepared.of(path.read_bytes(), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
