"""Which parameters each question takes: the one list that the interface, the pages and the OpenAPI document share."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _

from mapapp.catalogue.points import PointKind
from mapapp.coverage.candidates import CandidateKind
from mapapp.coverage.questions import WITHIN_MAX_M, WITHIN_MIN_M, WITHIN_STEP_M, Mode
from mapapp.coverage.siting import MAX_NEW, Weigh
from mapapp.finder.nearest import OpenFilter
from mapapp.geography.coordinate import Datum
from mapapp.web.parameters import (
    MAX_TEXT,
    Parameter,
    box,
    count_between,
    day,
    moment,
    number_between,
    one_of,
    steps_between,
    table,
    words,
)

MAX_K = 50
MAX_LIMIT = 200
MAX_TRIP_MATTERS = 8
# as `finder.trip.MAX_MATTERS`, which would bring scipy along; a test holds them equal
MAX_PACKAGE_TRIP = 16
DEFAULT_K = 5

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_SPACE = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TEXT_PATTERN = f"^[^{_CONTROL}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"
_TIME_PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)


def _text(name: str, description: Any) -> Parameter:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": _TEXT_PATTERN}
    return Parameter(name=name, read=words, schema=schema, description=description)


def _number(name: str, low: float, high: float, description: Any, **more: Any) -> Parameter:
    schema = {"type": "number", "minimum": low, "maximum": high, **more}
    return Parameter(name=name, read=number_between(low, high), schema=schema, description=description)


def _count(name: str, high: int, description: Any, default: int | None) -> Parameter:
    schema: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": high}
    if default is not None:
        schema["default"] = default
    return Parameter(name=name, read=count_between(1, high), schema=schema, description=description)


def _choice(name: str, kind: Any, description: Any, *allowed: Any, default: str | None = None) -> Parameter:
    schema: dict[str, Any] = {"type": "string", "enum": [member.value for member in allowed or tuple(kind)]}
    if default is not None:
        schema["default"] = default
    return Parameter(name=name, read=one_of(kind, *allowed), schema=schema, description=description)


def _limit(default: int | None) -> Parameter:
    return _count("limit", MAX_LIMIT, _("At most so many."), default)


def _language(text: str) -> str:
    if text not in {"zh", "en"}:
        raise ValueError(text)
    return text


def _day(name: str, description: Any) -> Parameter:
    schema = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    return Parameter(name=name, read=day, schema=schema, description=description)


LANG = Parameter(
    name="lang",
    read=_language,
    schema={"type": "string", "enum": ["zh", "en"]},
    description=_("Language of names and sentences; else the Accept-Language header decides."),
)
LAT = _number("lat", -90, 90, _("Latitude in decimal degrees."), examples=[29.5734])
LON = _number("lon", -180, 180, _("Longitude in decimal degrees."), examples=[106.5141])
PLACE = _text("place", _("Where from, in words; instead of lat and lon."))
DATUM = _choice("datum", Datum, _("What lat and lon are measured in; answers are always WGS-84."), default="wgs84")
MATTER = _text("matter", _("Code of a matter, such as M061."))
PACKAGE = _text("package", _("Code of a package: points that take all of it."))
Q = _text("q", _("Everyday words."))
KIND = _choice("kind", PointKind, _("Kind of point."))
STREET = _text("street", _("Street or town, its full Chinese name."))
WITHIN = _number("within", 1, 50_000, _("At most so many metres of walking."))
M = _number("m", 100, 5_000, _("How many metres of walking; the goal of one kilometre by default."), examples=[1000])
K = _count("k", MAX_K, _("How many points."), DEFAULT_K)
CURSOR = _text("cursor", _("What `next` of the page before said."))
AT = Parameter(
    name="at",
    read=moment,
    schema={"type": "string", "pattern": _TIME_PATTERN, "examples": ["2026-11-25T10:00:00+08:00"]},
    description=_("Moment asked about, ISO 8601 with an offset, within a year of the known calendar; default now."),
)
OPEN = _choice("open", OpenFilter, _("All points, those open at that moment, or those open on arrival."), default="any")
OPEN_NOW = _choice(
    "open", OpenFilter, _("All points, or those open at that moment."), OpenFilter.ANY, OpenFilter.NOW, default="any"
)
BBOX = Parameter(
    name="bbox",
    read=box,
    schema={
        "type": "string",
        "pattern": r"^-?[0-9]{1,3}(\.[0-9]{1,20})?(,-?[0-9]{1,3}(\.[0-9]{1,20})?){3}$",
        "examples": ["106.4,29.5,106.9,29.8"],
    },
    description=_("West, south, east, north in WGS-84 degrees."),
)

_ANY_TIME = _("Moment asked about: only points open then count. Default: all, whenever they are open.")
REACHABLE = Parameter(
    name="within",
    read=steps_between(WITHIN_MIN_M, WITHIN_MAX_M, WITHIN_STEP_M),
    schema={
        "type": "integer",
        "minimum": WITHIN_MIN_M,
        "maximum": WITHIN_MAX_M,
        "multipleOf": WITHIN_STEP_M,
        "examples": [1000],
    },
    description=_("Metres of walking within which a place counts as covered; the goal of one kilometre by default."),
)
MODE = _choice("mode", Mode, _("Of a package: all at one point, or by a trip to several."), default="one_point")
CANDIDATES = _choice("candidates", CandidateKind, _("Only places of this kind; default all kinds."))
NEW = _count("new", MAX_NEW, _("How many new sites."), 3)
TARGET = _number("target", 0.001, 1, _("Share of the land to reach with the fewest sites, at most `new` of them."))

WEIGH = _choice("weigh", Weigh, _("What to cover most of; default people where they are known, else land."))

NEAREST = table(LAT, LON, PLACE, DATUM, MATTER, Q, PACKAGE, AT, OPEN, K, WITHIN, KIND, STREET, LANG)
POINTS = table(MATTER, KIND, STREET, OPEN_NOW, AT, BBOX, Q, _limit(MAX_LIMIT), CURSOR, LANG)
POINTS_MAP = table(MATTER, KIND, STREET, OPEN_NOW, AT, BBOX, Q, _limit(None), CURSOR, LANG)
POINT = table(AT, LANG)
MATTERS = table(Q, _limit(None), LANG)
SUGGEST = table(replace(Q, is_required=True), _count("limit", 10, _("At most so many."), 10), LANG)
ONE = table(LANG)
PLACES = table(replace(Q, is_required=True), _limit(5), LANG)
POSITION = table(replace(LAT, is_required=True), replace(LON, is_required=True), DATUM, LANG)
MANY_MATTERS = Parameter(
    name="matter",
    read=words,
    schema={"type": "array", "items": MATTER.schema, "minItems": 1, "maxItems": MAX_TRIP_MATTERS},
    description=_("Code of a matter, such as M061; given up to eight times."),
    is_list=True,
)
TRIP_PACKAGE = replace(PACKAGE, description=_("Code of a package: all its matters in one trip."))
TRIPS = table(LAT, LON, PLACE, DATUM, MANY_MATTERS, TRIP_PACKAGE, AT, OPEN, LANG)
REACH = table(LAT, LON, PLACE, DATUM, M, LANG)
COVERAGE = table(MATTER, PACKAGE, KIND, MODE, REACHABLE, replace(AT, description=_ANY_TIME), LANG)
SITING = table(*COVERAGE.values(), NEW, CANDIDATES, TARGET, WEIGH)
SLOTS = table(
    MATTER,
    _day("from", _("First day; default the first that can be booked.")),
    _day("to", _("Last day; at most 31 days.")),
    LANG,
)
BOOKING = table(LANG)
HOLD = table(LANG)
NOTHING = table()
