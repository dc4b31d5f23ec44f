"""What is counted about requests (指标): how many and how long, by route rule and status; never a path or a place."""

import os
from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

# Seconds; the answers from memory take under a millisecond, a reload of the catalogue some hundred.
_SECONDS = Histogram(
    "mapapp_request_seconds",
    "Time to answer a request, by route rule, method and status.",
    ("route", "method", "status"),
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
_BEHIND = Gauge(
    "mapapp_replica_behind_seconds",
    "For how long the read replica has lacked what was published; 0 without a replica.",
    multiprocess_mode="mostrecent",
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(route: str | None, method: str, status: str, seconds: float) -> None:
    """Count one request; `route` is the URL rule, None when no rule matched."""
    _child(route or "(none)", method if method in _METHODS else "other", status).observe(seconds)


def exposition(replica_behind_s: float | None) -> bytes:
    """Return all figures in Prometheus' text format, of every worker process when they share a folder."""
    _BEHIND.set(replica_behind_s or 0.0)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library is typed in part
    return generate_latest(registry)


# as many combinations as there are routes, methods and statuses: bounded, but never by what a client sends
@lru_cache(maxsize=4096)
def _child(route: str, method: str, status: str) -> Histogram:
    return _SECONDS.labels(route, method, status)
