"""How often one address may do something that takes seats or sends messages (限速), counted where the operator says."""

import time
from functools import lru_cache
from typing import cast

from flask import current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from mapapp.settings import Settings
from mapapp.web.context import current_settings

_EXTENSION = "mapapp_rates"
_SEARCHES_PER_MINUTE = 20


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
    limiter, item = _limiter(), _item(limit)
    names = (*names, request.remote_addr or "")
    if not limiter.hit(item, *names):
        seconds = limiter.get_window_stats(item, *names).reset_time - time.time()
        raise TooManyRequests(retry_after=max(1, round(seconds)))


def _limiter() -> FixedWindowRateLimiter:
    kept = current_app.extensions
    if _EXTENSION not in kept:
        kept[_EXTENSION] = FixedWindowRateLimiter(storage_from_string(current_settings().rate_limit_storage))
    return cast(FixedWindowRateLimiter, kept[_EXTENSION])


@lru_cache(maxsize=16)
def _item(limit: str) -> RateLimitItem:
    return parse(limit)
