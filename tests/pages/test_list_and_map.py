"""The list and the map show the same points, whatever is filtered."""

from itertools import product

import pytest

from mapapp.catalogue.points import PointKind

KINDS = ["", *(kind.value for kind in PointKind)]
STREETS = ["", "观音桥街道", "鱼嘴镇", "五宝镇"]


@pytest.mark.parametrize(("kind", "street"), list(product(KINDS, STREETS)))
def test_every_filter_shows_the_same_points_in_list_and_map(read, catalogue, kind, street):
    page = read(f"/?kind={kind}&street={street}")
    wanted = {
        point.id
        for point in catalogue.points.values()
        if kind in ("", point.kind.value) and street in ("", point.street)
    }

    assert set(page.listed) == wanted
    assert set(page.data["shown"]) == wanted


def test_open_now_at_ten_on_a_wednesday_is_everybody(read):
    assert len(read("/?open=now").listed) == 51


def test_nothing_left_says_so_and_offers_all(read):
    page = read("/?kind=sub-archive&street=五宝镇")

    assert page.listed == []
    (said,) = [row for row in page.all("p") if "data-empty" in row]
    assert "hidden" not in said


def test_a_filter_that_cannot_be_read_is_left_out(read):
    assert len(read("/?kind=castle&open=sometimes").listed) == 51


@pytest.mark.parametrize(
    "address", ["/nearest?q=社保卡&place=观音桥", "/nearest?place=鱼嘴&k=20", "/matters/M076", "/packages/P08"]
)
def test_list_and_map_agree_on_every_page_with_a_map(read, address):
    page = read(address)
    shown = page.data["shown"] if page.data else []

    assert page.listed == shown


def test_the_numbers_on_the_map_are_those_of_the_list(read):
    page = read("/nearest?q=社保卡&place=观音桥")

    assert page.data["numbers"] == {point: number for number, point in enumerate(page.listed, start=1)}


def test_the_map_knows_the_state_of_every_point_it_may_show(read):
    page = read("/?kind=sub-tax")

    assert len(page.data["points"]) == 51
    assert page.data["points"]["JB-015"] == {
        "look": "open",
        "sign": "●",
        "text": "开放至 12:00",
        "hours": "9:00–12:00，14:00–18:00",
    }
