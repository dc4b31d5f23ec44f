"""How long does it take to plan one trip for eight matters, over the shipped points and over five thousand?"""

import json
import random
import statistics
import sys
import time
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.finder.nearest import OpenFilter
from mapapp.finder.trip import TripFinder, TripQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.settings import Settings
from tests.benchmarks.engine_speed import sample_catalogue

QUESTIONS, MATTERS, MANY = 400, 8, 5_000
AT = datetime(2026, 11, 25, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def many_points(catalogue: Catalogue) -> Catalogue:
    """Return 5,000 points: the shipped ones again and again, strewn over the district, each with its offers."""
    west, south, east, north = catalogue.district.bounds
    dice = random.Random(5000)
    points, offers = {}, []
    shipped = list(catalogue.points.values())
    for number in range(MANY):
        point = shipped[number % len(shipped)]
        there = Coordinate(round(dice.uniform(west, east), 6), round(dice.uniform(south, north), 6))
        copy = replace(point, id=f"{number:05d}", place=replace(point.place, coordinate=there))
        points[copy.id] = copy
        offers += [_at(copy.id, offer) for offer in catalogue.offers_by_point[point.id]]
    return replace(catalogue, points=points, offers=tuple(offers))


def _at(point_id: str, offer: Offer) -> Offer:
    return Offer(
        point_id=point_id,
        matter_code=offer.matter_code,
        mode=offer.mode,
        hours_rule=offer.hours_rule,
        bookable=offer.bookable,
    )


def questions(catalogue: Catalogue, open_filter: OpenFilter) -> list[TripQuery]:
    """Return the same pseudo-random questions each time: positions in the district's box, eight matters that exist."""
    west, south, east, north = catalogue.district.bounds
    dice = random.Random(8)
    codes = sorted(code for code, row in catalogue.offers_by_matter.items() if row)
    return [
        TripQuery(
            origin=Coordinate(dice.uniform(west, east), dice.uniform(south, north)),
            at=AT,
            matters=tuple(dice.sample(codes, MATTERS)),
            open=open_filter,
        )
        for _ in range(QUESTIONS)
    ]


def speed(finder: TripFinder, asked: list[TripQuery]) -> dict[str, object]:
    """Return milliseconds a question: median, ninth in ten, 99th in a hundred, slowest; and how many answers are
    proven the best.

    Processor time, which on a busy machine is steadier than the clock; nothing is waited for.
    """
    times, proven, found = [], 0, 0
    for query in asked:
        begin = time.process_time_ns()
        answer = finder.find_trips(query)
        times.append((time.process_time_ns() - begin) / 1e6)
        proven += answer.is_proven
        found += bool(answer.trips)
    times.sort()
    return {
        "median_ms": round(statistics.median(times), 1),
        "p90_ms": round(times[int(len(times) * 0.9)], 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "slowest_ms": round(times[-1], 1),
        "proven": f"{proven}/{len(asked)}",
        "with_a_trip": f"{found}/{len(asked)}",
    }


def measure() -> dict[str, object]:
    """Return the figures of both catalogues, hours left out and asked for."""
    catalogue = sample_catalogue()
    large = many_points(catalogue)
    figures: dict[str, object] = {}
    for name, each in (("points_51", catalogue), ("points_5000", large)):
        for open_filter in (OpenFilter.ANY, OpenFilter.ARRIVAL):
            finder = TripFinder.of(each, Settings())
            finder.find_trips(questions(each, open_filter)[0])
            figures[f"{name}_{open_filter.value}"] = speed(finder, questions(each, open_filter))
    return figures


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
        return
    print(f"one trip for {MATTERS} matters, {QUESTIONS} questions, milliseconds of processor time")
    for name, value in figures.items():
        print(f"  {name:20} {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
