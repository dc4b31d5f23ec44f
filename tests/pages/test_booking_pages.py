"""The pages of booking without JavaScript: each step by links and forms, each refusal with everything typed kept."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.api.conftest import application
from tests.booking_building import POINT
from tests.conftest import _migrate_and_load
from tests.message_services import Gateway, running
from tests.page_reading import compile_translations, read_page
from tests.staff_pages import Clock
from tests.structure.test_routes import TABLE

CHOSEN = {"matter": "M001", "slot": "2026-11-26T09:00"}
PERSON = {"name": "张三", "phone": "138 1234 5678", "id_last4": "123x", "consent": "yes"}


@pytest.fixture
def make_client(templates):
    compile_translations()
    made = []

    def make(**settings):
        app = application(templates.copy("loaded", _migrate_and_load), **settings)
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        app.extensions["mapapp"].keeper.close()


@pytest.fixture
def client(make_client, tmp_path):
    return make_client(data=tmp_path)


@contextmanager
def statements(app):
    """Yield the list of what the database of an application is asked, in order, without the values."""
    engine, found = app.extensions["mapapp"].keeper.database.engine, []

    def remember(connection, cursor, statement, *_):
        found.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    yield found
    event.remove(engine, "before_cursor_execute", remember)


def hidden(text, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def take(client, start, number, point=POINT):
    """Book a time for somebody else."""
    body = {"point": point, "matter": "M001", "start": f"{start}:00+08:00", "name": "李四", "id_last4": "0000"}
    who = {"phone": f"139000000{number:02}"}
    made = client.post("/api/v1/bookings", json=body | who, headers={"Idempotency-Key": str(number)})
    assert made.status_code == 201, made.text


@pytest.fixture
def fill(client):
    """A function (changes) -> the form of the last step, filled in."""

    def fill(**changes):
        text = client.get(f"/book/{POINT}", query_string=CHOSEN).text
        form = {"form": hidden(text, "form"), "once": hidden(text, "once")}
        return {**CHOSEN, **PERSON, **form, **changes}

    return fill


@pytest.fixture
def booked(client, fill):
    """The address of the page of a new booking."""
    response = client.post(f"/book/{POINT}", data=fill())
    assert response.status_code == 303, response.text
    return response.headers["Location"].partition("?")[0]


def test_the_first_step_offers_the_matters_that_can_be_booked(client):
    page = read_page(client.get(f"/book/{POINT}").text)

    assert page.all("select", name="matter")
    assert "M001" in [option["value"] for option in page.all("option")]
    assert "几时" not in page.text and not page.all("table")


def test_the_second_step_shows_the_next_free_time_the_days_and_the_times(client):
    text = client.get(f"/book/{POINT}?matter=M001").text
    page = read_page(text)

    assert "最近可约：11月26日 星期四 9:00" in page.text
    assert len(page.all("a", **{"class": "day"})) == 10
    assert "11月26日 星期四, 余 42 号" in page.text
    times = [button["value"] for button in page.all("button") if button.get("value", "").startswith("2026-")]
    assert times[:3] == ["2026-11-26T09:00", "2026-11-26T09:00", "2026-11-26T09:30"]


def test_choosing_a_time_holds_it_by_post_and_goes_on(client):
    form = hidden(client.get(f"/book/{POINT}?matter=M001").text, "form")

    response = client.post(f"/book/{POINT}/hold", data={**CHOSEN, "form": form})

    assert response.status_code == 303
    assert response.headers["Location"] == f"/book/{POINT}?matter=M001&slot=2026-11-26T09:00#who"
    assert "HttpOnly" in response.headers["Set-Cookie"] and "Path=/book" in response.headers["Set-Cookie"]
    page = read_page(client.get(response.headers["Location"]).text)
    assert "为您保留到 10:05" in page.text


def test_reading_the_pages_takes_no_time_and_sets_no_cookie(client):
    for address in (f"/book/{POINT}", f"/book/{POINT}?matter=M001&slot=2026-11-26T09:00"):
        assert "Set-Cookie" not in client.get(address).headers

    slots = client.get(f"/api/v1/points/{POINT}/slots").get_json()["slots"]
    assert {slot["free"] for slot in slots} == {3}


def test_what_matters_is_said_before_the_form(client):
    text = client.get(f"/book/{POINT}", query_string=CHOSEN).text

    form = text.index('name="name"')
    for words in ("示例：", "预约规则", "每人同时最多有 2 个预约", "要带的材料", "公司章程"):
        assert text.index(words) < form
    assert text.index('name="consent"') < text.index("确认预约</button>")


def test_a_visit_is_booked_and_shown_with_everything_it_needs(client, fill):
    response = client.post(f"/book/{POINT}", data=fill())

    text = client.get(response.headers["Location"]).text
    page = read_page(text)
    code = response.headers["Location"].split("/")[2].partition("?")[0]
    for words in ("预约成功", "11月26日 星期四 9:00", code, "公司章程", "加入日历", "本站不发短信", "来晚了"):
        assert words in page.text
    assert page.all("img", src=f"/api/v1/bookings/{code}.svg")
    assert page.all("a", href=f"/api/v1/bookings/{code}.ics")
    assert "13812345678" not in text and "138****5678" in text


def test_a_double_click_makes_one_booking(client, fill):
    filled = fill()

    answers = [client.post(f"/book/{POINT}", data=filled) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "<b>张三</b>"}, "name"),
        ({"name": ""}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"id_last4": "12"}, "id_last4"),
        ({"consent": ""}, "consent"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_everything_typed_stays(client, fill, changes, field):
    filled = fill(**changes)

    response = client.post(f"/book/{POINT}", data=filled)

    page = read_page(response.text)
    assert response.status_code == 422
    (wrong,) = [tag for name, tag in page.tags if name == "input" and tag.get("aria-invalid") == "true"]
    assert wrong["name"] == field and wrong["aria-describedby"] == f"{field}-error"
    kept = {tag["name"]: tag.get("value") for name, tag in page.tags if name == "input" and tag.get("name") in PERSON}
    assert {name: kept[name] for name in ("name", "phone", "id_last4")} == {
        name: filled[name] for name in ("name", "phone", "id_last4")
    }
    assert "<b>张三" not in response.text


def test_a_time_that_is_gone_leads_back_to_the_times_and_keeps_the_rest(client, fill):
    filled = fill()
    for number in range(3):
        take(client, "2026-11-26T09:00", number)

    response = client.post(f"/book/{POINT}", data=filled)

    assert response.status_code == 409
    assert "该时段刚被约满" in response.text and "9:30–10:00" in response.text


def test_a_closed_day_or_another_points_matter_is_told_plainly(client):
    saturday = client.get(f"/book/{POINT}?matter=M001&slot=2026-11-28T09:00")
    nonsense = client.get(f"/book/{POINT}?matter=nothing&slot=x&day=y")

    assert saturday.status_code == nonsense.status_code == 200
    assert "该时段已没有余号" in saturday.text
    assert "事项 nothing 在此处不能网上预约" in nonsense.text


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"slot": "2026-11-24T09:00"}, 409, "该时段已不能在网上预约"),
        ({"slot": "2026-11-28T09:00"}, 409, "不能网上预约"),
        # one in the rest of noon, in which other points have slots
        ({"slot": "2026-11-26T12:30"}, 409, "不能网上预约"),
        ({"slot": "2026-11-26T09:07"}, 409, "不能网上预约"),
        ({"slot": "x"}, 409, "不能网上预约"),
        ({"slot": "2026-11-26T09:00:00+14:00"}, 409, "不能网上预约"),
        ({"matter": "nothing"}, 409, "事项 nothing 在此处不能网上预约"),
    ],
    ids=["past", "closed day", "another point's", "between slots", "no time", "another zone", "unknown matter"],
)
@pytest.mark.parametrize("step", ["", "/hold"])
def test_a_time_that_is_none_is_refused_in_words_on_both_steps(client, fill, step, changes, status, said):
    response = client.post(f"/book/{POINT}{step}", data=fill(**changes))

    assert response.status_code == status
    page = read_page(response.text)
    assert page.all("p", id="trouble") and said in page.text
    assert {slot["free"] for slot in client.get(f"/api/v1/points/{POINT}/slots").get_json()["slots"]} == {3}


def test_a_name_beyond_16_bits_is_a_name_and_a_picture_is_none(client, fill):
    response = client.post(f"/book/{POINT}", data=fill(name="𠮷野𡈽"))
    assert response.status_code == 303
    assert "𠮷野𡈽" in client.get(response.headers["Location"]).text

    assert client.post(f"/book/{POINT}", data=fill(name="🦆", phone="13912345678")).status_code == 422


@pytest.mark.parametrize(("minutes", "status"), [(-4, 303), (-6, 400), (11 * 60, 303), (13 * 60, 400)])
def test_a_form_outlives_clocks_that_differ_a_little_and_a_long_pause(make_client, tmp_path, minutes, status):
    """The server that takes the form has another clock than the one that made it."""
    clock = Clock()
    client = make_client(data=tmp_path, now=clock)
    form = hidden(client.get(f"/book/{POINT}?matter=M001").text, "form")
    clock.now += timedelta(minutes=minutes)

    answer = client.post(f"/book/{POINT}", data={**CHOSEN, **PERSON, "slot": "2026-11-27T09:00", "form": form})

    assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(client, fill, headers):
    filled = fill()

    response = client.post(f"/book/{POINT}", data=filled, headers=headers)

    assert response.status_code == 403
    # what a browser sends from our own page, whose policy is to send no referrer
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"/book/{POINT}", data=filled, headers=own).status_code == 303


@pytest.mark.parametrize("changes", [{"form": ""}, {"form": "1.00000000000000000000000000000000"}, {"website": "x"}])
def test_a_form_without_its_token_or_with_the_trap_filled_books_nothing(client, fill, changes):
    response = client.post(f"/book/{POINT}", data=fill(**changes))

    assert response.status_code == 400
    assert "请再按一次按钮" in response.text


def test_a_booking_is_moved_on_its_page(client, booked):
    shown = read_page(client.get(f"{booked}?move=1").text)
    assert "2026-11-27" in " ".join(link.get("href", "") for link in shown.all("a"))

    response = client.post(f"{booked}/move", data={"slot": "2026-11-27T10:00"})

    assert response.status_code == 303
    assert "11月27日 星期五 10:00" in client.get(booked).text


def test_a_move_that_is_refused_is_told_and_changes_nothing(client, booked):
    response = client.post(f"{booked}/move", data={"slot": "2026-11-28T10:00"})

    assert response.status_code == 409
    assert "不能网上预约" in response.text and "11月26日 星期四 9:00" in response.text


def test_a_booking_is_cancelled_on_its_page(client, booked):
    assert client.post(f"{booked}/cancel").status_code == 303

    assert "已取消" in client.get(booked).text


def test_ones_data_are_erased_on_the_page(client, booked):
    assert "您的信息已删除" in client.post(f"{booked}/erase").text

    assert client.get(booked).status_code == 404


@pytest.mark.parametrize("deed", ["", "/move", "/cancel", "/accept", "/confirm", "/erase"])
def test_another_code_opens_and_changes_nothing(client, booked, deed):
    code = booked.rpartition("/")[2]
    unknown = ("3" if code[0] != "3" else "4") + code[1:]
    form = {"slot": "2026-11-27T10:00", "number": "123456"}

    def answer(other):
        address = f"/booking/{other}{deed}"
        return client.post(address, data=form) if deed else client.get(address)

    answers = [answer(unknown), answer("nonsense")]
    assert [each.status_code for each in answers] == [404, 404]
    # the same words, but for the number under which the answer is in the log
    assert len({re.sub(r"[0-9a-f]{16}|/booking/[^?\"]*", "", each.text) for each in answers}) == 1
    assert "11月26日 星期四 9:00" in client.get(booked).text


def test_a_move_without_a_time_changes_nothing(client, booked):
    assert client.post(f"{booked}/move", data={"slot": "x"}).status_code == 400
    assert client.post("/booking/nonsense/move", data={}).status_code == 404
    assert "11月26日 星期四 9:00" in client.get(booked).text


def test_the_switch_of_language_repeats_nothing_that_was_typed(client, fill, booked):
    wrong = client.post(f"/book/{POINT}", data=fill(phone="12345", name="欧阳"))
    header = wrong.text[: wrong.text.index("</header>")]

    assert wrong.status_code == 422
    assert "欧阳" not in header and "12345" not in header and "<form" not in header
    english = re.search(r'href="([^"]*lang=en)"', header)[1].replace("&amp;", "&")
    assert english.startswith(f"/book/{POINT}?matter=M001&slot=2026-11-26T09%3A00")
    assert "Book a visit" in client.get(english).text

    refused = client.post(f"{booked}/move", data={"slot": "2026-11-28T10:00"}).text
    assert f'href="{booked}?lang=zh"' in refused[: refused.index("</header>")]


def test_a_month_without_a_free_time_says_when_new_ones_open(make_client, tmp_path):
    client = make_client(data=tmp_path, booking_first_day=1, booking_last_day=1, booking_capacity=0)

    text = client.get(f"/book/{POINT}?matter=M001").text

    assert "11月25日 星期三 17:00" in text


def test_no_page_of_booking_is_kept_by_a_cache(client, booked):
    for address in (f"/book/{POINT}", f"/book/{POINT}?matter=M001", booked, "/booking/find", "/booking/unknown"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_known_code_opens_its_page_in_any_spelling(client, booked):
    code = booked.rpartition("/")[2].replace("-", "").lower()

    assert client.post("/booking/find", data={"code": f" {code} "}).headers["Location"] == booked
    assert client.post("/booking/find", data={"code": "abc"}).status_code == 404


def test_without_a_channel_nothing_promises_a_message(client):
    assert "本站不发短信" in client.get("/booking/find").text


def test_several_matters_take_one_longer_visit(client):
    text = client.get(f"/book/{POINT}?matter=M001&matter=M002&matter=M003").text

    assert "9:00–10:00" in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    [
        f"/book/{POINT}",
        f"/book/{POINT}?matter=M001",
        f"/book/{POINT}?matter=M001&slot=2026-11-26T09:00",
        "/booking/find",
        "booked",
        "booked?move=1",
    ],
)
def test_every_page_is_whole_in_both_languages(client, booked, address, language):
    address = booked + address.removeprefix("booked") if address.startswith("booked") else address
    text = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}").text
    page = read_page(text)

    assert page.all("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert len(page.all("h1")) == 1
    assert page.inline == []
    assert [load for load in page.loads if not re.match(r"/(?!/)", load)] == []
    named = {tag["for"] for _, tag in page.tags if "for" in tag}
    ids = [tag["id"] for _, tag in page.tags if "id" in tag]
    assert named <= set(ids) and len(ids) == len(set(ids))
    if language == "en":
        mixed = [words for words, spoken in page.spoken if spoken == "en" and re.search(r"[\u4e00-\u9fff]", words)]
        assert [words for words in mixed if "张三" not in words] == []


CARDS = "/nearest?matter=M001&place=观音桥"


def test_a_card_of_the_answer_says_when_the_next_time_is_free(client):
    page = read_page(client.get(CARDS).text)

    assert "最近可约：11月26日 星期四 9:00" in page.text


def test_the_next_free_time_is_asked_for_twice_a_minute_at_most(make_client, tmp_path):
    clock = Clock()
    client = make_client(data=tmp_path, now=clock)
    point = client.get("/api/v1/nearest?matter=M001&place=观音桥&k=1").get_json()["results"][0]["point"]["id"]

    def said():
        return read_page(client.get(f"{CARDS}&k=1").text).text

    assert "最近可约：11月26日 星期四 9:00" in said()
    for number in range(3):
        take(client, "2026-11-26T09:00", number, point)
    assert "最近可约：11月26日 星期四 9:00" in said()
    clock.now += timedelta(seconds=30)
    assert "最近可约：11月26日 星期四 9:30" in said()


# ---- with a channel


@pytest.fixture
def gateway():
    with running(Gateway()) as server:
        yield server


@pytest.fixture
def told_client(make_client, tmp_path, gateway):
    return make_client(data=tmp_path, message_webhook_url=gateway.url, booking_capacity=1)


def _fill(client, **changes):
    text = client.get(f"/book/{POINT}", query_string=CHOSEN).text
    return {**CHOSEN, **PERSON, "form": hidden(text, "form"), "once": hidden(text, "once"), **changes}


def test_the_same_is_said_and_the_same_work_done_whether_or_not_there_is_a_booking(told_client):
    client = told_client
    assert client.post(f"/book/{POINT}", data=_fill(client)).status_code == 303
    form = hidden(client.get("/booking/find").text, "form")
    said, work = [], []

    for phone, last4 in (("13812345678", "123X"), ("13812345678", "9999"), ("13999999999", "123X")):
        with statements(client.application) as asked:
            said.append(client.post("/booking/find", data={"form": form, "phone": phone, "id_last4": last4}).text)
        work.append(asked)

    assert "正发往那部手机" in said[0] and "5678" not in said[0]
    assert said == said[:1] * 3
    assert any(statement.startswith("INSERT") for statement in work[0])
    assert work == work[:1] * 3


HOLDERS = [(method, rule) for method, rule, audience in TABLE if audience == "holder"]


@pytest.mark.parametrize(("method", "rule"), HOLDERS)
def test_a_mistyped_code_costs_as_much_as_an_unknown_and_an_erased_one(client, booked, method, rule):
    erased = booked.rpartition("/")[2]
    client.post(f"{booked}/erase")
    work = []

    for code in (erased, "K7M-2QX-9FT-R4B-HJC-8WZ", "mistyped"):
        body = {"json": {"start": "2026-11-26T10:00:00+08:00"}} if rule.startswith("/api/") else {"data": CHOSEN}
        with statements(client.application) as asked:
            assert client.open(rule.replace("<code>", code), method=method, **body).status_code == 404
        work.append(asked)

    assert work[0] and work == work[:1] * 3


def test_a_phone_is_confirmed_by_the_number_that_was_sent(told_client):
    location = told_client.post(f"/book/{POINT}", data=_fill(told_client)).headers["Location"].partition("?")[0]
    assert "短信里的验证码" in told_client.get(location).text

    wrong = told_client.post(f"{location}/confirm", data={"number": "000000"})

    assert wrong.status_code == 422
    assert "与发送的验证码不符" in wrong.text


def test_a_full_day_offers_the_waiting_list(told_client):
    client = told_client
    slots = client.get(f"/api/v1/points/{POINT}/slots?from=2026-11-26&to=2026-11-26").get_json()["slots"]
    for number, slot in enumerate(slots):
        take(client, slot["start"][:16], number)
    day = client.get(f"/book/{POINT}?matter=M001&day=2026-11-26").text
    assert "这天已约满" in day and "wait=1" in day

    text = client.get(f"/book/{POINT}?matter=M001&day=2026-11-26&wait=1").text
    filled = {**PERSON, "matter": "M001", "day": "2026-11-26", "wait": "1", "form": hidden(text, "form")}
    response = client.post(f"/book/{POINT}", data=filled)

    assert response.status_code == 303, response.text
    place = client.get(response.headers["Location"])
    assert "您排在第一位" in place.text
    assert client.post(f"{response.headers['Location'].partition('?')[0]}/cancel").status_code == 303
