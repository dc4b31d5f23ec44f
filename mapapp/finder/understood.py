"""What else is in the words (听懂): a place and a time that stand in a query beside the matter.

在观音桥办居住证 asks for 居住证 near 观音桥; 周六能办身份证吗 for 身份证 on Saturday. Both are only offered: the page
shows them to be changed or taken away.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from pypinyin import lazy_pinyin

from mapapp.finder.when import find_when
from mapapp.finder.words import normalise, simplified

# A name of two characters is a place only between a word that leads to one and a word that can follow one.
_SURE_LENGTH = 3
_SURE_LETTERS = 6
_BEFORE = r"(?:^|[\s，。,.;；、]|我?现?在|人在|家?住在?|到|去|从|离|靠近|位于|附近的?)"
_AFTER = (
    r"(?:$|[\s，。,.;；、?？]|附近|旁边|那边|那里|那儿|这边|这里|周边|周围|边上|一带|站|地铁|轻轨|社区|街道|街办|镇|派出所"
    r"|怎么|哪里|哪儿|哪个|能|可以|有没有|要|想|办|补|换|领|交|查|上户|登记|申请|的)"
)
_NEAR = r"(?:near|at|in|around|from|by|close to|next to|on)(?:\s+the)?"
_ENGLISH_BEFORE = rf"(?:^|\b{_NEAR}\s+)"
_STATION = r"(?:\s+(?:metro\s+)?station)?\b"
_LEADS = re.compile(rf"(?:我?人?现?在|家?住在?|到|去|从|离|靠近|位于|\b{_NEAR})\s*$")
_FOLLOWS = re.compile(
    r"^\s*(?:(?:地铁|轻轨)?站|社区|街道|街办|镇)?(?:附近|旁边|那边|那里|那儿|这边|这里|周边|周围|边上|一带)?的?"
)
_EDGES = " \t，。,.;；、?？!！"
_MOST_TEXT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A query taken apart. `rest` is what is left for the matter; None where nothing of the kind is said.

    `at` is None although `when_text` is not where that time has gone by.
    """

    rest: str
    place_text: str | None = None
    when_text: str | None = None
    at: datetime | None = None


class QueryReader:
    """Finds places and times in queries. Built once per revision, read-only afterwards.

    `places` are the names of places, Chinese and English; `official` the names of matters, in which neither is sought.
    """

    def __init__(self, places: Iterable[str], official: Iterable[str]) -> None:
        names = {name for place in places if (name := _folded(place).strip())}
        self._official = frozenset(name for each in official if len(name := normalise(each)) > 1)
        within = "|".join(sorted(self._official))
        chinese = {name for name in names if not name.isascii() and len(name) > 1}
        sure = {name for name in chinese if len(name) >= _SURE_LENGTH and normalise(name) not in within}
        english = {name for name in names if name.isascii() and len(name) >= _SURE_LETTERS}
        in_letters = {"".join(lazy_pinyin(name)) for name in sure}
        self._patterns = (
            _any_of(sure, "", ""),
            _any_of(chinese, _BEFORE, f"(?={_AFTER})"),
            _any_of({name for name in in_letters if len(name) >= _SURE_LETTERS}, r"\b", _STATION),
            _any_of(english, _ENGLISH_BEFORE, _STATION),
        )

    def read(self, text: str, now: datetime) -> Understood:
        """Return the place, the time after the aware `now`, and the rest; a name of a matter is rest altogether."""
        kept = normalize("NFKC", text[:_MOST_TEXT])
        folded = _folded(kept)
        if len(folded) != len(kept):
            kept = folded
        if normalise(folded) in self._official:
            return Understood(rest=kept.strip())
        when_text, at = None, None
        when = find_when(folded, now)
        if when is not None and not self._is_official(folded, when.start, when.end):
            when_text, at = kept[when.start : when.end].strip(), when.at
            kept, folded = _without(kept, when.start, when.end), _without(folded, when.start, when.end)
        place_text = None
        span = self._place(folded)
        if span is not None:
            place_text = kept[span[0] : span[1]].strip()
            kept = _without_place(kept, folded, *span)
        return Understood(rest=kept.strip(_EDGES), place_text=place_text, when_text=when_text, at=at)

    def _place(self, folded: str) -> tuple[int, int] | None:
        for pattern in self._patterns:
            for found in pattern.finditer(folded):
                start, end = found.span("name")
                if not self._is_official(folded, start, end):
                    return start, end
        return None

    def _is_official(self, folded: str, start: int, end: int) -> bool:
        """Return whether these characters are part of a longer name of a matter in the text (晚上施工证)."""
        for left in range(max(0, start - 12), start + 1):
            for right in range(end, min(len(folded), end + 12) + 1):
                if right - left > end - start and folded[left:right] in self._official:
                    return True
        return False


def _folded(text: str) -> str:
    """Return a text in lower case and simplified characters, of the same length nearly always."""
    return simplified(normalize("NFKC", text).lower())


def _any_of(names: Iterable[str], before: str, after: str) -> re.Pattern[str]:
    longest = sorted(names, key=lambda name: (-len(name), name))
    choice = "|".join(map(re.escape, longest)) or r"(?!)"
    return re.compile(f"{before}(?P<name>{choice}){after}")


def _without(text: str, start: int, end: int) -> str:
    left, right = text[:start].rstrip(_EDGES), text[end:].lstrip(_EDGES)
    return f"{left} {right}" if left and right and (left[-1].isascii() or right[0].isascii()) else left + right


def _without_place(kept: str, folded: str, start: int, end: int) -> str:
    """Return the text without the place and the words that lead to it and follow it."""
    leads = _LEADS.search(folded[:start])
    follows = _FOLLOWS.match(folded[end:])
    return _without(kept, leads.start() if leads else start, end + (follows.end() if follows else 0))
