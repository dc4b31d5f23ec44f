"""Coverage of every matter, side by side with a cKDTree query for each matter; every answer compared.

One run: set-up and all matters at 51, 500 and 5,000 points, one changed link, one moved point, siting, and brute force
with a geodesic for every pair on a few matters. The made-up points stand on cells of the land, offers as they are now.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from pyproj import Geod
from scipy.spatial import cKDTree

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer, OfferMode
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.candidates import Candidate, CandidateKind
from mapapp.coverage.ground import Ground
from mapapp.coverage.questions import Question
from mapapp.coverage.ranking import closure_harms, matter_shares
from mapapp.coverage.siting import SitingQuestion, best_sites
from mapapp.finder.nearest import Finder
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import to_ecef
from mapapp.geography.reach import Reach
from mapapp.settings import Settings
from tests.benchmarks.engine_speed import sample_catalogue

# trees of all matters at the largest size take minutes: some of them, and the time of all in proportion
WITHIN_M, ROUNDS, BRUTE_MATTERS, TREES, FEW_TREES = 1000, 5, 3, 255, 40
SIZES = ((51, 255), (500, 255), (5000, 2000))
GEOD = Geod(ellps="WGS84")


def enlarged(catalogue: Catalogue, reach: Reach, points: int, matters: int) -> Catalogue:
    """Return the sample data with more points on land and more matters, taken at a share of points as in the sample."""
    if points == len(catalogue.points):
        return catalogue
    dice = random.Random(points)
    spots = Ground(reach).grid.spots
    known = list(catalogue.points.values())
    made = {}
    for number in range(points):
        place = replace(known[0].place, coordinate=spots.coordinate(dice.randrange(len(spots))))
        made[f"P{number:05}"] = replace(known[number % len(known)], id=f"P{number:05}", place=place)
    codes = {f"N{number:04}": matter for number, matter in zip(range(matters), _repeated(catalogue), strict=False)}
    offers = []
    for code, matter in codes.items():
        share = len(catalogue.offers_by_matter[matter.code]) / len(known)
        for point_id in dice.sample(sorted(made), round(share * points)):
            offers.append(
                Offer(point_id=point_id, matter_code=code, mode=OfferMode.FINISH, hours_rule=None, bookable=True)
            )
    renamed = {code: replace(matter, code=code) for code, matter in codes.items()}
    return replace(catalogue, points=made, matters=renamed, offers=tuple(offers), packages={}, closures={})


def _repeated(catalogue: Catalogue) -> Any:
    matters = list(catalogue.matters.values())
    while True:
        yield from matters


def all_shares(coverage: Coverage) -> dict[str, int]:
    """Return matter code -> number of covered cells, as the product counts."""
    cells = len(coverage.ground.grid)
    return {row.code: round(row.share_area * cells) for row in matter_shares(coverage, WITHIN_M)}


def tree_marks(coverage: Coverage, codes: Iterable[str]) -> dict[str, Any]:
    """Return for each matter which cells a cKDTree of its points, asked for every cell, finds: straight, no rivers."""
    ground = coverage.ground
    cells = ground.grid.spots.ecef
    # a walk is rounded to 0.1 m before it is compared
    straight_m = (WITHIN_M + 0.05) / ground.reach.detour
    places = {key: to_ecef(point.place.coordinate) for key, point in coverage.catalogue.points.items()}
    marks = {}
    for code in codes:
        offers = coverage.catalogue.offers_by_matter[code]
        if not offers:
            marks[code] = np.zeros(len(cells), dtype=bool)
            continue
        tree = cKDTree(np.array([places[point_id] for point_id in offers]))
        away, _ = tree.query(cells, distance_upper_bound=straight_m)
        marks[code] = np.isfinite(away)
    return marks


def compared(coverage: Coverage, by_tree: dict[str, Any]) -> dict[str, int]:
    """Return in how many cells the product and the trees differ, and for how many of these the walk is no reason."""
    ground, points = coverage.ground, coverage.catalogue.points
    differing, unexplained = 0, 0
    for code, marks in by_tree.items():
        places = [points[point_id].place.coordinate for point_id in coverage.catalogue.offers_by_matter[code]]
        ours = ground.grid.unpack(ground.union((place, float(WITHIN_M)) for place in places))
        for number in np.flatnonzero(ours != marks).tolist():
            here = ground.grid.spots.coordinate(number)
            walks = [ground.reach.walk(here, place) for place in places]
            is_near = any(walk.walk_m <= WITHIN_M for walk in walks)
            differing += 1
            # a tree knows no river: it may only find what the walk across one does not reach
            unexplained += is_near != bool(ours[number]) or not any(walk.river_between for walk in walks)
    return {"cells_across_a_river": differing, "cells_differing_otherwise": unexplained}


def brute_shares(coverage: Coverage, codes: list[str]) -> dict[str, int]:
    """Return the same by a geodesic from every cell to every point, as `Reach.walk` rounds, without rivers."""
    spots, reach = coverage.ground.grid.spots, coverage.ground.reach
    counts = {}
    for code in codes:
        covered = np.zeros(len(spots), dtype=bool)
        for point_id in coverage.catalogue.offers_by_matter[code]:
            place = coverage.catalogue.points[point_id].place.coordinate
            lon, lat = np.full(len(spots), place.lon), np.full(len(spots), place.lat)
            _, _, metres = GEOD.inv(spots.lon, spots.lat, lon, lat)
            covered |= np.round(np.asarray(metres) * reach.detour, 1) <= WITHIN_M
        counts[code] = int(covered.sum())
    return counts


def walked_shares(coverage: Coverage, code: str, sample: int) -> int:
    """Return how many of some cells differ from asking `Reach.walk` for each."""
    ground, dice = coverage.ground, random.Random(1)
    _, targets = coverage.targets(Question(within_m=WITHIN_M, matter=code))
    marks = ground.grid.unpack(ground.union(targets))
    wrong = 0
    for number in dice.sample(range(len(ground.grid)), sample):
        here = ground.grid.spots.coordinate(number)
        near = any(ground.reach.walk(here, place).walk_m <= metres for place, metres in targets)
        wrong += near != bool(marks[number])
    return wrong


def milliseconds(
    deed: Callable[[], object], rounds: int = ROUNDS, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return how long the deed took by that clock, each time."""
    times = []
    for _ in range(rounds):
        begin = clock()
        deed()
        times.append(round((clock() - begin) * 1000, 2))
    return times


