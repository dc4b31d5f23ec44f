"""What a walk reaches: as far as the walks themselves say, on this bank and beyond the bridges, along the network."""

from random import Random

import pytest
import shapely
from shapely.geometry import Point, shape

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District
from mapapp.geography.isochrone import reach_area
from mapapp.geography.reach import Reach, WalkKind
from shipped_catalogue import shipped_catalogue
from tests.building import CENTRE, a_district, a_square
from tests.osm_files import helsinki
from tests.unit.geography.test_walking_network import U_SHAPE, spot

SHIPPED = shipped_catalogue()
BRIDGES = [n.place.coordinate for n in SHIPPED.named_places if n.kind.startswith("bridge_mid_river")]
# a metre and a bit: what rounding to a decimetre and straight pieces of a circle may do
EDGE_DEGREES = 2e-5


def disagreements(reach, origin, metres, tries=150, seed=1):
    """Places that are in the area and farther than the walk, or outside and nearer; not counting its very edge."""
    random, area = Random(seed), shape(reach_area(reach, origin, metres).geometry)
    west, south, east, north = area.buffer(0.003).bounds
    for _ in range(tries):
        place = Coordinate(random.uniform(west, east), random.uniform(south, north))
        point = Point(place.lon, place.lat)
        is_near = reach.walk(origin, place).walk_m <= metres
        if area.contains(point) is not is_near and area.boundary.distance(point) > EDGE_DEGREES:
            yield place


@pytest.mark.parametrize(
    "origin",
    [
        Coordinate(106.52843, 29.57829),  # 观音桥
        Coordinate(106.5735, 29.5715),  # beside the Jialing, near a bridge
        Coordinate(106.568, 29.533),  # on the south bank of the Yangtze
        *(bridge for bridge in BRIDGES[:3]),
    ],
    ids=str,
)
@pytest.mark.parametrize("metres", [300, 1000, 4000])
def test_the_estimated_area_is_where_estimated_walks_are_short_enough(origin, metres):
    reach = Reach(SHIPPED.district, BRIDGES, 1.3)

    assert list(disagreements(reach, origin, metres)) == []


def test_rivers_cut_the_area_and_bridges_lead_beyond():
    # on the bank of the river of this district, whose line runs along 29.5; a bridge 500 m east
    origin, bridge = Coordinate(106.53, 29.503), Coordinate(106.535, 29.5)
    district = a_district()

    without = shape(reach_area(Reach(district, [], 1.3), origin, 1000).geometry)
    with_bridge = shape(reach_area(Reach(district, [bridge], 1.3), origin, 1000).geometry)

    south = shapely.box(106.4, 29.4, 106.7, 29.4999)
    assert with_bridge.intersection(south).area > 0
    # without a bridge the estimate has nothing but the straight line
    assert without.intersection(south).area == 0
    assert list(disagreements(Reach(district, [bridge], 1.3), origin, 1000)) == []


def test_a_lake_is_no_obstacle_to_whoever_stands_in_it():
    square = a_square(106.4, 29.5, 106.7, 29.7, adcode="1", name_zh="x", name_en="x")
    lake = a_square(106.531, 29.573, 106.533, 29.575, name_zh="湖", name_en="Lake")
    district = District.of(square, square, lake, a_district().names)
    reach = Reach(district, [Coordinate(106.532, 29.5755)], 1.3)

    assert list(disagreements(reach, CENTRE, 1500)) == []
    assert list(disagreements(reach, Coordinate(106.536, 29.574), 1500)) == []


def network_reach(net):
    return Reach(a_district(), [], 1.3, net)


def test_a_network_reaches_along_its_ways():
    answer = reach_area(network_reach(U_SHAPE), spot(0, 0), 540)

    area = shape(answer.geometry)
    assert answer.kind is WalkKind.NETWORK
    assert area.is_valid
    # 540 m less 40 are 4.5 steps north
    assert area.contains(Point(spot(0, 4.4).lon, spot(0, 4.4).lat))
    assert not area.contains(Point(spot(0, 5).lon, spot(0, 5).lat))
    assert not area.contains(Point(spot(5, 0).lon, spot(5, 0).lat))
    assert not area.contains(Point(spot(2, 0).lon, spot(2, 0).lat))


def test_one_who_stands_on_an_edge_reaches_both_ways_from_there():
    area = shape(reach_area(network_reach(U_SHAPE), spot(0, 2.5), 140).geometry)

    west, south, east, north = area.bounds
    # 100 m along the way on either side, and less than 40 m around it
    assert (north - south) * 110_800 == pytest.approx(2 * 100 + 2 * 30, abs=25)
    assert (east - west) * 96_800 == pytest.approx(2 * 30, abs=20)


def test_nothing_reached_by_the_network_is_far_from_it():
    net, metres = helsinki().network, 800
    district = District.of(
        a_square(24.90, 60.15, 24.99, 60.20, adcode="1", name_zh="x", name_en="x"),
        a_square(24.93, 60.16, 24.96, 60.18, code="1", name_zh="x", name_en="x"),
        a_square(24.90, 60.10, 24.99, 60.11, name_zh="海", name_en="Sea"),
        a_district().names,
    )
    reach, origin = Reach(district, [], 1.3, net), Coordinate(24.944, 60.1715)

    area = shape(reach_area(reach, origin, metres).geometry)

    random, inside, kept = Random(5), 0, 0
    west, south, east, north = area.bounds
    while inside < 300:
        place = Coordinate(random.uniform(west, east), random.uniform(south, north))
        if area.contains(Point(place.lon, place.lat)):
            inside += 1
            kept += reach.walk(origin, place).walk_m <= metres
            assert geodesic_m(origin, place) <= metres
    # what is nearest to a place may be another path, not connected to the one beside it
    assert kept / inside > 0.97


def test_far_from_any_way_the_estimate_draws_the_area():
    assert reach_area(network_reach(U_SHAPE), spot(20, 20), 1000).kind is WalkKind.ESTIMATE


def test_a_walk_shorter_than_the_way_to_the_path_stays_beside_it():
    area = shape(reach_area(network_reach(U_SHAPE), spot(1.5, 2.5), 100).geometry)

    # 145 m from the nearest path, with 100 m to walk: across the open ground, less the detour
    assert area.area * 96_800 * 110_800 == pytest.approx(3.1416 * (100 / 1.3) ** 2, rel=0.02)


def test_outer_lines_turn_against_the_clock():
    area = shape(reach_area(Reach(SHIPPED.district, BRIDGES, 1.3), CENTRE, 1000).geometry)

    assert all(part.exterior.is_ccw for part in shapely.get_parts(area))
