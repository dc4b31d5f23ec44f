"""What an online geocoder answered (地理编码结果), in one form: WGS-84, accuracy from its level, district as told.

Each `read_...` takes the one result that the service gave, as JSON, and raises GeocoderParseError when a part is
missing or of the wrong kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geopy.exc import GeocoderParseError

from mapapp.errors import InvalidQuery
from mapapp.geocoding.levels import accuracy_of, less_sure
from mapapp.geography.coordinate import Confidence, Coordinate, Datum, Place
from mapapp.geography.datum import to_wgs84

Raw = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer of one provider, already in WGS-84. `datum` is what it came in.

    `accuracy_m` is None when the answer is a whole area (district, development zone) and therefore no place.
    `adcode` and `district` are empty when the provider does not tell.
    """

    provider: str
    coordinate: Coordinate
    datum: Datum
    accuracy_m: float | None
    confidence: Confidence
    level: str
    address: str
    asked_at: datetime
    adcode: str = ""
    district: str = ""

    @property
    def is_area(self) -> bool:
        """Whether the answer is only a district or development zone."""
        return self.accuracy_m is None

    def place(self) -> Place:
        """Return the answer as a place. Only for an answer that is not an area."""
        assert self.accuracy_m is not None
        return Place(
            coordinate=self.coordinate,
            accuracy_m=self.accuracy_m,
            provider=self.provider,
            confidence=self.confidence,
        )


def read_tianditu(raw: Raw, asked_at: datetime) -> Answer:
    """Return the answer in Tianditu's `location`: lon and lat are strings in CGCS2000, read as WGS-84."""
    return _answer(
        provider="tianditu",
        pair=(raw.get("lon"), raw.get("lat")),
        datum=Datum.WGS84,
        level=raw.get("level"),
        address=raw.get("keyWord"),
        asked_at=asked_at,
        doubts=1 if _below(raw.get("score"), 60) else 0,
    )


def read_amap(raw: Raw, asked_at: datetime) -> Answer:
    """Return the answer in one of Amap's `geocodes`: location "lon,lat" in GCJ-02; an empty field is an empty list."""
    location = raw.get("location")
    lon, _, lat = location.partition(",") if isinstance(location, str) else ("", "", "")
    return _answer(
        provider="amap",
        pair=(lon, lat),
        datum=Datum.GCJ02,
        level=raw.get("level"),
        address=raw.get("formatted_address"),
        asked_at=asked_at,
        adcode=raw.get("adcode"),
        district=raw.get("district"),
    )


def read_baidu(raw: Raw, asked_at: datetime) -> Answer:
    """Return the answer in Baidu's `result`: lng and lat in BD-09; not precise or hardly understood: less sure."""
    location = raw.get("location")
    location = location if isinstance(location, Mapping) else {}
    doubts = (raw.get("precise") == 0) + _below(raw.get("confidence"), 50) + _below(raw.get("comprehension"), 60)
    return _answer(
        provider="baidu",
        pair=(location.get("lng"), location.get("lat")),
        datum=Datum.BD09,
        level=raw.get("level"),
        address=None,
        asked_at=asked_at,
        doubts=doubts,
    )


def read_nominatim(raw: Raw, asked_at: datetime) -> Answer:
    """Return the answer in one of Nominatim's results: lat and lon are strings in WGS-84."""
    parts = raw.get("address")
    parts = parts if isinstance(parts, Mapping) else {}
    kind = raw.get("class") or raw.get("category")
    # a boundary is an area whatever it is called; the class tells more than the type for the rest (highway, amenity)
    level = kind if kind in ("boundary", "highway", "amenity", "office", "shop") else raw.get("addresstype") or kind
    if parts.get("house_number"):
        level = "house"
    return _answer(
        provider="nominatim",
        pair=(raw.get("lon"), raw.get("lat")),
        datum=Datum.WGS84,
        level=level,
        address=raw.get("display_name"),
        asked_at=asked_at,
        district=parts.get("city_district") or parts.get("county") or parts.get("district"),
    )


READERS: Mapping[str, Callable[[Raw, datetime], Answer]] = {
    "tianditu": read_tianditu,
    "amap": read_amap,
    "baidu": read_baidu,
    "nominatim": read_nominatim,
}
DATUMS: Mapping[str, Datum] = {
    "tianditu": Datum.WGS84,
    "amap": Datum.GCJ02,
    "baidu": Datum.BD09,
    "nominatim": Datum.WGS84,
}


def _answer(
    *,
    provider: str,
    pair: tuple[object, object],
    datum: Datum,
    level: object,
    address: object,
    asked_at: datetime,
    adcode: object = "",
    district: object = "",
    doubts: int = 0,
) -> Answer:
    accuracy_m, confidence = accuracy_of(_text(level))
    for _ in range(doubts):
        confidence = less_sure(confidence)
    return Answer(
        provider=provider,
        coordinate=_coordinate(pair, datum),
        datum=datum,
        accuracy_m=accuracy_m,
        confidence=confidence,
        level=_text(level),
        address=_text(address),
        asked_at=asked_at,
        adcode=_text(adcode),
        district=_text(district),
    )


def _coordinate(pair: tuple[object, object], datum: Datum) -> Coordinate:
    try:
        lon, lat = (float(number) for number in pair if isinstance(number, str | int | float))
        return to_wgs84(lon, lat, datum)
    except (ValueError, OverflowError, InvalidQuery) as error:
        raise GeocoderParseError(f"no position in the answer: {pair!r}") from error


def _text(value: object) -> str:
    """Return a text; Amap sends [] for a field without a value, other kinds count as none too."""
    return value if isinstance(value, str) else ""


def _below(value: object, limit: float) -> bool:
    return isinstance(value, int | float) and value < limit
