"""Walks along a network: joining it, distances on it, what is kept of it, and what happens off it."""

from math import inf

import numpy as np
import pytest

from mapapp.errors import Refused
from mapapp.geography import network_distances
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.foot_rules import Foot
from mapapp.geography.network_distances import LIMIT_M, distances_to, metres_between
from mapapp.geography.reach import Reach, WalkKind
from mapapp.geography.walking_network import WalkingNetwork, largest_part
from tests.building import a_district

# 0.001 degrees: about 96.8 m east, 110.8 m north
STEP = 10_000
LON, LAT = 1_065_300_000, 295_700_000


def network(nodes, edges):
    """`nodes` are (steps east, steps north) of a node, `edges` are (first, second) or (first, second, foot)."""
    places = np.array(nodes)
    flags = [edge[2] if len(edge) > 2 else Foot.BOTH for edge in edges]
    return WalkingNetwork(
        lon_e7=(LON + places[:, 0] * STEP).astype(np.int32),
        lat_e7=(LAT + places[:, 1] * STEP).astype(np.int32),
        ends=np.array([edge[:2] for edge in edges], dtype=np.int32).reshape(len(edges), 2),
        foot=np.array(flags, dtype=np.uint8),
    )


def spot(east, north):
    return Coordinate((LON + east * STEP) / 1e7, (LAT + north * STEP) / 1e7)


def reach(net, snap_limit_m=200.0, bridges=()):
    return Reach(a_district(), bridges, 1.3, net, snap_limit_m)


# round three sides of a square: 0 - 1 - 2 - 3
U_SHAPE = network([(0, 0), (0, 5), (5, 5), (5, 0)], [(0, 1), (1, 2), (2, 3)])


def test_a_walk_follows_the_ways_not_the_straight_line():
    walk = reach(U_SHAPE).walk(spot(0, 0), spot(5, 0))

    assert walk.kind is WalkKind.NETWORK
    assert walk.distance_m == pytest.approx(5 * 96.8, abs=1)
    assert walk.walk_m == round(float(U_SHAPE.metres.sum()), 1)


def test_what_is_walked_beside_the_network_is_added():
    walk = reach(U_SHAPE).walk(spot(0, 0), spot(6, 0))

    beside_m = geodesic_m(spot(5, 0), spot(6, 0))
    assert walk.walk_m == round(float(U_SHAPE.metres.sum()) + beside_m, 1)


def test_one_joins_an_edge_between_its_ends():
    snap = U_SHAPE.snap(spot(0.5, 2.5), 200)

    assert (snap.edge, snap.share) == (0, pytest.approx(0.5, abs=1e-6))
    assert snap.off_m == pytest.approx(48.4, abs=0.1)


def test_between_two_places_on_one_edge_nobody_passes_its_ends():
    walk = reach(U_SHAPE).walk(spot(0, 1), spot(0, 4))

    assert walk.walk_m == walk.distance_m


def test_whoever_stands_too_far_from_any_way_gets_an_estimate():
    far, there = spot(2.5, 2.5), spot(5, 0)

    assert U_SHAPE.snap(far, 200) is None
    walk = reach(U_SHAPE).walk(far, there)
    assert walk.kind is WalkKind.ESTIMATE
    assert walk.walk_m == round(1.3 * geodesic_m(far, there), 1)


@pytest.mark.parametrize("limit_m", [-1.0, 0.0, 30.0, 60.0, 300.0])
def test_the_limit_of_joining_is_kept(limit_m):
    snap = U_SHAPE.snap(spot(0.5, 2.5), limit_m)

    assert (snap is not None) is (limit_m >= 48.4)


def test_an_estimate_beyond_the_network_is_never_below_what_was_searched():
    # a path that winds: 60 km of it between two ends 300 m apart
    turns = [(column * 0.1, 0 if (column + side) % 2 else 90) for column in range(32) for side in (0, 1)]
    winding = network(turns, [(number, number + 1) for number in range(len(turns) - 1)])

    walk = reach(winding).walk(spot(0, 90), spot(3.1, 90))

    assert walk.distance_m < 310
    assert walk.kind is WalkKind.ESTIMATE
    assert walk.walk_m == LIMIT_M


def test_two_neighbours_far_from_the_way_do_not_go_there_and_back():
    here, there = spot(1.5, 2), spot(1.5, 2.2)

    walk = reach(U_SHAPE).walk(here, there)

    assert walk.kind is WalkKind.ESTIMATE
    assert walk.walk_m == round(1.3 * geodesic_m(here, there), 1)


def test_a_place_is_no_walk_from_itself():
    assert reach(U_SHAPE).walk(spot(1, 2), spot(1, 2)).walk_m == 0.0


# one may go from 0 to 1 only; back it is round by 2
ONE_WAY = network([(0, 0), (5, 0), (2, 3)], [(0, 1, Foot.FORWARD), (1, 2), (2, 0)])


def test_a_oneway_for_feet_is_walked_one_way():
    there = reach(ONE_WAY).walk(spot(1, 0), spot(4, 0)).walk_m
    back = reach(ONE_WAY).walk(spot(4, 0), spot(1, 0)).walk_m

    assert there == pytest.approx(3 * 96.8, abs=1)
    assert back == pytest.approx(float(ONE_WAY.metres.sum()) - there, abs=0.11)


def test_a_bridge_is_not_joined_from_beneath():
    # a bridge over a road that crosses below it; the ramp joins them far away
    net = network(
        [(-2, 0), (2, 0), (0, -5), (0, 5), (2, 5)], [(0, 1), (2, 3, Foot.BOTH | Foot.ELEVATED), (3, 4), (4, 1)]
    )

    assert net.snap(spot(0.1, 0.5), 200).edge == 0
    # with no ground in reach one stands on the bridge
    assert net.snap(spot(0.1, -4), 200).edge == 1


