"""The parts of an address, and addresses that are not ours."""

import pytest

from mapapp.geocoding.address import parse_address


def test_all_parts_of_a_full_address():
    address = parse_address("重庆市江北区观音桥街道建新东路19号3楼")

    assert (address.city, address.district, address.street) == ("重庆市", "江北区", "观音桥街道")
    assert (address.road, address.number, address.place) == ("建新东路", "19号3楼", "")
    assert address.has_number
    assert not address.is_near
    assert address.elsewhere is None


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("重庆市江北区华新街街道建新南路", "华新街街道"),
        ("重庆市江北区江北城街道江北城西大街", "江北城街道"),
        ("江北区五宝镇", "五宝镇"),
        ("重庆市江北区金港新区16号", ""),
    ],
)
def test_the_street_or_town(text, street):
    assert parse_address(text).street == street


@pytest.mark.parametrize(
    ("text", "road"),
    [
        ("重庆市江北区江北城街道江北城西大街", "江北城西大街"),
        ("江北区建新北路四支路2号", "建新北路四支路"),
        ("江北区渝鲁大道5号", "渝鲁大道"),
        ("江北区观音桥街道电测村", ""),
    ],
)
def test_the_road_with_its_branch(text, road):
    assert parse_address(text).road == road


def test_a_note_names_what_the_place_is_near():
    address = parse_address("重庆市江北区鸿恩路7号（燃气大厦，电测村路一侧）")

    assert address.near == ("燃气大厦", "电测村路")
    assert address.is_near


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("重庆市江北区五里店街道五江路（五里店公交站附近）", ("五里店",)),
        ("重庆市江北区江北城街道江北城西大街（轨道交通江北城站附近）", ("江北城站",)),
        ("重庆市江北区五宝镇（镇政府一带）", ()),
        ("重庆市江北区建新东路(白云大厦旁)", ("白云大厦",)),
    ],
)
def test_stops_and_neighbours_lose_their_trimmings(text, near):
    address = parse_address(text)

    assert address.near == near
    assert address.is_near


def test_near_without_brackets_counts_too():
    assert parse_address("江北区北城天街附近").is_near


@pytest.mark.parametrize(
    ("text", "elsewhere", "district"),
    [
        ("宁波市江北区人民路12号", "宁波市", "江北区"),
        ("浙江省宁波市江北区庄桥街道", "浙江省宁波市", "江北区"),
        ("自贡市贡井区五宝镇", "自贡市", "贡井区"),
        ("武汉市江夏区金港新区", "武汉市", "江夏区"),
        ("重庆市渝北区嘉州路93号", "渝北区", "渝北区"),
        ("渝中区中山四路", "渝中区", "渝中区"),
    ],
)
def test_another_city_or_district_is_recognised(text, elsewhere, district):
    address = parse_address(text)

    assert address.elsewhere == elsewhere
    assert address.district == district


@pytest.mark.parametrize(
    "text", ["重庆市江北区建新东路", "重庆江北区建新东路", "两江新区建新东路", "建新东路", "渝北四村20号"]
)
def test_our_own_names_are_not_elsewhere(text):
    assert parse_address(text).elsewhere is None


def test_the_question_always_names_the_city():
    address = parse_address("江北区建新东路19号")

    assert address.query("重庆市", "江北区") == "重庆市江北区建新东路19号"


def test_the_question_goes_by_the_neighbour_when_there_is_nothing_else():
    address = parse_address("重庆市江北区大石坝街道（元佳广场公交站附近）")

    assert address.query("重庆市", "江北区") == "重庆市江北区大石坝街道元佳广场"


def test_a_name_that_ends_in_qu_is_not_a_district():
    address = parse_address("金港新区16号")

    assert (address.district, address.place) == ("", "金港新区16号")
    assert address.has_number


@pytest.mark.parametrize("text", ["", "（", "）附近（", "号", "重庆市", "1" * 200, "街道镇路号" * 40])
def test_nonsense_does_no_harm(text):
    assert parse_address(text).text == text


def test_every_shipped_address_is_in_our_district(addresses):
    parsed = [parse_address(text) for text in addresses.values()]

    assert {(one.city, one.district, one.elsewhere) for one in parsed} == {("重庆市", "江北区", None)}
    assert all(one.street or one.road or one.place for one in parsed)
