"""The quick answer "no river on this line" never differs from the exact one."""

import numpy as np
import pytest

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import CELL_M, District
from mapapp.geography.reach import Reach
from tests.shipped_catalogue import shipped_catalogue


@pytest.fixture(scope="module")
def district() -> District:
    return shipped_catalogue().district


def test_a_line_settled_without_looking_is_one_that_crosses_nothing(district):
    west, south, east, north = district.bounds
    random = np.random.default_rng(7)
    positions = random.uniform((west - 0.05, south - 0.05), (east + 0.05, north + 0.05), size=(600, 2))
    spots = [district.spot(Coordinate(float(lon), float(lat))) for lon, lat in positions]
    pairs = [(spots[a], spots[b]) for a, b in random.integers(0, len(spots), size=(4000, 2))]

    quick = [district.crosses_river(start, end) for start, end in pairs]

    starts, ends = (np.array([(pair[side].x, pair[side].y) for pair in pairs]) for side in (0, 1))
    exact = district.crossings(starts, ends)
    assert quick == exact.tolist()
    assert 0.1 < np.mean(exact) < 0.9


def test_a_cell_said_to_be_clear_has_no_start_with_a_river_before_it(district):
    west, south, east, north = district.bounds
    random = np.random.default_rng(11)
    positions = random.uniform((west, south), (east, north), size=(120, 2))
    spots = [district.spot(Coordinate(float(lon), float(lat))) for lon, lat in positions]
    pairs = [(spots[a], spots[b]) for a, b in random.integers(0, len(spots), size=(400, 2))]

    clear = [(start.cell, end) for start, end in pairs if district.is_clear_from(start.cell, end)]

    assert 100 < len(clear) < 390
    for cell, end in clear:
        starts = (np.array(cell) + random.uniform(0, 1, size=(60, 2))) * CELL_M
        assert not district.crossings(starts, np.broadcast_to([end.x, end.y], starts.shape)).any()


def test_walks_are_the_same_whether_the_cell_was_asked_before_or_not(district):
    random = np.random.default_rng(5)
    few = [Coordinate(float(lon), float(lat)) for lon, lat in random.uniform((106.5, 29.55), (106.6, 29.6), (12, 2))]
    asked = [
        Coordinate(float(lon), float(lat)) for lon, lat in random.uniform((106.52, 29.55), (106.57, 29.59), (300, 2))
    ]
    reach = Reach(district, [Coordinate(106.545, 29.565)], 1.4)
    ends = reach.destinations(few)

    for start in asked:
        for number, goal in enumerate(few):
            remembered = reach.walk_between(reach.end(start), ends[number], geodesic_m(start, goal))
            assert remembered == reach.walk(start, goal)

    assert any(is_clear for end in ends.values() for is_clear in (end.clear_from or {}).values())
    assert any(reach.walk(start, goal).river_between for start in asked[:50] for goal in few)
