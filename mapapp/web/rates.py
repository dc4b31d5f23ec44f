"""How often one address may ask, and do what takes seats or sends messages (限速), counted where the operator says.

The counters are those of `limits`; Flask-Limiter around them took ten times as long for each request (measured).
"""

import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, cast

import structlog
from flask import Blueprint, Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from mapapp.settings import Settings
from mapapp.web.context import current_settings

_EXTENSION = "mapapp_rates"
_SEARCHES_PER_MINUTE = 20
# Seconds that a request may wait for the shared counters, and for which they are not asked after they were away.
_PATIENCE_S = 0.25
_REST_S = 5.0
_log = structlog.get_logger("mapapp.web")


def storage_options(address: str) -> dict[str, Any]:
    """Return what the store of the counters is opened with: nobody waits long for one that is away, nor asks twice."""
    if not address.startswith(("redis", "rediss")):
        return {}
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # one try more: a connection that lay in the pool may have been closed by a restart
    times = {"socket_timeout": _PATIENCE_S, "socket_connect_timeout": _PATIENCE_S}
    return {**times, "retry": Retry(NoBackoff(), 1)}


class SharedCounts:
    """Counters in the store that the operator chose; each worker counts by itself while that store is away."""

    def __init__(self, address: str) -> None:
        self._shared = FixedWindowRateLimiter(
            storage_from_string(address, wrap_exceptions=True, **storage_options(address))
        )
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def seconds_to_wait(self, item: RateLimitItem, names: tuple[str, ...]) -> int:
        """Count one deed and return 0, or the seconds after which the next one is allowed."""
        if time.monotonic() >= self._rests_until:
            try:
                return _counted(self._shared, item, names)
            except StorageError as error:
                with self._lock:
                    self._rests_until = time.monotonic() + _REST_S
                _log.warning("shared limits away, counting here", reason=type(error.storage_error).__name__)
        return _counted(self._own, item, names)


def limit_requests(app: Flask, settings: Settings, blueprints: Iterable[Blueprint]) -> None:
    """Limit the requests of one address to all routes of these blueprints together, unless limits are off."""
    if settings.rate_limits == "off":
        _log.warning("rate limits are off")
        return
    count = counting_requests(settings)
    for blueprint in blueprints:
        app.before_request_funcs.setdefault(blueprint.name, []).append(count)


def counting_requests(settings: Settings) -> Callable[[], None]:
    """Return what counts one request to the interface of this address and raises TooManyRequests (429)."""
    item, counts = _item(f"{settings.api_rate_per_minute}/minute"), SharedCounts(settings.rate_limit_storage)

    def count() -> None:
        seconds = counts.seconds_to_wait(item, ("api", request.remote_addr or ""))
        if seconds:
            raise TooManyRequests(retry_after=seconds)

    return count


def count_error_report(settings: Settings) -> None:
    """Count one error report of this address; raise TooManyRequests (429)."""
    _count(f"{settings.report_rate_per_hour}/hour", "report")


def count_booking_deed(settings: Settings) -> None:
    """Count one request of this address that changes or looks for a booking; raise TooManyRequests (429)."""
    _count(f"{settings.booking_rate_per_minute}/minute", "booking")


def count_booking_at(settings: Settings, point_id: str) -> None:
    """Count one booking of this address at a point; raise TooManyRequests (429)."""
    _count(f"{settings.booking_point_rate_per_hour}/hour", "booking at", point_id[:40])


def count_search_for_sites() -> None:
    """Count one search for new sites of this address, which takes a whole core; raise TooManyRequests (429)."""
    _count(f"{_SEARCHES_PER_MINUTE}/minute", "siting")


def _count(limit: str, *names: str) -> None:
    if current_settings().rate_limits == "off":
        return
    seconds = _counts().seconds_to_wait(_item(limit), (*names, request.remote_addr or ""))
    if seconds:
        raise TooManyRequests(retry_after=seconds)


def _counted(limiter: FixedWindowRateLimiter, item: RateLimitItem, names: tuple[str, ...]) -> int:
    if limiter.hit(item, *names):
        return 0
    return max(1, round(limiter.get_window_stats(item, *names).reset_time - time.time()))


def _counts() -> SharedCounts:
    kept = current_app.extensions
    if _EXTENSION not in kept:
        kept[_EXTENSION] = SharedCounts(current_settings().rate_limit_storage)
    return cast(SharedCounts, kept[_EXTENSION])


@lru_cache(maxsize=16)
def _item(limit: str) -> RateLimitItem:
    return parse(limit)
