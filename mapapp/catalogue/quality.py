"""What is probably wrong in the stored data (数据质量): facts that contradict each other, or that nobody can use.

Nothing here stops anybody: a rule names a subject and says why it fired, and a person decides.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from mapapp.errors import InvalidQuery
from mapapp.geography.closeness import close_pairs, metres_outside_street
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District
from mapapp.hours.opening_hours import Schedule
from mapapp.hours.work_calendar import WorkCalendar

# Two points nearer to each other than this are one place, or one of them has the pin of the other.
TOO_CLOSE_M = 10.0
_YEAR = timedelta(days=366)
# A landline with its area code, a mobile number, 400 or 800, or a short number such as 12345; more than one is usual.
_EXTENSION = r"(?:(?:转|-)\d{1,6})?"
_PHONE = re.compile(
    rf"(?:\(?0\d{{2,3}}\)?|\+86[ -]?[1-9]\d{{1,2}})[ -]?\d{{7,8}}{_EXTENSION}"
    rf"|(?:\+86[ -]?)?1[3-9]\d{{9}}|[48]00-?\d{{3}}-?\d{{4}}{_EXTENSION}"
    r"|1\d{2}|1[02]\d{3}|9[56]\d{3,4}",
    re.ASCII,
)
_BETWEEN_PHONES = re.compile(r"[;,/、，；]")


class Rule(StrEnum):
    """Why something is listed."""

    WRONG_STREET = "wrong_street"
    TOO_CLOSE = "too_close"
    NO_MATTERS = "no_matters"
    NEVER_OPEN = "never_open"
    PHONE_FORMAT = "phone_format"
    RETIRED_MATTER = "retired_matter"
    EMPTY_PACKAGE = "empty_package"
    NO_POSITION = "no_position"
    UNVERIFIED_POSITION = "unverified_position"

    @property
    def is_hint(self) -> bool:
        """Return whether what it finds is still to be looked at rather than wrong."""
        return self is Rule.UNVERIFIED_POSITION


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule that fired for a subject: the id of a point, for `EMPTY_PACKAGE` the code of a package.

    `detail` has what the sentence of the rule names; lengths are whole metres.
    """

    rule: Rule
    subject: str
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPoint:
    """A point in use, as it is stored. `offers` maps the code of a matter to its own hours; accuracy in metres."""

    id: str
    street: str
    phone: str | None
    hours_rule: str | None
    coordinate: Coordinate | None
    accuracy_m: float
    is_verified: bool
    offers: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What the rules look at. `matters` are the codes in use, `packages` map a code to the codes of its members."""

    points: tuple[StoredPoint, ...]
    matters: frozenset[str]
    packages: Mapping[str, tuple[str, ...]]
    district: District
    calendar: WorkCalendar


def findings(stored: Stored, today: date) -> tuple[Finding, ...]:
    """Return everything that a rule finds, in order of rule, then of subject."""
    found = [*_of_points(stored, today), *_too_close(stored), *_empty_packages(stored)]
    order = {rule: number for number, rule in enumerate(Rule)}
    return tuple(sorted(found, key=lambda each: (order[each.rule], each.subject, str(each.detail))))


def is_phone(text: str) -> bool:
    """Return whether every number in a text can be dialled from anywhere in the country."""
    return all(_PHONE.fullmatch(number.strip()) for number in _BETWEEN_PHONES.split(text))


def _of_points(stored: Stored, today: date) -> Iterator[Finding]:
    never: dict[str, bool] = {}
    for point in stored.points:
        yield from _of_position(stored.district, point)
        yield from _of_offers(stored, point)
        if point.phone and not is_phone(point.phone):
            yield Finding(rule=Rule.PHONE_FORMAT, subject=point.id, detail={"phone": point.phone})
        for matter, rule in (("", point.hours_rule), *point.offers.items()):
            if rule and never.setdefault(rule, _is_never_open(rule, stored.calendar, today)):
                yield Finding(rule=Rule.NEVER_OPEN, subject=point.id, detail={"hours": rule, "matter": matter})


def _of_position(district: District, point: StoredPoint) -> Iterator[Finding]:
    if point.coordinate is None:
        yield Finding(rule=Rule.NO_POSITION, subject=point.id)
        return
    if not point.is_verified:
        detail = {"metres": round(point.accuracy_m)}
        yield Finding(rule=Rule.UNVERIFIED_POSITION, subject=point.id, detail=detail)
    metres = metres_outside_street(district, point.street, point.coordinate)
    # the position may be wrong by its accuracy anyway
    if metres is not None and metres > point.accuracy_m:
        found = district.street_of(point.coordinate) or ""
        told: dict[str, str | int] = {"street": point.street, "metres": round(metres), "found": found}
        yield Finding(rule=Rule.WRONG_STREET, subject=point.id, detail=told)


def _of_offers(stored: Stored, point: StoredPoint) -> Iterator[Finding]:
    if not stored.matters.intersection(point.offers):
        yield Finding(rule=Rule.NO_MATTERS, subject=point.id)
    for code in sorted(set(point.offers) - stored.matters):
        yield Finding(rule=Rule.RETIRED_MATTER, subject=point.id, detail={"matter": code})


def _is_never_open(rule: str, calendar: WorkCalendar, today: date) -> bool:
    """Return whether a rule opens on no day of the coming year, closures aside."""
    try:
        schedule = Schedule.of(rule, calendar)
    except InvalidQuery:
        return True
    if schedule.hours is not None and any(schedule.hours.week(today)):
        return False
    return not any(schedule.spans_on(today + timedelta(days=ahead)).spans for ahead in range(_YEAR.days))


def _too_close(stored: Stored) -> Iterator[Finding]:
    placed = [(point.coordinate, point.id) for point in stored.points if point.coordinate is not None]
    coordinates = [coordinate for coordinate, _ in placed]
    for one, other, metres in close_pairs(stored.district, coordinates, TOO_CLOSE_M):
        first, second = sorted((placed[one][1], placed[other][1]))
        yield Finding(rule=Rule.TOO_CLOSE, subject=first, detail={"other": second, "metres": round(metres)})


def _empty_packages(stored: Stored) -> Iterator[Finding]:
    for code, members in stored.packages.items():
        if not stored.matters.intersection(members):
            yield Finding(rule=Rule.EMPTY_PACKAGE, subject=code)
