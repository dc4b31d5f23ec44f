"""What the search form asks (提问): what, where, when, as typed; and the same again with one thing changed.

Empty fields count as left out and unknown names are ignored, as people and old links bring them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import OpenFilter
from mapapp.hours.opening_hours import ZONE
from mapapp.web.parameters import Arguments, Parameter, number_between, one_of, read_form, table
from mapapp.web.questions import AT, DEFAULT_K, KIND, LAT, LON, MATTER, OPEN, PACKAGE, PLACE, STREET, K, Q

MORE_K = 20


class When(StrEnum):
    """Whether the time in the form is now, when one sets out, or when one wants to be there."""

    NOW = "now"
    LEAVE = "leave"
    ARRIVE = "arrive"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _time(text: str) -> time:
    moment = time.fromisoformat(text)
    if moment.tzinfo is not None or len(text) not in (5, 8):
        raise ValueError(text)
    return moment.replace(second=0, microsecond=0)


_STRING: Mapping[str, Any] = {"type": "string"}
WHEN = Parameter(name="when", read=one_of(When), schema=_STRING, description="Now, leave at, or arrive by.")
DAY = Parameter(name="day", read=_day, schema=_STRING, description="Day of the form, ISO 8601.")
TIME = Parameter(name="time", read=_time, schema=_STRING, description="Time of day of the form.")
ACCURACY = Parameter(
    name="accuracy",
    read=number_between(0, 100_000),
    schema={"type": "number"},
    description="Metres of doubt of lat, lon.",
)
FORM = table(Q, PLACE, LAT, LON, ACCURACY, MATTER, PACKAGE, WHEN, DAY, TIME, AT, OPEN, KIND, STREET, K)
# What is sent again when the reader changes one thing, in the order of the address.
_KEPT = (
    "q",
    "matter",
    "package",
    "place",
    "lat",
    "lon",
    "accuracy",
    "when",
    "day",
    "time",
    "open",
    "kind",
    "street",
    "k",
)
_POSITION = ("lat", "lon", "accuracy")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The form as read. `typed` holds the texts as sent, for filling the form again; `values` the typed values."""

    typed: Mapping[str, str]
    values: Mapping[str, Any]
    when: When
    at: datetime | None

    @property
    def has_position(self) -> bool:
        """Return whether the reader's own position is in it; then it travels in the body, never in an address."""
        return "lat" in self.values

    @property
    def open(self) -> OpenFilter:
        """Return which points count; with an arrival time "open" means open at that time."""
        wanted = OpenFilter(self.values.get("open", OpenFilter.ANY))
        return OpenFilter.NOW if wanted is OpenFilter.ARRIVAL and self.when is When.ARRIVE else wanted

    @property
    def k(self) -> int:
        """Return how many results are wanted."""
        return int(self.values.get("k", DEFAULT_K))

    def again(self, *without: str, **changed: str) -> dict[str, str]:
        """Return the fields of this question without some of them and with others changed."""
        kept = {name: self.typed[name] for name in _KEPT if self.typed.get(name) and name not in without}
        if "lat" in without:
            kept = {name: text for name, text in kept.items() if name not in _POSITION}
        return kept | changed


def read_question(arguments: Arguments, now: datetime) -> Question:
    """Return the question of a form; raise InvalidQuery naming the field that is wrong."""
    values = read_form(arguments, FORM)
    typed = {name: texts[0].strip() for name, texts in arguments.lists() if name in FORM}
    when = When(values.get("when", When.NOW))
    # a day or time filled in without JavaScript beside "now" was meant
    if when is When.NOW and ("day" in values or "time" in values):
        when = When.LEAVE
    return Question(typed=typed, values=values, when=when, at=_moment(values, when, now))


def typed_only(arguments: Arguments) -> Question:
    """Return a question that only remembers what was typed, for showing a faulty form again."""
    typed = {name: texts[0].strip()[:200] for name, texts in arguments.lists() if name in FORM}
    return Question(typed=typed, values={}, when=When.NOW, at=None)


def _moment(values: Mapping[str, Any], when: When, now: datetime) -> datetime | None:
    """Return the moment asked about, None for now. A day alone means nine in the morning; a time alone, today."""
    if "at" in values:
        at: datetime = values["at"]
        return at
    if when is When.NOW:
        return None
    if "day" not in values and "time" not in values:
        raise InvalidQuery("missing_time", field="day")
    return datetime.combine(values.get("day", now.date()), values.get("time", time(9)), tzinfo=ZONE)
