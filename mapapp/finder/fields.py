"""How well do words fit each matter (相关度): one reading of the names: characters, sounds, English."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from mapapp.finder.grams import Floats, GramIndex, Shared

# How much each kind of likeness counts, tuned on `queries_tuning.csv` and the sample; they add up to 1.
COVERED = 0.5
ALIKE = 0.25
CONTAINED = 0.05
RATIO = 0.2
# A name that says as little as this is no evidence by standing in the query; names that say more count in full.
_TELLING = 8.0
# Signs stand in the private planes of Unicode; a piece that no name has is none of them.
_FIRST_SIGN = 0xF0000
_STRANGE = "?"


@dataclass(frozen=True, slots=True)
class Read:
    """A query as one field reads it, how well it fits every matter (0 to 1 less `RATIO`), and what that is worth."""

    field: "Field"
    text: str
    rough: Floats
    shared: Shared
    worth: float


class Likeness(NamedTuple):
    """How well a matter fits (0 to 1), the number of its name most like the query, how much of that name was said."""

    score: float
    name: int
    contained: float


NOT_ALIKE = Likeness(0.0, -1, 0.0)


class Field:
    """The names of all matters, read in one way. `owners` are the numbers of their matters, in order."""

    def __init__(self, names: Sequence[int], rows: Sequence[Sequence[str]], owners: Sequence[int], count: int) -> None:
        """Keep for each row of pieces the number of the name it is read from, and its owner among `count` matters."""
        self._names = tuple(names)
        self._count = count
        # one sign for each piece, so that edits are counted in pieces and not in letters
        self._signs: dict[str, str] = {}
        self._texts = [self._signed(row) for row in rows]
        self.index = GramIndex(rows, owners, count)
        own = np.array(owners, dtype=np.int64)
        self._starts = np.flatnonzero(np.r_[True, own[1:] != own[:-1]]) if len(own) else own
        self._present: NDArray[np.int64] = own[self._starts]
        ends = [*self._starts[1:].tolist(), len(self._names)]
        self._slices = dict(zip(self._present.tolist(), map(slice, self._starts.tolist(), ends), strict=True))

    def read(self, units: Sequence[str], worth: float = 1.0) -> Read | None:
        """Return how well these pieces fit; None when they share nothing with any name."""
        shared = self.index.share(units)
        if shared is None:
            return None
        contained = shared.contained * np.minimum(1.0, self.index.norm / _TELLING)
        rough = COVERED * shared.covered
        rough[self._present] += np.maximum.reduceat(ALIKE * shared.alike + CONTAINED * contained, self._starts)
        text = "".join(self._signs.get(unit, _STRANGE) for unit in units if unit)
        return Read(self, text, rough, shared, worth)

    def _signed(self, row: Sequence[str]) -> str:
        return "".join(self._signs.setdefault(unit, chr(_FIRST_SIGN + len(self._signs))) for unit in row if unit)

    def closely(self, read: Read, owner: int) -> Likeness:
        """Return how well this matter fits, and which of its names is most like the query."""
        rows = self._slices.get(owner)
        if rows is None:
            return NOT_ALIKE
        best = process.extractOne(read.text, self._texts[rows], scorer=fuzz.ratio)
        score = (float(read.rough[owner]) + RATIO * best[1] / 100) * read.worth
        nearest = int(np.argmax(read.shared.alike[rows])) + rows.start
        return Likeness(score, self._names[nearest], float(read.shared.contained[nearest]))
