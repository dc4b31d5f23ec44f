"""A geocoding service on this machine: answers what a test tells it, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mapapp.settings import Settings

TIANDITU = "/geocoder"
AMAP = "/v3/geocode/geo"
BAIDU = "/geocoding/v3/"
BAIDU_REVERSE = "/reverse_geocoding/v3/"
NOMINATIM = "/search"


@dataclass(frozen=True)
class Asked:
    """One request: its path, its parameters (the first value of each), and its User-Agent."""

    path: str
    parameters: dict[str, str]
    user_agent: str


@dataclass
class GeocoderService:
    """Paths and what is said there; `asked` in order. A path that was told nothing answers 404."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    says: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def say(self, path: str, body: object, *, status: int = 200, content_type: str = "application/json") -> None:
        """Answer with this at the path: text as it is, everything else as JSON."""
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self.says[path] = (status, text.encode(), content_type)

    def hang(self, path: str) -> None:
        """Take requests at the path and never answer."""
        self.silent.add(path)

    def settings(self, settings: Settings, *names: str, **changes: Any) -> Settings:
        """Return settings in which these providers are configured and live here."""
        here = {"tianditu": "tianditu_key", "amap": "amap_key", "baidu": "baidu_key"}
        keys = {here[name]: f"key-of-{name}" for name in names if name in here}
        urls = {f"{name}_url": self.url for name in names}
        return replace(settings, **keys, **urls, **changes)


@contextmanager
def geocoder_service() -> Iterator[GeocoderService]:
    """Yield a service that runs in a thread of its own until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
            service.asked.append(Asked(parts.path, parameters, self.headers.get("User-Agent", "")))
            if parts.path in service.silent:
                service.stopped.wait()
                return
            status, body, content_type = service.says.get(parts.path, (404, b"{}", "application/json"))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = GeocoderService(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def tianditu_found(lon: float, lat: float, level: str = "门址", **changes: Any) -> dict[str, Any]:
    """Return Tianditu's documented answer: lon and lat are texts."""
    location = {"score": 90, "level": level, "lon": str(lon), "lat": str(lat), "keyWord": "建新东路19号"} | changes
    return {"msg": "ok", "location": location, "searchVersion": "6.4.9V", "status": "0"}


def amap_found(lon: float, lat: float, level: str = "门牌号", **changes: Any) -> dict[str, Any]:
    """Return Amap's documented answer: an empty field is an empty list."""
    geocode = {
        "formatted_address": "重庆市江北区建新东路19号",
        "country": "中国",
        "province": "重庆市",
        "citycode": "023",
        "city": "重庆市",
        "district": "江北区",
        "township": [],
        "street": "建新东路",
        "number": "19号",
        "adcode": "500105",
        "location": f"{lon},{lat}",
        "level": level,
    }
    return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [geocode | changes]}


def baidu_found(lon: float, lat: float, level: str = "门址", **changes: Any) -> dict[str, Any]:
    """Return Baidu's documented answer, version 3."""
    result = {
        "location": {"lng": lon, "lat": lat},
        "precise": 1,
        "confidence": 80,
        "comprehension": 100,
        "level": level,
    }
    return {"status": 0, "result": result | changes}


def nominatim_found(lon: float, lat: float, **changes: Any) -> list[dict[str, Any]]:
    """Return Nominatim's documented answer with address details."""
    place = {
        "place_id": 1,
        "lat": str(lat),
        "lon": str(lon),
        "category": "amenity",
        "class": "amenity",
        "type": "townhall",
        "addresstype": "amenity",
        "display_name": "19, 建新东路, 观音桥街道, 江北区, 重庆市, 中国",
        "address": {"house_number": "19", "road": "建新东路", "city_district": "江北区", "city": "重庆市"},
    }
    return [place | changes]
