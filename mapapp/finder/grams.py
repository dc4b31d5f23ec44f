"""How much do two texts share (字词重合): grams weighed by how few matters have them, over all names at once."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Against a single piece that is known, a pair that no name has says little: people put words in another order.
_UNKNOWN_PAIR = 0.15
_PAIR = "\x1e"


@dataclass(frozen=True, slots=True)
class Shared:
    """For one query: over all names how alike, and how much of the name the query has; over all matters how much of
    the query the matter has. Each 0 to 1."""

    alike: Floats
    contained: Floats
    covered: Floats


def grams(units: Sequence[str]) -> set[str]:
    """Return the single pieces and the pairs of neighbours; a gap ("") is neither."""
    singles = {unit for unit in units if unit}
    pairs = {f"{one}{_PAIR}{other}" for one, other in pairwise(units) if one and other}
    return singles | pairs


class GramIndex:
    """The grams of names; `owners` says for each name which matter it belongs to, names of one matter together."""

    def __init__(self, names: Iterable[Sequence[str]], owners: Sequence[int], count: int) -> None:
        self._names: dict[str, array[int]] = {}
        self._owners: dict[str, array[int]] = {}
        self._count = count
        rows = [grams(units) for units in names]
        for number, (row, owner) in enumerate(zip(rows, owners, strict=True)):
            for gram in row:
                self._names.setdefault(gram, array("i")).append(number)
                seen = self._owners.setdefault(gram, array("i"))
                if not seen or seen[-1] != owner:
                    seen.append(owner)
        self._weight = {gram: _weight(len(seen), count) for gram, seen in self._owners.items()}
        self._unknown = _weight(0, count)
        self.norm = np.array([sum(self._weight[gram] for gram in row) or 1.0 for row in rows] or [1.0])
        self._size = len(rows)

    def knows(self, gram: str) -> bool:
        """Return whether any name has this piece or pair."""
        return gram in self._weight

    def knows_pair(self, one: str, other: str) -> bool:
        """Return whether any name has these two pieces side by side."""
        return f"{one}{_PAIR}{other}" in self._weight

    def share(self, units: Sequence[str]) -> Shared | None:
        """Return what the query shares with every name and matter; None when it shares nothing."""
        asked = grams(units)
        known = sorted(gram for gram in asked if gram in self._weight)
        if not known or not self._size:
            return None
        weights = [self._weight[gram] for gram in known]
        own = sum(weights) + sum(
            self._unknown * (_UNKNOWN_PAIR if _PAIR in gram else 1.0) for gram in asked if gram not in self._weight
        )
        over_names = _added([self._names[gram] for gram in known], weights, self._size)
        over_owners = _added([self._owners[gram] for gram in known], weights, self._count)
        return Shared(
            alike=2 * over_names / (own + self.norm), contained=over_names / self.norm, covered=over_owners / own
        )


def _weight(owners: int, count: int) -> float:
    """Return how much a gram says that `owners` of `count` matters have (BM25, Robertson and Spärck Jones 1976)."""
    return log(1 + (count - owners + 0.5) / (owners + 0.5))


def _added(postings: Sequence["array[int]"], weights: Sequence[float], size: int) -> Floats:
    """Return for each number the sum of the weights of the postings it stands in."""
    numbers = np.concatenate([np.frombuffer(posting, dtype=np.int32) for posting in postings])
    added = np.repeat(np.array(weights), [len(posting) for posting in postings])
    return np.bincount(numbers, weights=added, minlength=size).astype(np.float64, copy=False)
