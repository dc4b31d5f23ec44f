"""The nearest answer equals looking at every point with a geodesic each, for any question."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.catalogue.points import PointKind
from mapapp.errors import InvalidQuery, NotFound
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from tests.plain_nearest import BRIDGES, CATALOGUE, SETTINGS, metres, plain_nearest
from tests.shipped_catalogue import WEDNESDAY_TEN

FINDER = Finder.of(CATALOGUE, SETTINGS)
# the district with its surroundings, the south banks and the edge included; and the very places of points and stations
positions = st.one_of(
    st.builds(Coordinate, st.floats(106.40, 106.95), st.floats(29.50, 29.72)),
    st.builds(Coordinate, st.floats(106.46, 106.58), st.floats(29.555, 29.60)),
    st.sampled_from([n.place.coordinate for n in CATALOGUE.named_places]),
    st.sampled_from([p.place.coordinate for p in CATALOGUE.points.values()]),
)
moments = st.integers(0, 400 * 24 * 60).map(
    lambda minutes: WEDNESDAY_TEN - timedelta(days=200) + timedelta(minutes=minutes)
)
codes = st.sampled_from(sorted(CATALOGUE.matters))
queries = st.builds(
    NearestQuery,
    origin=positions,
    at=moments,
    matters=st.one_of(st.just(()), st.tuples(codes), st.tuples(codes, codes)),
    open=st.sampled_from(list(OpenFilter)),
    k=st.integers(1, 50),
    within_m=st.one_of(st.none(), st.floats(1, 50_000)),
    kind=st.one_of(st.none(), st.none(), st.sampled_from(list(PointKind))),
    street=st.one_of(st.none(), st.none(), st.sampled_from(sorted({p.street for p in CATALOGUE.points.values()}))),
)


def shown(answer):
    return [(result.walk.walk_m, result.point.id) for result in answer.results]


@settings(max_examples=400, deadline=None)
@given(query=queries)
def test_nearest_equals_looking_at_every_point(query):
    answer = FINDER.find_nearest(query)

    assert shown(answer) == plain_nearest(query)
    assert [r.walk.distance_m for r in answer.results] == [
        round(metres(query.origin, r.point.place.coordinate), 1) for r in answer.results
    ]


@settings(deadline=None)
@given(query=queries)
def test_those_open_are_a_part_of_all(query):
    everything = replace(query, open=OpenFilter.ANY, k=len(CATALOGUE.points))

    assert set(shown(FINDER.find_nearest(query))) <= set(shown(FINDER.find_nearest(everything)))


@settings(deadline=None)
@given(query=queries)
def test_asking_twice_gives_the_same_order_and_more_only_adds(query):
    first = shown(FINDER.find_nearest(query))

    assert shown(FINDER.find_nearest(query)) == first
    assert shown(FINDER.find_nearest(replace(query, k=min(50, query.k + 5))))[: len(first)] == first


@settings(deadline=None)
@given(query=queries)
def test_the_promise_holds_only_if_the_first_walk_is_short_enough(query):
    answer = FINDER.find_nearest(query)

    shortest = plain_nearest(replace(query, k=1))
    assert answer.within_goal is (bool(shortest) and shortest[0][0] <= SETTINGS.goal_m)
    assert answer.within_goal or not answer.within_goal_sure


@settings(deadline=None)
@given(query=queries, far=positions)
def test_a_further_point_never_makes_the_nearest_farther(query, far):
    """Take one point away: the nearest of the rest is no nearer than the nearest of all."""
    gone = next(iter(CATALOGUE.points))
    fewer = replace(
        CATALOGUE,
        points={key: point for key, point in CATALOGUE.points.items() if key != gone},
        offers=tuple(offer for offer in CATALOGUE.offers if offer.point_id != gone),
    )
    rest = shown(Finder.of(fewer, SETTINGS).find_nearest(query))
    everything = shown(FINDER.find_nearest(query))

    assert not rest or everything[0] <= rest[0]


def test_two_points_at_the_same_walk_come_in_order_of_their_id():
    here = next(iter(CATALOGUE.points.values())).place
    together = replace(
        CATALOGUE, points={key: replace(point, place=here) for key, point in reversed(CATALOGUE.points.items())}
    )
    answer = Finder.of(together, SETTINGS).find_nearest(NearestQuery(origin=here.coordinate, at=WEDNESDAY_TEN, k=50))

    assert [result.point.id for result in answer.results] == sorted(CATALOGUE.points)[:50]


def test_an_unknown_matter_is_said_to_be_unknown():
    with pytest.raises(NotFound, match="unknown_matter"):
        FINDER.find_nearest(NearestQuery(origin=BRIDGES[0], at=WEDNESDAY_TEN, matters=("M999",)))


@pytest.mark.parametrize("k", [0, -1, 201])
def test_a_number_of_results_out_of_range_is_refused(k):
    with pytest.raises(InvalidQuery, match="k"):
        NearestQuery(origin=BRIDGES[0], at=WEDNESDAY_TEN, k=k)


def test_a_time_without_zone_is_refused():
    with pytest.raises(InvalidQuery, match="at"):
        NearestQuery(origin=BRIDGES[0], at=WEDNESDAY_TEN.replace(tzinfo=None))
