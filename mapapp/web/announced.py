"""What is announced today (公告): on all pages, and on the page of a point; read once for each revision."""

from collections.abc import Mapping, Sequence
from typing import Any

from mapapp.editing.changes import DISTRICT, SubjectKind
from mapapp.editing.reading import read_many
from mapapp.errors import Refused
from mapapp.web.context import current_bundle, current_language, current_now, services

KEY = "announcements"


def announced(key: str = DISTRICT) -> tuple[tuple[str, bool], ...]:
    """Return (text, whether it is Chinese on an English page) of what holds today for a point, or for all pages."""
    today, english = current_now().date().isoformat(), current_language() == "en"
    rows: Sequence[Mapping[str, Any]] = current_bundle().once(KEY, _read).get(key, ())
    found = []
    for row in rows:
        if row["first_day"] <= today <= row["last_day"]:
            text = row["text_en"] if english and row["text_en"] else row["text_zh"]
            found.append((text, english and not row["text_en"]))
    return tuple(found)


def _read() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    database = getattr(services().keeper, "database", None)
    if database is None:
        return {}
    try:
        with database.reading() as session:
            found = read_many(session, SubjectKind.ANNOUNCEMENTS)
    except Refused:
        return {}
    return {key: values["announcements"] for key, values in found.items()}
