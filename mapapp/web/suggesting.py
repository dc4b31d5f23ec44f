"""What one box finds (一个框找全部): matters, packages, points and places, in groups, while typing and afterwards."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote, urlencode

from mapapp.finder.suggestions import Fit, Names
from mapapp.finder.understood import QueryReader, Understood
from mapapp.web.context import Bundle

MOST = 10


class Group(StrEnum):
    """The groups, in the order in which they are shown."""

    MATTER = "matter"
    PACKAGE = "package"
    POINT = "point"
    PLACE = "place"


# How many of each group are shown before any group gets more.
_SHARES = {Group.MATTER: 5, Group.PACKAGE: 2, Group.POINT: 2, Group.PLACE: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One thing that fits: what it is called in the reader's language, and the name that fits what was typed.

    `id` is the code of a matter or package, the id of a point, None for a place. `start` and `end` say which
    characters of `matched` were typed, both 0 when that is unclear. `url` is its page, for a place the points near it.
    """

    group: Group
    id: str | None
    name: str
    matched: str
    start: int
    end: int
    url: str


def suggestions(
    bundle: Bundle, text: str, language: str, limit: int = MOST, groups: Iterable[Group] = tuple(Group)
) -> tuple[Found, ...]:
    """Return at most `limit` things that fit what was typed, group after group, the best of each first."""
    rows = {group: tuple(_FINDERS[group](bundle, text, language, limit)) for group in Group if group in set(groups)}
    counts = {group: min(len(row), _SHARES[group]) for group, row in rows.items()}
    while sum(counts.values()) > limit:
        counts[max(counts, key=lambda group: (counts[group], list(counts).index(group)))] -= 1
    for group, row in rows.items():
        counts[group] += min(len(row) - counts[group], limit - sum(counts.values()))
    return tuple(found for group, row in rows.items() for found in row[: counts[group]])


def also_found(bundle: Bundle, text: str, language: str) -> tuple[Found, ...]:
    """Return what fits these words beside matters, for a page that lists the matters itself."""
    return suggestions(bundle, text, language, groups=(Group.PACKAGE, Group.POINT, Group.PLACE)) if text else ()


def reader_of(bundle: Bundle) -> QueryReader:
    """Return what finds places and times in words, built at the first question of this revision."""

    def build() -> QueryReader:
        catalogue = bundle.catalogue
        places = (name for place in catalogue.named_places for name in (place.name_zh, place.name_en, *place.aliases))
        official = (name for each in catalogue.matters.values() for name in (each.name_zh, *each.folk_names))
        return QueryReader(places, official)

    return bundle.once("query reader", build)


def heard_in(bundle: Bundle, text: str, now: datetime) -> Understood:
    """Return the place and the time in these words, and the rest; a place that nobody knows stays in the rest."""
    heard = reader_of(bundle).read(text, now)
    if heard.place_text is None or bundle.gazetteer.best(heard.place_text) is not None:
        return heard
    return Understood(rest=text.strip())


def _matters(bundle: Bundle, text: str, language: str, limit: int) -> Iterator[Found]:
    for each in bundle.matter_search.suggest(text, limit):
        yield Found(
            group=Group.MATTER,
            id=each.matter.code,
            name=each.matter.name(language),
            matched=each.matched,
            start=each.start,
            end=each.end,
            url=f"/matters/{quote(each.matter.code)}",
        )


def _packages(bundle: Bundle, text: str, language: str, limit: int) -> Iterator[Found]:
    packages = tuple(bundle.catalogue.packages.values())
    names = bundle.once("package names", lambda: Names((each.name_zh, each.name_en) for each in packages))
    for fit in names.fitting(text, limit):
        code = packages[fit.number].code
        yield _found(Group.PACKAGE, code, packages[fit.number].name(language), fit, f"/packages/{quote(code)}")


def _points(bundle: Bundle, text: str, language: str, limit: int) -> Iterator[Found]:
    points = tuple(bundle.catalogue.points.values())
    names = bundle.once("point names", lambda: Names((each.name_zh, each.name_en) for each in points))
    for fit in names.fitting(text, limit):
        id = points[fit.number].id
        yield _found(Group.POINT, id, points[fit.number].name(language), fit, f"/points/{quote(id)}")


def _places(bundle: Bundle, text: str, language: str, limit: int) -> Iterator[Found]:
    places = bundle.catalogue.named_places
    names = bundle.once("place names", lambda: Names((each.name_zh, *each.aliases, each.name_en) for each in places))
    for fit in names.fitting(text, limit):
        place = places[fit.number]
        name = place.name_en if language == "en" and place.name_en else place.name_zh
        yield _found(Group.PLACE, None, name, fit, f"/nearest?{urlencode({'place': name})}")


def _found(group: Group, id: str | None, name: str, fit: Fit, url: str) -> Found:
    return Found(group=group, id=id, name=name, matched=fit.name, start=fit.start, end=fit.end, url=url)


_FINDERS = {Group.MATTER: _matters, Group.PACKAGE: _packages, Group.POINT: _points, Group.PLACE: _places}
