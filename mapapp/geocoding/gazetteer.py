"""Which named place does a resident mean (地名库): an index over the shipped names, built once, asked in memory."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, radians

from mapapp.catalogue.points import NamedPlace, ServicePoint
from mapapp.errors import NotFound
from mapapp.geocoding.name_keys import NO_NAMES, Key, Names, as_place, names_of
from mapapp.geocoding.spelling import SpellingIndex
from mapapp.geocoding.spoken import HOME, fold, other_area, without_area, without_filler, without_home, without_number
from mapapp.geography.coordinate import Coordinate, Place
from mapapp.geography.distance import geodesic_m

# Who is meant when several places match equally well: what people meet by first.
_KINDS_IN_ORDER = (
    "metro_station business_district square mall area nightlife_street road rail_station bus_station park culture "
    "attraction sports hospital school market business_building hotel residential government_office district_seat "
    "subdistrict_centroid town_centroid community_approx address_anchor interchange port industrial utility "
    "bridge_mid_river community_street_centre village_street_centre service_point"
)
_KIND_RANK = {kind: rank for rank, kind in enumerate(_KINDS_IN_ORDER.split())}
# A rival this close to the best place is the same place for a resident on foot.
_SAME_PLACE_M = 1000.0
# A rival whose score is this much lower is no rival.
_MARGIN = 0.04
# 建新 may be short for 建新社区, but also for four roads: a community by its short name has more rivals.
_COMMUNITIES = ("community", "village")
_COMMUNITY_MARGIN = 0.27
_MARGIN_FROM = 0.85
# Below this a place only has a character or two in common with the text.
_WORTH_OFFERING = 0.42
# A unit (街道, 镇) is named before the place in it, so it is not what is meant when more follows.
_UNITS = frozenset({"subdistrict_centroid", "town_centroid"})
# The position of these entries is the middle of their unit, not theirs.
_UNPLACED = ("_centroid", "_street_centre")


# How far apart the numbers of neighbouring entries are at first.
_GAP = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A named place that matches a text. `matched` is the name or alias that hit, `score` 0 to 1.

    `confident` says that the text can be taken to mean this place; otherwise it is only worth offering.
    """

    name_zh: str
    name_en: str
    kind: str
    street: str
    place: Place
    matched: str
    score: float
    confident: bool

    @property
    def is_outside(self) -> bool:
        """Whether the place lies beyond the district's line."""
        return self.kind.endswith("_outside")

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en")."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


@dataclass(slots=True)
class _Hit:
    """How well one entry matches so far."""

    score: float
    matched: str
    sure: bool


