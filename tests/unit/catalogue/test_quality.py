"""Each rule of data quality fires for what is wrong, and is silent for what is right."""

from datetime import date

import pytest

from mapapp.catalogue.quality import Rule, Stored, StoredPoint, findings, is_phone
from mapapp.geography.coordinate import Coordinate
from tests.building import CENTRE, OFFICE_HOURS, a_calendar, a_district

TODAY = date(2026, 11, 25)
# 观音桥 in the middle of its street, and about 8 m and 20 m to the east of it
EAST_OF_THE_STREET = Coordinate(106.58, CENTRE.lat)
NEAR, FAR = Coordinate(CENTRE.lon + 0.00008, CENTRE.lat), Coordinate(CENTRE.lon + 0.0002, CENTRE.lat)


def a_stored_point(id="P1", **changes):
    facts = {
        "id": id,
        "street": "观音桥街道",
        "phone": "023-67560000",
        "hours_rule": OFFICE_HOURS,
        "coordinate": CENTRE,
        "accuracy_m": 30.0,
        "is_verified": True,
        "offers": {"M1": None},
    }
    return StoredPoint(**{**facts, **changes})


def found(*points, packages=None):
    stored = Stored(
        points=points,
        matters=frozenset({"M1", "M2"}),
        packages=packages or {},
        district=a_district(),
        calendar=a_calendar(),
    )
    return [(each.rule, each.subject, dict(each.detail)) for each in findings(stored, TODAY)]


def test_a_point_in_order_is_not_listed():
    assert found(a_stored_point()) == []


def test_two_points_on_one_spot_are_named_once():
    assert found(a_stored_point("P2", coordinate=NEAR), a_stored_point("P1")) == [
        (Rule.TOO_CLOSE, "P1", {"other": "P2", "metres": 8})
    ]


def test_two_points_across_the_road_are_two():
    assert found(a_stored_point("P1"), a_stored_point("P2", coordinate=FAR)) == []


def test_a_position_outside_its_street_is_told_with_its_distance():
    ((rule, subject, detail),) = found(a_stored_point(coordinate=EAST_OF_THE_STREET))

    assert (rule, subject, detail["street"], detail["found"]) == (Rule.WRONG_STREET, "P1", "观音桥街道", "")
    assert 1900 < detail["metres"] < 2000


def test_a_position_outside_its_street_by_less_than_its_accuracy_is_not_told():
    assert found(a_stored_point(coordinate=EAST_OF_THE_STREET, accuracy_m=2000.0)) == []


def test_a_street_that_is_not_drawn_is_compared_with_nothing():
    assert found(a_stored_point(street="别处街道")) == []


@pytest.mark.parametrize("offers", [{}, {"M9": None}], ids=["nothing", "only what is retired"])
def test_a_point_without_a_matter_in_use_is_told(offers):
    assert (Rule.NO_MATTERS, "P1", {}) in found(a_stored_point(offers=offers))


def test_a_retired_matter_that_is_still_taken_is_told():
    assert found(a_stored_point(offers={"M1": None, "M9": None})) == [(Rule.RETIRED_MATTER, "P1", {"matter": "M9"})]


@pytest.mark.parametrize("hours", ["off", "2020 Mo-Fr 09:00-17:00"])
def test_hours_that_never_open_are_told(hours):
    assert found(a_stored_point(hours_rule=hours)) == [(Rule.NEVER_OPEN, "P1", {"hours": hours, "matter": ""})]


def test_the_own_hours_of_a_matter_that_never_open_are_told():
    assert found(a_stored_point(offers={"M1": "off", "M2": None})) == [
        (Rule.NEVER_OPEN, "P1", {"hours": "off", "matter": "M1"})
    ]


@pytest.mark.parametrize("hours", [None, "Sa[1] 10:00-11:00", "2027 Jun 01 09:00-10:00"])
def test_hours_that_are_unknown_or_open_once_are_not_told(hours):
    assert found(a_stored_point(hours_rule=hours)) == []


@pytest.mark.parametrize("phone", ["67560000", "023-6756", "023-675600001", "13912", "400-12", "123456"])
def test_a_phone_that_cannot_be_dialled_is_told(phone):
    assert found(a_stored_point(phone=phone)) == [(Rule.PHONE_FORMAT, "P1", {"phone": phone})]


@pytest.mark.parametrize(
    "phone",
    [
        "023-67560000",
        "02367560000",
        "(023) 67560000",
        "+86 23-67560000",
        "13912345678",
        "400-123-4567",
        "12345",
        "110",
    ],
)
def test_a_phone_that_can_be_dialled_is_not_told(phone):
    assert is_phone(phone)


def test_several_phones_are_read_one_by_one():
    assert is_phone("023-67560000转12；13912345678、12345")
    assert not is_phone("023-67560000;6756")


def test_no_phone_at_all_is_no_wrong_phone():
    assert found(a_stored_point(phone=None)) == []


def test_a_package_whose_matters_are_all_retired_is_told():
    packages = {"P01": ("M8", "M9"), "P02": ("M1", "M9")}

    assert found(a_stored_point(), packages=packages) == [(Rule.EMPTY_PACKAGE, "P01", {})]


def test_a_point_without_a_position_is_told_and_nothing_else_of_its_place():
    assert found(a_stored_point(coordinate=None, is_verified=False)) == [(Rule.NO_POSITION, "P1", {})]


def test_an_unverified_position_is_told_as_something_to_look_at():
    ((rule, subject, detail),) = found(a_stored_point(is_verified=False))

    assert (rule, subject, detail, rule.is_hint) == (Rule.UNVERIFIED_POSITION, "P1", {"metres": 30}, True)
    assert {rule for rule in Rule if rule.is_hint} == {Rule.UNVERIFIED_POSITION}
