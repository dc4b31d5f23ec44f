"""Walks estimated many at once are those that `Reach.walk` tells, to the last digit."""

import random

import numpy as np

from mapapp.finder.nearest import Finder
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.estimated_walks import EstimatedWalks
from mapapp.settings import Settings
from shipped_catalogue import shipped_catalogue


def test_walks_of_all_kinds_are_those_told_one_by_one():
    catalogue = shipped_catalogue()
    reach = Finder.of(catalogue, Settings()).reach
    places = [point.place.coordinate for point in catalogue.points.values()]
    dice = random.Random(1)
    starts = np.array([dice.randrange(len(places)) for _ in range(400)])
    ends = np.array([dice.randrange(len(places)) for _ in range(400)])

    lengths_m = EstimatedWalks(reach, places).lengths_m(starts, ends)

    told = [reach.walk(places[start], places[end]) for start, end in zip(starts, ends, strict=True)]
    assert lengths_m.tolist() == [walk.walk_m for walk in told]
    assert {walk.river_between for walk in told} == {False, True}
    assert 0.0 in lengths_m


def test_a_start_is_the_last_of_the_places():
    catalogue = shipped_catalogue()
    reach = Finder.of(catalogue, Settings()).reach
    places = [point.place.coordinate for point in catalogue.points.values()]
    here = Coordinate(106.5321, 29.5741)

    lengths_m = EstimatedWalks(reach, places).and_from(here).lengths_m(np.array([-1, -1]), np.array([0, 7]))

    assert lengths_m.tolist() == [reach.walk(here, places[0]).walk_m, reach.walk(here, places[7]).walk_m]


def test_no_pairs_are_no_walks():
    reach = Finder.of(shipped_catalogue(), Settings()).reach
    none = np.empty(0, dtype=np.int64)

    assert EstimatedWalks(reach, [Coordinate(106.53, 29.57)]).lengths_m(none, none).tolist() == []