class Gazetteer:
    """Named places and their names. Built once with `of`, then only asked; safe to share between threads."""

    def __init__(self, named: Sequence[NamedPlace], points: Mapping[str, NamedPlace], home: tuple[str, ...]) -> None:
        """`points` are service points by id, in its order, and come after the named places."""
        self._first_point = len(named) * _GAP
        # numbers with room between them: a point that is added gets one between those of its neighbours
        self._entry_of = {point_id: self._first_point + number * _GAP for number, point_id in enumerate(points)}
        self.places = {number * _GAP: place for number, place in enumerate((*named, *points.values()))}
        self.home = home
        self._formal_home = tuple(name for name in home if name.endswith(("市", "区", "县")))
        self._index = SpellingIndex.of((entry, names_of(place)) for entry, place in self.places.items())

    @classmethod
    def of(
        cls,
        named_places: Iterable[NamedPlace],
        points: Iterable[ServicePoint] = (),
        home: Iterable[str] = (),
    ) -> "Gazetteer":
        """Return the index of these places and of the service points by their names.

        `home` are further names of our own city and district that may stand before a name.
        """
        as_places = {point.id: as_place(point) for point in points}
        # a name in letters never goes away: Jiangbeizui would become zui
        folded = {name for name in map(fold, home) if name and not name.isascii()}
        own = sorted({*HOME, *folded}, key=lambda name: (-len(name), name))
        return cls(tuple(named_places), as_places, tuple(own))

    def renewed(self, points: Mapping[str, ServicePoint | None]) -> "Gazetteer":
        """Return the index in which the service points with these ids are others, new, or gone (None); this one stays.

        It answers as one made from nothing of all points in order of id.
        """
        gazetteer, names = copy(self), dict[int, Names]()
        entry_of, places = gazetteer._entry_of, gazetteer.places = dict(self._entry_of), dict(self.places)
        for point_id, point in points.items():
            entry = entry_of.get(point_id)
            if point is None:
                if entry is not None:
                    del entry_of[point_id], places[entry]
                    names[entry] = NO_NAMES
                continue
            if entry is None:
                entry = self._between(entry_of, point_id)
                if entry is None:
                    return self._numbered_anew(points)
            before, place = places.get(entry), as_place(point)
            if before is None or names_of(before) != names_of(place):
                names[entry] = names_of(place)
            entry_of[point_id], places[entry] = entry, place
        gazetteer._index = self._index.renewed(names) if names else self._index
        return gazetteer

    def _between(self, entry_of: Mapping[str, int], point_id: str) -> int | None:
        """Return a number for a new point between those before and after it by id; None when there is no room."""
        ids = sorted(entry_of)
        place = bisect_left(ids, point_id)
        before = entry_of[ids[place - 1]] if place else self._first_point - _GAP
        after = entry_of[ids[place]] if place < len(ids) else before + 2 * _GAP
        return (before + after) // 2 if after - before > 1 else None

    def _numbered_anew(self, points: Mapping[str, ServicePoint | None]) -> "Gazetteer":
        known = {point_id: self.places[entry] for point_id, entry in self._entry_of.items()}
        changed = {point_id: as_place(point) for point_id, point in points.items() if point is not None}
        left = {point_id: place for point_id, place in {**known, **changed}.items() if points.get(point_id, place)}
        named = [place for entry, place in self.places.items() if entry < self._first_point]
        return Gazetteer(named, dict(sorted(left.items(), key=lambda each: each[0])), self.home)

    def find(self, text: str, limit: int = 5) -> tuple[Found, ...]:
        """Return the places that match a text in a resident's own words, best first, at most `limit`.

        An exact name or alias comes first, then places inside the district, the kind people meet by, and the more
        accurate position.
        """
        elsewhere = other_area(fold(text), self.home)
        hits = self._hits(text if elsewhere is None else without_area(fold(text), elsewhere))
        if elsewhere is not None:
            self._distrust_inside(hits)
        worth = (entry for entry in hits if hits[entry].score >= _WORTH_OFFERING)
        ranked = sorted(worth, key=lambda entry: (-hits[entry].score, *self._preference(entry)))
        sure = self._is_confident(ranked, hits)
        return tuple(
            self._found(entry, hits[entry], confident=sure and position == 0)
            for position, entry in enumerate(ranked[:limit])
        )

    def best(self, text: str) -> Found | None:
        """Return the place that the text means, or None when that is not sure."""
        found = self.find(text, limit=1)
        return found[0] if found and found[0].confident else None

    def suggest(self, text: str, limit: int = 5) -> tuple[Found, ...]:
        """Return what may have been meant, best first: for "did you mean"."""
        return self.find(text, limit)

    def beginning(self, text: str) -> Found | None:
        """Return the place whose name, the longest such, begins the text: 大石坝 for 大石坝八村. Never confident."""
        folded = fold(text)
        keys, _ = self._index.parts_of(folded)
        if not keys or not folded.startswith(keys[0].folded):
            return None
        share = len(keys[0].folded) / len(folded)
        return self._found(keys[0].entry, _Hit(share, keys[0].original, sure=False), confident=False)

    def nearest_named(self, coordinate: Coordinate) -> tuple[NamedPlace, float]:
        """Return the named place nearest to a coordinate, and how many metres away it is.

        Entries that only have the middle of their unit are left out. Raises NotFound `no_named_places`.
        """
        if not self._placed:
            raise NotFound("no_named_places")
        narrowing = cos(radians(coordinate.lat))

        def roughly(place: NamedPlace) -> float:
            there = place.place.coordinate
            return hypot((there.lon - coordinate.lon) * narrowing, there.lat - coordinate.lat)

        # degrees on a plane order the near ones well enough; the ellipsoid decides among the eight best
        near = sorted(self._placed, key=roughly)[:8]
        measured = [(geodesic_m(coordinate, place.place.coordinate), place.name_zh, place) for place in near]
        metres, _, nearest = min(measured, key=lambda row: row[:2])
        return nearest, metres

    @cached_property
    def _placed(self) -> tuple[NamedPlace, ...]:
        return tuple(
            place
            for place in self.places.values()
            if place.kind != "service_point" and not place.kind.endswith(_UNPLACED)
        )

    def _hits(self, text: str) -> dict[int, _Hit]:
        hits: dict[int, _Hit] = {}
        for key, score, sure in self._matches(text):
            known = hits.get(key.entry)
            if known is None:
                hits[key.entry] = _Hit(score, key.original, sure)
                continue
            if score > known.score:
                known.score, known.matched = score, key.original
            # each way of matching has its own bar for sureness: passing one is enough
            known.sure = known.sure or sure
        return hits

    def _matches(self, text: str) -> Iterator[tuple[Key, float, bool]]:
        yield from self._index.by_wording(text, self.home)
        # only 重庆市 and 江北区 go away here: without 江北 a typo in 江北嘴中央公园 would not be recognised
        bare = without_number(without_filler(without_home(without_filler(fold(text)), self._formal_home)))
        if not bare:
            return
        if bare.isascii():
            yield from self._index.by_letters(bare)
            return
        yield from self._index.by_sound(bare)
        yield from self._by_parts(bare)
        yield from self._index.by_part_of_name(bare)
        yield from self._index.by_likeness(bare)

    def _by_parts(self, bare: str) -> Iterator[tuple[Key, float, bool]]:
        """Yield the names that a longer text is made of; the last that is not a unit is the one meant."""
        keys, rest = self._index.parts_of(bare)
        if not keys or (len(keys) == 1 and not rest and len(keys[0].folded) == len(bare)):
            return
        last = next((key for key in reversed(keys) if self.places[key.entry].kind not in _UNITS), keys[-1])
        covered = 1.0 - len(rest) / len(bare)
        for key in keys:
            share = len(key.folded) / len(bare)
            yield (key, 0.86, True) if key is last and not rest else (key, 0.5 * covered + 0.3 * share, False)

    def _distrust_inside(self, hits: dict[int, _Hit]) -> None:
        """The text names another district: a place of ours that is called the same is not the one meant."""
        for entry, hit in hits.items():
            if not self.places[entry].kind.endswith("_outside"):
                hit.score *= 0.5
                hit.sure = False

    def _is_confident(self, ranked: list[int], hits: dict[int, _Hit]) -> bool:
        """Return whether the first is meant: it matches surely, and no equal rival lies elsewhere."""
        if not ranked or not hits[ranked[0]].sure:
            return False
        first = hits[ranked[0]]
        if first.score >= 0.97:
            return True
        chosen = self.places[ranked[0]]
        here = chosen.place.coordinate
        margin = _COMMUNITY_MARGIN if chosen.kind.startswith(_COMMUNITIES) and first.score > _MARGIN_FROM else _MARGIN
        rivals = (
            self.places[entry].place.coordinate
            for entry in ranked[1:]
            if hits[entry].score >= first.score - margin and not self.places[entry].kind.endswith(_UNPLACED)
        )
        return all(geodesic_m(here, rival) <= _SAME_PLACE_M for rival in rivals)

    def _preference(self, entry: int) -> tuple[bool, int, float, str]:
        place = self.places[entry]
        kind = place.kind.removesuffix("_outside")
        rank = _KIND_RANK.get(kind, len(_KIND_RANK))
        return place.kind.endswith("_outside"), rank, place.place.accuracy_m, place.name_zh

    def _found(self, entry: int, hit: _Hit, *, confident: bool) -> Found:
        place = self.places[entry]
        return Found(
            name_zh=place.name_zh,
            name_en=place.name_en,
            kind=place.kind,
            street=place.street,
            place=place.place,
            matched=hit.matched,
            score=round(hit.score, 4),
            confident=confident,
        )
