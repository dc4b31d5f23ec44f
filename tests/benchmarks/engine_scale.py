"""Nearest at 51 to a million points beside brute force and PostGIS, with 10,000 answers of each size compared."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.selection import Groups
from tests.benchmarks.engine_country import (
    COMMON_MATTER,
    MIDDLE_MATTER,
    RARE_MATTER,
    Country,
    Engine,
    Truth,
    moments,
    resident_mb,
)
from tests.benchmarks.engine_postgis import postgis

SIZES = (51, 10_000, 100_000, 1_000_000)
MATTERS = {"common": COMMON_MATTER, "2 %": MIDDLE_MATTER, "rare": RARE_MATTER}
MODES = ("all", "day", "night")
QUERIES, COMPARED, K = 3000, 1112, 5  # nine cells of 1,112 are the 10,000

Nearest = Callable[[int, Coordinate, Groups | None, int], list[tuple[float, int]]]


def of_size(points: int) -> dict[str, Any]:
    """Return the figures of one size."""
    country = Country.of(points)
    before_mb, begin = resident_mb(), time.perf_counter()
    engine = Engine(country)
    build_s, links = time.perf_counter() - begin, sum(map(len, country.takers))
    figures: dict[str, Any] = {
        "points": points,
        "links": links,
        "build_s": round(build_s, 2),
        "memory_mb": round(resident_mb() - before_mb),
        "bytes_per_link": round((resident_mb() - before_mb) * 2**20 / links, 1),
    }
    known: dict[datetime, Groups] = {}

    def groups_at(moment: datetime | None) -> Groups | None:
        if moment is None:
            return None
        if moment not in known:
            known[moment] = country.open_at(moment)
        return known[moment]

    cells = [(name, mode) for name in MATTERS for mode in MODES if len(country.takers[MATTERS[name]])]
    figures["wrong"] = sum(_wrong(country, engine, MATTERS[name], mode, groups_at) for name, mode in cells)
    with postgis(country, tuple(MATTERS.values())) as database:
        figures["select_1_us"] = database.round_trip_us()
        for name, mode in cells:
            asked = list(zip(country.origins(QUERIES, 9), moments(mode, QUERIES, 9), strict=True))
            ours = _microseconds(engine.nearest, MATTERS[name], asked, groups_at)
            best = _microseconds(database.nearest, MATTERS[name], asked[:300], groups_at)
            plain = _microseconds(database.ordered_by_distance, MATTERS[name], asked[:5], groups_at)
            figures[f"{name}, {mode}"] = {
                "engine_us": ours["median"],
                "p99_us": ours["p99"],
                "postgis_us": best["median"],
                "order_by_distance_us": plain["median"],
                "postgis_ratio": round(best["median"] / ours["median"], 1),
                "postgis_differs": sum(
                    [number for _, number in database.nearest(MATTERS[name], origin, groups_at(moment), K)]
                    != [number for _, number in engine.nearest(MATTERS[name], origin, groups_at(moment), K)]
                    for origin, moment in asked[:300]
                ),
            }
    return figures


def _wrong(country: Country, engine: Engine, matter: int, mode: str, groups_at: Any) -> int:
    """Return how many answers differ from the truth: other points, another order, or a millimetre."""
    truth, wrong = Truth(country, matter), 0
    for count, (origin, moment) in enumerate(
        zip(country.origins(COMPARED, 3), moments(mode, COMPARED, 3), strict=True)
    ):
        k, groups = (1, 5, 5, 50)[count % 4], groups_at(moment)
        found = engine.nearest(matter, origin, groups, k)
        # fewer than asked for: then there must be no other anywhere
        within_m = found[-1][0] + 0.001 if len(found) == k else 21e6
        right = truth.nearest(origin, groups, k, within_m)
        same = [number for _, number in found] == [number for _, number in right]
        near = all(abs(a[0] - b[0]) < 0.001 for a, b in zip(found, right, strict=False))
        wrong += not (same and near)
    return wrong


def _microseconds(nearest: Nearest, matter: int, asked: list[Any], groups_at: Any) -> dict[str, float]:
    """Return median and 99th percentile of a question, warm.

    Each is asked four times; the best of the last three counts, as other work on the machine interrupts now and then.
    """
    best = [float("inf")] * len(asked)
    for turn in range(4):
        for number, (origin, moment) in enumerate(asked):
            begin = time.perf_counter_ns()
            nearest(matter, origin, groups_at(moment), K)
            spent = (time.perf_counter_ns() - begin) / 1000
            best[number] = min(best[number], spent) if turn else best[number]
    return {"median": round(statistics.median(best), 1), "p99": round(sorted(best)[int(len(best) * 0.99)], 1)}


def main(arguments: list[str]) -> None:
    figures = []
    for size in SIZES:
        figures.append(of_size(size))
        if "--json" not in arguments:
            print(json.dumps(figures[-1], indent=1, ensure_ascii=False), flush=True)
    if "--json" in arguments:
        print(json.dumps(figures, indent=1, ensure_ascii=False))
    if any(each["wrong"] for each in figures):
        sys.exit("scripts/bench: the engine and looking at every point differ")


if __name__ == "__main__":
    main(sys.argv[1:])
