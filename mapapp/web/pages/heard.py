"""A place and a time that stand in the words of the box (听出的时间地点): taken over where the form is empty, and told.

What the form itself says wins; then the words are offered beside it. Whatever was taken over stands in the form and
among the chips, where it can be changed or taken away.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mapapp.web.context import Bundle
from mapapp.web.pages.question import Question, When
from mapapp.web.pages.understood import names_something
from mapapp.web.spoken import gettext
from mapapp.web.suggesting import heard_in
from mapapp.web.words import clock, day_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What was taken over, in words; what is only offered (label, fields); a time that has gone by, in words."""

    taken: tuple[str, ...] = ()
    offers: tuple[tuple[str, dict[str, str]], ...] = ()
    gone: str = ""

    @property
    def sentence(self) -> str:
        """Return in one sentence what was taken over; "" for nothing."""
        parts = gettext(", ").join(self.taken)
        return gettext("Taken from your words: %(parts)s. You can change or remove it.", parts=parts) if parts else ""


NOTHING_HEARD = Heard()


def take_in(question: Question, bundle: Bundle, now: datetime) -> tuple[Question, Heard]:
    """Return the question with place and time out of the words of `q`, and what is to be told about it."""
    if "q" not in question.values or "matter" in question.values or "package" in question.values:
        return question, NOTHING_HEARD
    text = str(question.values["q"])
    if names_something(text, bundle):
        return question, NOTHING_HEARD
    heard = heard_in(bundle, text, now)
    if heard.place_text is None and heard.when_text is None:
        return question, NOTHING_HEARD
    taken: list[str] = []
    offered: list[tuple[str, dict[str, str]]] = []
    new: dict[str, str] = {}
    values: dict[str, Any] = {}
    moment = _moment_fields(heard.at, now)
    when, at = question.when, question.at
    if moment and heard.at is not None:
        label = gettext("%(day)s at %(time)s", day=day_words(heard.at.date()), time=clock(heard.at))
        if question.at is None:
            taken.append(label)
            new |= moment
            when, at = When.LEAVE, heard.at
        elif question.at != heard.at:
            offered.append((gettext("%(moment)s instead", moment=label), moment))
    place = heard.place_text
    if place is not None:
        if "place" not in question.values and not question.has_position:
            taken.append(place)
            new["place"] = values["place"] = place
        elif question.values.get("place") != place:
            offered.append((gettext("from %(place)s instead", place=place), {"place": place}))
    typed = {name: text for name, text in question.typed.items() if name != "q"} | new
    values = {name: value for name, value in question.values.items() if name != "q"} | values
    if heard.rest:
        typed["q"] = values["q"] = heard.rest
    found = replace(question, typed=typed, values=values, when=when, at=at)
    offers = tuple((label, _instead(found, fields)) for label, fields in offered)
    gone = heard.when_text if heard.when_text and heard.at is None else ""
    return found, Heard(taken=tuple(taken), offers=offers, gone=gone)


def _moment_fields(at: datetime | None, now: datetime) -> dict[str, str]:
    """Return the fields of the form for a moment; none for now."""
    if at is None or at <= now:
        return {}
    return {"when": When.LEAVE.value, "day": at.date().isoformat(), "time": f"{at:%H:%M}"}


def _instead(question: Question, fields: dict[str, str]) -> dict[str, str]:
    without = ("place", "lat") if "place" in fields else ("when", "day", "time")
    return question.again(*without) | fields
