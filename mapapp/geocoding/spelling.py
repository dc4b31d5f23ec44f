"""Which names are written or sound like a text (写法与读音): exact, by letters, by sound, by parts, by likeness."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from rapidfuzz import fuzz, process

from mapapp.geocoding.name_keys import (
    ENGLISH_WAYS,
    WAYS,
    Key,
    Names,
    english_keys_of,
    exchanged,
    grouped,
    keys_of,
    pinyin_of,
    spliced,
)
from mapapp.geocoding.spoken import telling_characters, without_kind, without_line, wordings

Match = tuple[Key, float, bool]

# Scores of a wording by how much was taken away from the text: nothing, filler, house number, kind.
_WORDING_SCORE = (1.0, 0.98, 0.97, 0.93)
_CORE_LOSS = 0.06
_PINYIN_SCORE = 0.92
_INITIALS_SCORE = 0.84
_SOUND_SCORE = 0.9
# One wrong character in four, or one in three that sounds nearly alike.
_LIKE_ENOUGH = 74.0
_LIKE_WITH_SOUND = 66.0
_SOUND_ENOUGH = 85.0
_LETTERS_ENOUGH = 88.0
# Beicheng Paradise Walk for Longfor Beicheng Paradise Walk; fewer letters stand in too many names.
_LONG_LETTERS = 8
_FUZZY_CUTOFF = 50.0
_FUZZY_COUNT = 20


class SpellingIndex:
    """The names of all entries in every spelling. Built once, query only."""

    def __init__(self, keys: Sequence[Key], english: Sequence[Key]) -> None:
        self._tables = {way: grouped((spelled(key), key) for key in keys) for way, spelled in WAYS.items()}
        self._english_tables = {
            way: grouped((spelled(key), key) for key in english) for way, spelled in ENGLISH_WAYS.items()
        }
        self._list(keys, english)

    @classmethod
    def of(cls, names: Iterable[tuple[int, Names]]) -> "SpellingIndex":
        """Return the index of entries: the number of each, in ascending order, and its names."""
        keys: list[Key] = []
        english: list[Key] = []
        for entry, each in names:
            keys += keys_of(entry, each)
            english += english_keys_of(entry, each)
        return cls(keys, english)

    def renewed(self, names: Mapping[int, Names]) -> "SpellingIndex":
        """Return the index in which these entries, old or new, have these names instead; this one stays as it is."""
        keys = {entry: list(keys_of(entry, each)) for entry, each in names.items()}
        english = {entry: list(english_keys_of(entry, each)) for entry, each in names.items()}
        index = copy(self)
        index._tables = {way: exchanged(self._tables[way], spelled, self._keys, keys) for way, spelled in WAYS.items()}
        index._english_tables = {
            way: exchanged(self._english_tables[way], spelled, self._english_keys, english)
            for way, spelled in ENGLISH_WAYS.items()
        }
        index._list(spliced(self._keys, keys), spliced(self._english_keys, english))
        return index

    def _list(self, keys: Sequence[Key], english: Sequence[Key]) -> None:
        self._exact, self._core, self._pinyin, self._core_pinyin, self._initials = self._tables.values()
        self._english, self._core_english = self._english_tables.values()
        self._keys, self._english_keys = list(keys), list(english)
        self._letter_keys = [*keys, *english]
        self._folded = [key.folded for key in keys]
        self._letters = [key.pinyin for key in keys] + [key.folded for key in english]
        self._longest = max((len(key.folded) for key in keys), default=0)

    def by_wording(self, text: str, home: tuple[str, ...]) -> Iterator[Match]:
        """Yield the names equal to the text, whole or after taking away filler, home, number and kind."""
        for wording, taken in wordings(text, home):
            score = _WORDING_SCORE[taken]
            for key in self._exact.get(wording, ()):
                yield key, score, True
            for key in self._core.get(wording, ()):
                yield key, score - _CORE_LOSS, True

    def by_letters(self, letters: str) -> Iterator[Match]:
        """Yield the names whose pinyin, first letters or English name is, begins with or resembles these letters."""
        core = without_kind(letters)
        for table, wording, score in (
            (self._english, letters, _PINYIN_SCORE + 0.02),
            (self._english, without_line(letters), _PINYIN_SCORE + 0.02),
            (self._pinyin, letters, _PINYIN_SCORE),
            (self._core_pinyin, letters, _PINYIN_SCORE - _CORE_LOSS),
            (self._core_english, letters, _PINYIN_SCORE - _CORE_LOSS),
            (self._pinyin, core, _PINYIN_SCORE - _CORE_LOSS),
            (self._core_english, core, _PINYIN_SCORE - _CORE_LOSS),
        ):
            for key in table.get(wording, ()):
                yield key, score, True
        if len(letters) >= 2:
            for key in self._initials.get(letters, ()):
                yield key, _INITIALS_SCORE, len(letters) >= 3
        if len(letters) >= 3:
            for key, spelled in zip(self._letter_keys, self._letters, strict=True):
                if letters in spelled and spelled != letters:
                    share = len(letters) / len(spelled)
                    begins = 0.05 if spelled.startswith(letters) else 0.0
                    steady = not _tells_in_english(spelled.replace(letters, "", 1))
                    sure = share >= 0.6 and len(letters) >= _LONG_LETTERS and steady
                    yield key, 0.45 + begins + 0.3 * share, sure
            yield from self._by_like_letters(letters)

    def _by_like_letters(self, letters: str) -> Iterator[Match]:
        found = process.extract(
            letters, self._letters, scorer=fuzz.ratio, limit=_FUZZY_COUNT, score_cutoff=_FUZZY_CUTOFF + 10
        )
        for spelled, ratio, position in found:
            key = self._letter_keys[position]
            # bei and xi are one letter apart from each other's typos: a name with a direction is only offered
            steady = not key.telling and not _tells_in_english(spelled)
            yield key, 0.8 * ratio / 100, ratio >= _LETTERS_ENOUGH and len(letters) >= 6 and steady

    def by_sound(self, folded: str) -> Iterator[Match]:
        """Yield the names that sound like a Chinese text, tones apart: 观音乔 for 观音桥."""
        if len(folded) < 2:
            return
        spelled = pinyin_of(folded)[0]
        telling = telling_characters(folded)
        for table, loss in ((self._pinyin, 0.0), (self._core_pinyin, _CORE_LOSS)):
            for key in table.get(spelled, ()):
                yield key, _SOUND_SCORE - loss, key.telling == telling

    def by_part_of_name(self, folded: str) -> Iterator[Match]:
        """Yield the names that contain the text: 国奥 for 国奥村."""
        if len(folded) < 2:
            return
        # two characters (江北, 龙湖) stand in too many names to mean one
        long_enough, telling = len(folded) >= 3, telling_characters(folded)
        for key in self._keys:
            if folded in key.folded and folded != key.folded:
                share = len(folded) / len(key.folded)
                begins = 0.05 if key.folded.startswith(folded) else 0.0
                yield key, 0.5 + 0.25 * share + begins, share >= 0.6 and long_enough and key.telling == telling

    def parts_of(self, folded: str) -> tuple[list[Key], str]:
        """Return the names a text is made of, from left to right, longest first, and what remains of it."""
        keys: list[Key] = []
        rest: list[str] = []
        start = 0
        while start < len(folded):
            longest = min(self._longest, len(folded) - start)
            name = next(
                (piece for size in range(longest, 1, -1) if (piece := folded[start : start + size]) in self._exact),
                None,
            )
            if name is None:
                rest.append(folded[start])
                start += 1
            else:
                keys.append(self._exact[name][0])
                start += len(name)
        return keys, _without_glue("".join(rest))

    def by_likeness(self, folded: str) -> Iterator[Match]:
        """Yield the names with few wrong characters. Sure only when the telling characters are all the same."""
        found = process.extract(folded, self._folded, scorer=fuzz.ratio, limit=_FUZZY_COUNT, score_cutoff=_FUZZY_CUTOFF)
        if not found:
            return
        spelled = pinyin_of(folded)[0]
        telling = telling_characters(folded)
        for _, ratio, position in found:
            key = self._keys[position]
            sounds = fuzz.ratio(spelled, key.pinyin)
            alike = ratio >= _LIKE_WITH_SOUND and sounds >= _SOUND_ENOUGH
            # 观音桥小学 is no misspelt 观音桥: a slip of the finger adds or drops one character at most
            fits = abs(len(folded) - len(key.folded)) <= 1 and _same_sort(folded, key.folded)
            sure = fits and key.telling == telling and (alike or (ratio >= _LIKE_ENOUGH and len(folded) >= 4))
            yield key, 0.008 * (0.7 * ratio + 0.3 * sounds), sure


def _same_sort(folded: str, other: str) -> bool:
    """Return whether both are roads, both villages, or neither: 洋河一村 is not 洋河一路."""
    sorts = "路村街巷道镇"
    return folded[-1] == other[-1] or (folded[-1] not in sorts and other[-1] not in sorts)


def _tells_in_english(letters: str) -> bool:
    return any(word in letters for word in ("north", "south", "east", "west", "middle", "1st", "2nd"))


def _without_glue(rest: str) -> str:
    """Return what remains between names without the words that only join them: 附近的, 和, 与."""
    for word in ("附近", "旁边", "对面", "路口", "交叉口", "交汇处", "的", "和", "与", "到", "在", "我", "旁", "侧"):
        rest = rest.replace(word, "")
    return rest
