"""A small district on the bank of a river, with a river inside as well."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest

from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District, DistrictName
from mapapp.geography.reach import Reach, WalkKind


def box(west, south, east, north, **properties):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


OLD = DistrictName(code="500105", name_zh="江北区", name_en="Jiangbei", short_zh="江北", valid_to=date(2027, 6, 30))
NEW = DistrictName(code="500199", name_zh="新区", name_en="New", short_zh="新", valid_from=date(2027, 7, 1))
SOMEDAY = DistrictName(code="500198", name_zh="将来区", name_en="Someday", short_zh="将来")

# the district lies north of 29.55; its southern line runs in the middle of a river 29.547 to 29.553
DISTRICT = District.of(
    collection(box(106.50, 29.55, 106.60, 29.62, adcode="500105")),
    collection(
        box(106.50, 29.55, 106.55, 29.62, name_zh="甲街道"), box(106.55, 29.55, 106.60, 29.62, name_zh="乙街道")
    ),
    collection(box(106.49, 29.547, 106.61, 29.553, name_zh="江"), box(106.569, 29.56, 106.571, 29.60, name_zh="溪")),
    [OLD, NEW, SOMEDAY],
)
NORTH, SOUTH = Coordinate(106.52, 29.556), Coordinate(106.52, 29.544)
AFLOAT = Coordinate(106.52, 29.551)  # on our side of the line, in the drawn water
WEST_OF_BROOK, EAST_OF_BROOK = Coordinate(106.568, 29.58), Coordinate(106.572, 29.58)


def test_a_position_just_outside_is_inside_with_tolerance():
    outside = Coordinate(106.5, 29.5482)

    assert not DISTRICT.contains(outside)
    assert DISTRICT.metres_outside(outside) == pytest.approx(geodesic_m(outside, Coordinate(106.5, 29.55)), rel=1e-3)
    assert DISTRICT.contains(outside, tolerance_m=300)
    assert not DISTRICT.contains(outside, tolerance_m=150)


def test_inside_is_no_metre_outside():
    assert DISTRICT.contains(NORTH)
    assert DISTRICT.metres_outside(NORTH) == 0


@pytest.mark.parametrize(
    ("coordinate", "street"),
    [(Coordinate(106.51, 29.6), "甲街道"), (Coordinate(106.59, 29.6), "乙街道"), (SOUTH, None)],
)
def test_the_street_is_the_one_drawn_there(coordinate, street):
    assert DISTRICT.street_of(coordinate) == street


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [
        (NORTH, SOUTH, True),
        (SOUTH, NORTH, True),
        (NORTH, AFLOAT, False),  # the drawn width is only approximate: this side stays this side
        (AFLOAT, SOUTH, True),
        (NORTH, Coordinate(106.53, 29.556), False),
        (WEST_OF_BROOK, EAST_OF_BROOK, True),
        (WEST_OF_BROOK, Coordinate(106.5695, 29.58), False),
        (WEST_OF_BROOK, WEST_OF_BROOK, False),
    ],
)
def test_a_river_is_crossed_from_bank_to_bank(start, end, crosses):
    assert DISTRICT.crosses_river(DISTRICT.spot(start), DISTRICT.spot(end)) is crosses


def test_the_name_is_the_one_in_force_that_day():
    assert DISTRICT.name(date(2027, 6, 30), "zh") == "江北区"
    assert DISTRICT.name(date(2027, 7, 1), "en") == "New"
    assert "将来区" not in {DISTRICT.name(date(year, 1, 1), "zh") for year in range(2020, 2040)}


def test_a_district_without_area_is_refused():
    with pytest.raises(InvalidQuery, match="empty_district"):
        District.of(collection(), collection(), collection(), [OLD])


def test_a_walk_on_one_bank_is_the_straight_line_times_the_detour():
    east = Coordinate(106.525, 29.556)

    walk = Reach(DISTRICT, [], 1.3).walk(NORTH, east)

    assert walk.distance_m == round(geodesic_m(NORTH, east), 1)
    assert walk.walk_m == round(geodesic_m(NORTH, east) * 1.3, 1)
    assert (walk.kind, walk.river_between) == (WalkKind.ESTIMATE, False)


def test_a_walk_across_the_river_goes_by_the_nearest_bridge():
    near, far = Coordinate(106.53, 29.55), Coordinate(106.59, 29.55)

    walk = Reach(DISTRICT, [far, near], 1.3).walk(NORTH, SOUTH)

    assert walk.walk_m == round(1.3 * (geodesic_m(NORTH, near) + geodesic_m(near, SOUTH)), 1)
    assert walk.river_between
    assert walk.distance_m == round(geodesic_m(NORTH, SOUTH), 1)


def test_without_a_known_bridge_the_walk_still_says_that_a_river_lies_between():
    walk = Reach(DISTRICT, [], 1.3).walk(NORTH, SOUTH)

    assert walk.river_between
    assert walk.walk_m == round(1.3 * geodesic_m(NORTH, SOUTH), 1)


def test_many_threads_may_ask_about_the_rivers_at_once():
    """Arrays let the interpreter's lock go; on a shared prepared geometry that once ended the process."""
    generator = np.random.default_rng(7)
    starts, ends = generator.uniform((-5000, -1500), (5000, 6000), size=(2, 5000, 2))
    spots = [DISTRICT.spot(DISTRICT.plane.round_again(x, y)) for x, y in starts[:200]]
    alone = DISTRICT.crossings(starts, ends)

    def ask(_):
        singles = [DISTRICT.crosses_river(spots[0], spot) for spot in spots]
        return singles, DISTRICT.crossings(starts, ends)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(24)))

    assert alone.any() and not alone.all()
    for singles, many in answers:
        assert singles == answers[0][0]
        assert np.array_equal(many, alone)
