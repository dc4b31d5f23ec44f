"""Which words found no matter (无果搜索), so that staff can add them as folk names; nothing about who asked, or where.

Words are legible only from the third day on which they came: before that their digest is counted, because what one
person typed once may say who they are. Long texts, addresses and anything with a number in it are not counted at all.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from unicodedata import normalize

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import SearchMissRow
from mapapp.database import wait_for

MOST_CHARACTERS = 20
DAYS_UNTIL_LEGIBLE = 3
KEPT_DAYS = 90
# Beyond so many different words nothing new is counted: somebody is filling the table.
MOST_ROWS = 20_000
# A number of four digits, an address of a letter box, or part of an address of a house.
_PERSONAL = re.compile(r"\d{4}|@|[\d一二三四五六七八九十百]\s*[号號栋棟幢室弄]|单元|單元")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DIGEST_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchMiss:
    """Words that found nothing: how often, on how many days, first and last."""

    text: str
    times: int
    days: int
    first_day: date
    last_day: date


def record(session: Session, text: str, day: date) -> bool:
    """Count words that found nothing on this day; return whether they may be counted at all.

    `text` is what was meant as a matter: place and time are taken out before.
    """
    words = _folded(text)
    if not _may_be_counted(words):
        return False
    # two readers may miss the same word at once
    wait_for(session, "search miss")
    row = session.get(SearchMissRow, _digest(words))
    if row is None:
        if session.scalars(select(func.count()).select_from(SearchMissRow)).one() >= MOST_ROWS:
            return False
        row = SearchMissRow(
            digest=_digest(words), text=None, times=0, days=0, first_day=day, last_day=day, dismissed=False
        )
        session.add(row)
    row.times += 1
    # a clock that was set back makes no new day
    if row.days == 0 or day > row.last_day:
        row.days += 1
        row.last_day = day
    if row.days >= DAYS_UNTIL_LEGIBLE:
        row.text = words
    session.flush()
    return True


def most_frequent(session: Session, since: date | None = None, limit: int = 50) -> tuple[SearchMiss, ...]:
    """Return the words that came on three days at least, the most frequent first, without those dismissed.

    With `since` only those that came on that day or later; their numbers still count from their first day.
    """
    query = select(SearchMissRow).where(SearchMissRow.text.is_not(None), ~SearchMissRow.dismissed)
    if since is not None:
        query = query.where(SearchMissRow.last_day >= since)
    order = (SearchMissRow.times.desc(), SearchMissRow.days.desc(), SearchMissRow.text)
    return tuple(
        SearchMiss(text=row.text or "", times=row.times, days=row.days, first_day=row.first_day, last_day=row.last_day)
        for row in session.scalars(query.order_by(*order).limit(limit))
    )


def dismiss(session: Session, text: str) -> bool:
    """Show these words no more, because they are a folk name now or are no matter; return whether they were shown.

    They stay dismissed as long as they keep coming.
    """
    row = session.get(SearchMissRow, _digest(_folded(text)))
    if row is None or row.text is None or row.dismissed:
        return False
    row.dismissed = True
    session.flush()
    return True


def forget_old(session: Session, today: date) -> int:
    """Delete the words that did not come for 90 days; return how many."""
    gone = delete(SearchMissRow).where(SearchMissRow.last_day < today - timedelta(days=KEPT_DAYS))
    return len(session.scalars(gone.returning(SearchMissRow.digest)).all())


def _folded(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())


def _may_be_counted(words: str) -> bool:
    return bool(words) and len(words) <= MOST_CHARACTERS and not _PERSONAL.search(words) and not _CONTROL.search(words)


def _digest(words: str) -> str:
    return blake2b(words.encode(errors="replace"), digest_size=_DIGEST_BYTES, person=b"search miss").hexdigest()
