"""How the names of places are looked up (名称键): each name spelled in several ways, and tables of these spellings."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from mapapp.catalogue.points import NamedPlace, ServicePoint
from mapapp.geocoding.spoken import fold, telling_characters, without_kind

# Chinese name, aliases, English name
Names = tuple[str, tuple[str, ...], str]
Table = dict[str, tuple["Key", ...]]


NO_NAMES: Names = ("", (), "")


@dataclass(frozen=True, slots=True)
class Key:
    """One name of one entry: as written in the data, folded, and in pinyin without tones."""

    entry: int
    original: str
    folded: str
    pinyin: str

    @property
    def telling(self) -> str:
        """The characters that tell this name from its neighbours."""
        return telling_characters(self.folded)


def pinyin_of(folded: str) -> tuple[str, str]:
    """Return (the syllables joined, their first letters) of a folded text; letters and digits stay."""
    # loaded when first needed: its dictionaries take 0.1 s
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(folded)), "".join(lazy_pinyin(folded, style=Style.FIRST_LETTER))


# Only for names of the data, never for what somebody types: a reload with the same names is then ten times faster.
@lru_cache(maxsize=1 << 18)
def _pinyin_of_name(folded: str) -> tuple[str, str]:
    """Return what `pinyin_of` does, word by word: a hundred thousand names are made of a few thousand words."""
    from pypinyin.seg.simpleseg import seg

    words = [_pinyin_of_word(word) for word in seg(folded)]
    return "".join(spelled for spelled, _ in words), "".join(initials for _, initials in words)


_pinyin_of_word = lru_cache(maxsize=1 << 16)(pinyin_of)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def as_place(point: ServicePoint) -> NamedPlace:
    """Return a service point as a named place."""
    return NamedPlace(
        name_zh=point.name_zh,
        name_en=point.name_en,
        kind="service_point",
        street=point.street,
        place=point.place,
    )


def names_of(place: NamedPlace) -> Names:
    """Return what a place is called."""
    return place.name_zh, place.aliases, place.name_en


def keys_of(entry: int, names: Names) -> Iterator[Key]:
    """Yield the keys of the Chinese name and the aliases of an entry."""
    name, aliases, _ = names
    for original in dict.fromkeys((name, *aliases)):
        folded = fold(original)
        if folded:
            yield Key(entry, original, folded, _pinyin_of_name(folded)[0])


def english_keys_of(entry: int, names: Names) -> Iterator[Key]:
    """Yield the keys of the English name of an entry."""
    _, _, name_en = names
    # "Jianbei Community, Guanyinqiao Subdistrict": the unit after the comma is not part of the name
    for original in dict.fromkeys((name_en, name_en.split(",")[0], name_en.split("(")[0])):
        folded = fold(original)
        if folded:
            yield Key(entry, name_en, folded, folded)


def _core_of(key: Key) -> str:
    """Return the name without its kind, empty where that is nothing else."""
    core = without_kind(key.folded)
    return "" if core == key.folded else core


def _core_pinyin_of(key: Key) -> str:
    core = _core_of(key)
    return "" if core.isascii() else _pinyin_of_name(core)[0]


def _initials_of(key: Key) -> str:
    return _pinyin_of_name(key.folded)[1] if _is_chinese(key.folded) else ""


# How a key is looked up; an empty spelling is in no table.
WAYS: Mapping[str, Callable[[Key], str]] = {
    "exact": lambda key: key.folded,
    "core": _core_of,
    "pinyin": lambda key: key.pinyin,
    "core pinyin": _core_pinyin_of,
    "initials": _initials_of,
}
ENGLISH_WAYS: Mapping[str, Callable[[Key], str]] = {"exact": lambda key: key.folded, "core": _core_of}


def spliced(keys: Sequence[Key], news: Mapping[int, list[Key]]) -> list[Key]:
    """Return the keys with those of some entries exchanged, still in order of the entry."""
    spliced = list(keys)
    for entry, made in news.items():
        spliced[_place_of(spliced, entry)] = made
    return spliced


def _place_of(keys: Sequence[Key], entry: int) -> slice:
    entry_of = attrgetter("entry")
    return slice(bisect_left(keys, entry, key=entry_of), bisect_right(keys, entry, key=entry_of))


def exchanged(table: Table, spelled: Callable[[Key], str], keys: Sequence[Key], news: Mapping[int, list[Key]]) -> Table:
    """Return a table in which some entries have other keys; `keys` are all there were, in order of the entry."""
    table = dict(table)
    for entry, made in news.items():
        for spelling in {spelled(key) for key in keys[_place_of(keys, entry)]} - {""}:
            rest = tuple(key for key in table.pop(spelling) if key.entry != entry)
            if rest:
                table[spelling] = rest
        for key in made:
            if spelling := spelled(key):
                # the sort keeps the order within an entry
                table[spelling] = tuple(sorted((*table.get(spelling, ()), key), key=attrgetter("entry")))
    return table


def grouped(pairs: Iterable[tuple[str, Key]]) -> Table:
    """Return spelling -> its keys, in their order; an empty spelling is left out."""
    table: defaultdict[str, list[Key]] = defaultdict(list)
    for spelled, key in pairs:
        if spelled:
            table[spelled].append(key)
    return {spelled: tuple(keys) for spelled, keys in table.items()}
