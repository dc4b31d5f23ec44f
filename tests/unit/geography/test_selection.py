"""A selection gives the exact order, as a list or as a tree, of all its coordinates or of some of its groups."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.point_index import PointIndex
from mapapp.geography.selection import LIST_MAX, Groups

GEOD = Geod(ellps="WGS84")
MANY = LIST_MAX * 30


def scattered(count, seed=1, spread=1.0):
    dice = random.Random(seed)
    return [Coordinate(106.5 + dice.gauss(0, spread), 29.5 + dice.gauss(0, spread)) for _ in range(count)]


def brute(origin, coordinates, numbers):
    return sorted(
        (GEOD.inv(origin.lon, origin.lat, coordinates[n].lon, coordinates[n].lat)[2], n) for n in map(int, numbers)
    )


@settings(max_examples=30, deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90), seed=st.integers(0, 5))
def test_a_tree_gives_every_point_once_in_the_order_of_the_geodesic(lon, lat, seed):
    coordinates = scattered(LIST_MAX * 3, seed, spread=10)
    selection = PointIndex(coordinates).selection()

    assert not selection.is_list
    assert list(selection.nearest_first(Coordinate(lon, lat))) == brute(
        Coordinate(lon, lat), coordinates, range(len(coordinates))
    )


@pytest.mark.parametrize("share", [0.0, 0.003, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("count", [LIST_MAX, MANY])
def test_only_the_groups_asked_for_come(count, share):
    coordinates = scattered(count)
    groups = np.random.default_rng(2).integers(0, 200, count)
    mask = np.arange(200) < share * 200
    selection = PointIndex(coordinates).selection(None, groups.astype(np.uint8))

    for origin in scattered(5, seed=3):
        found = list(selection.nearest_first(origin, Groups(mask)))

        assert found == brute(origin, coordinates, np.flatnonzero(mask[groups]))


def test_hundreds_of_points_at_one_place_come_once_each_in_order_of_their_number():
    here = Coordinate(106.53, 29.57)
    others = scattered(50, seed=4)
    selection = PointIndex([here] * 300 + others).selection()

    numbers = [number for _, number in selection.nearest_first(here)]

    assert numbers[:300] == list(range(300))
    assert sorted(numbers) == list(range(350))


def test_a_selection_of_numbers_keeps_to_them():
    coordinates = scattered(MANY)
    numbers = np.arange(0, MANY, 3, dtype=np.int32)

    found = list(PointIndex(coordinates).selection(numbers).nearest_first(coordinates[7]))

    assert found == brute(coordinates[7], coordinates, numbers)


def test_more_sets_of_groups_than_are_kept_change_no_answer():
    coordinates = scattered(MANY)
    groups = np.arange(MANY) % 100
    selection = PointIndex(coordinates).selection(None, groups)
    origin = coordinates[0]
    masks = [np.arange(100) == group for group in range(100)]

    first = [list(selection.nearest_first(origin, Groups(mask))) for mask in masks]

    assert [list(selection.nearest_first(origin, Groups(mask))) for mask in masks] == first
    assert first[7] == brute(origin, coordinates, np.flatnonzero(groups == 7))


def test_a_part_that_another_thread_drops_meanwhile_is_made_again():
    class Dropping(dict):
        """Drops whatever was asked for, as another thread might do between two looks."""

        def __contains__(self, key):
            found = super().__contains__(key)
            self.pop(key, None)
            return found

    coordinates = scattered(MANY)
    groups = np.arange(MANY) % 100
    selection = PointIndex(coordinates).selection(None, groups)
    only = Groups(np.arange(100) == 7)
    first = list(selection.nearest_first(coordinates[0], only))
    selection._parts = Dropping(selection._parts)

    assert list(selection.nearest_first(coordinates[0], only)) == first
