"""What stands in the JSON body of a request (请求正文): read strictly, each value by its name.

400 `bad_json` for what is no JSON object, 415 for another media type, 422 for JSON whose values cannot be.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from mapapp.errors import InvalidQuery
from mapapp.web.parameters import MAX_TEXT, check_text, moment

Body = Mapping[str, Any]


def read_json(known: Iterable[str]) -> Body:
    """Return the JSON object of this request, whose names are all `known`.

    Raises InvalidQuery `bad_json`, `wrong_value` or `unknown_value`; UnsupportedMediaType.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        body = json.loads(request.get_data().decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        # a body nested too deeply is as unreadable as one that is cut off
        raise InvalidQuery("bad_json") from None
    if not isinstance(body, dict):
        raise InvalidQuery("wrong_value")
    names = tuple(known)
    for name in body:
        if name not in names:
            raise InvalidQuery("unknown_value", field=name[:MAX_TEXT], known=", ".join(names))
    return body


def text_in(body: Body, name: str) -> str:
    """Return a text; raise InvalidQuery `missing_value`, `wrong_value` or `invalid_text`."""
    value = body.get(name)
    if value is None:
        raise InvalidQuery("missing_value", field=name)
    if not isinstance(value, str):
        raise InvalidQuery("wrong_value", field=name)
    check_text(value, name)
    return value


def texts_in(body: Body, name: str) -> tuple[str, ...]:
    """Return a list of texts, empty when it is not there; raise InvalidQuery `wrong_value` or `invalid_text`."""
    values = body.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidQuery("wrong_value", field=name)
    for value in values:
        check_text(value, name)
    return tuple(values)


def moment_in(body: Body, name: str) -> datetime:
    """Return an aware time in Asia/Shanghai; raise InvalidQuery `missing_value`, `wrong_value` or `invalid_text`."""
    return _read(moment, text_in(body, name), name)


def _read(reader: Callable[[str], datetime], text: str, name: str) -> datetime:
    try:
        return reader(text)
    except ValueError:
        raise InvalidQuery("wrong_value", field=name) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) < len(pairs):
        raise ValueError("a name twice")
    return body


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)
