"""Which words mean the same (同义词): everyday words, filler and other topics, as `search_words.csv` lists them."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from unicodedata import category, normalize

from opencc import OpenCC

from mapapp.shipped import shipped

FILE = "search_words.csv"
# A run of letters, a run of digits, or one Chinese character; a filler that was taken out stands as a gap.
_UNIT = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]")
_GAP = "\x1f"


def normalise(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, simplified characters, no punctuation, no spaces."""
    return "".join(character for character in plain(text) if character != " ")


# most names are the same in the next revision, which is then indexed in a fraction of the time
@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return the text as `normalise` does, with one space where there were spaces or punctuation."""
    folded = normalize("NFKC", text).casefold()
    kept = "".join(character if category(character)[0] in "LN" else " " for character in folded)
    kept = " ".join(kept.split())
    return simplified(kept)


def simplified(text: str) -> str:
    """Return the text in simplified characters."""
    return text if text.isascii() else _simplifier().convert(text)


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@dataclass(frozen=True, kw_only=True)
class SearchWords:
    """The word lists of the search. `same` and `english` map a word to the one that stands for all of its kind.

    `filler` says nothing about the matter, `elsewhere` is about something that no office does, `kept` is never cut.
    """

    same: Mapping[str, str] = field(default_factory=dict)
    english: Mapping[str, str] = field(default_factory=dict)
    filler: frozenset[str] = frozenset()
    filler_english: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> "SearchWords":
        """Return the word lists of a file with the columns kind, word, words (separated by `;`)."""
        same: dict[str, str] = {}
        english: dict[str, str] = {}
        lists: dict[str, set[str]] = {name: set() for name in ("filler", "filler_en", "elsewhere", "keep")}
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                words = [word for word in map(str.strip, row["words"].split(";")) if word]
                if row["kind"] in lists:
                    lists[row["kind"]].update(words)
                else:
                    table = same if row["kind"] == "same" else english
                    table.update(dict.fromkeys((row["word"], *words), row["word"]))
        return cls(
            same=same,
            english=english,
            filler=frozenset(lists["filler"]),
            filler_english=frozenset(lists["filler_en"]),
            elsewhere=frozenset(map(plain, lists["elsewhere"])),
            kept=frozenset(lists["keep"]),
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _any_of({*self.same, *self.filler, *self.kept})

    @cached_property
    def _filler_pattern(self) -> re.Pattern[str]:
        return _any_of(self.filler)

    @cached_property
    def _elsewhere_pattern(self) -> re.Pattern[str]:
        return _any_of(self.elsewhere, whole=r"\b")

    def canonical(self, text: str) -> str:
        """Return a plain Chinese text with one word for all of a kind, and a gap for each filler.

        A text that is filler alone stays as it is.
        """
        bare = self._pattern.sub(self._replaced, text)
        return bare if bare.strip(_GAP + " ") else text

    def _replaced(self, match: re.Match[str]) -> str:
        word = match[0]
        return _GAP if word in self.filler else self.same.get(word, word)

    def without_filler(self, text: str) -> str:
        """Return a plain Chinese text with a gap for each filler; one that is filler alone stays as it is."""
        bare = self._filler_pattern.sub(_GAP, text)
        return bare if bare.strip(_GAP + " ") else text

    def elsewhere_in(self, text: str) -> tuple[str, ...]:
        """Return the words of a plain text that are about something no office does."""
        return tuple(self._elsewhere_pattern.findall(text))


def _any_of(words: Iterable[str], whole: str = "") -> re.Pattern[str]:
    """Return a pattern for any of these words, the longest first; `whole` goes round those in letters."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    patterns = (f"{whole}{re.escape(word)}{whole}" if word.isascii() else re.escape(word) for word in longest)
    # nothing to find is a pattern that never matches
    return re.compile("|".join(patterns) or r"(?!)")


@lru_cache(maxsize=1)
def shipped_words() -> SearchWords:
    """Return the word lists that come with the data."""
    return SearchWords.read(shipped("geodata") / FILE)


def units(text: str) -> tuple[str, ...]:
    """Return the pieces of a plain text to compare: characters, runs of letters or of digits, "" for a gap."""
    return tuple("" if unit in (_GAP, " ") else unit for unit in _UNIT.findall(text))