def processor_ms(deed: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return how long the deed took of processors' time: what others on the machine do hardly counts."""
    return milliseconds(deed, rounds, time.process_time)


def measure_size(catalogue: Catalogue, reach: Reach, rounds: int) -> dict[str, Any]:
    """Return the figures for one size."""
    ground = Ground(reach)

    def from_nothing() -> dict[str, int]:
        fresh = Ground(reach)
        fresh.most_kept = 4 * len(catalogue.points)
        return all_shares(Coverage(catalogue, fresh))

    def sets_and_matters() -> dict[str, int]:
        ground._kept.clear()
        return all_shares(Coverage(catalogue, ground))

    coverage = Coverage(catalogue, ground)
    shares = all_shares(coverage)
    code = max(catalogue.offers_by_matter, key=lambda each: len(catalogue.offers_by_matter[each]))
    first = next(iter(catalogue.points.values()))
    moved = replace(first, place=replace(first.place, coordinate=Coordinate(106.55, 29.60)))
    after = replace(catalogue, points={**catalogue.points, first.id: moved})
    asked = list(catalogue.matters)[: TREES if len(catalogue.points) < 1000 else FEW_TREES]
    ours = milliseconds(sets_and_matters, rounds)
    ours_processor = processor_ms(sets_and_matters, rounds)
    begin = time.process_time()
    by_tree = tree_marks(coverage, asked)
    trees_ms = round((time.process_time() - begin) * 1000 * len(shares) / len(asked))
    return {
        "points": len(catalogue.points),
        "matters": len(catalogue.matters),
        "offers": len(catalogue.offers),
        "from_nothing_ms": milliseconds(from_nothing, rounds),
        "from_nothing_processor_ms": processor_ms(from_nothing, rounds),
        "with_the_land_known_ms": ours,
        "matters_alone_ms": milliseconds(lambda: all_shares(coverage), rounds),
        "one_link_changed_ms": milliseconds(lambda: coverage.share_area(Question(within_m=WITHIN_M, matter=code)), 20),
        "one_point_moved_ms": _moved(after, coverage, rounds),
        "what_each_closure_would_take_ms": milliseconds(lambda: closure_harms(coverage, WITHIN_M), min(rounds, 3)),
        "with_the_land_known_processor_ms": ours_processor,
        "cKDTree_a_matter_processor_ms": trees_ms,
        "times_faster": round(trees_ms / statistics.median(ours_processor), 1),
        "matters_compared": len(asked),
        **compared(coverage, by_tree),
    }


def _moved(after: Catalogue, before: Coverage, rounds: int) -> list[float]:
    """Return how long all matters take again when one of the points has moved."""

    def again() -> None:
        ground = before.ground
        place = next(iter(after.points.values())).place.coordinate
        ground._kept.pop((place, float(WITHIN_M)), None)
        all_shares(Coverage(after, ground))

    return milliseconds(again, rounds)


def measure_siting(catalogue: Catalogue, reach: Reach) -> dict[str, Any]:
    """Return how long 5 of 500 candidates in the western, built-up half take, and how near greedy comes."""
    coverage = Coverage(catalogue, Ground(reach))
    spots, dice = coverage.ground.grid.spots, random.Random(8)
    west = [number for number in range(len(spots)) if spots.lon[number] < 106.62]
    among = [
        Candidate(
            kind=CandidateKind.STATION,
            name_zh=str(number),
            name_en="",
            coordinate=spots.coordinate(number),
            accuracy_m=0.0,
        )
        for number in dice.sample(west, 500)
    ]
    figures = {}
    for within_m in (WITHIN_M, 3000):
        begin = time.perf_counter()
        asked = SitingQuestion(question=Question(within_m=within_m), new=5)
        siting = best_sites(coverage, asked, 30, time.monotonic, among=among)
        figures[f"within_{within_m}"] = {
            "seconds": round(time.perf_counter() - begin, 2),
            "gap": siting.gap,
            "greedy_of_best_gain": round(
                (siting.greedy_after - siting.share_before) / (siting.share_after - siting.share_before), 4
            ),
        }
    return figures


def measure() -> dict[str, Any]:
    """Return every figure."""
    catalogue = sample_catalogue()
    reach = Finder.of(catalogue, Settings()).reach
    coverage = Coverage(catalogue, Ground(reach))
    codes = [code for code, row in catalogue.offers_by_matter.items() if len(row) > 1][:BRUTE_MATTERS]
    shares, brute = all_shares(coverage), brute_shares(coverage, codes)
    return {
        "sizes": [
            measure_size(enlarged(catalogue, reach, *size), reach, ROUNDS if size[0] < 1000 else 1) for size in SIZES
        ],
        "siting_5_of_500": measure_siting(catalogue, reach),
        "matters_differing_from_brute_force": sum(shares[code] != brute[code] for code in codes),
        "cells_differing_from_the_walk": walked_shares(coverage, codes[0], 2000),
    }


def claims(figures: dict[str, Any]) -> list[tuple[str, float, str, bool]]:
    """Return what is promised, what was measured (the median), the limit, and whether it holds."""
    (few, many, _), siting = figures["sizes"], figures["siting_5_of_500"]

    def told(what: str, value: float, limit: float, *, is_least: bool = False) -> tuple[str, float, str, bool]:
        word = "at least" if is_least else "under"
        return what, round(value, 2), f"{word} {limit:g}", value >= limit if is_least else value < limit

    return [
        told(
            "51 points, all matters, set-up, ms of processor", statistics.median(few["from_nothing_processor_ms"]), 100
        ),
        told("51 points, one changed link, ms", statistics.median(few["one_link_changed_ms"]), 1),
        told("51 points, one moved point, ms", statistics.median(few["one_point_moved_ms"]), 50),
        told(
            "500 points, all matters, set-up, ms of processor",
            statistics.median(many["from_nothing_processor_ms"]),
            200,
        ),
        *(
            told(f"{each['points']} points, times as fast as trees", each["times_faster"], 50, is_least=True)
            for each in figures["sizes"]
        ),
        *(told(f"siting {name}, seconds with gap {each['gap']}", each["seconds"], 30) for name, each in siting.items()),
    ]


def main(arguments: list[str]) -> None:
    figures = measure()
    figures["claims"] = claims(figures)
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    else:
        print(f"coverage of all matters within a walk of {WITHIN_M} m, cells of 50 m, load {os.getloadavg()[0]:.1f}")
        for size in figures["sizes"]:
            print(f"  {size['points']} points, {size['matters']} matters, {size['offers']} offers")
            for name, value in list(size.items())[3:]:
                print(f"    {name:32} {value}")
        print(f"  siting {figures['siting_5_of_500']}")
        for what, value, limit, holds in figures["claims"]:
            print(f"  {what:50} {value:>9} {limit:>12}  {'holds' if holds else 'DOES NOT HOLD'}")
        print(f"  matters differing from brute force: {figures['matters_differing_from_brute_force']}")
        print(f"  cells differing from the walk itself: {figures['cells_differing_from_the_walk']}")
    wrong = figures["matters_differing_from_brute_force"] + figures["cells_differing_from_the_walk"]
    wrong += sum(size["cells_differing_otherwise"] for size in figures["sizes"])
    if wrong:
        sys.exit("scripts/bench: coverage and looking at every pair differ")


if __name__ == "__main__":
    main(sys.argv[1:])
