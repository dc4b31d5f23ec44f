"""Who can be asked for an address online (在线地理编码): geopy geocoders for Tianditu, Amap, Baidu and Nominatim.

Each is asked only when the operator set its key or address. `ask` turns whatever happens into a `Reply` with a code.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from geopy.adapters import URLLibAdapter
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)
from geopy.geocoders import BaiduV3, Nominatim
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from mapapp.settings import Settings

FOUND = "found"
EMPTY = "empty"
NO_KEY = "no_key"
# Only these will be the same tomorrow; every other code is asked again in the next run.
FINAL_CODES = frozenset({FOUND, EMPTY})
# After one of these, further questions in the same run would only be refused too.
GIVE_UP_CODES = frozenset({"quota_exceeded", "auth_failed"})

_USER_AGENT = "mapapp-geocode/1 (service-point map)"
_AMAP_AUTH = frozenset(
    {"10001", "10002", "10005", "10006", "10007", "10008", "10009", "10011", "10012", "10013", "10026"}
)
_AMAP_QUOTA = frozenset({"10003", "10010", "10044", "10045", "40000", "40002"})
_AMAP_RATE = frozenset({"10004", "10014", "10015", "10019", "10020", "10021", "10029"})
# The engine found nothing it could place.
_AMAP_EMPTY = frozenset({"30001"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came of asking one provider: a code, and the raw result when the code is `found`.

    `asked_at` is when it was asked, None for just now; `was_kept` says that it comes from the database.
    """

    provider: str
    code: str
    raw: Mapping[str, Any] | None = None
    asked_at: datetime | None = None
    was_kept: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """One configured online geocoder: its name and the function that asks it."""

    name: str
    geocode: Callable[[str], Location | None]

    def ask(self, query: str) -> Reply:
        """Return the reply to one address. Never raises for what a service or a network can do."""
        try:
            location = self.geocode(query)
        except GeocoderParseError as error:
            body = str(error).partition("\n")[2].lstrip()
            return Reply(provider=self.name, code="html_answer" if body.startswith("<") else "bad_answer")
        except GeocoderServiceError as error:
            return Reply(provider=self.name, code=_code_of(error))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            # geopy reads the answer as if it had the documented form
            return Reply(provider=self.name, code="bad_answer")
        if location is None:
            return Reply(provider=self.name, code=EMPTY)
        return Reply(provider=self.name, code=FOUND, raw=location.raw)


def _code_of(error: GeocoderServiceError) -> str:
    """Return the reason code of a geopy error; the narrowest class decides."""
    codes: tuple[tuple[type[GeocoderServiceError], str], ...] = (
        (GeocoderRateLimited, "rate_limited"),
        (GeocoderQuotaExceeded, "quota_exceeded"),
        (GeocoderAuthenticationFailure, "auth_failed"),
        (GeocoderInsufficientPrivileges, "auth_failed"),
        (GeocoderTimedOut, "timeout"),
        (GeocoderUnavailable, "unavailable"),
        (GeocoderQueryError, "query_refused"),
    )
    # geopy has no class for a refused connection or an unknown host; it keeps the system's words
    unreached = "unavailable" if "[Errno" in str(error) else "server_error"
    return next((code for kind, code in codes if isinstance(error, kind)), unreached)


class Tianditu(Geocoder):  # type: ignore[misc]  # geopy has no types
    """The national platform's geocoder (天地图): CGCS2000, status "0" found, "101" empty, "404" error."""

    def __init__(self, key: str, url: str, **options: Any) -> None:
        super().__init__(**options)
        self.key = key
        self.api = f"{url.rstrip('/')}/geocoder"

    def geocode(self, query: str) -> Location | None:
        """Return the location of an address, None when nothing is found; raises geopy's errors."""
        words = json.dumps({"keyWord": query}, ensure_ascii=False)
        return self._call_geocoder(f"{self.api}?{urlencode({'ds': words, 'tk': self.key})}", self._parse)

    def _parse(self, page: Any) -> Location | None:
        page = _mapping(page)
        status, message = str(page.get("status", "")), str(page.get("msg", ""))
        if status == "101":
            return None
        if status != "0":
            self._refuse(message, has_code="code" in page)
        found = page.get("location")
        if not found:
            return None
        found = _mapping(found)
        return Location(str(found.get("keyWord", "")), (float(found["lat"]), float(found["lon"])), dict(found))

    @staticmethod
    def _refuse(message: str, *, has_code: bool) -> None:
        # a refused key is answered in another form: {"code": ..., "msg": ..., "resolve": ...}
        if any(word in message for word in ("配额", "访问量", "超限", "次数")):
            raise GeocoderQuotaExceeded(message)
        if has_code or any(word in message.casefold() for word in ("key", "tk", "权限")):
            raise GeocoderAuthenticationFailure(message)
        raise GeocoderServiceError(message)


