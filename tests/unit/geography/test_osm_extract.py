"""What becomes of an OpenStreetMap extract: the ways open to people, their largest part, and a word about the rest."""

import pytest

from mapapp.errors import InvalidQuery, Refused
from mapapp.geography.foot_rules import Foot
from mapapp.geography.osm_extract import read_extract
from tests.osm_files import EVERYWHERE, HELSINKI, helsinki, write_extract

FOOTWAY = {"highway": "footway"}
# a row of five nodes about 97 m apart, and two far from it
ROW = {number: (106.53 + 0.001 * number, 29.57) for number in range(1, 6)}
APART = {8: (106.6, 29.6), 9: (106.601, 29.6)}


def read(tmp_path, nodes, ways, area=EVERYWHERE, **more):
    return read_extract(write_extract(tmp_path / "small.osm.pbf", nodes, ways, **more), area)


def test_the_largest_part_is_kept_and_the_rest_is_told(tmp_path):
    extract = read(tmp_path, {**ROW, **APART}, {1: ([1, 2, 3], FOOTWAY), 2: ([3, 4], FOOTWAY), 3: ([8, 9], FOOTWAY)})

    assert (extract.network.nodes, extract.network.edges) == (4, 3)
    assert (extract.dropped_nodes, extract.dropped_edges) == (2, 1)
    assert extract.dropped_m == pytest.approx(96.8, abs=0.5)
    assert extract.network.metres.sum() == pytest.approx(3 * 96.8, abs=1)


def test_coordinates_are_those_of_the_file(tmp_path):
    network = read(tmp_path, ROW, {1: ([1, 2, 3, 4, 5], FOOTWAY)}).network

    assert sorted(zip(network.lon.tolist(), network.lat.tolist(), strict=True)) == sorted(ROW.values())


def test_a_way_closed_to_people_is_left_out(tmp_path):
    extract = read(tmp_path, ROW, {1: ([1, 2, 3], FOOTWAY), 2: ([3, 4, 5], {"highway": "motorway"})})

    assert (extract.network.edges, extract.ways) == (2, 1)


def test_a_locked_gate_divides_a_way(tmp_path):
    extract = read(
        tmp_path,
        ROW,
        {1: ([1, 2, 3, 4, 5], FOOTWAY)},
        node_tags={3: {"barrier": "gate", "access": "private"}},
    )

    assert (extract.network.nodes, extract.network.edges) == (3, 2)
    assert extract.dropped_edges == 2


def test_a_gate_anybody_may_open_does_not(tmp_path):
    extract = read(tmp_path, ROW, {1: ([1, 2, 3, 4, 5], FOOTWAY)}, node_tags={3: {"barrier": "gate"}})

    assert extract.network.edges == 4


def test_a_square_is_walked_round(tmp_path):
    corners = {1: (106.53, 29.57), 2: (106.531, 29.57), 3: (106.531, 29.571), 4: (106.53, 29.571)}
    square = {"highway": "pedestrian", "area": "yes"}

    assert read(tmp_path, corners, {1: ([1, 2, 3, 4, 1], square)}).network.edges == 4


def test_a_square_kept_as_a_relation_is_walked_round(tmp_path):
    corners = {1: (106.53, 29.57), 2: (106.531, 29.57), 3: (106.531, 29.571), 4: (106.53, 29.571)}
    square = [([1, 2], {"type": "multipolygon", "highway": "pedestrian"})]
    ways = {1: ([1, 2, 3], {}), 2: ([3, 4, 1], {}), 3: ([1, 3], {"building": "yes"})}

    assert read(tmp_path, corners, ways, relations=square).network.edges == 4


def test_one_way_for_feet_is_remembered(tmp_path):
    ways = {1: ([1, 2, 3], FOOTWAY), 2: ([3, 1], {**FOOTWAY, "oneway:foot": "yes"})}
    network = read(tmp_path, ROW, ways).network

    assert sorted(network.foot.tolist()) == [Foot.FORWARD, Foot.BOTH, Foot.BOTH]


def test_a_dead_end_one_cannot_leave_is_not_part_of_it(tmp_path):
    ways = {1: ([1, 2, 3], FOOTWAY), 2: ([3, 4], {**FOOTWAY, "oneway:foot": "yes"})}

    assert read(tmp_path, ROW, ways).network.nodes == 3


def test_a_way_that_leaves_the_extract_ends_there(tmp_path):
    extract = read(tmp_path, ROW, {1: ([1, 2, 77, 3, 4, 5], FOOTWAY)})

    assert (extract.network.nodes, extract.dropped_nodes) == (3, 2)


def test_what_is_far_from_the_district_is_left_out(tmp_path):
    near = (106.5, 29.5, 106.55, 29.6)
    ways = {1: ([1, 2, 3], FOOTWAY), 2: ([3, 8, 9], FOOTWAY)}

    extract = read(tmp_path, {**ROW, **APART}, ways, area=near)

    assert (extract.network.edges, extract.outside_edges, extract.covers) == (2, 2, True)


def test_an_extract_of_somewhere_else_is_read_and_said_to_be_one(tmp_path):
    extract = read(tmp_path, ROW, {1: ([1, 2, 3], FOOTWAY)}, area=(0, 0, 1, 1))

    assert (extract.network.edges, extract.covers) == (2, False)


def test_a_line_across_a_country_is_an_error_in_the_data(tmp_path):
    nodes = {**ROW, 9: (108.0, 29.57)}

    assert read(tmp_path, nodes, {1: ([1, 2, 3, 9], FOOTWAY)}).network.edges == 2


def test_progress_is_told(tmp_path):
    told = []
    read_extract(write_extract(tmp_path / "small.osm.pbf", ROW, {1: ([1, 2], FOOTWAY)}), EVERYWHERE, told.append)

    assert told == [1]


@pytest.mark.parametrize("ways", [{}, {1: ([1, 2], {"highway": "motorway"})}, {1: ([1, 1], FOOTWAY)}])
def test_a_file_nobody_can_walk_in_is_refused(tmp_path, ways):
    with pytest.raises(Refused) as failure:
        read(tmp_path, ROW, ways)

    assert failure.value.code == "network_empty"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\x00" * 4096, HELSINKI.read_bytes()[:300_000], HELSINKI.read_bytes()[:200_000] + b"\x00" * 900],
    ids=["empty", "text", "zeros", "cut off", "overwritten"],
)
def test_a_damaged_file_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(content)

    with pytest.raises(InvalidQuery) as failure:
        read_extract(path, EVERYWHERE)

    assert failure.value.code == "network_unreadable"
    assert "\n" not in str(failure.value.values["reason"])


@pytest.mark.parametrize("name", ["nowhere.osm.pbf", "."])
def test_what_is_not_a_file_is_told(tmp_path, name):
    with pytest.raises(InvalidQuery, match="network_unreadable"):
        read_extract(tmp_path / name, EVERYWHERE)


def test_the_middle_of_helsinki_hangs_together():
    extract = helsinki()

    assert (extract.network.nodes, extract.network.edges) == (6874, 8577)
    assert extract.network.metres.sum() == pytest.approx(120_288, abs=1)
    # less than three metres in a hundred cannot be walked to
    assert extract.dropped_m < 0.03 * extract.network.metres.sum()
