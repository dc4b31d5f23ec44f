"""How words that people used become names of a matter (俗称): an ordinary change, published or handed over."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mapapp.catalogue import search_misses
from mapapp.catalogue.checking import MAX_ITEMS
from mapapp.editing import audit, desk, drafting
from mapapp.editing.changes import SubjectKind, Values, version_of
from mapapp.editing.drafting import Actor
from mapapp.editing.reading import read_known, scope_of
from mapapp.editing.roles import Deed, demand
from mapapp.editing.rows import ChangeRow
from mapapp.errors import NotFound, Refused

_KIND = SubjectKind.MATTER


def add_folk_names(session: Session, actor: Actor, code: str, names: Sequence[str]) -> ChangeRow | None:
    """Add names to a matter and return the change; None when it has them all.

    It is published where one may publish alone, else it waits for a second person; a draft of one's own that changes
    more than the names stays a draft. Raises NotFound `unknown_matter`, Forbidden, Refused `too_many_names`.
    """
    current = read_known(session, _KIND, code)
    demand(actor.staff, Deed.DRAFT, scope_of(session, _KIND, code))
    draft = drafting.own_draft(session, actor.staff, _KIND, code)
    drafted: Values = json.loads(draft.after) if draft is not None else {}
    known: list[str] = drafted.get("folk_names") or current["folk_names"]
    wanted = [*known, *(name for name in dict.fromkeys(names) if name not in known)]
    if len(wanted) > MAX_ITEMS:
        raise Refused("too_many_names", value=code)
    row = drafting.save_draft(session, actor, _KIND, code, {"folk_names": wanted}, version_of(current))
    if row is None or set(drafted) - {"folk_names"}:
        return row
    if desk.may_publish(session, actor.staff, row):
        desk.publish(session, actor, row)
    else:
        drafting.submit(session, actor, row)
    return row


def dismiss_words(session: Session, actor: Actor, words: str, reason: str) -> None:
    """Show words that found nothing no more, and write down why; raise NotFound `unknown_words`."""
    if not search_misses.dismiss(session, words):
        raise NotFound("unknown_words", value=words[: search_misses.MOST_CHARACTERS])
    entry = audit.Entry(deed="dismiss", kind="search", key=words, after=audit.json_text({"reason": reason}))
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)