class Amap(Geocoder):  # type: ignore[misc]  # geopy has no types
    """Amap's geocoder (高德): GCJ-02, status "1" found, else an infocode. `city` and `adcodes` name our district."""

    def __init__(self, key: str, url: str, *, city: str, adcodes: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.key = key
        self.city = city
        self.adcodes = frozenset(adcodes)
        self.api = f"{url.rstrip('/')}/v3/geocode/geo"

    def geocode(self, query: str) -> Location | None:
        """Return the location of an address, one in our district before others; None when nothing is found."""
        asked = {"address": query, "city": self.city, "output": "JSON", "key": self.key}
        return self._call_geocoder(f"{self.api}?{urlencode(asked)}", self._parse)

    def _parse(self, page: Any) -> Location | None:
        page = _mapping(page)
        if str(page.get("status")) != "1":
            self._refuse(str(page.get("infocode", "")), str(page.get("info", "")))
            return None
        found = [_mapping(one) for one in page["geocodes"]]
        if not found:
            return None
        first = next((one for one in found if one.get("adcode") in self.adcodes), found[0])
        lon, lat = first["location"].split(",")
        return Location(str(first.get("formatted_address", "")), (float(lat), float(lon)), dict(first))

    @staticmethod
    def _refuse(infocode: str, info: str) -> None:
        if infocode in _AMAP_EMPTY:
            return
        if infocode in _AMAP_AUTH:
            raise GeocoderAuthenticationFailure(info)
        if infocode in _AMAP_QUOTA:
            raise GeocoderQuotaExceeded(info)
        if infocode in _AMAP_RATE:
            raise GeocoderRateLimited(info)
        if infocode.startswith("2"):
            raise GeocoderQueryError(info)
        raise GeocoderServiceError(info)


class BaiduCity(BaiduV3):  # type: ignore[misc]  # geopy has no types
    """geopy's Baidu v3 with what it leaves out: the city, the operator's address, and a usable reverse address.

    As it is, geopy gives the level as the address of a hit and bytes as the reverse address, and fails with
    `exactly_one=False`. Answers are BD-09: `ret_coordtype` is not sent.
    """

    def __init__(self, key: str, url: str, *, city: str, **options: Any) -> None:
        super().__init__(key, scheme=urlsplit(url).scheme, **options)
        self.city = city
        self.api = url.rstrip("/") + self.api_path
        self.reverse_api = url.rstrip("/") + self.reverse_path

    def _construct_url(self, url: str, path: str, params: dict[str, str]) -> str:
        if "address" in params and self.city:
            params = {**params, "city": self.city}
        return str(super()._construct_url(url, path, params))

    def _parse_json(self, page: Any, exactly_one: bool = True) -> Any:
        page = _mapping(page)
        if page.get("status") not in (0, None):
            self._check_status(page["status"])
        found = page.get("result")
        if not found:
            if page.get("status") is None:
                raise GeocoderParseError("neither status nor result")
            return None
        location = _mapping(_mapping(found)["location"])
        one = Location("", (float(location["lat"]), float(location["lng"])), dict(found))
        return one if exactly_one else [one]

    def _parse_reverse_json(self, page: Any, exactly_one: bool = True) -> Any:
        found = super()._parse_reverse_json(_mapping(page), exactly_one=True)
        if found is None:
            return None
        address = found.address.decode("utf-8") if isinstance(found.address, bytes) else found.address
        one = Location(address, found.point, found.raw)
        return one if exactly_one else [one]


def providers(settings: Settings, *, city: str, adcodes: Sequence[str]) -> tuple[Provider, ...]:
    """Return the configured online geocoders, in the order in which they are asked.

    `city` is sent along (宁波市 has a 江北区 too), `adcodes` are the codes of our own district.
    """
    options: dict[str, Any] = {
        "timeout": settings.geocoder_timeout_s,
        "user_agent": _USER_AGENT,
        # of geopy's adapters the one that needs no further package and keeps no connection open
        "adapter_factory": URLLibAdapter,
    }
    made: list[Provider] = []
    if settings.tianditu_key:
        tianditu = Tianditu(settings.tianditu_key, settings.tianditu_url, **options)
        made.append(Provider(name="tianditu", geocode=tianditu.geocode))
    if settings.amap_key:
        amap = Amap(settings.amap_key, settings.amap_url, city=city, adcodes=adcodes, **options)
        made.append(Provider(name="amap", geocode=amap.geocode))
    if settings.baidu_key:
        baidu = BaiduCity(settings.baidu_key, settings.baidu_url, city=city, **options)
        made.append(Provider(name="baidu", geocode=baidu.geocode))
    if settings.nominatim_url:
        made.append(Provider(name="nominatim", geocode=_nominatim(settings.nominatim_url, options)))
    return tuple(made)


def _nominatim(url: str, options: dict[str, Any]) -> Callable[[str], Location | None]:
    where = urlsplit(url if "//" in url else f"https://{url}")
    geocoder = Nominatim(domain=where.netloc + where.path.rstrip("/"), scheme=where.scheme, **options)

    def geocode(query: str) -> Location | None:
        found = geocoder.geocode(query, language="zh", addressdetails=True, country_codes="cn")
        if found is not None and not {"lat", "lon"} <= found.raw.keys():
            # geopy would make 0, 0 of it
            raise GeocoderParseError("a place without lat and lon")
        return found

    return geocode


def _mapping(page: Any) -> Mapping[str, Any]:
    """Return the page when it is a JSON object; raises GeocoderParseError when it is something else."""
    if not isinstance(page, Mapping):
        raise GeocoderParseError(f"not a JSON object but {type(page).__name__}")
    return page
