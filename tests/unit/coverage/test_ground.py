"""Land within a walk of a place: exactly what the walk itself says, by estimate, by bridge and by network."""

import random

import numpy as np
import pytest

from mapapp.coverage.ground import Ground, ground_of
from mapapp.finder.nearest import Finder
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach
from mapapp.settings import Settings
from tests.building import a_catalogue
from tests.coverage_ground import network_reach, shipped_reach
from tests.shipped_catalogue import shipped_catalogue

POINTS = [point.place.coordinate for point in shipped_catalogue().points.values()]
# on the bank of the Jialing, opposite to Yuzhong, and in mid-river
BY_THE_WATER = [Coordinate(106.5322, 29.5579), Coordinate(106.5724, 29.5702), Coordinate(106.4700, 29.5660)]


def compared(reach, place, limit_m, count, dice):
    """Return how many cells near the limit were compared with the walk, after asserting that all agree."""
    ground = Ground(reach)
    marks = ground.grid.unpack(ground.within(place, limit_m))
    x, y = reach.district.plane.flat(place)
    near = ground.grid.near(x, y, limit_m * 1.1)
    chosen = dice.sample(near.tolist(), min(count, len(near)))
    walks = [reach.walk(ground.grid.spots.coordinate(number), place) for number in chosen]

    assert marks[chosen].tolist() == [walk.walk_m <= limit_m for walk in walks]
    return len(chosen), sum(walk.river_between for walk in walks)


@pytest.mark.parametrize("limit_m", [300.0, 1000.0, 2500.0])
def test_a_cell_is_within_reach_exactly_when_the_walk_is_short_enough(limit_m):
    dice = random.Random(int(limit_m))

    for place in dice.sample(POINTS, 6):
        assert compared(shipped_reach(), place, limit_m, 150, dice)[0] > 50


def test_across_a_river_the_walk_by_the_bridge_decides():
    dice = random.Random(7)
    rivers = sum(compared(shipped_reach(), place, 3000.0, 400, dice)[1] for place in BY_THE_WATER)

    assert rivers > 20


@pytest.mark.parametrize("limit_m", [600.0, 2000.0])
def test_with_a_network_the_walk_along_it_decides(limit_m):
    dice = random.Random(3)
    ground = Ground(network_reach(), cell_m=100.0)

    for place in dice.sample(POINTS, 5) + BY_THE_WATER:
        marks = ground.grid.unpack(ground.within(place, limit_m))
        x, y = network_reach().district.plane.flat(place)
        near = ground.grid.near(x, y, limit_m * 1.05).tolist()
        chosen = dice.sample(near, min(60, len(near)))
        walks = [network_reach().walk(ground.grid.spots.coordinate(number), place) for number in chosen]
        assert marks[chosen].tolist() == [walk.walk_m <= limit_m for walk in walks]


def test_nothing_lies_within_less_than_no_walk():
    ground = ground_of(shipped_reach())

    assert not np.any(ground.within(POINTS[0], -1.0))


def test_a_union_holds_what_its_parts_hold():
    ground = ground_of(shipped_reach())
    parts = [ground.grid.unpack(ground.within(place, 1000.0)) for place in POINTS[:5]]
    union = ground.grid.unpack(ground.union((place, 1000.0) for place in POINTS[:5]))

    assert union.tolist() == np.logical_or.reduce(parts).tolist()
    assert not np.any(ground.union([]))


def test_what_is_kept_is_the_same_and_the_oldest_goes_first():
    ground = Ground(shipped_reach())
    ground.most_kept = 2
    first = ground.within(POINTS[0], 1000.0)

    assert ground.within(POINTS[0], 1000.0) is first
    ground.within(POINTS[1], 1000.0)
    ground.within(POINTS[2], 1000.0)
    assert ground.within(POINTS[0], 1000.0) is not first


def test_an_edit_that_moves_nothing_keeps_the_ground():
    again = Finder.of(shipped_catalogue(), Settings()).reach

    assert ground_of(again) is ground_of(shipped_reach())


def test_another_detour_or_district_is_other_ground():
    known = ground_of(shipped_reach())
    straight = Reach(shipped_reach().district, shipped_reach().bridges, 1.0)

    assert ground_of(straight) is not known
    assert ground_of(Finder.of(a_catalogue(), Settings()).reach) is not known
