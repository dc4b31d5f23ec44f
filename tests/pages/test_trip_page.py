"""GET and POST /trip: the basket and the trip through it."""

from urllib.parse import quote

import pytest

from mapapp.finder import trip_search
from tests.page_reading import read_page

PLANNED = "/trip?matter=M001&matter=M017&matter=M061&place=观音桥&open=arrival"


def test_an_empty_basket_offers_usual_errands(read):
    page = read("/trip")

    assert "还没有选事项" in page.text
    assert any(row.get("href", "").startswith("/trip?matter=") for row in page.all("a"))


def test_a_planned_trip_tells_walk_arrival_and_what_is_done(read):
    page = read(PLANNED)

    assert "到达，在此办" in page.text
    assert "步行共" in page.text


def test_words_put_a_matter_into_the_basket_at_an_address_to_share(client):
    answer = client.get("/trip", query_string={"matter": "M001", "q": "社保卡", "place": "观音桥"})

    assert answer.status_code == 303
    assert answer.location.startswith("/trip?")
    assert "matter=M001&matter=" in answer.location
    assert "q=" not in answer.location


def test_a_matter_without_a_start_asks_for_it(read):
    assert "从哪里出发" in read("/trip?matter=M001").text


def test_unclear_words_offer_what_may_be_meant(read):
    page = read("/trip?q=看电影&place=观音桥")

    assert "看电影" in page.text


def test_more_than_eight_matters_are_refused_in_words(read):
    read("/trip?" + "&".join(f"matter=M00{number}" for number in range(1, 10)), status=400)


def test_a_time_that_is_announced_and_not_given_is_asked_for_and_the_basket_stays(read):
    page = read("/trip?matter=M001&place=观音桥&when=leave", status=400)

    assert "请选择" in page.text
    assert page.all("input", name="matter", value="M001")


def test_an_unknown_matter_is_not_found(read):
    read("/trip?matter=M999", status=404)


def test_at_night_the_page_says_that_nothing_is_open(read):
    text = read("/trip?matter=M001&place=观音桥&open=now&when=leave&day=2026-11-25&time=23:30").text

    assert "那时没有开着的办理点" in text


def test_the_own_position_stands_in_no_address(client):
    fields = {"matter": ["M001", "M017"], "lat": "29.5734", "lon": "106.5141", "accuracy": "30"}
    answer = client.post("/trip", data=fields)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = read_page(answer.get_data(as_text=True))
    assert not any("29.57" in row.get("href", "") and row["href"].startswith("/") for row in page.all("a"))


def test_another_way_can_be_chosen(read):
    first, second = read("/trip?package=P01&place=观音桥"), read("/trip?package=P01&place=观音桥&choice=2")

    assert first.text != second.text
    assert "办完: " in first.text


def test_hostile_words_come_back_escaped(client):
    answer = client.get("/trip", query_string={"q": "<script>alert(1)</script>'; DROP TABLE matters;--"})

    assert "<script>alert" not in answer.get_data(as_text=True)
    assert answer.status_code in {200, 303}


NINE = "&".join(f"matter=M00{number}" for number in range(1, 10))
EIGHT = "&".join(f"matter=M00{number}" for number in range(1, 9))
AT_ELEVEN = "open=arrival&when=leave&day=2026-11-25&time=11:00"
# what a trip cannot do, and what the page says of it in both languages
STATES = [
    ("matter=M001&place=火星街", 200, "没有找到“火星街”这个地方。", "We do not know the place “火星街”."),
    ("place=观音桥", 200, "还没有选事项", "Nothing chosen yet."),
    (f"{NINE}&place=观音桥", 400, "一次行程最多 8 件事。", "One trip takes at most 8 matters."),
    (f"{EIGHT}&q=社保卡&place=观音桥", 200, "一次行程最多 8 件事。", "One trip takes at most 8 matters."),
    (
        "matter=M150&place=观音桥",
        200,
        "没有办理点受理：遗体火化证明出具。",
        "No service point takes: Cremation certificate.",
    ),
    (
        "matter=M003&matter=M017&matter=M157&matter=M061&place=观音桥&open=arrival&when=leave&day=2026-11-25&time=16:00",
        200,
        "当天开门时间内跑不完。",
        "No trip fits the opening hours of that day.",
    ),
    (
        "matter=M017&place=观音桥&open=arrival&when=leave&day=2026-11-25&time=17:00",
        200,
        "那天在关门前来不及办：药品零售经营许可。",
        "Not possible before closing on that day: Retail pharmacy licence.",
    ),
    (
        f"matter=M001&matter=M017&matter=M061&place=观音桥&{AT_ELEVEN}",
        200,
        "在那里等",
        "minutes there until it opens",
    ),
]


@pytest.mark.parametrize(("asked", "status", "chinese", "english"), STATES)
def test_what_stands_in_the_way_is_said_in_both_languages(read, asked, status, chinese, english):
    assert chinese in read(f"/trip?{asked}&lang=zh", status).text
    assert english in read(f"/trip?{asked}&lang=en", status).text


def test_an_unknown_place_is_marked_keeps_the_basket_and_offers_what_may_be_meant(read):
    page = read("/trip?matter=M001&place=观音")

    assert page.all("input", name="place")[0]["aria-invalid"] == "true"
    assert page.all("input", name="matter", value="M001")
    offered = [
        row["href"] for row in page.all("a") if row.get("href", "").startswith("/trip?") and "place=" in row["href"]
    ]
    assert any("matter=M001" in address and quote("观音桥站") in address for address in offered)


def test_of_more_than_eight_matters_the_first_eight_stay(read):
    page = read(f"/trip?{NINE}&place=观音桥", status=400)

    assert [row["value"] for row in page.all("input", name="matter")] == [f"M00{number}" for number in range(1, 9)]


def test_a_matter_that_nobody_takes_is_named_with_the_hotline_and_the_rest_is_planned(read):
    page = read("/trip?matter=M150&matter=M001&place=观音桥")

    assert "没有办理点受理：遗体火化证明出具。请拨打 12345" in page.text
    assert "12345 12345" not in page.text
    assert page.all("a", href="tel:12345")
    assert "到达，在此办 1 件" in page.text


def test_where_no_trip_fits_the_hours_one_without_them_is_a_step_away(read):
    asked = STATES[5][0]
    page = read(f"/trip?{asked}")

    (anyway,) = [row["href"] for row in page.all("a") if "open=any" in row.get("href", "")]
    assert "到达，在此办" in read(anyway).text


def test_a_trip_that_could_not_be_proved_the_best_says_so(read, monkeypatch):
    monkeypatch.setattr(trip_search, "WIDTHS", (1,))
    asked = "matter=M001&matter=M002&matter=M052&matter=M061&matter=M076&place=观音桥&open=any"
    page, english = read(f"/trip?{asked}"), read(f"/trip?{asked}&lang=en")

    assert "到达，在此办" in page.text
    assert "限时内未能证明没有更好的" in page.text
    assert "whether there is a better one could not be proved in time" in english.text
