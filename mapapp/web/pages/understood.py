"""What the one box means (听懂): a matter, a package, a point or a place, in everyday words."""

from dataclasses import dataclass

from mapapp.catalogue.matters import Matter
from mapapp.catalogue.packages import Package
from mapapp.catalogue.points import ServicePoint
from mapapp.finder.matter_search import normalise
from mapapp.web.context import Bundle
from mapapp.web.pages.question import Question
from mapapp.web.parse import subject_of

_OTHERS = 8
# What the names of points end in; a text that ends so and stands in a name means that point.
_POINT_ENDINGS = (
    "中心",
    "所",
    "处",
    "厅",
    "院",
    "馆",
    "站",
    "局",
    "窗口",
    "派出所",
    "office",
    "centre",
    "hall",
    "station",
    "window",
)
_PACKAGE_ENDING = "一件事"


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What was understood. `place` is the text of the box when it names a place; `others` are further matters.

    `is_clear` is false when the words fit nothing well; then `others` may have been meant.
    """

    matter: Matter | None = None
    package: Package | None = None
    point: ServicePoint | None = None
    place: str | None = None
    others: tuple[Matter, ...] = ()
    is_clear: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the matters that one point must take."""
        if self.package is not None:
            return self.package.members
        return () if self.matter is None else (self.matter.code,)


def understand(question: Question, bundle: Bundle, language: str) -> Understood:
    """Return what is to be done; raise NotFound `unknown_matter`, `unknown_package` for a wrong code in a link."""
    values = question.values
    for name in ("matter", "package"):
        if name in values:
            subject = subject_of({name: values[name]}, bundle)
            return Understood(matter=subject.matter, package=subject.package)
    if "q" not in values:
        return Understood()
    text = str(values["q"])
    package = _package(text, bundle)
    if package is not None:
        return Understood(package=package)
    point = _point(text, bundle)
    if point is not None:
        return Understood(point=point)
    return _matter_or_place(text, question, bundle)


def names_something(text: str, bundle: Bundle) -> bool:
    """Return whether the words are the name of a package or a point, in which place and time are part of the name."""
    return _package(text, bundle) is not None or _point(text, bundle) is not None


def _matter_or_place(text: str, question: Question, bundle: Bundle) -> Understood:
    found = bundle.matter_search.search(text, _OTHERS)
    matters = tuple(hit.matter for hit in found.hits)
    best = found.hits[0].score if found.hits else 0.0
    needs_place = "place" not in question.values and not question.has_position
    # 观音桥 alone is a place, however well it happens to fit the name of a matter
    if needs_place and best < 1.0 and bundle.gazetteer.best(text) is not None:
        return Understood(place=text)
    if not found.confident:
        return Understood(others=matters, is_clear=False)
    return Understood(matter=matters[0], others=matters[1:])


def _package(text: str, bundle: Bundle) -> Package | None:
    """Return the package whose code or name this is, with or without 一件事."""
    wanted = normalise(text)
    if not wanted:
        return None
    for package in bundle.catalogue.packages.values():
        names = {normalise(package.code), normalise(package.name_zh), normalise(package.name_en)}
        if wanted in names or (wanted.endswith(_PACKAGE_ENDING) and wanted in normalise(package.name_zh)):
            return package
    return None


def _point(text: str, bundle: Bundle) -> ServicePoint | None:
    """Return the one point whose id or name this is, or whose name alone holds it."""
    wanted = normalise(text)
    for point in bundle.catalogue.points.values():
        if wanted and wanted in (normalise(point.id), normalise(point.name_zh), normalise(point.name_en)):
            return point
    if len(wanted) < 4 or not wanted.endswith(_POINT_ENDINGS):
        return None
    holders = [
        point
        for point in bundle.catalogue.points.values()
        if wanted in normalise(point.name_zh) or wanted in normalise(point.name_en)
    ]
    return holders[0] if len(holders) == 1 else None
