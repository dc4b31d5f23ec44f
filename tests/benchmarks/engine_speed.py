"""The nearest search in process, side by side with looking at every point with pyproj; every answer compared."""

import itertools
import json
import random
import statistics
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pyproj import Geod

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.loading import read_catalogue
from mapapp.database import Database
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach
from mapapp.settings import Settings
from tests.benchmarks.serving import loaded_data

QUERIES, ROUNDS = 1000, 5
AT = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
GEOD = Geod(ellps="WGS84")


def sample_catalogue() -> Catalogue:
    """Return the catalogue of the sample data, as a worker reads it."""
    with loaded_data() as environment:
        database = Database(Settings(data=Path(environment["MAPAPP_DATA"])).resolved_database_url())
        with database.reading() as session:
            return read_catalogue(session)


def questions(catalogue: Catalogue, open_filter: OpenFilter) -> list[NearestQuery]:
    """Return the same pseudo-random questions each time: positions in the district's box, matters in turn."""
    west, south, east, north = catalogue.district.bounds
    dice = random.Random(51)
    codes = itertools.cycle(code for code, row in catalogue.offers_by_matter.items() if row)
    return [
        NearestQuery(
            origin=Coordinate(dice.uniform(west, east), dice.uniform(south, north)),
            at=AT,
            matters=(code,),
            open=open_filter,
        )
        for code in itertools.islice(codes, QUERIES)
    ]


def every_point(catalogue: Catalogue, query: NearestQuery, count: int = 5) -> list[tuple[float, str]]:
    """Return (distance in metres, id) of points that offer the matter, nearest first, one geodesic for each."""
    origin = query.origin
    found = []
    for point_id in catalogue.offers_by_matter[query.matters[0]]:
        place = catalogue.points[point_id].place.coordinate
        found.append((GEOD.inv(origin.lon, origin.lat, place.lon, place.lat)[2], point_id))
    return sorted(found)[:count]


def wrong_answers(catalogue: Catalogue, finder: Finder) -> int:
    """Return how many answers differ from measuring the walk to every point, or a distance from pyproj's."""
    bridges = [each.place.coordinate for each in catalogue.named_places if each.kind.startswith("bridge_mid_river")]
    reach = Reach(catalogue.district, bridges, Settings().detour)
    wrong = 0
    for query in questions(catalogue, OpenFilter.ANY):
        results = finder.find_nearest(query).results
        places = {code: catalogue.points[code].place for code in catalogue.offers_by_matter[query.matters[0]]}
        walks = sorted((reach.walk(query.origin, place.coordinate).walk_m, code) for code, place in places.items())
        exact = {code: metres for metres, code in every_point(catalogue, query, len(places))}
        off = [each for each in results if abs(each.walk.distance_m - exact[each.point.id]) > 0.05]
        wrong += [(each.walk.walk_m, each.point.id) for each in results] != walks[: query.k] or bool(off)
    return wrong


def _microseconds(run: object, queries: list[NearestQuery]) -> list[float]:
    """Return the median time of a query in each round."""
    rounds = []
    for _ in range(ROUNDS):
        times = []
        for query in queries:
            begin = time.perf_counter_ns()
            run(query)  # type: ignore[operator]
            times.append((time.perf_counter_ns() - begin) / 1000)
        rounds.append(round(statistics.median(times), 1))
    return rounds


def measure() -> dict[str, object]:
    """Return medians in microseconds a query for each round."""
    catalogue = sample_catalogue()
    finder = Finder.of(catalogue, Settings())
    wrong = wrong_answers(catalogue, finder)
    plain, arrival = questions(catalogue, OpenFilter.ANY), questions(catalogue, OpenFilter.ARRIVAL)
    return {
        "wrong_answers": wrong,
        "queries": QUERIES,
        "every_point_us": _microseconds(lambda query: every_point(catalogue, query), plain),
        "nearest_us": _microseconds(finder.find_nearest, plain),
        "nearest_open_on_arrival_us": _microseconds(finder.find_nearest, arrival),
    }


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    else:
        print(f"nearest in process, {QUERIES} questions, median us of each of {ROUNDS} rounds")
        for name, value in figures.items():
            print(f"  {name:28} {value}")
        print("  the search also tells walk, river, hours now and on arrival; every point tells distances alone")
    if figures["wrong_answers"]:
        sys.exit("scripts/bench: the search and looking at every point differ")


if __name__ == "__main__":
    main(sys.argv[1:])
