"""Words that found no matter are counted (无果搜索), by their text alone, whatever page they came to."""

from mapapp.catalogue.search_misses import record
from mapapp.errors import MapappError
from mapapp.web.context import current_now, services


def note_miss(text: str) -> None:
    """Count words that found nothing. An answer never waits for a database that is away, nor fails with it."""
    try:
        with services().keeper.database.transaction() as session:
            record(session, text, current_now().date())
    except MapappError:
        # one count less
        return
