"""What the form of the coverage pages asks (覆盖的提问): for what, within how far, at which moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from mapapp.catalogue.matters import Matter
from mapapp.catalogue.packages import Package
from mapapp.coverage.questions import Question
from mapapp.errors import InvalidQuery, NotFound
from mapapp.finder.matter_search import normalise
from mapapp.hours.opening_hours import ZONE
from mapapp.settings import Settings
from mapapp.web.context import Bundle
from mapapp.web.measuring import question_of
from mapapp.web.pages.question import DAY, TIME
from mapapp.web.parameters import Arguments, read_form, table
from mapapp.web.questions import AT, CANDIDATES, KIND, MATTER, MODE, NEW, PACKAGE, REACHABLE, TARGET, WEIGH, Q
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext

FORM = table(Q, MATTER, PACKAGE, KIND, MODE, REACHABLE, DAY, TIME, AT, NEW, CANDIDATES, TARGET, WEIGH)
DISTANCES = (300, 500, 800, 1000, 1500, 2000, 3000, 5000)
_SUGGESTIONS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What to mend: the field, a sentence, and matters that may have been meant."""

    field: str
    text: str
    suggestions: tuple[Matter, ...] = ()
    status: int = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageForm:
    """The form as read: what was typed, and the question; with `trouble` that is about any point."""

    typed: Mapping[str, str]
    values: Mapping[str, Any]
    question: Question
    matter: Matter | None = None
    package: Package | None = None
    trouble: Trouble | None = None

    def subject(self, language: str) -> str | None:
        """Return the name of the matter or package asked about, None for points of a kind and for any point."""
        thing = self.matter or self.package
        return None if thing is None else thing.name(language)

    @property
    def fields(self) -> dict[str, str]:
        """Return the question as fields of an address: the same for the page, its files and the interface."""
        return fields_of(self.question)


def fields_of(question: Question) -> dict[str, str]:
    """Return a question as fields of an address."""
    said: dict[str, object | None] = {
        "matter": question.matter,
        "package": question.package,
        "kind": None if question.kind is None else question.kind.value,
        "mode": question.mode.value if question.package else None,
        "within": question.within_m,
        "at": None if question.at is None else question.at.isoformat(timespec="seconds"),
    }
    return {name: str(value) for name, value in said.items() if value is not None}


def read_coverage_form(arguments: Arguments, bundle: Bundle, settings: Settings, now: datetime) -> CoverageForm:
    """Return the form; what cannot be read is told in its `trouble`, never raised."""
    typed = {name: texts[0].strip()[:200] for name, texts in arguments.lists() if name in FORM}
    try:
        values = read_form(arguments, FORM)
        matter, package, trouble = _subject(values, bundle)
        asked: dict[str, Any] = {name: values[name] for name in ("mode", "within", "kind") if name in values}
        if matter is not None:
            asked["matter"] = matter.code
        if package is not None:
            asked["package"] = package.code
        at = _moment(values, now)
        question = question_of(asked if at is None else {**asked, "at": at}, bundle, settings)
    except (InvalidQuery, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else 400
        field = {"at": "day", "matter": "q", "package": "q"}.get(error.field or "q", error.field or "q")
        trouble = Trouble(field=field, text=sentence_of(error, status)[1], status=status)
        return CoverageForm(typed=typed, values={}, question=question_of({}, bundle, settings), trouble=trouble)
    return CoverageForm(typed=typed, values=values, question=question, matter=matter, package=package, trouble=trouble)


def _subject(values: Mapping[str, Any], bundle: Bundle) -> tuple[Matter | None, Package | None, Trouble | None]:
    catalogue = bundle.catalogue
    if "q" in values:
        return _meant(str(values["q"]), bundle)
    if "package" in values:
        return None, catalogue.package(values["package"]), None
    return (catalogue.matter(values["matter"]) if "matter" in values else None), None, None


def _meant(text: str, bundle: Bundle) -> tuple[Matter | None, Package | None, Trouble | None]:
    """Return the matter or package of this code or name, else what everyday words mean."""
    catalogue, wanted = bundle.catalogue, normalise(text)
    for package in catalogue.packages.values():
        if wanted in (normalise(package.code), normalise(package.name_zh), normalise(package.name_en)):
            return None, package, None
    for matter in catalogue.matters.values():
        if wanted in (normalise(matter.code), normalise(matter.name_zh), normalise(matter.name_en)):
            return matter, None, None
    found = bundle.matter_search.search(text, _SUGGESTIONS)
    if found.confident:
        return found.hits[0].matter, None, None
    trouble = Trouble(
        field="q",
        text=gettext("We do not know what “%(text)s” is. Below is every service point.", text=text),
        suggestions=tuple(hit.matter for hit in found.hits),
        status=200,
    )
    return None, None, trouble


def _moment(values: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return the moment asked about, None for any. A day alone means nine in the morning; a time alone, today."""
    if "at" in values:
        at: datetime = values["at"]
        return at
    if "day" not in values and "time" not in values:
        return None
    return datetime.combine(values.get("day", now.date()), values.get("time", time(9)), tzinfo=ZONE)
