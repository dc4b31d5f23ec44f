"""Which matters people mean (事项搜索): everyday words, pinyin, first letters and slips to matters, best first."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from unicodedata import category, normalize

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz, process

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Matter

# Below this similarity the hits are offered as "did you mean", not as the answer: between the words people use for
# other things altogether (0.3 to 0.57 on a sample) and long sentences about the right matter (0.33 and up).
CONFIDENT_SCORE = 0.42
# Reciprocal-rank fusion: how fast a rank loses weight.
_FUSION_RANK = 10
_POOL = 30
_MAX_TEXT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterHit:
    """A matter, how well the words fit it (0 to 1), and the name or folk name that hit."""

    matter: Matter
    score: float
    matched: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterHits:
    """Hits best first; `confident` is false when they should be offered as "did you mean" only."""

    hits: tuple[MatterHit, ...]
    confident: bool


class MatterSearch:
    """An index over the names and folk names of all matters; built once per revision, read-only afterwards."""

    def __init__(self, matters: Mapping[str, Matter]) -> None:
        self._matters = matters
        self._terms: list[str] = []
        self._codes: list[str] = []
        self._shown: list[str] = []
        for matter in matters.values():
            for name in dict.fromkeys((matter.name_zh, *matter.folk_names, matter.name_en)):
                if name:
                    self._add(matter.code, name)
        self._exact: dict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(self._terms):
            self._exact[term].append(number)
        self._index_grams()
        self._index_sounds()

    @classmethod
    def of(cls, catalogue: Catalogue) -> "MatterSearch":
        """Return the index over this catalogue."""
        return cls(catalogue.matters)

    def search(self, text: str, limit: int = 10) -> MatterHits:
        """Return at most `limit` matters for the words in `text`, best first, ties by code."""
        query = normalise(text[:_MAX_TEXT])
        if not query:
            return MatterHits(hits=(), confident=False)
        found = self._fused(query)
        if query.isascii():
            for number, score in self._by_sound(query).items():
                found[number] = _stronger(found.get(number), score)
        for number in self._exact.get(query, ()):
            found[number] = _stronger(found.get(number), 1.0)
        return self._hits(found, limit)

    def _add(self, code: str, name: str) -> None:
        self._terms.append(normalise(name))
        self._codes.append(code)
        self._shown.append(name)

    def _index_grams(self) -> None:
        """Count which terms hold which characters and pairs; a gram in few terms weighs more."""
        self._postings: dict[str, set[int]] = defaultdict(set)
        for number, term in enumerate(self._terms):
            for gram in _grams(term):
                self._postings[gram].add(number)
        total = len(self._terms) or 1
        self._weight = {gram: log(1 + total / len(numbers)) for gram, numbers in self._postings.items()}
        self._norm = [sum(self._weight[gram] for gram in _grams(term)) or 1.0 for term in self._terms]

    def _index_sounds(self) -> None:
        self._sounds = [_sound(term) for term in self._terms]
        self._letters = [_first_letters(term) for term in self._terms]

    def _by_sound(self, query: str) -> dict[int, float]:
        """Return term -> score for a query typed in pinyin or first letters."""
        scores: dict[int, float] = {}
        for number, (sound, letters) in enumerate(zip(self._sounds, self._letters, strict=True)):
            if query in (sound, letters):
                scores[number] = 0.97
            elif len(query) >= 4 and query in sound:
                scores[number] = 0.6 + 0.35 * len(query) / len(sound)
            elif len(query) >= 3 and query in letters:
                scores[number] = 0.5 + 0.35 * len(query) / len(letters)
        return scores

    def _fused(self, query: str) -> dict[int, tuple[float, float]]:
        """Return term -> (similarity 0..1, fused rank weight) from edit similarity and from shared characters."""
        edit = process.extract(query, self._terms, scorer=fuzz.ratio, limit=_POOL)
        grams = _grams(query)
        overlap: dict[int, float] = defaultdict(float)
        for gram in grams:
            weight = self._weight.get(gram, 0.0)
            for number in self._postings.get(gram, ()):
                overlap[number] += weight
        own = sum(self._weight.get(gram, log(1 + len(self._terms))) for gram in grams) or 1.0
        shared = sorted(
            ((2 * weight / (own + self._norm[number]), number) for number, weight in overlap.items()),
            key=lambda pair: (-pair[0], pair[1]),
        )[:_POOL]
        ranks: dict[int, float] = defaultdict(float)
        best: dict[int, float] = defaultdict(float)
        for rank, (_, ratio, number) in enumerate(edit):
            ranks[number] += 1 / (_FUSION_RANK + rank)
            best[number] = max(best[number], ratio / 100 if overlap.get(number) else 0.0)
        for rank, (share, number) in enumerate(shared):
            ranks[number] += 1 / (_FUSION_RANK + rank)
            best[number] = max(best[number], share)
        return {number: (best[number], ranks[number]) for number in ranks}

    def _hits(self, found: Mapping[int, tuple[float, float]], limit: int) -> MatterHits:
        chosen: dict[str, tuple[float, float, int]] = {}
        for number, (score, weight) in sorted(found.items()):
            code = self._codes[number]
            if code not in chosen or (weight, score) > chosen[code][:2]:
                chosen[code] = (weight, score, number)
        order = sorted(chosen.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))[:limit]
        hits = tuple(
            MatterHit(matter=self._matters[code], score=round(score, 3), matched=self._shown[number])
            for code, (_, score, number) in order
        )
        return MatterHits(hits=hits, confident=bool(hits) and hits[0].score >= CONFIDENT_SCORE)


def _stronger(known: tuple[float, float] | None, score: float) -> tuple[float, float]:
    """Return (score, weight) of a term found by its sound or letter by letter, which outweighs any fused rank."""
    # two first ranks fused weigh 2 / _FUSION_RANK = 0.2
    return max(known or (0.0, 0.0), (score, 1.0 + score), key=lambda pair: pair[1])


def normalise(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, simplified characters, no punctuation, no spaces."""
    folded = normalize("NFKC", text).casefold()
    kept = "".join(character for character in folded if category(character)[0] in "LN")
    return _simplifier().convert(kept) if not kept.isascii() else kept


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _grams(text: str) -> set[str]:
    """Return the single characters and pairs of a Chinese text; of a Latin one the pairs and triples."""
    if text.isascii():
        return {text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)}
    return {text[i : i + n] for n in (1, 2) for i in range(len(text) - n + 1)}


def _sound(text: str) -> str:
    return "".join(lazy_pinyin(text))


def _first_letters(text: str) -> str:
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
