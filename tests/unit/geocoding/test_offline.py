"""Where an address is by the shipped names alone."""

import pytest

from mapapp.geocoding.address import parse_address
from mapapp.geocoding.answers import Answer
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geocoding.offline import locate_offline
from mapapp.geography.coordinate import Confidence, Coordinate
from mapapp.geography.distance import geodesic_m
from tests.building import a_named_place, a_place, at

NOON = at("2026-11-25 12:00")


def located(gazetteer: Gazetteer, text: str) -> Answer | None:
    return locate_offline(parse_address(text), gazetteer, NOON)


def test_a_known_house_number_wins(gazetteer):
    answer = located(gazetteer, "重庆市江北区建新东路19号")

    assert answer.level == "number"
    assert answer.coordinate == Coordinate(106.53453, 29.5774)
    assert answer.provider == "gazetteer"


def test_an_unknown_house_number_is_somewhere_on_its_road(gazetteer):
    answer = located(gazetteer, "重庆市江北区建新东路77号")

    assert answer.level == "road"
    assert answer.accuracy_m == 900.0
    assert answer.confidence is Confidence.LOW


def test_another_number_is_not_taken_for_a_known_one(gazetteer):
    known, other = located(gazetteer, "建新东路19号"), located(gazetteer, "建新东路18号")

    assert known.coordinate != other.coordinate


@pytest.mark.parametrize("road", ["建新东路", "建新南路", "建新西路", "建新北路"])
def test_the_four_roads_stay_apart_in_addresses(gazetteer, road):
    assert located(gazetteer, f"重庆市江北区{road}").address == road


def test_a_branch_is_only_near_its_road(gazetteer):
    answer = located(gazetteer, "重庆市江北区建新北路二支路5号")

    assert answer.level == "stem"
    assert answer.accuracy_m > 1000
    assert answer.confidence is Confidence.LOW


def test_near_makes_it_less_accurate(gazetteer):
    at_it, near_it = located(gazetteer, "江北区观音桥站"), located(gazetteer, "江北区（观音桥站附近）")

    assert at_it.accuracy_m == 100.0
    assert near_it.accuracy_m == pytest.approx(316.2, abs=0.1)
    assert near_it.confidence is Confidence.MEDIUM


def test_the_street_in_the_text_decides_between_places_of_one_name():
    gazetteer = Gazetteer.of(
        [
            a_named_place("正街社区（甲）", aliases=("正街",), street="甲子街道", place=a_place(106.50, 29.57)),
            a_named_place("正街（乙）", aliases=("正街站",), street="乙丑街道", place=a_place(106.60, 29.57)),
        ]
    )

    first = locate_offline(parse_address("江北区甲子街道正街（正街附近）"), gazetteer, NOON)
    second = locate_offline(parse_address("江北区乙丑街道正街（正街附近）"), gazetteer, NOON)

    assert first.coordinate.lon == pytest.approx(106.50)
    assert second.coordinate.lon == pytest.approx(106.60)


def test_a_road_and_its_neighbour_are_weighed_when_they_agree():
    road = a_named_place("长路", kind="road", place=a_place(106.530, 29.57, accuracy_m=900.0))
    stop = a_named_place("小站", place=a_place(106.532, 29.57, accuracy_m=100.0))

    answer = locate_offline(parse_address("江北区长路（小站附近）"), Gazetteer.of([road, stop]), NOON)

    assert answer.level == "near+road"
    assert 106.5315 < answer.coordinate.lon < 106.532


def test_a_neighbour_far_from_the_road_is_not_mixed_with_it():
    road = a_named_place("长路", kind="road", place=a_place(106.60, 29.57, accuracy_m=900.0))
    stop = a_named_place("小站", place=a_place(106.50, 29.57, accuracy_m=100.0))

    answer = locate_offline(parse_address("江北区长路（小站附近）"), Gazetteer.of([road, stop]), NOON)

    assert answer.coordinate == Coordinate(106.5, 29.57)


def test_a_place_beyond_the_line_is_no_place_for_a_service_point(gazetteer):
    assert located(gazetteer, "重庆市江北区洪崖洞") is None


def test_nothing_known_is_no_answer(gazetteer):
    assert located(gazetteer, "重庆市江北区不存在的地方") is None


def test_an_address_of_a_street_alone_is_its_office_or_middle(gazetteer):
    answer = located(gazetteer, "重庆市江北区五宝镇")

    assert answer.level == "street"
    assert answer.accuracy_m >= 900
    assert answer.confidence is Confidence.LOW


def test_every_shipped_address_is_found_offline_and_most_within_a_kilometre(gazetteer, addresses, shipped_points):
    metres = {
        code: geodesic_m(located(gazetteer, text).coordinate, shipped_points[code]) for code, text in addresses.items()
    }

    # agreement, not accuracy: the file's own positions are estimates; measured 20 within 300 m, 45 within 1 km
    assert len(metres) == 51
    assert sum(value <= 300 for value in metres.values()) >= 20
    assert sum(value <= 1000 for value in metres.values()) >= 45
