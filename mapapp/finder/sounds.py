"""What does it sound like (读音): syllables of names, pinyin and first letters as typed, same-sound errors."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from pypinyin import lazy_pinyin

from mapapp.finder.grams import GramIndex

_RUNS = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9 \x1f]+|[ \x1f]+")
_LONGEST_SYLLABLE = 6
_MOST_READINGS = 12
_MOST_HITS = 3000
_BREAK = "|"
# Pairs that people here do not tell apart: flat and curled tongue, n and l at the start, n and ng at the end.
_ALIKE = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
    (re.compile(r"(?<=[ie])ng$"), "n"),
)


@lru_cache(maxsize=2000)
def blurred(syllable: str) -> str:
    """Return the syllable as people of Chongqing may say it: zhe and ze, nan and lan, ling and lin are one."""
    for pattern, instead in _ALIKE:
        syllable = pattern.sub(instead, syllable)
    return syllable


def syllables(text: str, read: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Return the syllables of a plain Chinese text without tones, and of its runs of letters what `read` makes of them.

    Digits stay; a gap is "".
    """
    found: list[str] = []
    for run in _RUNS.findall(text):
        if run[0] in " \x1f":
            found.append("")
        elif run[0].isascii():
            found.extend([run] if run[0].isdigit() else read(run))
        else:
            found.extend(lazy_pinyin(run, v_to_u=False))
    return tuple(found)


# as in `plain`: names seldom change
@lru_cache(maxsize=65_536)
def syllables_of_name(name: str) -> tuple[str, ...]:
    """Return the syllables of a plain name without tones; letters and digits stay."""
    return syllables(name, lambda letters: (letters,))


class Sounds:
    """The names by their sound. Built once, only asked afterwards."""

    def __init__(self, names: Sequence[str]) -> None:
        spoken = [syllables_of_name(name) for name in names]
        self.rows = [tuple(map(blurred, row)) for row in spoken]
        self._syllables = frozenset(part for row in spoken for part in row if part.isascii() and part.isalpha())
        # one letter for each character, so that a hit in one string is a hit in the other
        kept = [(name, row) for name, row in zip(names, spoken, strict=True) if len(name) == len(row)]
        self._letters = _BREAK.join("".join(part[:1] or _BREAK for part in row) for _, row in kept)
        self._characters = _BREAK.join(name for name, _ in kept)
        self._starts = [0, *accumulate(len(name) + 1 for name, _ in kept)]

    def read(self, letters: str, index: GramIndex) -> tuple[str, ...]:
        """Return the syllables of letters typed as pinyin, the reading that names know best; the letters if none."""
        readings = [[blurred(part) for part in reading] for reading in self._readings(letters)]
        if not readings:
            return (letters,)

        def familiar(reading: list[str]) -> tuple[int, int]:
            return sum(index.knows_pair(one, other) for one, other in pairwise(reading)), -len(reading)

        best = max(readings, key=familiar)
        return tuple(best)

    def _readings(self, letters: str) -> Iterable[list[str]]:
        """Return ways to cut letters into syllables, those with long syllables first, a dozen at most."""
        found: list[list[str]] = []
        waiting: list[tuple[int, list[str]]] = [(0, [])]
        steps = 0
        while waiting and len(found) < _MOST_READINGS and steps < 500:
            steps += 1
            at, parts = waiting.pop()
            if at == len(letters):
                found.append(parts)
                continue
            for length in range(1, _LONGEST_SYLLABLE + 1):
                part = letters[at : at + length]
                if len(part) == length and part in self._syllables:
                    waiting.append((at + length, [*parts, part]))
        return found

    def spelled_out(self, letters: str, limit: int = 3) -> tuple[str, ...]:
        """Return what first letters may stand for, as it stands in the names: sfz is 身份证; the most common first."""
        counted: Counter[str] = Counter()
        at, hits = self._letters.find(letters), 0
        while at >= 0 and hits < _MOST_HITS:
            word = self._characters[at : at + len(letters)]
            name = bisect_right(self._starts, at) - 1
            whole = self._starts[name] == at and self._starts[name + 1] == at + len(letters) + 1
            counted[word] += 4 if whole else 1
            hits += 1
            at = self._letters.find(letters, at + 1)
        return tuple(word for word, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:limit])
