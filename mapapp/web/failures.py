"""How a failure is answered: one status for each kind of error, problem+json for programs, a page for people.

RFC 9457: `type`, `title`, `status`, `detail`, and our `code` and `field`. Nothing else in the program makes
an error answer, and nothing below this file catches Exception.
"""

from typing import Any

import structlog
from flask import Flask, Response, current_app, render_template, request
from jinja2 import TemplateNotFound
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from mapapp.errors import Conflict, Forbidden, InvalidQuery, MapappError, NotFound, Refused
from mapapp.web.logs import request_id
from mapapp.web.sentences import CODE_OF_STATUS, sentence_of, title_and_sentence

STATUS_OF: dict[type[MapappError], int] = {
    NotFound: 404,
    InvalidQuery: 400,
    Refused: 409,
    Conflict: 409,
    Forbidden: 403,
}
# JSON that can be read and holds a value that cannot be.
_UNPROCESSABLE = frozenset(
    {
        "idempotency_mismatch",
        "missing_value",
        "too_many_matters",
        "unknown_value",
        "wrong_id_last4",
        "wrong_name",
        "wrong_number",
        "wrong_phone",
        "wrong_value",
    }
)
# Values of an error that a program may read beside the sentence.
_EXTENSIONS = ("did_you_mean", "alternatives")
# Nothing the reader can do about: no database, or one that nothing was loaded into.
_NOT_READY = frozenset({"database_away", "not_ready", "booking_key_missing", "wrong_booking_keys"})
# Somebody else's question is being answered.
_BUSY = frozenset({"siting_busy"})
_KEPT_HEADERS = ("Allow", "Retry-After")
_FOR_PROGRAMS = ("/api/", "/openapi.json", "/healthz", "/readyz", "/metrics")
_log = structlog.get_logger("mapapp.web")


def register_failures(app: Flask) -> None:
    """Answer every error of `app` in one shape."""
    app.register_error_handler(MapappError, _answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_crash)


def status_of(error: MapappError) -> int:
    """Return the HTTP status of an error: its code's own one, else that of its kind."""
    if error.code in _NOT_READY or error.code in _BUSY:
        return 503
    if error.code in _UNPROCESSABLE:
        return 422
    return next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))


def is_for_programs(path: str) -> bool:
    """Return whether failures at this path are answered as problem+json."""
    return path.startswith(_FOR_PROGRAMS) and path != "/api/docs"


def _answer_error(error: MapappError) -> Response:
    status = status_of(error)
    title, detail = sentence_of(error, status)
    more = {name: error.values[name] for name in _EXTENSIONS if name in error.values}
    code = "not_ready" if error.code in _NOT_READY else error.code
    response = _answer(status, title, detail, code, error.field, more)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return Response(error.get_body(), status, error.get_headers()) if error.response is None else error.response  # type: ignore[return-value]
    code = CODE_OF_STATUS.get(status, "bad_request" if status < 500 else "server_error")
    title, detail = title_and_sentence(code, status, {})
    response = _answer(status, title, detail, code, None, {})
    for name, value in error.get_headers():
        if name in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def _answer_crash(error: Exception) -> Response:
    _log.error("request failed", exc_info=error, path=request.url_rule.rule if request.url_rule else None)
    title, detail = title_and_sentence("server_error", 500, {})
    return _answer(500, title, detail, "server_error", None, {})


def _answer(status: int, title: str, detail: str, code: str, field: str | None, more: dict[str, Any]) -> Response:
    if is_for_programs(request.path):
        problem = {
            "type": f"/api/docs#{code}",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code,
            "field": field,
            **more,
        }
        response = current_app.response_class(
            current_app.json.dumps(problem), status, content_type="application/problem+json"
        )
    else:
        response = Response(_page(status, title, detail), status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, title: str, detail: str) -> str:
    try:
        return render_template("pages/error.html", status=status, title=title, detail=detail, reference=request_id())
    except TemplateNotFound:
        _log.error("error page missing")
    except Exception as error:  # the page itself cannot be drawn, so plain words must do
        _log.error("error page failed", exc_info=error)
    return f"<!doctype html><title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(detail)}</p>"
