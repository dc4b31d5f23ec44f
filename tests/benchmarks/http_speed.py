"""How fast the nearest answer and the start page are, side by side with a trivial route of the same server.

Rounds alternate, so that a machine busy with something else slows all of them; the ratios of each round are shown.
"""

import csv
import itertools
import json
import statistics
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping

from pyproj import Geod

from tests.benchmarks.serving import AS_SHIPPED, ROOT, Load, get_json, get_text, load, server
from tests.benchmarks.transfer import transferred

ROUNDS, SECONDS = 3, 3
MATTERS = ("M061", "M001", "M052", "M155", "M030", "M181", "M103", "M122")
GEOJSON = "/api/v1/points.geojson"
# how a reader asks for what is kept as bytes for each revision; "unchanged" is made of the answer's own validator
READERS: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "gzip": {"Accept-Encoding": "gzip"},
    "br": {"Accept-Encoding": "br"},
    "unchanged": {},
}
AIM_SHARE, AIM_FIRST_BYTES, AIM_SECOND_BYTES = 0.5, 250_000, 30_000


def nearest_paths() -> list[str]:
    """Return 200 questions: every start place of the sample with every matter, in turn; no two neighbours are equal."""
    with (ROOT / "geodata/start_places.csv").open(encoding="utf-8") as file:
        places = list(csv.DictReader(file))
    pairs = itertools.product(MATTERS, places)
    return [f"/api/v1/nearest?matter={matter}&lat={place['lat']}&lon={place['lon']}" for matter, place in pairs]


def check_answers(address: str) -> None:
    """Stop unless the answers are right: distances and order against pyproj, and a start page with all points."""
    geod = Geod(ellps="WGS84")
    points = get_json(f"{address}/api/v1/points?limit=200")["points"]  # type: ignore[index]
    for path in nearest_paths()[::17]:
        answer = get_json(address + path)
        asked, results = answer["query"], answer["results"]  # type: ignore[index]
        offering = get_json(f"{address}/api/v1/points?limit=200&matter={asked['matter']['code']}")["points"]  # type: ignore[index]
        exact = {p["id"]: geod.inv(asked["lon"], asked["lat"], p["lon"], p["lat"])[2] for p in offering}
        right = all(abs(each["distance_m"] - exact[each["point"]["id"]]) <= 0.05 for each in results)
        walks = [(each["walk_m"], each["point"]["id"]) for each in results]
        if not right or walks != sorted(walks) or len(results) != min(5, len(offering)):
            sys.exit(f"scripts/bench: a wrong answer to {path}")
    page = get_text(f"{address}/")
    if len(points) != 51 or not all(f'/points/{point["id"]}"' in page for point in points):
        sys.exit("scripts/bench: the start page does not show every point")
    if get_text(f"{address}/ping") != "pong" or get_text(f"{address}/bare/ping") != "pong":
        sys.exit("scripts/bench: the trivial route does not answer")


def kept_bytes(address: str) -> dict[str, object]:
    """Return requests per second, median and p99 of a round for what is kept as bytes, and how many bytes it takes."""
    rows: dict[str, object] = {"hooks_ping": _row(load(address, ["/hooks/ping"], SECONDS), 4)}
    for path in (GEOJSON, "/"):
        etag = _answered(address + path, {})[1]
        for reader, asked in READERS.items():
            headers = {"If-None-Match": etag} if reader == "unchanged" else asked
            status, _, coding, size = _answered(address + path, headers)
            if (status, coding) != ((304, "") if reader == "unchanged" else (200, asked.get("Accept-Encoding", ""))):
                sys.exit(f"scripts/bench: {path} answers a reader of {reader} with {status} {coding}")
            rows[f"{path} {reader}"] = _row(load(address, [path], SECONDS, headers=headers), size)
    return rows


def _row(seen: Load, size: int) -> dict[str, float]:
    return {
        "per_second": round(seen.per_second),
        "p99_of_median": round(seen.p99_ms / seen.median_ms, 1),
        "bytes": size,
    }


