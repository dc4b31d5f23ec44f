"""What surrounds every request (前台): its id, the security headers, one log line, one measurement.

A WSGI layer rather than hooks of the framework: it sees the answers that no route made, and costs a few microseconds.
"""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

from mapapp.web.headers import Headers
from mapapp.web.logs import ID_KEY, id_for, masked
from mapapp.web.metrics import count_request


class Front:
    """Wraps an application and adds what every answer has."""

    def __init__(self, application: WSGIApplication, headers: Headers) -> None:
        self._application = application
        self._headers = headers
        # bound once: below the level that is asked for, a line then costs nothing
        self._log = structlog.get_logger("mapapp.requests").bind()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        began = perf_counter()
        known = environ[ID_KEY] = id_for(environ)
        status, route = "500", None

        def start(line: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status, route
            # Flask takes its request out of the environment again when the answer is made
            status, route = line[:3], _route(environ)
            return start_response(line, [*headers, *self._headers, ("X-Request-ID", known)], exc_info)

        body = self._application(environ, start)
        self._note(environ, route, status, perf_counter() - began)
        return body

    def _note(self, environ: WSGIEnvironment, route: str | None, status: str, seconds: float) -> None:
        method = environ.get("REQUEST_METHOD", "")
        count_request(route, method, status, seconds)
        self._log.info(
            "request",
            request_id=environ[ID_KEY],
            method=method[:16],
            path=masked(environ.get("PATH_INFO", ""))[:200],
            route=route,
            status=int(status),
            ms=round(seconds * 1000, 2),
        )


def _route(environ: WSGIEnvironment) -> str | None:
    """Return the URL rule of the request, None when no rule matched."""
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    return None if rule is None else str(rule.rule)
