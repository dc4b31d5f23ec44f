"""Which English words mean the same (英文): stems, words of a kind, slips of the keyboard."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mapapp.finder.words import SearchWords

_WORD = re.compile(r"[a-z0-9]+")
# A slip is a letter wrong, missing, doubled, or two letters changed round; long words may have two, those of four
# letters only the last (crad): too many are one letter from another.
_SHORTEST_WITH_SLIP = 4
_SHORTEST_WITH_ANY = 5
_SHORTEST_WITH_TWO = 8
_ENDINGS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("ations", "at"),
    ("ation", "at"),
    ("ating", "at"),
    ("ated", "at"),
    ("ment", ""),
    ("ing", ""),
    ("ers", ""),
    ("ed", ""),
    ("er", ""),
    ("es", ""),
    ("e", ""),
    ("s", ""),
    ("ly", ""),
)
_SHORTEST_STEM = 3


def stem(word: str) -> str:
    """Return a word without the endings that number and tense give it; rough, the same for names and queries."""
    shorter = _without_ending(word)
    # registering is register, which is regist
    return shorter if shorter == word else _without_ending(shorter)


def _without_ending(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            shorter = word[: len(word) - len(ending)] + instead
            # stopped is stop, but passed is pass
            doubled = len(shorter) > _SHORTEST_STEM and shorter[-1] == shorter[-2] and shorter[-1] not in "sl"
            return shorter[:-1] if doubled else shorter
    return word


class English:
    """English words to the one that stands for all of their kind."""

    def __init__(self, words: SearchWords) -> None:
        self._filler = words.filler_english
        phrases = {tuple(_WORD.findall(word)): other for word, other in words.english.items()}
        self._longest = max(map(len, phrases), default=1)
        self._phrases = {phrase: stem(other) for phrase, other in phrases.items()}
        # fired and fire have one stem and are two things: a past tense stands for itself alone
        self._stems = {
            tuple(map(stem, phrase)): other for phrase, other in self._phrases.items() if not phrase[-1].endswith("ed")
        }
        # what is about other things is no slip either
        self._known: set[str] = set()
        self._known_stems: set[str] = set()
        for text in (*words.english, *words.filler_english, *words.elsewhere):
            self._learn(_written(text))

    def learn(self, text: str) -> tuple[str, ...]:
        """Return the words of a name, and remember them as spelled right."""
        written = _written(text)
        self._learn(written)
        return self._words(written)

    def read(self, text: str) -> tuple[str, ...]:
        """Return the words of a query; one that nobody writes becomes the known word it is a slip of."""
        return self._words([self._corrected(word) for word in _written(text)])

    def _learn(self, written: Sequence[str]) -> None:
        self._known.update(written)
        self._known_stems.update(map(stem, written))

    def _words(self, raw: Sequence[str]) -> tuple[str, ...]:
        found: list[str] = []
        at = 0
        while at < len(raw):
            word, length = self._kind(raw, at)
            if word not in self._filler or length > 1:
                found.append(word)
            at += length
        return tuple(found)

    def _kind(self, raw: Sequence[str], at: int) -> tuple[str, int]:
        """Return the word at this place, as one for all of its kind, and how many words it stands for."""
        for length in range(min(self._longest, len(raw) - at), 0, -1):
            phrase = tuple(raw[at : at + length])
            known = self._phrases.get(phrase) or self._stems.get(tuple(map(stem, phrase)))
            if known:
                return known, length
        return (raw[at] if raw[at] in self._filler else stem(raw[at])), 1

    def _corrected(self, word: str) -> str:
        if len(word) < _SHORTEST_WITH_SLIP or word in self._known or stem(word) in self._known_stems:
            return word
        # a slip is seldom in the first letter, and weather is no death
        most = 2 if len(word) >= _SHORTEST_WITH_TWO else 1
        known = self._spelled.get(word[0], ())
        if len(word) < _SHORTEST_WITH_ANY:
            known = [other for other in known if sorted(other) == sorted(word)]
        best = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=most)
        return best[0] if best else word

    @cached_property
    def _spelled(self) -> Mapping[str, Sequence[str]]:
        """Return the words that may be meant by a slip, by their first letter; all names are learnt by then."""
        long = sorted(word for word in self._known if len(word) >= _SHORTEST_WITH_SLIP and word.isalpha())
        return {letter: list(words) for letter, words in groupby(long, key=itemgetter(0))}


def _written(text: str) -> list[str]:
    return _WORD.findall(text.replace("'", "").replace("\u2019", ""))


def is_english(name: str) -> bool:
    """Return whether a name is written in letters alone, of words and not of first letters only."""
    return name.isascii() and any(len(word) > 1 for word in _WORD.findall(name.casefold()))
