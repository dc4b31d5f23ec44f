"""What is published by date (定时公布): done by whichever worker notices first, when it loads the catalogue."""

from datetime import datetime, timedelta

from mapapp.database import Database
from mapapp.editing import desk
from mapapp.editing.drafting import Actor
from mapapp.editing.roles import Staff
from mapapp.errors import Refused
from mapapp.people import SYSTEM

# While the database takes no changes.
_TRIED_AGAIN = timedelta(minutes=1)


def publish_due(database: Database, now: datetime) -> datetime | None:
    """Publish what is due by now, and return when the next change is due; None when none is settled."""
    due = None
    try:
        with database.reading() as session:
            due = desk.next_due(session)
        if due is None or due > now:
            return due
        actor = Actor(staff=Staff(id=0, name=SYSTEM.name, role=SYSTEM.role), now=now)
        with database.transaction() as session:
            desk.publish_due(session, actor)
            return desk.next_due(session)
    except Refused:
        # whatever is public already is shown; what was due is tried again
        return None if due is None else now + _TRIED_AGAIN
