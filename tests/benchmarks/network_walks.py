"""Walking distances on a network of 200,000 nodes with 50 and with 5,000 points: time, memory, and the answers checked.

The network is made up: a grid of streets 60 m apart, shifted a little, 27 km on a side, with 399,106 edges. Each figure
comes from a process of its own, so that memory is not what another measurement left behind.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.foot_rules import Foot
from mapapp.geography.isochrone import reach_area
from mapapp.geography.network_distances import metres_between
from mapapp.geography.reach import Reach
from mapapp.geography.walking_network import WalkingNetwork, largest_part
from tests.building import a_district

SIDE, SPACING_DEGREES = 447, 0.0006
COUNTS = (50, 5_000)
QUERIES = 200


def grid() -> WalkingNetwork:
    """Return the same network each time: 447 x 447 nodes, moved by up to 15 m."""
    dice = np.random.default_rng(4)
    place = np.arange(SIDE) * SPACING_DEGREES
    lon, lat = (106.4 + place[None, :] + np.zeros((SIDE, 1))), (29.5 + place[:, None] + np.zeros((1, SIDE)))
    moved = [(each + dice.uniform(-1.5e-4, 1.5e-4, each.shape)).ravel() for each in (lon, lat)]
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    east = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    north = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    ends = np.concatenate([east, north]).astype(np.int32)
    lon_e7, lat_e7 = (np.round(each * 1e7).astype(np.int32) for each in moved)
    return largest_part(WalkingNetwork(lon_e7, lat_e7, ends, np.full(len(ends), Foot.BOTH, dtype=np.uint8)))


def places(network: WalkingNetwork, count: int, seed: int) -> list[Coordinate]:
    """Return pseudo-random places over the whole network, the same each time."""
    west, south, east, north = network.bounds
    dice = random.Random(seed)
    return [Coordinate(dice.uniform(west, east), dice.uniform(south, north)) for _ in range(count)]


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _milliseconds(run: object, arguments: list[Coordinate]) -> float:
    times = []
    for argument in arguments:
        begin = time.perf_counter_ns()
        run(argument)  # type: ignore[operator]
        times.append((time.perf_counter_ns() - begin) / 1e6)
    return round(statistics.median(times), 3)


def measure(count: int) -> dict[str, object]:
    """Return time and memory of making the network ready for `count` points, and of asking it."""
    network = grid()
    packed = network.pack()
    network = WalkingNetwork.unpack(packed, network.nodes, network.edges)
    district, points = a_district(), places(network, count, 1)
    begin, before_mb = time.perf_counter(), _resident_mb()
    network.snap(points[0], 200.0)
    # the first search makes the matrix, the grid and the lengths
    metres_between(network, network.snap(points[0], 200.0), network.snap(points[0], 200.0))  # type: ignore[arg-type]
    ready, ready_mb = time.perf_counter(), _resident_mb()
    reach = Reach(district, [], 1.3, network)
    ends = reach.destinations(points)
    done = time.perf_counter()
    asked = places(network, QUERIES, 2)

    def to_all(origin: Coordinate) -> None:
        reach.end(origin).metres_to(ends[0].distances)  # type: ignore[arg-type]

    return {
        "points": count,
        "nodes": network.nodes,
        "edges": network.edges,
        "kept_in_database_kb": round(len(packed) / 1024),
        "network_ready_s": round(ready - begin, 2),
        "network_mb": round(ready_mb - before_mb, 1),
        "distances_s": round(done - ready, 2),
        "distances_mb": round(_resident_mb() - ready_mb, 1),
        "highest_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "how": type(ends[0].distances).__name__.strip("_").lower(),
        "distances_from_one_place_ms": _milliseconds(to_all, asked),
        "join_ms": _milliseconds(lambda origin: network.snap(origin, 200.0), asked),
        "area_of_1_km_ms": _milliseconds(lambda origin: reach_area(reach, origin, 1000), asked[:30]),
        "area_of_5_km_ms": _milliseconds(lambda origin: reach_area(reach, origin, 5000), asked[:10]),
        "wrong_answers": _wrong(reach, points, asked[:20]),
    }


def _wrong(reach: Reach, points: list[Coordinate], asked: list[Coordinate]) -> int:
    """Return how many walks differ from a search for that pair alone."""
    ends, dice, wrong = reach.destinations(points), random.Random(3), 0
    for origin in asked:
        for number in dice.sample(range(len(points)), 5):
            straight_m = geodesic_m(origin, points[number])
            told = reach.walk_between(reach.end(origin), ends[number], straight_m)
            wrong += told != reach.walk(origin, points[number])
    return wrong


def main(arguments: list[str]) -> None:
    if arguments and arguments[0].isdigit():
        print(json.dumps(measure(int(arguments[0]))))
        return
    figures = []
    for count in COUNTS:
        command = [sys.executable, "-m", "tests.benchmarks.network_walks", str(count)]
        figures.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    else:
        print("walking network, made up; MB are resident memory added, medians of one process each")
        for name in figures[0]:
            print(f"  {name:28} " + " ".join(f"{each[name]!s:>12}" for each in figures))
    if any(each["wrong_answers"] for each in figures):
        sys.exit("scripts/bench: looked up and searched walks differ")


if __name__ == "__main__":
    main(sys.argv[1:])
