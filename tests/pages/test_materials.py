"""What to bring, on one page to print: of a matter and of a package; and a matter's points, nearest first."""

from dataclasses import replace

import pytest

from mapapp.catalogue.matters import Material
from mapapp.catalogue.packages import merged_materials
from tests.building import a_catalogue, a_matter, a_point
from tests.page_reading import read_page
from tests.pages.conftest import app_showing
from tests.shipped_catalogue import shipped_catalogue


@pytest.mark.parametrize("address", ["/matters/M001", "/packages/P01"])
def test_the_list_is_reached_by_a_plain_link_and_leads_back(read, address):
    assert read(address).all("a", href=f"{address}/materials")
    assert read(f"{address}/materials").all("a", href=address)


def test_a_matter_lists_every_paper_with_its_limits_and_its_source(read):
    matter = shipped_catalogue().matters["M001"]

    text = read("/matters/M001/materials").text

    assert all(material.name in text for material in matter.materials)
    assert "法定时限 3 个工作日" in text
    assert matter.department in text
    assert matter.source in text


def test_papers_that_need_not_be_brought_or_may_follow_say_so():
    materials = (
        Material(name="身份证", waived=True, may_follow=False),
        Material(name="照片", waived=False, may_follow=True),
        Material(name="申请表", waived=False, may_follow=False),
    )
    catalogue = a_catalogue(points=[a_point()], matters=[a_matter("M1", materials=materials)])

    page = read_page(app_showing(catalogue).test_client().get("/matters/M1/materials").get_data(as_text=True))

    assert "身份证 免提交" in page.text
    assert "照片 可容缺" in page.text
    assert len(page.all("li", **{"class": "is-waived"})) == 1


def test_a_package_lists_each_paper_once_and_its_parts_in_order(read):
    catalogue = shipped_catalogue()
    matters = tuple(catalogue.matters[code] for code in catalogue.packages["P01"].members)
    text = read("/packages/P01/materials").text

    assert all(text.count(f" {material.name} ") == 1 for material in merged_materials(matters))
    places = [text.index(matter.name_zh, text.index("包括哪些事项")) for matter in matters]
    assert places == sorted(places)


def test_what_is_not_known_is_said():
    catalogue = shipped_catalogue()
    empty = replace(catalogue.matters["M006"], materials=())
    client = app_showing(replace(catalogue, matters={**catalogue.matters, "M006": empty})).test_client()

    assert "要带的材料 未知" in read_page(client.get("/matters/M006/materials").get_data(as_text=True)).text
    assert "所需材料未知" in read_page(client.get("/packages/P01/materials").get_data(as_text=True)).text


@pytest.mark.parametrize("address", ["/matters/M999/materials", "/packages/P99/materials"])
def test_there_is_no_list_of_what_does_not_exist(client, address):
    assert client.get(address).status_code == 404


def test_a_matter_tells_what_is_noted_about_where_it_is_done(read):
    matter = shipped_catalogue().matters["M150"]

    assert matter.note
    assert matter.note in read("/matters/M150").text


class TestNearestFirst:
    """A matter's points when a place is given in the address."""

    def test_they_come_by_the_walk_from_there(self, read, client):
        answer = client.get("/api/v1/nearest", query_string={"matter": "M076", "place": "鱼嘴", "k": "50"}).get_json()

        page = read("/matters/M076?place=鱼嘴")

        assert page.listed == [result["point"]["id"] for result in answer["results"]]
        assert page.listed != read("/matters/M076").listed
        assert "由近到远" in page.text
        assert f"步行约 {answer['results'][0]['walk_minutes']} 分钟" in page.text
        assert page.data["start"]["accuracy_m"] > 0

    @pytest.mark.parametrize("place", ["火星街", "x" * 201])
    def test_a_place_that_nobody_knows_is_said_and_leaves_the_list_as_it_is(self, read, place):
        page = read(f"/matters/M076?place={place}")

        assert page.listed == read("/matters/M076").listed
        assert page.all("p", id="place-error")

    def test_the_answer_takes_the_place_along(self, read):
        links = [row["href"] for row in read("/nearest?q=社保卡补领&place=鱼嘴").all("a") if "href" in row]

        assert "/matters/M077?place=%E9%B1%BC%E5%98%B4" in links
