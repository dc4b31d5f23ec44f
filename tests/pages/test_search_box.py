"""One box: place and time in the words are shown and can be taken away; what else fits; the lists of matters."""

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from mapapp.finder.trip import MAX_MATTERS
from mapapp.shipped import shipped
from mapapp.web.questions import MAX_PACKAGE_TRIP
from tests.page_reading import read_page
from tests.pages.conftest import app_showing
from tests.shipped_catalogue import shipped_catalogue

USUAL_ERRANDS = (shipped("geodata") / "usual_errands.csv").read_text(encoding="utf-8").splitlines()[1:]


def chips(page):
    return [row["href"] for row in page.all("a") if "chip" in row.get("class", "") and "href" in row]


def test_place_and_time_in_the_words_stand_in_the_form_and_among_the_chips(read):
    page = read("/nearest?q=观音桥周六哪里办社保卡")

    assert "从您的话里听出" in page.text
    assert page.all("input", name="place", value="观音桥")
    assert page.all("input", name="day", value="2026-11-28")
    assert "社会保障卡" in page.text
    assert len(page.listed) == 5


def test_each_thing_that_was_heard_can_be_taken_away(read):
    page = read("/nearest?q=观音桥周六哪里办社保卡")

    assert any("place=" not in link and "day=" in link for link in chips(page))
    assert any("place=" in link and "day=" not in link for link in chips(page))
    # nor do the words bring it back
    assert all("观音桥" not in unquote(link) for link in chips(page) if "place=" not in link)
    assert all("周六" not in unquote(link) for link in chips(page))


def test_what_the_form_says_wins_over_the_words_and_these_are_offered(read):
    page = read("/nearest?q=观音桥周六办社保卡&place=鱼嘴&when=leave&day=2026-11-26&time=10:00")

    assert page.all("input", name="place", value="鱼嘴")
    assert page.all("input", name="day", value="2026-11-26")
    assert "改从观音桥出发" in page.text
    assert any("day=2026-11-28" in link for link in chips(page))


def test_the_own_position_wins_over_a_place_in_the_words(client):
    fields = {"q": "观音桥办社保卡", "lat": "29.62", "lon": "106.75", "accuracy": "30"}

    page = read_page(client.post("/nearest", data=fields).get_data(as_text=True))

    assert "我的位置" in page.text
    assert "改从观音桥出发" in page.text


def test_a_time_that_has_gone_by_is_told_and_not_used(read):
    # it is Wednesday, 10:00
    page = read("/nearest?q=今天早上8点办社保卡&place=观音桥")

    assert "“今天早上8点”已经过去" in page.text
    assert "从您的话里听出" not in page.text
    assert page.all("input", name="day", value="")
    assert not any("day=" in link for link in chips(page))


def test_a_time_of_today_that_is_still_to_come_is_taken_over(read):
    page = read("/nearest?q=今天下午3点办社保卡&place=观音桥")

    assert "已经过去" not in page.text
    assert page.all("input", name="day", value="2026-11-25")
    assert page.all("input", name="time", value="15:00")


def test_the_name_of_a_point_is_not_taken_apart(client):
    response = client.get("/nearest?q=观音桥街道公共服务中心")

    assert (response.status_code, response.headers["Location"]) == (303, "/points/JB-007")


def test_words_that_mean_nothing_lead_to_three_guesses_the_lists_and_the_hotline(read):
    page = read("/nearest?q=买火车票&place=观音桥")

    guesses = [link for link in chips(page) if "matter=M" in link]
    assert len(guesses) == 3 + len(USUAL_ERRANDS)
    assert all("place=" in link for link in guesses)
    assert_leads_on(page)


def test_the_list_of_matters_says_when_it_is_not_sure_and_leads_on(read):
    page = read("/matters?q=买火车票")
    start = page.text.index("没有听懂“买火车票”")
    asked, everything = page.text[start:].split("面向个人")[0], page.all("a")

    assert "您是不是要找" in asked
    assert asked.count("工作日") + asked.count("当场办结") + asked.count("未知") == 3
    assert "12345" in asked
    assert any(row.get("href") == "/matters?theme=P01" for row in everything)
    assert_leads_on(page)


def test_the_list_of_matters_is_sure_of_a_good_match(read):
    page = read("/matters?q=注册公司")

    assert "与“注册公司”相关" in page.text
    assert "您是不是要找" not in page.text
    assert not any("theme=P" in link for link in chips(page))


def test_the_name_of_a_package_or_a_place_is_no_question_that_was_not_understood(read):
    for words in ("退休一件事", "观音桥"):
        page = read(f"/matters?q={words}")

        assert "没有听懂" not in page.text
        assert not any("theme=P" in link for link in chips(page))


def assert_leads_on(page):
    links = [unquote(link) for link in chips(page)]
    catalogue = shipped_catalogue()
    themes = {f"/matters?theme={code}" for code in catalogue.packages}
    departments = {f"/matters?department={matter.department}" for matter in catalogue.matters.values()}
    assert themes | departments <= set(links)
    assert "面向个人" in page.text and "面向企业" in page.text
    assert page.all("a", href="tel:12345")


def test_the_list_of_matters_offers_place_and_time_of_the_words(read):
    page = read("/matters?q=观音桥周六办社保卡")

    assert "您的话里还提到" in page.text
    assert [unquote(link) for link in chips(page) if link.startswith("/nearest?q=")] == [
        "/nearest?q=观音桥周六办社保卡"
    ]


