"""What a point, a matter, a package and the data page tell."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.hours.opening_hours import Closure
from mapapp.web.directions import directions_to
from tests.building import a_catalogue, a_matter, a_place, a_point, an_offer
from tests.page_reading import read_page
from tests.pages.conftest import app_showing
from tests.shipped_catalogue import shipped_catalogue

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_point_shows_the_week_with_today_marked(read):
    page = read("/points/JB-020")

    (today,) = page.all("tr", **{"class": "today"})
    assert today["aria-current"] == "date"
    assert "11月25日 周三 今天 9:00–12:00， 14:00–18:00" in page.text
    assert "11月28日 周六 休息" in page.text


def test_coming_holidays_are_exceptions_in_words(at_moment):
    with at_moment(datetime(2026, 9, 20, 10, tzinfo=ZONE)) as client:
        page = read_page(client.get("/points/JB-020").get_data(as_text=True))

    assert "10月1日 周四: 休息（国庆节）" in page.text


def test_a_closure_stands_on_top(pages_app):
    closure = Closure(
        starts=datetime(2026, 11, 25, 9, tzinfo=ZONE), ends=datetime(2026, 11, 26, 9, tzinfo=ZONE), reason_zh="防汛"
    )
    catalogue = a_catalogue(points=[a_point()], closures={"P1": (closure,)})

    page = read_page(app_showing(catalogue).test_client().get("/points/P1").get_data(as_text=True))

    assert "临时停办：防汛" in page.text
    assert "防汛 11月25日 周三 9:00 – 11月26日 周四 9:00" in page.text


def test_a_point_without_hours_says_that_they_are_not_known():
    client = app_showing(a_catalogue(points=[a_point(hours_rule=None)])).test_client()

    page = read_page(client.get("/points/P1").get_data(as_text=True))

    assert "时间未知，请先致电" in page.text


def test_a_rough_position_says_so(read):
    assert "位置为估计，误差约 600 米" in read("/points/JB-020").text


def test_a_phone_is_a_link(read):
    assert read("/points/JB-020").all("a", href="tel:023-67757209")


def test_matters_of_a_point_are_linked_and_can_be_narrowed_by_folk_names(read):
    page = read("/points/JB-020")

    assert page.all("a", href="/matters/M076")
    assert any("办社保卡" in row.get("data-words", "") for row in page.all("li"))


@pytest.mark.parametrize(
    ("host", "pattern", "datum"),
    [
        ("uri.amap.com", r"to=([\d.]+)%2C([\d.]+)", Datum.GCJ02),
        ("api.map.baidu.com", r"location=([\d.]+)%2C([\d.]+)", Datum.BD09),
        ("maps.apple.com", r"daddr=([\d.]+)%2C([\d.]+)", Datum.GCJ02),
        ("geo:", r"geo:([\d.]+),([\d.]+)", Datum.WGS84),
    ],
)
def test_each_map_app_gets_the_datum_it_expects(pages_app, host, pattern, datum):
    place = Coordinate(106.532, 29.575)
    with pages_app.test_request_context("/"):
        links = directions_to(a_point(place=a_place(place.lon, place.lat)), "zh")

    (link,) = [link for link in links if host in link.url]
    numbers = sorted(map(float, re.search(pattern, link.url).groups()), reverse=True)
    back = to_wgs84(numbers[0], numbers[1], datum)
    assert (round(back.lon, 5), round(back.lat, 5)) == (place.lon, place.lat)
    assert link.datum is datum


def test_a_matter_tells_what_to_bring_and_how_long_it_takes(read):
    page = read("/matters/M048")

    matter = shipped_catalogue().matters["M048"]
    assert all(material.name in page.text for material in matter.materials)
    assert "承诺时限" in page.text
    assert "法定时限" in page.text


def test_a_matter_handled_elsewhere_says_so(read):
    assert "不在这些办理点办理" in read("/matters/M150").text


def test_materials_that_need_not_be_brought_are_marked():
    from mapapp.catalogue.matters import Material

    matter = a_matter(materials=(Material(name="身份证", waived=True), Material(name="照片", may_follow=True)))
    client = app_showing(a_catalogue(points=[a_point()], matters=[matter], offers=[an_offer()])).test_client()

    page = read_page(client.get("/matters/M1").get_data(as_text=True))

    assert "身份证 免提交" in page.text
    assert "照片 可容缺" in page.text


def test_a_package_lists_its_matters_and_one_list_of_materials(read):
    package = shipped_catalogue().packages["P08"]
    page = read("/packages/P08")

    assert all(page.all("a", href=f"/matters/{code}") for code in package.members)


def test_the_data_page_offers_every_shipped_file(read, client):
    links = [row["href"] for row in read("/data").all("a") if row.get("href", "").startswith("/data/files/")]

    assert "/data/files/service_points.csv" in links
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("name", ["../setup.cfg", "..%2Fsetup.cfg", "about.csv%00", "districts"])
def test_no_other_file_can_be_taken_away(client, name):
    assert client.get(f"/data/files/{name}").status_code in (400, 404)


def test_the_list_of_usual_errands_names_known_matters():
    from mapapp.web.pages.start import _listed_errands

    assert len(_listed_errands()) == 6
    assert {code for code, _, _ in _listed_errands()} <= set(shipped_catalogue().matters)


def test_robots_may_read_the_pages_but_not_the_answers(client):
    text = client.get("/robots.txt").get_data(as_text=True)

    assert "Disallow: /nearest" in text


def test_an_error_of_ours_has_a_reference_number(pages_app, monkeypatch):
    from mapapp.web.pages import data

    monkeypatch.setattr(data, "_shipped_files", lambda: 1 / 0)
    response = pages_app.test_client().get("/data")

    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.get_data(as_text=True)
