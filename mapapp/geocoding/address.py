"""What an address says (地址): city, district, street or town, road, number, place, and what it is near."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from mapapp.geocoding.spoken import HOME, fold, other_area

_HAN = "[\u4e00-\u9fff]"
_NOTE = re.compile(r"\(([^()]*)\)?")
_NEAR = re.compile(r"(?:附近|旁边|旁|一带|一侧|对面|周边|隔壁|门口)+$")
_CITY = re.compile(rf"^(?:中国)?(?:{_HAN}{{2,3}}(?:省|自治区))?({_HAN}{{2,4}}?市)")
_DISTRICT_OF_CITY = re.compile(rf"^{_HAN}{{1,4}}?[区县]")
_STREET = re.compile(rf"^{_HAN}{{2,5}}?(?:街道(?:办事处)?|镇)")
# 支路 hangs on its road: 建新北路四支路 is one name, and not 建新北路
_ROAD = re.compile(rf"^{_HAN}{{1,8}}?(?:大道|大街|路|街|巷)(?:[一二三四五六七八九十0-9]{{1,3}}(?:支路|支巷|巷|村))?")
_NUMBER = re.compile(r"^(?:附?[0-9]+(?:[-之][0-9]+)*(?:号|栋|幢|座|楼|层|单元|室)?)+")
_NUMBER_ANYWHERE = re.compile(r"[0-9]+(?:[-之][0-9]+)*号")
_STOP = re.compile(r"(?:公交站|公交车站|车站)$")
_TRANSIT = re.compile(r"^(?:轨道交通|轨道|地铁|轻轨)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """The parts of an address; an empty text where it does not say.

    `place` is what remains between the street or town and the number (电测村, 金港新区). `near` are the places that a
    note in brackets names, without 附近 and 公交站. `is_near` says that the address only names a neighbourhood.
    `elsewhere` is the other city or district it names, None for our own or none.
    """

    text: str
    city: str = ""
    district: str = ""
    street: str = ""
    road: str = ""
    number: str = ""
    place: str = ""
    near: tuple[str, ...] = ()
    is_near: bool = False
    elsewhere: str | None = None

    @property
    def has_number(self) -> bool:
        """Whether a house number is given."""
        return bool(self.number) or bool(_NUMBER_ANYWHERE.search(self.place))

    def query(self, city: str, district: str) -> str:
        """Return what to ask an online geocoder: the whole address from the city down, notes left out.

        The city always goes along: 宁波市 has a 江北区 too.
        """
        detail = self.road + self.place + self.number
        if not detail and self.near:
            detail = self.near[0]
        return (self.city or city) + (self.district or district) + self.street + detail


def parse_address(text: str, home: Iterable[str] = HOME) -> Address:
    """Return the parts of an address. `home` are the folded names of our own city and district. Never fails."""
    home = tuple(home)
    plain = re.sub(r"\s+", "", normalize("NFKC", text))
    notes = _NOTE.findall(plain)
    rest = _NOTE.sub("", plain).strip("、,。;")
    elsewhere = other_area(fold(rest), home)
    city, rest = _taken(_CITY, rest)
    if not city and rest.startswith("重庆"):
        city, rest = "重庆市", rest.removeprefix("重庆")
    district, rest = _district(rest, home, elsewhere)
    street, rest = _taken(_STREET, rest)
    near_words = _NEAR.search(rest)
    rest = _NEAR.sub("", rest)
    road, rest = _taken(_ROAD, rest)
    number, rest = _taken(_NUMBER, rest) if road else ("", rest)
    near = tuple(name for note in notes for part in re.split("[,、;]", note) if (name := _near_name(part)))
    return Address(
        text=text,
        city=city,
        district=district,
        street=street,
        road=road,
        number=number,
        place=rest,
        near=near,
        is_near=near_words is not None or any(_NEAR.search(note) for note in notes),
        elsewhere=elsewhere,
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Return (what the pattern finds at the start, what follows); the city pattern's group leaves out the province."""
    match = pattern.match(text)
    if match is None:
        return "", text
    return match[match.lastindex or 0], text[match.end() :]


def _district(rest: str, home: tuple[str, ...], elsewhere: str | None) -> tuple[str, str]:
    """Return (district, rest). Only known names count: 金港新区 ends in 区 and is none."""
    known = [name for name in home if name.endswith(("区", "县"))]
    if elsewhere is not None and elsewhere.endswith(("区", "县")):
        known.append(elsewhere)
    name = next((name for name in sorted(known, key=len, reverse=True) if rest.startswith(name)), None)
    if name is not None:
        return name, rest.removeprefix(name)
    return _taken(_DISTRICT_OF_CITY, rest) if elsewhere is not None else ("", rest)


def _near_name(note: str) -> str:
    """Return the place that a note names: 五里店 for 五里店公交站附近; nothing for 镇政府一带's 镇政府."""
    bare = _TRANSIT.sub("", _STOP.sub("", _NEAR.sub("", note)))
    return "" if bare in ("", "镇政府", "街道办") else bare