def _answered(address: str, headers: Mapping[str, str]) -> tuple[int, str, str, int]:
    """Return status, validator, compression and length of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers)), timeout=10) as answer:
            body = answer.read()
            return answer.status, answer.headers["ETag"], answer.headers.get("Content-Encoding", ""), len(body)
    except urllib.error.HTTPError as answer:
        return answer.code, "", "", len(answer.read())


def measure() -> dict[str, object]:
    """Return requests per second of each route and round, ratios, and bytes transferred by a browser."""
    routes = {"ping": ["/ping"], "nearest": nearest_paths(), "page": ["/"], "bare_ping": ["/bare/ping"]}
    with server() as address:
        check_answers(address)
        for paths in routes.values():
            load(address, paths, 1)
        rounds = [{name: load(address, paths, SECONDS) for name, paths in routes.items()} for _ in range(ROUNDS)]
        check_answers(address)
        first, second, files = transferred(address)
    shipped_routes = {"hooks_ping": ["/hooks/ping"], "nearest": nearest_paths()}
    with server(settings=AS_SHIPPED) as address:
        check_answers(address)
        for paths in shipped_routes.values():
            load(address, paths, 1)
        shipped = [
            {name: load(address, paths, SECONDS) for name, paths in shipped_routes.items()} for _ in range(ROUNDS)
        ]
        kept = kept_bytes(address)
    shipped_speeds = {name: [round(each[name].per_second) for each in shipped] for name in shipped_routes}
    speeds = {name: [round(each[name].per_second) for each in rounds] for name in routes}
    return {
        "requests_per_second": speeds,
        "p99_ms": {name: [each[name].p99_ms for each in rounds] for name in routes},
        "kept_bytes": kept,
        "p99_of_median": {
            name: [round(each[name].p99_ms / each[name].median_ms, 1) for each in rounds] for name in routes
        },
        "nearest_of_ping": _ratios(speeds, "nearest", "ping"),
        "page_of_ping": _ratios(speeds, "page", "ping"),
        "as_shipped_per_second": shipped_speeds,
        "as_shipped_nearest_of_ping": _ratios(shipped_speeds, "nearest", "hooks_ping"),
        "nearest_of_bare_ping": _ratios(speeds, "nearest", "bare_ping"),
        "first_visit_bytes": first,
        "second_visit_bytes": second,
        "first_visit_files": files,
    }


def _ratios(speeds: dict[str, list[int]], route: str, against: str) -> list[float]:
    return [round(a / b, 3) for a, b in zip(speeds[route], speeds[against], strict=True)]


def _show(figures: dict[str, object]) -> None:
    speeds, p99 = figures["requests_per_second"], figures["p99_ms"]
    print(f"requests per second, {ROUNDS} rounds of {SECONDS} s in turn, 16 connections, 2 workers, answers checked")
    for name in speeds:  # type: ignore[attr-defined]
        print(
            f"  {name:10} {speeds[name]}   p99 ms {p99[name]}"  # type: ignore[index]
            f"   p99 of median {figures['p99_of_median'][name]}"  # type: ignore[index]
        )
    for name in ("nearest_of_ping", "nearest_of_bare_ping", "page_of_ping"):
        ratios = figures[name]
        print(f"  {name:22} median {statistics.median(ratios):.2f}   rounds {ratios}")  # type: ignore[arg-type]
    print("as shipped, with limits and log on; the trivial route passes the same hooks (limit, revision, log):")
    for name, row in figures["as_shipped_per_second"].items():  # type: ignore[attr-defined]
        print(f"  {name:10} {row}")
    ratios = figures["as_shipped_nearest_of_ping"]
    print(f"  {'nearest_of_hooks_ping':22} median {statistics.median(ratios):.2f}   rounds {ratios}")  # type: ignore[arg-type]
    print("as shipped, what is kept as bytes for each revision, one round each:")
    for name, row in figures["kept_bytes"].items():  # type: ignore[attr-defined]
        print(f"  {name:34} {row['per_second']:8}/s   p99 of median {row['p99_of_median']:6}   {row['bytes']:7} B")
    print(f"  noise of this machine: ping varied by {_spread(speeds['ping']):.0%} between rounds")  # type: ignore[index]
    print(
        f"start page in a browser: first visit {figures['first_visit_bytes']} B (aim {AIM_FIRST_BYTES}), "
        f"second {figures['second_visit_bytes']} B (aim {AIM_SECOND_BYTES})"
    )
    for address, size in figures["first_visit_files"].items():  # type: ignore[attr-defined]
        print(f"  {size:8} B  {address.partition('?')[0]}")
    for name, what in (("nearest_of_ping", "limits and log off"), ("as_shipped_nearest_of_ping", "as shipped")):
        verdict = "reached" if statistics.median(figures[name]) >= AIM_SHARE else "missed"  # type: ignore[arg-type]
        print(f"aim, nearest at {AIM_SHARE:.0%} of the trivial route, {what}: {verdict}")


def _spread(values: list[int]) -> float:
    return (max(values) - min(values)) / max(values)


def main(arguments: list[str]) -> None:
    figures = measure()
    print(json.dumps(figures, indent=1)) if "--json" in arguments else _show(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
