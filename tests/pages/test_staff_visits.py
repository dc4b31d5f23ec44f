"""Bookings of the day at the counter: the list, checking in, served, missed, walk-in, cancelled with a reason."""

import re
from datetime import timedelta

import pytest

from tests.page_reading import read_page
from tests.staff_pages import Clock, log_in, post, staff_app

VISITS = "/staff/points/JB-001/visits"
PHONE = "13912345678"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(sqlite_loaded, tmp_path, clock):
    return staff_app(sqlite_loaded, tmp_path, clock)


@pytest.fixture
def code(app):
    """The code of a booking for tomorrow, Thursday, 9:00."""
    body = {"point": "JB-001", "matter": "M001", "start": "2026-11-26T09:00:00+08:00", "name": "张三丰"}
    body |= {"phone": PHONE, "id_last4": "123X"}
    made = app.test_client().post("/api/v1/bookings", json=body, headers={"Idempotency-Key": "1"})
    assert made.status_code == 201, made.text
    return made.get_json()["code"]


@pytest.fixture
def wang(app, code, clock):
    clock.now += timedelta(days=1) - timedelta(hours=1, minutes=5)
    client = app.test_client()
    log_in(client, "wang")
    return client


def text_of(client, address=VISITS):
    return read_page(client.get(address).get_data(as_text=True)).text


def booking_in(client):
    return re.search(r'name="booking" value="(\d+)"', client.get(VISITS).get_data(as_text=True))[1]


def test_the_list_of_a_day_masks_who_comes(wang):
    text = text_of(wang)

    assert "9:00–9:30" in text
    assert "张** · 5678" in text
    assert PHONE not in text
    assert "123X" not in text


def test_a_code_checks_somebody_in_and_then_they_are_served(wang, code):
    post(wang, VISITS, {"action": "check_in", "code": code})
    assert "已到" in text_of(wang)

    post(wang, VISITS, {"action": "finish", "booking": booking_in(wang)})

    assert "已办" in text_of(wang)


def test_the_address_of_a_qr_code_checks_in_as_well(wang, code):
    post(wang, VISITS, {"action": "check_in", "code": f"https://map.example.gov.cn/booking/{code}"})

    assert "已到" in text_of(wang)


def test_somebody_who_did_not_come_is_noted_after_the_window(wang, clock):
    number = booking_in(wang)
    assert post(wang, VISITS, {"action": "miss", "booking": number}).status_code == 409
    clock.now += timedelta(minutes=30)

    post(wang, VISITS, {"action": "miss", "booking": number})

    assert "未到" in text_of(wang)


def test_somebody_without_a_booking_gets_a_place_in_line(wang):
    post(wang, VISITS, {"action": "walk_in", "matter": "M001"})

    assert "现场取号" in text_of(wang)
    assert "已到" in text_of(wang)


def test_a_booking_is_cancelled_with_a_reason_alone(wang):
    number = booking_in(wang)
    assert post(wang, VISITS, {"action": "cancel", "booking": number, "reason": " "}).status_code == 409

    post(wang, VISITS, {"action": "cancel", "booking": number, "reason": "停电"})

    assert "已取消" in text_of(wang)


def test_a_closure_shows_who_was_booked(app, wang):
    office = app.test_client()
    log_in(office, "office")
    page = office.get("/staff/points/JB-001/closures").get_data(as_text=True)
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    form = {
        "entries": "1",
        "version": version,
        "action": "publish",
        "starts_day_0": "2026-11-26",
        "reason_zh_0": "停电",
    }
    post(office, "/staff/points/JB-001/closures", form)

    assert "已预约但现已停办" in text_of(wang)


@pytest.mark.parametrize("action", ["finish", "miss", "cancel"])
def test_a_booking_of_another_point_cannot_be_touched(app, wang, action):
    number = booking_in(wang)
    form = {"action": action, "booking": number, "reason": "x"}

    assert post(wang, "/staff/points/JB-002/visits", form).status_code == 404
    assert "已预约" in text_of(wang)


def test_a_code_of_another_point_checks_nobody_in(wang, code):
    assert post(wang, "/staff/points/JB-002/visits", {"action": "check_in", "code": code}).status_code == 404
    assert "已预约" in text_of(wang)


def test_a_supervisor_and_other_editors_see_nobody(app, wang):
    for name in ("zhang", "li"):
        client = app.test_client()
        log_in(client, name)
        assert client.get(VISITS).status_code == 403
