"""What every route of the interface begins with (提问): its arguments read strictly, and what it answers from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask.globals import request_ctx

from mapapp.settings import Settings
from mapapp.web.context import EXTENSION, Bundle, Services, preferred_language, whole_seconds
from mapapp.web.parameters import Parameters, pairs_of, read_arguments


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its text and values, the bundle of the current revision, the language of words, the moment."""

    query: str
    values: Mapping[str, Any]
    bundle: Bundle
    settings: Settings
    language: str
    now: datetime


def asked(parameters: Parameters) -> Asked:
    """Return the question of the current request.

    Raises InvalidQuery naming a wrong parameter, Refused `database_away` when there is nothing to answer from.
    """
    # the object behind the proxy, once: each look through a proxy costs as much as reading a parameter
    context = cast(Any, request_ctx)._get_current_object()
    environ = context.request.environ
    services: Services = context.app.extensions[EXTENSION]
    values = arguments(parameters, environ)
    return Asked(
        query=environ.get("QUERY_STRING", ""),
        values=values,
        bundle=services.keeper.bundle(),
        settings=services.settings,
        language=values.get("lang") or preferred_language(environ),
        now=whole_seconds(services.now()),
    )


def arguments(parameters: Parameters, environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request, read strictly; raise InvalidQuery naming the parameter."""
    query = environ.get("QUERY_STRING", "")
    return read_arguments(pairs_of(query) if query else (), parameters)
