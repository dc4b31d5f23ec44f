"""The coverage pages: the sentence first, the same in table, map and files, controls that need no script."""

import csv
import io
from dataclasses import replace

import pytest

from mapapp.web import turns
from mapapp.web.context import EXTENSION
from tests.coverage_ground import a_network
from tests.page_reading import read_page
from tests.pages.conftest import app_showing
from tests.shipped_catalogue import shipped_catalogue

STREETS = [feature["properties"]["name_zh"] for feature in shipped_catalogue().district.streets_geojson["features"]]


def table_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_sentence_comes_first(read):
    page = read("/coverage")

    assert page.text.index("全区 19.0% 的陆地、132 个社区（村）中的 94 个，步行 1000 米内有办理点。") < page.text.index(
        "各街道、镇"
    )
    assert len(page.all("h1")) == 1


def test_the_sentence_names_the_matter_and_the_streets_without_a_point(read):
    page = read("/coverage?q=M242&within=500")

    assert "办“" in page.text
    assert "12 个街道、镇中有 11 个没有" in page.text


def test_english_says_the_same(read):
    assert "19.0% of the land and 94 of 132 communities have a service point" in read("/coverage?lang=en").text


def test_every_street_is_in_the_table_and_in_the_file(read, client):
    page = read("/coverage?matter=M061")
    rows = table_of(client, "/coverage/table.csv?matter=M061")

    assert [row["street"] for row in rows] == [*STREETS, "*"]
    assert all(street in page.text for street in STREETS)
    assert rows[-1]["share_area"].startswith("0.12")
    assert {(row["matter"], row["within_m"], row["revision"]) for row in rows} == {("M061", "1000", "1")}


def test_table_and_interface_tell_the_same_shares(client):
    rows = table_of(client, "/coverage/table.csv?matter=M061&within=1500")
    told = client.get("/api/v1/coverage?matter=M061&within=1500").get_json(force=True)

    assert [float(row["share_area"]) for row in rows[:-1]] == [street["share_area"] for street in told["streets"]]


def test_the_map_shows_what_the_table_counts(read, client):
    page = read("/coverage?matter=M061")
    told = client.get("/api/v1/coverage?matter=M061").get_json(force=True)

    assert len(page.data["dots"]) == told["points"]
    assert client.get(page.data["uncovered"]).status_code == 200
    assert "斜线：没有" in page.text


@pytest.mark.parametrize(
    ("words", "code"), [("M061", "M061"), ("无犯罪记录证明", "M061"), ("社保卡", "M076"), ("社保卡丢了", "M077")]
)
def test_a_matter_is_found_by_code_name_and_everyday_words(read, words, code):
    page = read(f"/coverage?q={words}")

    assert page.data["uncovered"].startswith("/api/v1/coverage.geojson?matter=M")
    assert code in page.data["uncovered"] or words.startswith("社保")


def test_a_package_can_be_asked_about_at_one_point_and_by_trip(read):
    one = read("/coverage?q=P03")
    trip = read("/coverage?package=P03&mode=trip")

    assert "没有哪个办理点能办" in one.text
    assert one.all("select", id="mode")
    assert "步行 1000 米内有办理点" in trip.text


def test_words_that_mean_nothing_are_said_not_to_be_understood(read):
    page = read("/coverage?q=看电影")

    assert "没听懂“看电影”" in page.text
    assert page.all("input", id="q", **{"aria-describedby": "q-error"})


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        ("/coverage?within=17", 400, "within"),
        ("/coverage?matter=M999", 404, "q"),
        ("/coverage?day=gestern", 400, "day"),
    ],
)
def test_a_field_that_is_wrong_is_pointed_at(read, address, status, field):
    page = read(address, status)

    assert any(row.get("aria-invalid") == "true" for row in (*page.all("input"), *page.all("select")))
    assert page.all("p", id=f"{field}-error")


def test_a_day_alone_means_nine_in_the_morning(read):
    assert "11月26日 周四 9:00 开放" in read("/coverage?day=2026-11-26").text
    assert "11月28日 周六 9:00 没有办理点开放" in read("/coverage?day=2026-11-28").text


def test_the_method_and_both_errors_are_told_in_words(read):
    text = read("/coverage").text

    assert "直线距离乘以 1.3" in text
    assert "205.2 平方公里" in text
    assert "计数误差最多约" in text
    assert "最不利的方向" in text
    assert "59 个按各自的大概位置计算" in text
    assert "尚未导入各街道完整的人口数" in text


def test_what_is_covered_worst_and_missed_most_is_listed(read):
    page = read("/coverage")

    assert len([row for row in page.all("a") if row["href"].startswith("/coverage?matter=")]) == 10
    assert len([row for row in page.all("a") if row["href"].startswith("/points/")]) == 10


def test_sites_are_proposed_when_asked_for(read):
    page = read("/coverage/siting?q=M061&new=3")

    assert "新增 3 处，可把覆盖的陆地从 12.0% 提高到 14.7%。已证明" in page.text
    assert [site["number"] for site in page.data["sites"]] == [1, 2, 3]
    assert all(site["name"] in page.text for site in page.data["sites"])


def test_one_site_is_told_in_the_singular(read):
    assert "1 new site would raise" in read("/coverage/siting?q=M061&new=1&lang=en").text


def test_nothing_is_worked_out_before_somebody_asks(read):
    page = read("/coverage/siting")

    assert page.data["sites"] == []
    assert "新办理点设在哪里最有用？" in page.text