def test_of_two_ways_between_two_places_the_shorter_counts():
    net = network([(0, 0), (5, 0), (2, 4)], [(0, 2), (2, 1), (0, 1), (1, 0)])

    assert metres_between(net, net.snap(spot(0, 0), 1), net.snap(spot(5, 0), 1)) == pytest.approx(
        geodesic_m(spot(0, 0), spot(5, 0))
    )


def test_two_places_at_one_coordinate_are_joined_by_nothing_but_an_edge():
    # a barred gate: two nodes at one place, and a way round; an edge without length joins two others
    net = largest_part(
        network([(0, 0), (1, 0), (1, 0), (2, 0), (1, 5), (2, 0)], [(0, 1), (2, 3), (0, 4), (4, 5), (5, 3)])
    )

    walk = reach(net).walk(spot(0.5, 0), spot(1.5, 0))
    assert walk.walk_m > 1000


@pytest.mark.parametrize("kept", [10_000_000, 0])
def test_looked_up_or_searched_the_distances_are_the_same(kept, monkeypatch):
    monkeypatch.setattr(network_distances, "MAX_KEPT", kept)
    spots = [ONE_WAY.snap(spot(east, north), 200) for east, north in ((0, 0), (2.2, 0), (3, 1.9), (5, 0), (2, 3))]
    distances = distances_to(ONE_WAY, [*spots, None])

    for start in spots:
        found = distances.from_snap(start)
        assert found[:-1] == pytest.approx([metres_between(ONE_WAY, start, end) for end in spots], abs=1e-9)
        assert found[-1] == inf


def test_without_any_point_on_the_network_there_is_nothing_to_look_up():
    assert distances_to(U_SHAPE, [None, None]).from_snap(U_SHAPE.snap(spot(0, 0), 1)).tolist() == [inf, inf]


def test_the_distances_are_found_once_while_no_point_moves():
    one = reach(U_SHAPE).destinations([spot(0, 0), spot(5, 0)])
    again = reach(U_SHAPE).destinations([spot(0, 0), spot(5, 0)])
    moved = reach(U_SHAPE).destinations([spot(0, 0), spot(5, 1)])

    assert one[0].distances is again[0].distances
    assert moved[0].distances is not one[0].distances


def test_a_river_is_no_question_on_the_network_but_is_told():
    # the river of the district lies between 29.49 and 29.51; its line runs at 29.5
    south, north = Coordinate(106.53, 29.497), Coordinate(106.53, 29.503)
    bridge = WalkingNetwork(
        lon_e7=np.array([1_065_300_000] * 2, dtype=np.int32),
        lat_e7=np.array([294_970_000, 295_030_000], dtype=np.int32),
        ends=np.array([[0, 1]], dtype=np.int32),
        foot=np.array([Foot.BOTH | Foot.ELEVATED], dtype=np.uint8),
    )

    walk = reach(bridge).walk(south, north)

    assert (walk.kind, walk.river_between) == (WalkKind.NETWORK, True)
    assert walk.walk_m == walk.distance_m


def test_nobody_joins_a_way_on_the_other_bank():
    north_bank = WalkingNetwork(
        lon_e7=np.array([1_065_300_000, 1_065_400_000], dtype=np.int32),
        lat_e7=np.array([295_005_000] * 2, dtype=np.int32),
        ends=np.array([[0, 1]], dtype=np.int32),
        foot=np.array([Foot.BOTH], dtype=np.uint8),
    )
    south, north = Coordinate(106.535, 29.4995), Coordinate(106.535, 29.5005)

    assert reach(north_bank).end(south).snap is None
    assert reach(north_bank).end(north).snap is not None


def test_no_walk_is_shorter_than_what_a_search_stops_at():
    with_network, without = reach(U_SHAPE), reach(None)

    assert with_network.shortest_m(1234.56) == 1234.6
    assert without.shortest_m(1234.56) == 1604.9


def test_a_network_is_the_same_after_keeping_it():
    packed = ONE_WAY.pack()
    again = WalkingNetwork.unpack(packed, ONE_WAY.nodes, ONE_WAY.edges)

    assert again.digest == ONE_WAY.digest
    assert again.digest != U_SHAPE.digest
    assert np.array_equal(again.ends, ONE_WAY.ends)
    assert np.array_equal(again.metres, ONE_WAY.metres)


@pytest.mark.parametrize("packed", [b"", b"nonsense", ONE_WAY.pack()[:-5], U_SHAPE.pack()])
def test_a_kept_network_that_is_damaged_is_refused(packed):
    with pytest.raises(Refused, match="network_unreadable"):
        WalkingNetwork.unpack(packed, ONE_WAY.nodes, ONE_WAY.edges)


def test_only_what_hangs_together_both_ways_is_kept():
    # 3 can be reached and not be left, 4 and 5 lie elsewhere
    net = network([(0, 0), (1, 0), (2, 0), (3, 0), (9, 9), (9, 10)], [(0, 1), (1, 2), (2, 3, Foot.FORWARD), (4, 5)])

    kept = largest_part(net)

    assert (kept.nodes, kept.edges) == (3, 2)
    assert kept.bounds == pytest.approx((106.53, 29.57, 106.532, 29.57))


@pytest.mark.parametrize("edges", [[], [(0, 1, Foot.FORWARD)]])
def test_where_nobody_can_walk_there_is_no_network(edges):
    with pytest.raises(Refused, match="network_empty"):
        largest_part(network([(0, 0), (1, 0)], edges))
