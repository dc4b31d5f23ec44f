"""What may somebody be typing (输入建议): names that begin with, or hold, what stands in the box so far."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mapapp.catalogue.matters import Matter
from mapapp.finder.sounds import syllables_of_name
from mapapp.finder.words import normalise

_MOST_TEXT = 40
_MOST_HITS = 2000
_BREAK = "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A matter, the name that fits what was typed, and from where to where it does (both 0 for a slip of spelling)."""

    matter: Matter
    matched: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """The number of a thing, its name that fits what was typed, and from where to where it does (both 0 if unclear)."""

    number: int
    name: str
    start: int
    end: int


class Names:
    """The names of things in the order of their letters, and in one string to look for what they hold; query only."""

    def __init__(self, things: Iterable[Sequence[str]]) -> None:
        """Take the names of each thing, the usual ones first."""
        self._shown: list[str] = []
        self._owners: list[int] = []
        self._places: list[int] = []
        for owner, names in enumerate(things):
            for place, name in enumerate(dict.fromkeys(names)):
                if normalise(name):
                    self._places.append(place)
                    self._shown.append(name)
                    self._owners.append(owner)
        keys = [normalise(name) for name in self._shown]
        spoken = [syllables_of_name(key) for key in keys]
        self._tables = (
            _Table(keys),
            _Table(["".join(row) for row in spoken]),
            _Table(["".join(part[:1] for part in row) for row in spoken]),
        )

    def fitting(self, prefix: str, limit: int) -> tuple[Fit, ...]:
        """Return at most `limit` things with a name that holds what was typed; names that begin with it first.

        In letters, pinyin and first letters count too. Among equals short and usual names, then the number.
        """
        typed = normalise(prefix[:_MOST_TEXT])
        if not typed:
            return ()
        ranked: dict[int, tuple[int, int, int]] = {}
        for kind, table in enumerate(self._tables if typed.isascii() else self._tables[:1]):
            for number, begins in table.holding(typed):
                rank = (
                    kind if begins else kind + len(self._tables),
                    2 * len(self._shown[number]) + self._places[number],
                    number,
                )
                owner = self._owners[number]
                if owner not in ranked or rank < ranked[owner]:
                    ranked[owner] = rank
        order = sorted(ranked.items(), key=lambda item: (item[1][:2], item[0]))
        return tuple(self._fit(owner, number, typed) for owner, (_, _, number) in order[:limit])

    def _fit(self, owner: int, number: int, typed: str) -> Fit:
        name = self._shown[number]
        start, end = _part(name, typed)
        return Fit(number=owner, name=name, start=start, end=end)


class Suggester:
    """The names of matters; query only."""

    def __init__(self, matters: Mapping[str, Matter]) -> None:
        self._matters = tuple(matter for _, matter in sorted(matters.items()))
        # the official name and the folk names in the order of the data, the usual ones first
        self._names = Names((matter.name_zh, *matter.folk_names, matter.name_en) for matter in self._matters)

    def suggest(self, prefix: str, limit: int) -> tuple[Suggestion, ...]:
        """Return at most `limit` matters as `Names.fitting` orders them, ties by code."""
        return tuple(
            Suggestion(matter=self._matters[fit.number], matched=fit.name, start=fit.start, end=fit.end)
            for fit in self._names.fitting(prefix, limit)
        )


class _Table:
    """Keys to search: sorted for prefixes, joined for parts."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._sorted = sorted((key, number) for number, key in enumerate(keys))
        self._joined = _BREAK.join(keys)
        self._starts = [0]
        for key in keys:
            self._starts.append(self._starts[-1] + len(key) + 1)

    def holding(self, typed: str) -> Iterator[tuple[int, bool]]:
        """Yield (number, whether it begins so) of the keys that begin with or hold the text, some thousand at most."""
        at = bisect_left(self._sorted, (typed, -1))
        for key, number in self._sorted[at : at + _MOST_HITS]:
            if not key.startswith(typed):
                break
            yield number, True
        if len(typed) < 2:
            return
        found, hits = self._joined.find(typed), 0
        while found >= 0 and hits < _MOST_HITS:
            yield bisect_left(self._starts, found + 1) - 1, False
            hits += 1
            found = self._joined.find(typed, found + 1)


def _part(name: str, typed: str) -> tuple[int, int]:
    """Return from where to where a name as written holds what was typed, as it is or by sound; (0, 0) if unclear."""
    positions = [at for at, character in enumerate(name) if normalise(character)]
    key = "".join(normalise(name[position]) for position in positions)
    if len(key) != len(positions):
        return 0, 0
    spoken = syllables_of_name(key)
    pieces: list[Sequence[str]] = [key]
    if len(spoken) == len(key):
        pieces += [spoken, [part[:1] for part in spoken]]
    for row in pieces:
        at = "".join(row).find(typed)
        # the letter at which each piece begins
        begins = [0, *accumulate(map(len, row))]
        if at >= 0 and at in begins:
            first, last = begins.index(at), bisect_left(begins, at + len(typed)) - 1
            return positions[first], positions[last] + 1
    return 0, 0