@pytest.mark.parametrize(
    ("words", "address"), [("新生儿", "/packages/"), ("观音桥", "/points/"), ("观音桥", "/nearest?")]
)
def test_the_list_of_matters_also_shows_packages_points_and_places(read, words, address):
    assert any(link.startswith(address) for link in chips(read(f"/matters?q={words}")))


BIG = "证" * 34_000  # 102 kB
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "template": "{{7*7}}${7*7}",
    "SQL": "'; DROP TABLE matter;--",
    "or": "' OR 1=1 --",
    "FTS": '"a" AND NEAR(b*, 2) -c:d ^x',
    "wildcards": "%_%*?",
}
REFUSED = {"100 kB": BIG, "201 signs": "证" * 201, "bell": "社\x07保", "nul": "社\x00保", "line": "社\n保"}


def assert_no_markup(body):
    assert "<script>alert" not in body
    assert "<img src=x" not in body


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/nearest", "/matters", "/trip"])
def test_hostile_words_are_words_like_any_and_never_markup(client, path, text):
    shown = [client.get(path, query_string={"q": text})]
    if path != "/matters":
        shown.append(client.post(path, data={"q": text, "lat": "29.57", "lon": "106.53", "accuracy": "20"}))

    for response in shown:
        assert response.status_code == 200
        page = read_page(response.get_data(as_text=True))
        assert page.all("input", name="q", value=text)
        assert_no_markup(response.get_data(as_text=True))


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("path", ["/nearest", "/matters", "/trip"])
def test_words_that_cannot_be_read_are_refused_in_a_sentence_beside_the_box(client, path, text):
    response = client.get(path, query_string={"q": text})

    assert response.status_code == 400
    body = response.get_data(as_text=True)
    page = read_page(body)
    (box,) = page.all("input", name="q")
    assert page.all("p", id=box["aria-describedby"])
    assert "200" in page.text
    # a page never grows with what was sent
    assert len(body) < len(client.get(path).get_data()) + 12_000


@pytest.mark.parametrize("path", ["/nearest", "/trip"])
def test_a_body_that_is_too_large_is_refused_on_a_page_of_ours(client, path):
    response = client.post(path, data={"q": BIG, "lat": "29.57", "lon": "106.53"})

    assert response.status_code == 413
    page = read_page(response.get_data(as_text=True))
    assert len(page.all("h1")) == 1
    assert page.all("a", href="/")


@pytest.mark.parametrize("path", ["/nearest", "/matters", "/trip"])
@pytest.mark.parametrize("text", ["", "   "])
def test_no_words_at_all_are_no_mistake(client, path, text):
    response = client.get(path, query_string={"q": text})

    assert response.status_code == 200
    assert "没有听懂" not in response.get_data(as_text=True)
    assert not read_page(response.get_data(as_text=True)).all("input", name="q", **{"aria-invalid": "true"})


class TestList:
    """/matters by theme, department, audience and whether they are done on the spot."""

    def codes(self, page):
        links = (row.get("href", "") for row in page.all("a"))
        return {link.removeprefix("/matters/") for link in links if re.fullmatch(r"/matters/M\d+", link)}

    def test_each_filter_leaves_exactly_what_it_says(self, read):
        catalogue = shipped_catalogue()
        matters = catalogue.matters.values()
        package = catalogue.packages["P01"]

        assert self.codes(read("/matters?instant=yes")) == {each.code for each in matters if each.is_instant}
        assert self.codes(read("/matters?theme=P01")) == set(package.members)
        assert self.codes(read("/matters?department=区公安分局")) == {
            each.code for each in matters if each.department == "区公安分局"
        }
        assert self.codes(read("/matters?audience=enterprise")) == {
            code for each in catalogue.packages.values() if each.audience == "enterprise" for code in each.members
        }

    def test_filters_that_do_not_exist_are_left_out(self, read):
        assert len(self.codes(read("/matters?theme=P99&department=x&audience=y&instant=z"))) == 255


class TestPackage:
    """Merged materials, and packages larger than one trip."""

    def test_the_page_says_how_many_papers_are_saved(self, read):
        catalogue = shipped_catalogue()
        matters = [catalogue.matters[code] for code in catalogue.packages["P01"].members]
        names = [material.name for matter in matters for material in matter.materials]

        assert f"少交 {len(names) - len(set(names))} 份材料" in read("/packages/P01").text

    def test_more_members_than_one_trip_takes_are_told_politely(self):
        catalogue = shipped_catalogue()
        large = replace(catalogue.packages["P01"], members=tuple(catalogue.matters)[::12][: MAX_MATTERS + 1])
        client = app_showing(replace(catalogue, packages={**catalogue.packages, "P01": large})).test_client()

        for address in ("/packages/P01", "/trip?package=P01&place=观音桥"):
            response = client.get(address)
            assert response.status_code == 200
            assert "最多安排一件事中的 16 个事项" in response.get_data(as_text=True)

    def test_pages_and_finder_agree_on_the_most_members(self):
        assert MAX_PACKAGE_TRIP == MAX_MATTERS


def test_a_matter_is_called_by_names_of_the_readers_language(read):
    matter = shipped_catalogue().matters["M061"]

    assert matter.folk_names_in("zh")[0] in read("/matters/M061").text
    assert matter.folk_names_in("zh")[0] not in read("/matters/M061?lang=en").text
