"""What one parameter of a request may look like (参数): strict text to a typed value, and the same said in OpenAPI.

Everything is ASCII and exact: `1_0`, ` 1`, `+1`, `１`, `NaN` are not numbers, a time without an offset is not a time.
A reader raises ValueError for a malformed text; `read_arguments` names the parameter and turns it into InvalidQuery.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_to_bytes

from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import ZONE

MAX_TEXT = 200

# Unicode category Cc, and halves of a surrogate pair, which no UTF-8 text can hold.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PLAIN_QUERY = re.compile(r"[!-$&-*,-~]*", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
# A raw `+` arrives as a space: `...T10:00:00 08:00` is read as `+08:00`.
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2})(?:(:[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?:([Zz])|([+ -])([0-9]{2}:[0-9]{2}))",
    re.ASCII,
)


class Arguments(Protocol):
    """A multi-valued mapping of names to texts, as a query string gives it."""

    def lists(self) -> Any:
        """Yield (name, list of texts)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One query parameter: its name, how its text is read, and its OpenAPI schema and description.

    The description may be a text that is translated when it is shown. With `is_list` it may be given several
    times; its value is then the list of what was read.
    """

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    description: Any
    is_required: bool = False
    is_list: bool = False


Parameters = Mapping[str, Parameter]


def table(*parameters: Parameter) -> Parameters:
    """Return the parameters by name, in the order given."""
    return {parameter.name: parameter for parameter in parameters}


def pairs_of(query: str) -> list[tuple[str, str]]:
    """Return the (name, text) pairs of a query string as WSGI carries it: the bytes of the address as Latin-1.

    Raises InvalidQuery `invalid_text` when it is not UTF-8.
    """
    if _PLAIN_QUERY.fullmatch(query) is not None:
        # the usual question, without anything to decode
        return [(name, text) for name, _, text in (pair.partition("=") for pair in query.split("&")) if name or text]
    raw = query.encode("latin-1", "replace")
    check_encoding(raw)
    return parse_qsl(raw.decode(), keep_blank_values=True)


def read_arguments(pairs: Iterable[tuple[str, str]], parameters: Parameters) -> dict[str, Any]:
    """Return name -> value of every parameter that was given.

    Raises InvalidQuery `unknown_parameter`, `repeated_parameter`, `invalid_text`, `wrong_parameter` or
    `missing_parameter`.
    """
    values: dict[str, Any] = {}
    for name, text in pairs:
        parameter = parameters.get(name)
        if parameter is None:
            raise InvalidQuery("unknown_parameter", field=name[:MAX_TEXT], known=", ".join(parameters))
        if parameter.is_list:
            values.setdefault(name, []).append(read_one(parameter, text))
            continue
        if name in values:
            raise InvalidQuery("repeated_parameter", field=name)
        values[name] = read_one(parameter, text)
    if len(values) < len(parameters):
        check_required(values, parameters)
    return values


def check_required(values: Mapping[str, Any], parameters: Parameters) -> None:
    """Raise InvalidQuery `missing_parameter` naming the first required parameter that was not given."""
    for name, parameter in parameters.items():
        if parameter.is_required and name not in values:
            raise InvalidQuery("missing_parameter", field=name)


def read_form(arguments: Arguments, parameters: Parameters) -> dict[str, Any]:
    """Return name -> value of what a person filled in: empty fields count as left out, unknown names are ignored.

    Raises InvalidQuery as `read_arguments` does for what is filled in and wrong.
    """
    values: dict[str, Any] = {}
    for name, texts in arguments.lists():
        parameter = parameters.get(name)
        filled = [stripped for text in texts if (stripped := text.strip())] if parameter else []
        if parameter is None or not (filled if parameter.is_list else texts[0].strip()):
            continue
        read = [read_one(parameter, text) for text in (filled if parameter.is_list else filled[:1])]
        values[name] = read if parameter.is_list else read[0]
    return values


def read_one(parameter: Parameter, text: str) -> Any:
    """Return the value of `text`; raise InvalidQuery `invalid_text` or `wrong_parameter` naming the parameter."""
    check_text(text, parameter.name)
    try:
        return parameter.read(text)
    except ValueError:
        raise InvalidQuery("wrong_parameter", field=parameter.name, value=text) from None


def check_text(text: str, field: str) -> None:
    """Raise InvalidQuery `invalid_text` when the text is too long or holds a control character or a lone surrogate."""
    if len(text) > MAX_TEXT or _FORBIDDEN.search(text) is not None:
        raise InvalidQuery("invalid_text", field=field)


def check_encoding(query: bytes) -> None:
    """Raise InvalidQuery `invalid_text` when a query string, percent-decoded, is not UTF-8."""
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        try:
            unquote_to_bytes(name).decode()
        except UnicodeDecodeError:
            raise InvalidQuery("invalid_text") from None
        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            raise InvalidQuery("invalid_text", field=unquote_to_bytes(name).decode()[:MAX_TEXT]) from None


def number_between(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of JSON numbers in low..high, both included."""

    def read(text: str) -> float:
        if _NUMBER.fullmatch(text) is None:
            raise ValueError(text)
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def count_between(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in low..high, both included."""

    def read(text: str) -> int:
        if _COUNT.fullmatch(text) is None or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return read


def steps_between(low: int, high: int, step: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in low..high, both included, that are multiples of `step`."""
    whole = count_between(low, high)

    def read(text: str) -> int:
        value = whole(text)
        if value % step:
            raise ValueError(text)
        return value

    return read


def one_of(kind: type[StrEnum], *allowed: StrEnum) -> Callable[[str], StrEnum]:
    """Return a reader of the values of an enumeration, or of the `allowed` ones only."""
    by_value: dict[str, StrEnum] = {member.value: member for member in allowed or tuple(kind)}

    def read(text: str) -> StrEnum:
        try:
            return by_value[text]
        except KeyError:
            raise ValueError(text) from None

    return read


def words(text: str) -> str:
    """Return free text without surrounding spaces; it must say something."""
    text = text.strip()
    if not text:
        raise ValueError(text)
    return text


def day(text: str) -> date:
    """Return the day that YYYY-MM-DD names."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """Return an aware time in Asia/Shanghai, whole seconds, from ISO 8601 with an offset."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day, minutes, seconds, zulu, sign, offset = match.groups()
    zone = "+00:00" if zulu else ("-" if sign == "-" else "+") + offset
    try:
        return datetime.fromisoformat(f"{day}T{minutes}{seconds or ':00'}{zone}").astimezone(ZONE)
    except OverflowError:
        # the first and last day of the calendar, moved over its edge by the zone
        raise ValueError(text) from None


def box(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north in WGS-84 degrees, with west < east and south < north."""
    parts = text.split(",")
    if len(parts) != 4:
        raise ValueError(text)
    longitude, latitude = number_between(-180, 180), number_between(-90, 90)
    west, south, east, north = longitude(parts[0]), latitude(parts[1]), longitude(parts[2]), latitude(parts[3])
    if not (west < east and south < north):
        raise ValueError(text)
    return west, south, east, north
