"""Whether the nearest answer equals a plain look at every point, for 10,000 random questions of all kinds."""

import json
import random
import sys
import time
from collections import Counter
from datetime import timedelta

from mapapp.catalogue.points import PointKind
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from tests.plain_nearest import CATALOGUE, SETTINGS, metres, plain_nearest
from tests.shipped_catalogue import WEDNESDAY_TEN

QUESTIONS, SEED = 10_000, 20261124
NAMED = [named.place.coordinate for named in CATALOGUE.named_places]
POINTS = [point.place.coordinate for point in CATALOGUE.points.values()]
CODES = sorted(CATALOGUE.matters)
STREETS = sorted({point.street for point in CATALOGUE.points.values()})
EDGE = [
    Coordinate(lon, lat)
    for feature in CATALOGUE.district.outline_geojson["features"]
    for part in (
        feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "MultiPolygon"
        else [feature["geometry"]["coordinates"]]
    )
    for lon, lat in part[0]
]


def beside(corner: Coordinate, chance: random.Random) -> Coordinate:
    """Return a place within some 40 m of a corner of the district line.

    Not the corner itself: where the line runs in mid-river, on which bank somebody on it stands is not defined.
    """
    return Coordinate(corner.lon + chance.uniform(-3e-4, 3e-4), corner.lat + chance.uniform(-3e-4, 3e-4))


def random_question(chance: random.Random) -> NearestQuery:
    """Return one question: from the district, its other banks, beside its line, a landmark or the place of a point."""
    origin = chance.choice(
        (
            Coordinate(chance.uniform(106.40, 106.95), chance.uniform(29.50, 29.72)),
            Coordinate(chance.uniform(106.46, 106.58), chance.uniform(29.555, 29.60)),
            beside(chance.choice(EDGE), chance),
            chance.choice(NAMED),
            chance.choice(POINTS),
        )
    )
    return NearestQuery(
        origin=origin,
        at=WEDNESDAY_TEN + timedelta(minutes=chance.randint(-200 * 24 * 60, 200 * 24 * 60)),
        matters=tuple(chance.sample(CODES, chance.choice((0, 1, 1, 1, 2)))),
        open=chance.choice((OpenFilter.ANY, OpenFilter.ANY, OpenFilter.NOW, OpenFilter.ARRIVAL)),
        k=chance.randint(1, 50),
        within_m=chance.choice((None, None, chance.uniform(100, 3_000), chance.uniform(1, 50_000))),
        kind=chance.choice((*[None] * 7, chance.choice(tuple(PointKind)))),
        street=chance.choice((*[None] * 9, chance.choice(STREETS))),
    )


def measure() -> dict[str, object]:
    """Return how many questions were asked, how many answers differ in id, order or distance, and what they covered."""
    chance, finder = random.Random(SEED), Finder.of(CATALOGUE, SETTINGS)
    wrong, covered, spent = 0, Counter[str](), 0.0
    for _ in range(QUESTIONS):
        query = random_question(chance)
        begin = time.perf_counter()
        results = finder.find_nearest(query).results
        spent += time.perf_counter() - begin
        walks = [(result.walk.walk_m, result.point.id) for result in results]
        straight = [round(metres(query.origin, result.point.place.coordinate), 1) for result in results]
        wrong += walks != plain_nearest(query) or straight != [result.walk.distance_m for result in results]
        covered["with an answer"] += bool(results)
        covered["across a river"] += any(result.walk.river_between for result in results)
        covered["two or more results"] += len(results) > 1
        covered["limited by within"] += query.within_m is not None
        covered["open asked"] += query.open is not OpenFilter.ANY
        covered["kind or street asked"] += query.kind is not None or query.street is not None
    return {
        "questions": QUESTIONS,
        "seed": SEED,
        "wrong": wrong,
        "covered": dict(covered),
        "mean_us": round(spent / QUESTIONS * 1e6, 1),
    }


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    else:
        print("the nearest answer against a plain look at every point (own geodesics, own river test)")
        for name, value in figures.items():
            print(f"  {name:10} {value}")
    if figures["wrong"]:
        sys.exit("scripts/bench: the nearest answer and the plain look differ")


if __name__ == "__main__":
    main(sys.argv[1:])
