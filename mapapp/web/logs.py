"""What the server writes about each request (日志): one JSON line, without query text, positions or personal data."""

import logging
import re
import sys
from collections.abc import Mapping
from random import getrandbits
from typing import Any, TextIO

import structlog
from flask import has_request_context, request

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
# A booking code is the only key to a booking: never written down.
_BOOKING = re.compile(r"^(/booking/|/api/v1/bookings/)[^/]+")
ID_KEY = "mapapp.request_id"


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Write JSON lines from `level` ("debug", "info", "warning", "error") up to `stream`, standard error by default."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[Any] = [
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        # looked up at each line: what stands for standard error may be replaced, and the old one closed
        logger_factory=lambda *_: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logger = logging.getLogger("mapapp")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(number)


def request_id() -> str:
    """Return the id of the current request, "" outside one."""
    return str(request.environ.get(ID_KEY, "")) if has_request_context() else ""


def id_for(environ: Mapping[str, Any]) -> str:
    """Return the X-Request-ID that came with the request when it is well formed, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if given is not None and _GIVEN_ID.fullmatch(given) is not None:
        return str(given)
    # an id to find a line again, no secret: a tenth of the time of one
    return f"{getrandbits(64):016x}"


def masked(path: str) -> str:
    """Return the path with a booking code in it replaced by an ellipsis."""
    return _BOOKING.sub(r"\1…", path) if "booking" in path else path


def _add_request_id(logger: object, method: str, event: Any) -> Any:
    known = request_id()
    if known:
        event.setdefault("request_id", known)
    return event
