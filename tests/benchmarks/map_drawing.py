"""Time and size of the Folium map: drawn once, drawn again, and as every later visitor gets it."""

import gzip
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import brotli

from mapapp.settings import Settings
from mapapp.web.app import create_app
from tests.benchmarks.serving import loaded_data

REDRAWN, CACHED = 5, 300


def _milliseconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter_ns()
    run()
    return (time.perf_counter_ns() - begin) / 1e6


def measure() -> dict[str, object]:
    """Return milliseconds and bytes; stops when two drawings differ or a point is missing."""
    with loaded_data() as environment:
        app = create_app(Settings(data=Path(environment["MAPAPP_DATA"]), rate_limits="off", log_level="error"))
        client = app.test_client()
        # the page names the map by the digest of its bytes, so the first page of a worker draws it
        first = _milliseconds(lambda: client.get("/"))
        again = statistics.median(_milliseconds(lambda: client.get("/")) for _ in range(REDRAWN))
        (address,) = set(re.findall(r'src="(/map/[^"]+)"', client.get("/").get_data(as_text=True)))
        return {"first_page_ms": round(first, 1), "page_again_ms": round(again, 1), **_measured(app, client, address)}


def _measured(app: object, client: object, address: str) -> dict[str, object]:
    script = client.get(address).get_data()  # type: ignore[attr-defined]
    drawn = [_milliseconds(lambda: _draw(app)) for _ in range(REDRAWN)]
    if _draw(app) != script:
        sys.exit("scripts/bench: two drawings of the same facts differ")
    if len(set(re.findall(rb"JB-\d{3}", script))) != 51:
        sys.exit("scripts/bench: the map does not show every point")
    cached = [_milliseconds(lambda: client.get(address)) for _ in range(CACHED)]  # type: ignore[attr-defined]
    return {
        "drawing_ms": round(statistics.median(drawn), 2),
        "from_cache_ms": round(statistics.median(cached), 3),
        "bytes": len(script),
        "gzip_bytes": len(gzip.compress(script, 9)),
        "brotli_bytes": len(brotli.compress(script, quality=9)),
    }


def _draw(app: object) -> bytes:
    """Return the script drawn anew, as in the first request of a revision."""
    from mapapp.web.context import current_bundle, current_settings
    from mapapp.web.folium_map import map_script

    with app.test_request_context("/"):  # type: ignore[attr-defined]
        return map_script(current_bundle().catalogue, current_settings(), "zh").body


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
        return
    print("the Folium map of 51 points, in process; the first page of a worker also imports Folium and draws")
    for name, value in figures.items():
        print(f"  {name:18} {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
