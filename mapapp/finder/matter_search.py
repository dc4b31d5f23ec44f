"""Which matters people mean (事项搜索): everyday words, pinyin, first letters, English and slips, best first."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Matter
from mapapp.finder.english import English, is_english
from mapapp.finder.fields import Field, Likeness, Read
from mapapp.finder.sounds import Sounds, blurred, syllables
from mapapp.finder.suggestions import Suggester, Suggestion
from mapapp.finder.words import SearchWords, normalise, plain, shipped_words, units

__all__ = ["MatterHit", "MatterHits", "MatterSearch", "normalise"]

# Below this the hits are offered as "did you mean", not as the answer. A long query never reaches the score of a
# short one, so each piece (character or word) adds something, up to ten pieces; a name that was said in full adds
# most. Fitted on the tuning queries and those about other things beside them: about 2 % of right answers lie below,
# see tests/benchmarks/search_quality.py.
CONFIDENT = 0.84
_FOR_EACH_PIECE = 0.05
_MOST_PIECES = 10
_FOR_WHAT_WAS_SAID = 0.2
# English words are fewer for the same.
_FOR_ENGLISH = 0.05
# What a word about other things altogether takes away, unless the matter's own names have it; and, among Chinese
# characters, a likeness of sound alone.
_ABOUT_OTHER_THINGS = 0.35
_ONLY_BY_SOUND = 0.1
_MAX_TEXT = 200
_POOL = 40
# What a match by sound alone is worth against one by characters, and what spelled-out first letters are.
_BY_SOUND = 0.86
_BY_LETTERS = 0.97
_NEXT_BEST = 0.85
_WORTH_SUGGESTING = 0.4
_NOT_WRITTEN_THE_SAME = 0.99
_LETTERS = re.compile(r"[a-z]+")
_SHORTEST_PLACE = 2


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

    def __init__(
        self, matters: Mapping[str, Matter], words: SearchWords | None = None, places: Iterable[str] = ()
    ) -> None:
        """Index these matters; `places` are names of places, which say nothing about the matter."""
        self._matters = tuple(matters.values())
        self._words = words or shipped_words()
        self._shown: list[str] = []
        self._owners: list[int] = []
        for owner, matter in enumerate(self._matters):
            for name in dict.fromkeys((matter.name_zh, *matter.folk_names, matter.name_en)):
                if normalise(name):
                    self._shown.append(name)
                    self._owners.append(owner)
        self._plain = [plain(name) for name in self._shown]
        self._exact: dict[str, list[int]] = {}
        for number, name in enumerate(self._shown):
            self._exact.setdefault(normalise(name), []).append(number)
        self._read_names()
        self._places = self._place_pattern(places)

    @classmethod
    def of(cls, catalogue: Catalogue) -> "MatterSearch":
        """Return the index over this catalogue."""
        places = (name for place in catalogue.named_places for name in (place.name_zh, *place.aliases))
        return cls(catalogue.matters, places=places)

    def _read_names(self) -> None:
        count = len(self._matters)
        chinese = [number for number, name in enumerate(self._plain) if not name.isascii() or " " not in name]
        spoken = [number for number in chinese if not self._plain[number].isascii()]
        english = [number for number, name in enumerate(self._shown) if is_english(name)]
        canonical = [units(self._words.canonical(self._plain[number])) for number in chinese]
        self._characters = Field(chinese, canonical, [self._owners[number] for number in chinese], count)
        self._sounds = Sounds([self._plain[number] for number in spoken])
        self._by_sound = Field(spoken, self._sounds.rows, [self._owners[number] for number in spoken], count)
        self._english_words = English(self._words)
        rows = [self._english_words.learn(self._shown[number].casefold()) for number in english]
        self._english = Field(english, rows, [self._owners[number] for number in english], count)

    def _place_pattern(self, places: Iterable[str]) -> re.Pattern[str] | None:
        """Return a pattern for names of places that stand in no name of a matter."""
        everything = "|".join(self._exact)
        names = {normalise(place) for place in places}
        names |= {name.removesuffix(ending) for name in names for ending in ("街道", "社区", "镇", "站")}
        alone = [
            name for name in names if len(name) >= _SHORTEST_PLACE and not name.isascii() and name not in everything
        ]
        if not alone:
            return None
        return re.compile("|".join(map(re.escape, sorted(alone, key=lambda name: (-len(name), name)))))

    def search(self, text: str, limit: int = 10) -> MatterHits:
        """Return at most `limit` matters for the words in `text`, best first, ties by code."""
        query = plain(text[:_MAX_TEXT])
        if not query:
            return MatterHits(hits=(), confident=False)
        reads = list(self._reads(query, text[:_MAX_TEXT].casefold()))
        scores: dict[int, _Fit] = {}
        for owner in self._pool(reads):
            likeness, read = max(((each.field.closely(each, owner), each) for each in reads), key=_score)
            by_sound = read.field is self._by_sound and not query.isascii()
            # certain is only what is written the same
            score = min(likeness.score, _NOT_WRITTEN_THE_SAME)
            scores[owner] = _Fit(score, likeness.name, likeness.contained, by_sound)
        for name in self._exact.get(normalise(query), ()):
            scores[self._owners[name]] = _Fit(1.0, name, 1.0, by_sound=False)
        return self._hits(query, scores, limit)

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """Return at most `limit` matters that fit what was typed so far: names that hold it, else what it may mean."""
        found = self._suggester.suggest(prefix, limit)
        if len(found) >= limit:
            return found
        known = {suggestion.matter.code for suggestion in found}
        likely = self.search(prefix, limit)
        more = (
            Suggestion(matter=hit.matter, matched=hit.matched)
            for hit in likely.hits
            if likely.confident and hit.matter.code not in known and hit.score >= _WORTH_SUGGESTING
        )
        return (*found, *more)[:limit]

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester({matter.code: matter for matter in self._matters})

    def _reads(self, query: str, raw: str) -> Iterator[Read]:
        """Yield the query as each field reads it: as written, first letters spelled out, pinyin, English."""
        local = self._places.sub(" ", query) if self._places else query
        query = local if local.strip() else query
        for text, worth in self._spelled(query):
            if not text.isascii() or " " not in text:
                yield from _found(self._characters.read(units(self._words.canonical(text)), worth))
            if spoken := self._spoken(text):
                sure = worth if text.isascii() else worth * _BY_SOUND
                yield from _found(self._by_sound.read(spoken, sure))
        if english := self._english_words.read(raw):
            yield from _found(self._english.read(english))

    def _spelled(self, query: str) -> Iterator[tuple[str, float]]:
        """Yield the query as it is, and with runs of letters replaced by what they may be the first letters of."""
        yield query, 1.0
        if query.isascii() and " " in query:
            # several words in letters are English or pinyin
            return
        runs = [run for run in _LETTERS.findall(query) if len(run) > 1 and not self._characters.index.knows(run)]
        words = {run: self._sounds.spelled_out(run) for run in runs}
        for rank in range(max(map(len, words.values()), default=0)):
            chosen = {run: found[min(rank, len(found) - 1)] for run, found in words.items() if found}
            yield _LETTERS.sub(partial(_chosen, chosen), query), _BY_LETTERS * _NEXT_BEST**rank

    def _spoken(self, text: str) -> tuple[str, ...]:
        """Return the syllables of a text in which pinyin may stand for words; empty when letters are no pinyin."""
        bare = self._words.without_filler(text)
        spoken = syllables(bare, lambda letters: self._sounds.read(letters, self._by_sound.index))
        return tuple(map(blurred, spoken))

    def _pool(self, reads: Iterable[Read]) -> list[int]:
        """Return the matters worth a closer look."""
        best = np.zeros(len(self._matters))
        for read in reads:
            np.maximum(best, read.rough * read.worth, out=best)
        likely = np.argsort(-best, kind="stable")[:_POOL]
        return [int(owner) for owner in likely if best[owner] > 0]

    def _hits(self, query: str, scores: Mapping[int, "_Fit"], limit: int) -> MatterHits:
        order = sorted(scores.items(), key=lambda item: (-round(item[1].score, 6), self._matters[item[0]].code))
        hits = tuple(
            MatterHit(matter=self._matters[owner], score=round(min(fit.score, 1.0), 3), matched=self._shown[fit.name])
            for owner, fit in order[:limit]
        )
        return MatterHits(hits=hits, confident=bool(hits) and self._is_sure(query, hits[0].matter, order[0][1]))

    def _is_sure(self, query: str, best: Matter, fit: "_Fit") -> bool:
        if fit.score == 1.0:
            return True
        bare = [unit for unit in units(self._words.canonical(query)) if unit]
        # one character of a sentence is left: 解放碑怎么走
        if len(bare) == 1 and len(query) > 1 and not bare[0].isascii():
            return False
        names = "|".join(map(plain, (best.name_zh, best.name_en, *best.folk_names)))
        strange = [word for word in self._words.elsewhere_in(query) if word not in names]
        # nothing but other things: 点外卖
        if strange and sum(map(len, strange)) + 1 >= len(query):
            return False
        sure = fit.score + _FOR_EACH_PIECE * min(len(bare), _MOST_PIECES) + _FOR_WHAT_WAS_SAID * fit.contained
        sure += _FOR_ENGLISH if query.isascii() else 0.0
        sure -= _ABOUT_OTHER_THINGS if strange else 0.0
        return sure - (_ONLY_BY_SOUND if fit.by_sound else 0.0) >= CONFIDENT


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a matter fits, by which name, how much of that was said, and whether only by its sound."""

    score: float
    name: int
    contained: float
    by_sound: bool


def _score(found: tuple[Likeness, Read]) -> tuple[float, int]:
    return found[0].score, found[0].name


def _found(read: Read | None) -> Iterator[Read]:
    if read is not None:
        yield read


def _chosen(words: Mapping[str, str], run: re.Match[str]) -> str:
    return words.get(run[0], run[0])
