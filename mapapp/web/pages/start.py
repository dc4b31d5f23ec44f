"""The start page (首页): one question, the usual errands, the packages, and every point as a list and on the map."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, render_template, request

from mapapp.catalogue.points import PointKind
from mapapp.errors import InvalidQuery
from mapapp.shipped import shipped
from mapapp.web.context import Bundle, current_bundle, current_language, current_now
from mapapp.web.pages.frame import is_elder
from mapapp.web.pages.kept import kept_page
from mapapp.web.pages.question import Question, typed_only
from mapapp.web.pages.rows import PointRow, kinds_in_use, page_data, point_row, street_names
from mapapp.web.parameters import read_form, table
from mapapp.web.questions import KIND, OPEN_NOW, STREET
from mapapp.web.words import kind_name

blueprint = Blueprint("start", __name__)
FILTER = table(KIND, STREET, OPEN_NOW)


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """A usual errand: a matter under the name people use."""

    matter: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The points of one kind; `has_shown` is false when the filter leaves none."""

    name: str
    rows: tuple[PointRow, ...]
    has_shown: bool


@blueprint.get("/")
def show() -> Response:
    """Answer with the start page; the filter of the list works as a plain form."""
    key = (current_language(), is_elder(), request.query_string)
    return kept_page(
        current_bundle(),
        key,
        current_now(),
        lambda: render_template("pages/start.html", **start_values(request.args)),
    )


def start_values(arguments: Any, question: Question | None = None) -> dict[str, Any]:
    """Return what the start page shows; a filter that cannot be read is left out."""
    bundle, now, language = current_bundle(), current_now(), current_language()
    try:
        wanted = read_form(arguments, FILTER)
    except InvalidQuery:
        wanted = {}
    rows = tuple(point_row(bundle, point, now) for point in bundle.catalogue.points.values())
    shown = frozenset(row.id for row in rows if fits(row, wanted))
    return {
        "question": question or typed_only(arguments),
        "errands": usual_errands(bundle, language),
        "packages": tuple((package.code, package.name(language)) for package in bundle.catalogue.packages.values()),
        "groups": _groups(rows, shown),
        "shown": shown,
        "wanted": wanted,
        "kinds": tuple((kind.value, kind_name(kind)) for kind in kinds_in_use(bundle.catalogue)),
        "streets": tuple(street_names(bundle, language).items()),
        "data": page_data(rows, [row.id for row in rows if row.id in shown]),
    }


def fits(row: PointRow, wanted: Mapping[str, Any]) -> bool:
    """Return whether a point passes the filter of kind, street and "open now"."""
    return (
        wanted.get("kind", row.kind) is row.kind
        and wanted.get("street", row.street) == row.street
        and (wanted.get("open") != "now" or row.is_open)
    )


def usual_errands(bundle: Bundle, language: str) -> tuple[Errand, ...]:
    """Return the errands of the editable list `geodata/usual_errands.csv` whose matter exists."""
    return tuple(
        Errand(matter=code, label=english if language == "en" else chinese)
        for code, chinese, english in _listed_errands()
        if code in bundle.catalogue.matters
    )


@lru_cache(maxsize=1)
def _listed_errands() -> tuple[tuple[str, str, str], ...]:
    with (shipped("geodata") / "usual_errands.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["matter"], row["label_zh"], row["label_en"]) for row in csv.DictReader(file))


def _groups(rows: tuple[PointRow, ...], shown: frozenset[str]) -> tuple[Group, ...]:
    by_kind: dict[PointKind, list[PointRow]] = {kind: [] for kind in PointKind}
    for row in rows:
        by_kind[row.kind].append(row)
    return tuple(
        Group(name=kind_name(kind), rows=tuple(members), has_shown=any(row.id in shown for row in members))
        for kind, members in by_kind.items()
        if members
    )
