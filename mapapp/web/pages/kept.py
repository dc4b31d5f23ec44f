"""Pages that stay the same until a state changes (页面缓存): drawn once, compressed once, then only sent.

The words of a page with open states change only when a point opens, closes or is about to close, and at midnight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Response

from mapapp.hours.opening_hours import ZONE
from mapapp.web.bodies import BY_LANGUAGE, REVALIDATE, Prepared, send_prepared
from mapapp.web.context import Bundle, current_settings

# Filters times languages times views, most of which nobody asks for; beyond it everything is forgotten.
MAX_PAGES = 64


@dataclass(frozen=True, slots=True)
class _Kept:
    drawn_at: datetime
    until: datetime
    prepared: Prepared


def kept_page(bundle: Bundle, key: object, now: datetime, draw: Callable[[], str]) -> Response:
    """Answer with the page `draw` makes, drawn again only after the next change of any state."""
    pages: dict[object, _Kept] = bundle.once("kept pages", dict)
    kept = pages.get(key)
    if kept is None or not kept.drawn_at <= now < kept.until:
        if len(pages) >= MAX_PAGES:
            pages.clear()
        kept = _Kept(now, next_change(bundle, now), Prepared.of(draw(), "text/html"))
        pages[key] = kept
    return send_prepared(kept.prepared, cache=REVALIDATE, vary=BY_LANGUAGE)


def next_change(bundle: Bundle, now: datetime) -> datetime:
    """Return the first moment after `now` at which a state, as worded, may change: at the latest midnight."""
    # "closing soon" begins when less than the margin is left, and moments are whole seconds
    margin = timedelta(minutes=current_settings().closing_soon_minutes) - timedelta(seconds=1)
    changes = [datetime.combine(now.date() + timedelta(days=1), time(0), tzinfo=ZONE)]
    for closures in bundle.catalogue.closures.values():
        changes += [edge for closure in closures for edge in (closure.starts, closure.ends) if edge is not None]
    for point_id in bundle.catalogue.points:
        at = bundle.catalogue.status(point_id, now).changes_at
        if at is not None:
            changes += [at - margin, at]
    return min(at for at in changes if at > now)