def test_sites_can_be_taken_away(client):
    rows = table_of(client, "/coverage/sites.csv?matter=M061&new=3")
    told = client.get("/api/v1/siting?matter=M061&new=3").get_json(force=True)

    assert [row["order"] for row in rows] == ["1", "2", "3"]
    assert [float(row["lon"]) for row in rows] == [site["lon"] for site in told["sites"]]


def test_while_another_search_runs_the_page_asks_to_come_back(client):
    with turns._here:
        response = client.get("/coverage/siting?matter=M245&new=6")

    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "选址计算一次只进行一个" in read_page(response.get_data(as_text=True)).text


def test_a_file_of_a_wrong_question_is_refused(client):
    assert client.get("/coverage/table.csv?within=17").status_code == 400
    assert client.get("/coverage/sites.csv?new=99").status_code == 400


def test_every_figure_of_the_report_is_dated(read):
    page = read("/coverage/report")

    assert page.text.count("2026年11月25日 10:00 计算，数据版本 1。") >= 4
    assert "各事项，覆盖最差的在前" in page.text
    assert len([row for row in page.all("a") if row["href"].startswith("/coverage?matter=")]) > 200


@pytest.mark.parametrize(
    "address", ["/coverage", "/coverage?matter=M061", "/coverage/siting?q=M061&new=2", "/coverage/report"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_inline_and_nothing_foreign_is_loaded(read, address, language):
    page = read(address, **{"Accept-Language": language})

    assert page.inline == []
    assert [url for url in page.loads if not url.startswith("/")] == []


def test_the_same_words_again_are_not_sent_again(client):
    first = client.get("/coverage?matter=M061")
    again = client.get("/coverage?matter=M061", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


def test_every_page_leads_here(read):
    assert any(row["href"] == "/coverage" for row in read("/").all("a"))


def test_a_kind_of_point_can_be_chosen(read, client):
    page = read("/coverage?kind=sub-tax&within=1500")
    rows = table_of(client, "/coverage/table.csv?kind=sub-tax&within=1500")

    assert "步行 1500 米内有“税务”类办理点" in page.text
    assert [row["value"] for row in page.all("option", selected="")] == ["sub-tax", "1500"]
    assert "kind=sub-tax" in page.data["uncovered"]
    assert {row["kind"] for row in rows} == {"sub-tax"}
    assert len(page.data["dots"]) == int(rows[-1]["points"]) > 0


def test_a_kind_and_a_matter_at_once_are_refused_at_the_kind(read):
    page = read("/coverage?kind=sub-tax&q=M061", 400)

    assert page.all("select", id="kind", **{"aria-invalid": "true"})
    assert page.all("p", id="kind-error")


def test_candidates_are_on_the_map_and_can_be_taken_away(read, client):
    page = read("/coverage/siting?q=M061&new=3&candidates=station")
    rows = table_of(client, "/coverage/candidates.csv?matter=M061&new=3&candidates=station")
    gains = [float(row["share_gained"]) for row in rows]

    assert len(page.data["candidates"]) == len(rows) == 34
    assert gains == sorted(gains, reverse=True)
    assert {row["share_of"] for row in rows} == {"land"}
    assert "候选地点" in page.text


def test_a_share_to_reach_can_be_asked_for_instead_of_a_number(read):
    page = read("/coverage/siting?new=10&target=0.25")

    assert [row["value"] for row in page.all("option", selected="") if row.get("value")] == ["1000", "0.25"]
    assert len(page.data["sites"]) < 10
    assert "这么多处还达不到" not in page.text


def test_without_a_population_sites_cannot_be_weighed_by_people(read, client):
    assert read("/coverage/siting").all("select", id="weigh") == []
    refused = client.get("/api/v1/siting?new=3&weigh=people")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (400, "people_not_known")
    assert client.get("/api/v1/siting?matter=M061&new=3").get_json(force=True)["weighed_by"] == "land"


def test_with_a_population_sites_are_weighed_by_people_unless_told_otherwise():
    features = [
        {"type": "Feature", "geometry": None, "properties": {"name_zh": name, "population": 10_000, "year": "2020"}}
        for name in STREETS
    ]
    areas = {**shipped_catalogue().areas, "population": {"type": "FeatureCollection", "features": features}}
    client = app_showing(replace(shipped_catalogue(), areas=areas)).test_client()
    page = read_page(client.get("/coverage/siting?q=M061&new=3").get_data(as_text=True))
    by_land = read_page(client.get("/coverage/siting?q=M061&new=3&weigh=land").get_data(as_text=True))

    assert "步行范围内的人口" in page.text
    assert page.all("select", id="weigh")
    assert "覆盖的陆地" in by_land.text


def test_with_a_walking_network_the_slow_part_begins_with_any_page_and_off_the_request():
    app = app_showing(replace(shipped_catalogue(), network=a_network()))
    bundle = app.extensions[EXTENSION].keeper.bundle()
    before = bundle.kept("measuring prepared")

    app.test_client().get("/matters")
    begun = bundle.kept("measuring prepared")
    app.test_client().get("/matters")
    begun.join()

    assert before is None
    assert bundle.kept("measuring prepared") is begun
    # what is worked out once stands in the object itself
    assert "_snapped" in vars(bundle.kept("measuring").coverage.ground._walks)


def test_without_a_walking_network_nothing_is_begun(pages_app, client):
    client.get("/matters")

    assert pages_app.extensions[EXTENSION].keeper.bundle().kept("measuring prepared") is None
