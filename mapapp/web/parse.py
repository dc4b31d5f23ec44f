"""What a request asks (问题): the arguments of a request, read already, to typed queries on one bundle.

The interface reads arguments strictly (`read_arguments`), pages forgivingly (`read_form`); both come here.
Another datum is converted here, once. Everything wrong raises InvalidQuery or NotFound, naming the parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapapp.catalogue.matters import Matter
from mapapp.catalogue.packages import Package
from mapapp.errors import InvalidQuery
from mapapp.finder.matter_search import MatterHit
from mapapp.finder.nearest import NearestQuery, OpenFilter
from mapapp.finder.understood import Understood
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.settings import Settings
from mapapp.web.context import Bundle
from mapapp.web.questions import DEFAULT_K
from mapapp.web.suggesting import heard_in

Values = Mapping[str, Any]

# Cells of a hundredth of a degree; no two positions of one are farther apart than the diagonal on the equator.
_CELLS_PER_DEGREE = 100
_CELL_M = 1_600.0
# How many names are offered when a text is not understood.
_SUGGESTIONS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where somebody starts. `name` is the place that was recognised, None for coordinates; accuracy in metres."""

    coordinate: Coordinate
    accuracy_m: float = 0.0
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is to be done: one matter, or one package, or nothing in particular.

    `text` is what was typed; when it was not understood, `is_understood` is false and `did_you_mean` offers matters.
    """

    matter: Matter | None = None
    package: Package | None = None
    text: str | None = None
    matched: str | None = None
    did_you_mean: tuple[MatterHit, ...] = ()
    is_understood: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the matters one point must take, all of them."""
        if self.package is not None:
            return self.package.members
        return () if self.matter is None else (self.matter.code,)


@dataclass(frozen=True, kw_only=True, slots=True)
class NearestRequest:
    """A whole question for the nearest points: from where, for what, and the query for the finder.

    `heard` is the place and the time that stand in the words, told and not applied; None without words.
    """

    origin: Origin
    subject: Subject
    query: NearestQuery
    heard: Understood | None = None


def nearest_request(values: Values, bundle: Bundle, settings: Settings, now: datetime, language: str) -> NearestRequest:
    """Return the question of these values.

    Raises InvalidQuery `one_of`, `missing_place` (with `did_you_mean` where the words name one), `unknown_place`,
    `outside_area`, `wrong_parameter`; NotFound `unknown_matter`, `unknown_package`.
    """
    heard = heard_in(bundle, values["q"], now) if "q" in values else None
    subject = subject_of(values, bundle, heard)
    if heard is not None and heard.place_text is not None and not {"place", "lat", "lon"} & set(values):
        raise InvalidQuery("missing_place", field="place", did_you_mean=[heard.place_text])
    origin = origin_of(values, bundle, settings, language)
    query = NearestQuery(
        origin=origin.coordinate,
        origin_accuracy_m=origin.accuracy_m,
        matters=subject.codes,
        at=moment_of(values, bundle, now),
        open=values.get("open", OpenFilter.ANY),
        k=values.get("k", DEFAULT_K),
        within_m=values.get("within"),
        kind=values.get("kind"),
        street=values.get("street"),
    )
    return NearestRequest(origin=origin, subject=subject, query=query, heard=heard)


def subject_of(values: Values, bundle: Bundle, heard: Understood | None = None) -> Subject:
    """Return what is to be done; `heard` is what the words of `q` say beside it.

    Raises InvalidQuery `one_of`, NotFound `unknown_matter`, `unknown_package`.
    """
    given = [name for name in ("matter", "q", "package") if name in values]
    if len(given) > 1:
        raise InvalidQuery("one_of", field=given[1], names=", ".join(given))
    if "matter" in values:
        return Subject(matter=bundle.catalogue.matter(values["matter"]))
    if "package" in values:
        return Subject(package=bundle.catalogue.package(values["package"]))
    if "q" not in values:
        return Subject()
    return _subject_of_words(values["q"], (heard.rest if heard else "") or values["q"], bundle)


def _subject_of_words(text: str, meant: str, bundle: Bundle) -> Subject:
    """Return the matter that everyday words mean, or what may have been meant; `meant` is without place and time."""
    found = bundle.matter_search.search(meant, _SUGGESTIONS)
    if not found.confident:
        return Subject(text=text, did_you_mean=found.hits, is_understood=False)
    best = found.hits[0]
    return Subject(matter=best.matter, text=text, matched=best.matched, did_you_mean=found.hits[1:])


def origin_of(values: Values, bundle: Bundle, settings: Settings, language: str) -> Origin:
    """Return where somebody starts: coordinates, or the place their words mean.

    Raises InvalidQuery `one_of`, `missing_place`, `unknown_place` (with `did_you_mean`), `outside_area`.
    """
    has_lat, has_lon = "lat" in values, "lon" in values
    if has_lat or has_lon:
        if "place" in values:
            raise InvalidQuery("one_of", field="place", names="place, lat + lon")
        if not (has_lat and has_lon):
            raise InvalidQuery("missing_place", field="lon" if has_lat else "lat")
        coordinate = to_wgs84(values["lon"], values["lat"], values.get("datum", Datum.WGS84))
        origin = Origin(coordinate=coordinate)
    elif "place" in values:
        origin = place_of(values["place"], bundle, language)
    else:
        raise InvalidQuery("missing_place", field="place")
    check_area(origin.coordinate, bundle, settings, field="place" if origin.name is not None else "lat")
    return origin


def place_of(text: str, bundle: Bundle, language: str) -> Origin:
    """Return the place that the words mean; raise InvalidQuery `unknown_place` with the names it may have been."""
    found = bundle.gazetteer.best(text)
    if found is None:
        names = [hit.name(language) for hit in bundle.gazetteer.suggest(text, _SUGGESTIONS)]
        raise InvalidQuery("unknown_place", field="place", value=text, did_you_mean=names)
    place = found.place
    return Origin(coordinate=place.coordinate, accuracy_m=place.accuracy_m, name=found.name(language))


def check_area(coordinate: Coordinate, bundle: Bundle, settings: Settings, *, field: str) -> None:
    """Raise InvalidQuery `outside_area` for a position farther outside the district than the service reaches."""
    cell = (int(coordinate.lon * _CELLS_PER_DEGREE), int(coordinate.lat * _CELLS_PER_DEGREE))
    if cell in bundle.cells_inside:
        return
    outside_m = bundle.catalogue.district.metres_outside(coordinate)
    if not outside_m <= settings.outside_m:
        raise InvalidQuery("outside_area", field=field, kilometres=round(outside_m / 1000))
    if outside_m <= settings.outside_m - _CELL_M:
        # nothing else in this cell can be too far, so the next question there needs no geometry
        bundle.cells_inside.add(cell)


def moment_of(values: Values, bundle: Bundle, now: datetime) -> datetime:
    """Return the moment asked about, `now` by default.

    Raises InvalidQuery `wrong_parameter` for a moment more than a year outside the known calendar.
    """
    at: datetime | None = values.get("at")
    if at is None:
        return now
    first, last = bundle.years
    if not first <= at.year <= last:
        raise InvalidQuery("wrong_parameter", field="at", value=at.isoformat(), first=first, last=last)
    return at
