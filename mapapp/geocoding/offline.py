"""Where is an address by the shipped names alone (离线定位): by its number, neighbour, place, road or street."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import hypot

from mapapp.geocoding.address import Address
from mapapp.geocoding.answers import Answer
from mapapp.geocoding.gazetteer import Found, Gazetteer
from mapapp.geocoding.spoken import fold, telling_characters
from mapapp.geography.coordinate import Confidence, Coordinate, Datum
from mapapp.geography.distance import geodesic_m

PROVIDER = "gazetteer"
# 附近 and 旁 mean this far from the place named, in metres: our estimate.
NEAR_M = 300.0
# A branch road or a numbered village of which only the stem is known: 建新北路's branches lie up to 1.5 km apart.
_STEM_M = 750.0
# A name counts as the one written when it is equal after taking away kind or filler.
_WRITTEN = 0.86
_MEDIUM_M = 350.0
# These only have the middle of their unit: the unit's own entry is as good.
_UNPLACED = ("_centroid", "_street_centre")
_UNIT_WORDS = ("街道", "镇")
_UNIT_KINDS = frozenset({"subdistrict_centroid", "town_centroid", "government_office"})


@dataclass(frozen=True, slots=True)
class _Clue:
    """One part of the address that the gazetteer knows; `role` is number, near, place, road, stem or street."""

    role: str
    found: Found
    accuracy_m: float


def locate_offline(address: Address, gazetteer: Gazetteer, asked_at: datetime) -> Answer | None:
    """Return where the address is by the gazetteer, None when it knows no part of it.

    The street or town named in the address decides between places of one name. A house number that is known wins;
    otherwise road and neighbour are weighed by their accuracy when they agree, else the more accurate one is taken.
    """
    clues = [clue for clue in _clues(address, gazetteer) if not clue.found.is_outside]
    if not clues:
        return None
    chosen = _most_telling(_in_named_street(clues, address.street))
    return Answer(
        provider=PROVIDER,
        coordinate=_weighed(chosen),
        datum=Datum.WGS84,
        accuracy_m=min(clue.accuracy_m for clue in chosen),
        confidence=_confidence(chosen, address),
        level="+".join(clue.role for clue in chosen),
        address="+".join(clue.found.matched for clue in chosen),
        asked_at=asked_at,
    )


def _clues(address: Address, gazetteer: Gazetteer) -> Iterator[_Clue]:
    numbered = address.road + address.place + address.number
    if address.has_number:
        found = _written(numbered, address, gazetteer)
        # the wording without its number is the road, which comes below
        if found is not None and telling_characters(fold(found.matched)) == telling_characters(fold(numbered)):
            yield _Clue("number", found, found.place.accuracy_m)
    for name in address.near:
        if (found := _written(name, address, gazetteer)) is not None:
            yield _Clue("near", found, hypot(found.place.accuracy_m, NEAR_M))
    for role, name in (("place", address.place), ("road", address.road)):
        if not name:
            continue
        if (found := _written(name, address, gazetteer)) is not None:
            extra = NEAR_M if address.is_near and role == "place" else 0.0
            yield _Clue(role, found, hypot(found.place.accuracy_m, extra))
        elif (found := _stem(name, address, gazetteer)) is not None:
            yield _Clue("stem", found, hypot(found.place.accuracy_m, _STEM_M))
    if address.street and (found := _unit(address.street, gazetteer)) is not None:
        yield _Clue("street", found, found.place.accuracy_m)


def _written(name: str, address: Address, gazetteer: Gazetteer) -> Found | None:
    """Return the place of exactly this name, in the named street when there are several."""
    if name.endswith(_UNIT_WORDS):
        # 铁山坪街道 is not 铁山坪 station, though a resident's words may leave the kind away
        return None
    found = [one for one in gazetteer.find(name, 8) if one.score >= _WRITTEN and not one.kind.endswith(_UNPLACED)]
    if not found or not (found[0].confident or found[0].street == address.street):
        return None
    best = found[0].score
    # 观音桥 as a stop: the station is nearer to it than the whole business district
    same = [one for one in found if one.score >= best - 0.08 and one.street in ("", address.street)]
    if address.is_near and same:
        return min(same, key=lambda one: (one.place.accuracy_m, -one.score, one.name_zh))
    return next((one for one in same if one.score == best), found[0])


def _stem(name: str, address: Address, gazetteer: Gazetteer) -> Found | None:
    """Return the place whose name begins this one, in the named street: 大石坝 for 大石坝八村."""
    found = gazetteer.beginning(name)
    if found is None or found.kind.endswith(_UNPLACED):
        return None
    return found if found.kind == "road" or address.street in ("", found.street) else None


def _unit(street: str, gazetteer: Gazetteer) -> Found | None:
    """Return the street or town itself: its office where that is known better than its middle."""
    found = [one for one in gazetteer.find(street, 8) if one.score >= _WRITTEN and one.kind in _UNIT_KINDS]
    return min(found, key=lambda one: (one.place.accuracy_m, one.name_zh), default=None)


def _in_named_street(clues: list[_Clue], street: str) -> list[_Clue]:
    """Return the clues that lie in the street the address names; a road runs through several."""
    if not street:
        return clues
    fitting = [clue for clue in clues if clue.found.street in ("", street) or clue.found.kind == "road"]
    return fitting or clues


def _most_telling(clues: list[_Clue]) -> list[_Clue]:
    """Return the clue to go by, or road and neighbour together when each lies within the other's accuracy."""
    numbered = [clue for clue in clues if clue.role == "number"]
    if numbered:
        return numbered[:1]
    # the unit is named to find the road in it, so it only counts when nothing else is known
    best = min(clues, key=lambda clue: (clue.role == "street", clue.accuracy_m))
    with_it = next((clue for clue in clues if {clue.role, best.role} == {"road", "near"}), None)
    if with_it is None or with_it.found.name_zh == best.found.name_zh:
        return [best]
    apart = geodesic_m(best.found.place.coordinate, with_it.found.place.coordinate)
    return [best, with_it] if apart <= best.accuracy_m + with_it.accuracy_m else [best]


def _weighed(clues: list[_Clue]) -> Coordinate:
    """Return the mean position, each clue weighed by one over the square of its accuracy."""
    weights = [clue.accuracy_m**-2 for clue in clues]
    total = sum(weights)
    lon = sum(weight * clue.found.place.coordinate.lon for weight, clue in zip(weights, clues, strict=True)) / total
    lat = sum(weight * clue.found.place.coordinate.lat for weight, clue in zip(weights, clues, strict=True)) / total
    return Coordinate(round(lon, 6), round(lat, 6))


def _confidence(clues: list[_Clue], address: Address) -> Confidence:
    first = clues[0]
    if first.role == "number" and not address.is_near:
        return first.found.place.confidence
    exact_enough = min(clue.accuracy_m for clue in clues) <= _MEDIUM_M and first.role in ("number", "near", "place")
    if exact_enough and first.found.place.confidence is not Confidence.LOW:
        return Confidence.MEDIUM
    return Confidence.LOW
