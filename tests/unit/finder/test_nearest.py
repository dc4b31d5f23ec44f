"""What a result says about the walk, the arrival and the promise."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

import pytest

from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from mapapp.hours.opening_hours import ZONE, State
from mapapp.settings import Settings
from shipped_catalogue import WEDNESDAY_TEN, shipped_catalogue

GUANYINQIAO = Coordinate(106.52843, 29.57829)
NANPING = Coordinate(106.568, 29.533)  # on the south bank of the Yangtze


@pytest.fixture(scope="module")
def finder():
    return Finder.of(shipped_catalogue(), Settings())


def query(**overrides):
    return NearestQuery(**{"origin": GUANYINQIAO, "at": WEDNESDAY_TEN, "matters": ("M088",), **overrides})


def test_walking_minutes_are_rounded_up_and_make_the_arrival(finder):
    for result in finder.find_nearest(query(matters=(), k=50)).results:
        assert result.walk_minutes == ceil(result.walk.walk_m / 75)
        assert result.arrive_at == WEDNESDAY_TEN + timedelta(minutes=result.walk_minutes)


def test_the_offer_is_told_for_one_matter_only(finder):
    one = finder.find_nearest(query())
    none = finder.find_nearest(query(matters=()))

    assert {result.offer.matter_code for result in one.results} == {"M088"}
    assert {result.offer for result in none.results} == {None}


def test_every_point_of_an_answer_for_two_matters_takes_both(finder):
    taken = shipped_catalogue().offers_by_matter

    for result in finder.find_nearest(query(matters=("M001", "M182"), k=50)).results:
        assert result.point.id in taken["M001"] and result.point.id in taken["M182"]


def test_a_point_that_closes_while_one_walks_is_open_now_but_not_on_arrival(finder):
    at = datetime(2026, 11, 25, 11, 58, tzinfo=ZONE)
    first = finder.find_nearest(query(at=at)).results[0]

    assert first.walk_minutes >= 2
    assert first.status.state is State.OPEN
    assert not first.open_on_arrival
    assert finder.find_nearest(query(at=at, open=OpenFilter.NOW)).results
    # what is left is so far that one would walk through the whole lunch break
    later = finder.find_nearest(query(at=at, open=OpenFilter.ARRIVAL)).results
    assert all(result.arrive_at.hour >= 14 for result in later)


def test_a_point_that_opens_while_one_walks_is_open_on_arrival(finder):
    at = datetime(2026, 11, 25, 8, 59, tzinfo=ZONE)
    first = finder.find_nearest(query(at=at, open=OpenFilter.ARRIVAL)).results[0]

    assert first.status.state is State.CLOSED
    assert first.open_on_arrival


@pytest.mark.parametrize(("minutes_before_noon", "soon"), [(16, False), (15, False), (14, True), (1, True)])
def test_closing_soon_is_counted_from_the_arrival(finder, minutes_before_noon, soon):
    noon = datetime(2026, 11, 25, 12, tzinfo=ZONE)
    walk = finder.find_nearest(query(k=1)).results[0].walk_minutes
    at = noon - timedelta(minutes=minutes_before_noon + walk)

    assert finder.find_nearest(query(at=at, k=1)).results[0].closing_soon is soon


def test_the_promise_is_sure_only_when_it_holds_at_the_edge_of_the_positions(finder):
    here = finder.find_nearest(query(k=1)).results[0].point.place.coordinate
    answer = finder.find_nearest(query(origin=here, k=1))

    doubt = answer.results[0].point.place.accuracy_m * 1.3
    assert answer.within_goal
    assert answer.within_goal_sure is (doubt <= 1000)
    assert not finder.find_nearest(query(origin=here, k=1, origin_accuracy_m=2000)).within_goal_sure


def test_without_a_point_the_promise_does_not_hold(finder):
    answer = finder.find_nearest(query(within_m=1))

    assert (answer.results, answer.within_goal, answer.within_goal_sure) == ((), False, False)


def test_from_across_the_river_every_walk_goes_by_a_bridge(finder):
    for result in finder.find_nearest(query(origin=NANPING, matters=(), k=50)).results:
        assert result.walk.river_between
        assert result.walk.walk_m > result.walk.distance_m * 1.3 - 0.1


def test_another_detour_and_pace_make_another_walk():
    catalogue = shipped_catalogue()
    slow = Finder.of(catalogue, replace(Settings(), detour=1.0, walk_m_per_minute=50))

    first = slow.find_nearest(query(k=1)).results[0]

    assert first.walk.walk_m == first.walk.distance_m
    assert first.walk_minutes == ceil(first.walk.walk_m / 50)
