"""GET and POST /trip: the basket and the trip through it."""

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


def test_hostile_words_come_back_escaped(client):
    answer = client.get("/trip", query_string={"q": "<script>alert(1)</script>'; DROP TABLE matters;--"})

    assert "<script>alert" not in answer.get_data(as_text=True)
    assert answer.status_code in {200, 303}
