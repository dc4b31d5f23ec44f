"""The answer page: from everyday words and a place to the nearest points, or one sentence about what is missing."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.page_reading import read_page

ZONE = ZoneInfo("Asia/Shanghai")
POSITION = {"q": "社保卡", "lat": "29.57411", "lon": "106.53213", "accuracy": "30"}


def test_everyday_words_and_a_place_lead_to_the_nearest_points(read):
    page = read("/nearest?q=社保卡&place=观音桥")

    assert len(page.listed) == 5
    assert "观音桥街道公共服务中心" in page.text
    assert re.search(r"步行约 \d+ 分钟 · 约 \d+ 米（估算）", page.text)
    assert "开放至 12:00" in page.text


def test_the_answer_says_which_matter_and_place_were_understood(read):
    page = read("/nearest?q=社保卡&place=观音桥")

    assert "社会保障卡申领" in page.text
    assert any(row["href"].startswith("/nearest?place=") for row in page.all("a") if "chip" in row.get("class", ""))


def test_a_missing_place_is_asked_for_without_a_reproach(read):
    page = read("/nearest?q=社保卡")

    assert "还差一步" in page.text
    assert page.all("input", name="q", value="社保卡")
    assert "aria-invalid" not in page.all("input", name="place")[0]


def test_an_unknown_place_is_said_at_its_field_with_names_to_choose(read):
    page = read("/nearest?q=社保卡&place=江北机场")

    (field,) = page.all("input", name="place")
    offered = [row["href"] for row in page.all("a", **{"class": "chip"}) if "place=" in row["href"]]
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "place-error")
    assert page.all("p", id="place-error")
    assert 1 <= len(offered) <= 5


def test_a_slip_in_the_name_of_a_place_is_understood(read):
    page = read("/nearest?q=社保卡&place=观音乔")

    assert "观音桥" in page.text
    assert len(page.listed) == 5


def test_a_place_nobody_knows_keeps_what_was_typed(read):
    page = read("/nearest?q=社保卡&place=火星街")

    assert page.all("input", name="place", value="火星街")
    assert page.all("p", id="place-error")


def test_words_that_fit_nothing_offer_three_matters_and_the_hotline(read):
    page = read("/nearest?q=看电影&place=观音桥")

    offered = [row["href"] for row in page.all("a") if re.search(r"matter=M\d+", row.get("href", ""))]
    assert "没有听懂“看电影”" in page.text
    assert len(offered) == 3 + 6
    assert page.all("a", href="tel:12345")


def test_a_place_far_away_is_refused_in_words(read):
    page = read("/nearest?q=社保卡&place=北京")

    assert not page.listed
    assert page.all("p", id="place-error")


def test_none_within_one_kilometre_is_said_with_the_nearest(read):
    page = read("/nearest?q=护照&place=复盛")

    assert "公里内没有，最近的是" in page.text
    assert "渝快办" in page.text


def test_a_point_closed_for_lunch_on_arrival_says_when_to_leave(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-25&time=11:58")

    assert "午休，14:00 开门" in page.text
    assert re.search(r"建议出发时间：13:\d\d", page.text)


def test_a_point_that_opens_soon_after_one_arrives_says_how_short_the_wait_is(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-25&time=13:35")

    waits = re.findall(r"出发后 25 分钟开门，到后等 (\d+) 分钟", page.text)
    assert waits
    assert all(0 < int(minutes) < 25 for minutes in waits)


def test_who_asks_for_open_points_is_told_of_those_that_open_just_after_one_arrives(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-25&time=13:35&open=arrival")

    waits = page.text.count("出发后 25 分钟开门，到后等")
    assert 0 < waits <= len(page.listed)
    assert page.listed[0] == read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-25&time=13:35").listed[0]


def test_an_arrival_time_is_asked_at_that_time(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=arrive&day=2026-11-25&time=12:30")

    assert "11月25日 周三 12:30 到达" in page.text
    assert "午休，14:00 开门" in page.text


def test_a_holiday_has_its_name(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-10-01&time=10:00")

    assert "放假（国庆节），10月8日 周四 9:00 开门" in page.text


def test_only_open_points_on_a_saturday_are_none_and_the_way_out_is_offered(read):
    page = read("/nearest?q=社保卡&place=观音桥&when=leave&day=2026-11-28&time=10:00&open=arrival")

    assert not page.listed
    assert "您到达时没有一处开门" in page.text
    assert any("open=" not in row["href"] for row in page.all("a") if row.get("class") == "button")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-25T08:30", "尚未开门，9:00 开门"),
        ("2026-11-25T10:00", "开放至 12:00"),
        ("2026-11-25T11:50", "即将关门，开放至 12:00"),
        ("2026-11-25T12:30", "午休，14:00 开门"),
        ("2026-11-25T19:00", "今日已下班，明天 9:00 开门"),
        ("2026-11-28T10:00", "周末休息，周一 9:00 开门"),
        ("2026-10-01T10:00", "今日放假（国庆节），10月8日 周四 9:00 开门"),
    ],
)
def test_the_state_of_a_point_is_said_in_words(at_moment, moment, words):
    with at_moment(datetime.fromisoformat(moment).replace(tzinfo=ZONE)) as client:
        page = read_page(client.get("/points/JB-020").get_data(as_text=True))

    assert words in page.text


@pytest.mark.parametrize(
    "query", ["when=leave", "when=leave&day=2026-02-30", "time=25:00", "day=1066-10-14", "k=0", "open=maybe"]
)
def test_what_cannot_be_read_is_a_form_with_the_fault_at_its_field(read, query):
    page = read(f"/nearest?q=社保卡&place=观音桥&{query}", status=400)

    assert page.all("form", action="/nearest")
    assert page.all("input", name="q", value="社保卡")


def test_a_package_that_no_point_takes_whole_leads_to_its_page(read):
    page = read("/nearest?package=P01&place=观音桥")

    assert page.listed or page.all("a", href="/packages/P01")


def test_the_name_of_a_point_leads_to_its_page(client):
    response = client.get("/nearest?q=江北区社会保险事务中心")

    assert (response.status_code, response.headers["Location"]) == (303, "/points/JB-020")


def test_a_place_in_the_one_box_shows_the_points_around_it(read):
    page = read("/nearest?q=观音桥")

    assert len(page.listed) == 5


def test_more_results_are_shown_on_request(read):
    page = read("/nearest?q=社保卡&place=观音桥&k=20")

    assert len(page.listed) > 5


class TestOwnPosition:
    """A position comes in the body and stays there."""

    def test_it_is_answered_and_kept_by_nobody(self, client):
        response = client.post("/nearest", data=POSITION)

        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
        assert len(read_page(response.get_data(as_text=True)).listed) == 5

    def test_it_stands_in_no_address_of_the_page(self, client):
        html = client.post("/nearest", data=POSITION).get_data(as_text=True)
        addresses = re.findall(r'(?:href|action|src)="([^"]*)"', html)

        assert addresses
        assert [address for address in addresses if "29.574" in address or "106.532" in address] == []

    def test_changing_one_thing_sends_it_again(self, client):
        page = read_page(client.post("/nearest", data=POSITION).get_data(as_text=True))

        assert page.all("form", method="post", action="/nearest")
        assert page.all("input", type="hidden", name="lat", value="29.57411")

    def test_a_place_that_was_typed_afterwards_does_not_need_it(self, client):
        response = client.post("/nearest", data={"q": "社保卡", "place": "观音桥", "lat": "", "lon": ""})

        assert len(read_page(response.get_data(as_text=True)).listed) == 5

    @pytest.mark.parametrize("form", [{"lat": "29.5", "lon": "x"}, {"lat": "91", "lon": "106"}, {"lat": "29.5"}])
    def test_half_a_position_is_a_form_not_a_crash(self, client, form):
        response = client.post("/nearest", data={"q": "社保卡", **form})

        assert response.status_code in (200, 400)
        assert 'action="/nearest"' in response.get_data(as_text=True)

    def test_far_away_it_says_how_far(self, client):
        response = client.post("/nearest", data={"q": "社保卡", "lat": "39.9", "lon": "116.4"})

        assert re.search(r"约 1\d{3} 公里", response.get_data(as_text=True))
