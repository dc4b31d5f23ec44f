"""When could one come by booking (最近可约)? The first free time at a point, for the cards of an answer.

Asked of the tables at most twice a minute for each point and matter, whatever the number of readers: the page of
booking, one press away, tells what is free at that very moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mapapp.booking import loading
from mapapp.errors import MapappError
from mapapp.web import office as offices
from mapapp.web.context import Bundle, current_now
from mapapp.web.message_words import visit_words

KEPT_FOR = timedelta(seconds=30)
# Points times matters that are asked for, of thousands there are; beyond it everything is forgotten.
_MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class _Known:
    asked_at: datetime
    start: datetime | None


def next_free_words(bundle: Bundle, point_id: str, code: str) -> str:
    """Return the first free time of a matter at a point in words, "" when there is none or no table answers."""
    known: dict[tuple[str, str], _Known] = bundle.once("next free times", dict)
    now, key = current_now(), (point_id, code)
    found = known.get(key)
    if found is None or not found.asked_at <= now < found.asked_at + KEPT_FOR:
        if len(known) >= _MOST_KEPT:
            known.clear()
        found = known[key] = _Known(now, _next_free(bundle, now, point_id, code))
    return "" if found.start is None or found.start <= now else visit_words(found.start)


def _next_free(bundle: Bundle, now: datetime, point_id: str, code: str) -> datetime | None:
    try:
        slot = offices.seen(loading.next_free, offices.office_of(bundle), now, point_id, (code,))
    except MapappError:
        # without its database the map still answers
        return None
    return None if slot is None else slot.start
