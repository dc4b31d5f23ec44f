"""Bookings that no longer fit: their own page says so, whatever took their place away, and they can be cancelled."""

import re

import pytest

from tests.page_reading import read_page
from tests.pages.test_staff_editing import fill
from tests.staff_pages import Clock, log_in, post, staff_app

POINT = "/staff/points/JB-001"
BODY = {"point": "JB-001", "matter": "M001", "start": "2026-11-26T09:00:00+08:00", "name": "张三丰"}
BODY |= {"phone": "13912345678", "id_last4": "123X"}
CLOSED_TOMORROW = {"starts_day_0": "2026-11-26", "ends_day_0": "2026-11-27", "reason_zh_0": "停电"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(one_loaded, tmp_path, clock):
    return staff_app(one_loaded, tmp_path, clock)


@pytest.fixture
def resident(app):
    return app.test_client()


@pytest.fixture
def code(resident):
    """The code of a booking for tomorrow, Thursday, 9:00."""
    made = resident.post("/api/v1/bookings", json=BODY, headers={"Idempotency-Key": "1"})
    assert made.status_code == 201, made.text
    return made.get_json()["code"]


@pytest.fixture
def office(app, code):
    client = app.test_client()
    log_in(client, "office")
    return client


def own_page(client, code, query=""):
    answer = client.get(f"/booking/{code}{query}")
    assert answer.status_code == 200, answer.text
    return read_page(answer.text)


def test_a_booking_at_a_retired_point_says_so_and_is_cancelled(resident, office, code):
    name = resident.get("/api/v1/points/JB-001").get_json()["name"]
    fill(office, f"{POINT}/details", retired="on", booked="keep")

    page = own_page(resident, code, "?move=1")
    assert "自2026-11-25起已停用" in page.text and "无法在此办理" in page.text
    assert name in page.text and "11月26日 星期四 9:00" in page.text
    assert page.all("a", href="/points/JB-001")
    assert not page.all("form", action=f"/booking/{code}/move")

    assert resident.post(f"/booking/{code}/move", data={"slot": "2026-11-27T09:00"}).status_code == 409
    assert resident.post(f"/booking/{code}/cancel").status_code == 303
    cancelled = own_page(resident, code)
    assert "已取消" in cancelled.text
    assert not [link for link in cancelled.all("a") if link.get("href", "").startswith("/book/")]
    assert "closed for good" in own_page(resident, code, "?lang=en").text


def test_a_booking_at_a_retired_point_is_read_refused_a_move_and_cancelled_over_the_interface(resident, office, code):
    fill(office, f"{POINT}/details", retired="on", booked="keep")
    address = f"/api/v1/bookings/{code}"

    assert resident.get(address).get_json(force=True)["state"] == "booked"
    moved = resident.patch(address, json={"start": "2026-11-27T09:00:00+08:00"})
    assert (moved.status_code, moved.get_json(force=True)["code"]) == (409, "not_bookable")
    assert resident.get(f"{address}.ics").status_code == resident.get(f"{address}.svg").status_code == 200
    assert resident.delete(address).status_code == 204
    assert resident.post(f"/booking/{code}/erase").status_code == 200


def test_nothing_is_booked_at_a_retired_point_and_the_nearest_are_named(resident, office):
    fill(office, f"{POINT}/details", retired="on", booked="keep")

    answer = resident.get("/book/JB-001")

    assert answer.status_code == 410
    assert len(re.findall(r'href="/points/(JB-\d+)"', answer.text)) == 3
    assert resident.post("/book/JB-001", data={}).status_code == 404


def test_a_booking_for_a_matter_that_is_no_longer_on_offer_is_shown_and_cancelled(resident, office, code):
    name = resident.get("/api/v1/matters/M001").get_json()["name"]
    fill(office, "/staff/matters/M001", retired="on", booked="keep")

    page = own_page(resident, code, "?move=1")
    assert name in page.text and "已不能为您办理" in page.text
    assert not page.all("form", action=f"/booking/{code}/move")
    assert resident.post(f"/booking/{code}/cancel").status_code == 303


def test_a_booking_in_a_closure_says_why_and_can_be_moved(resident, office, code):
    fill(office, f"{POINT}/closures", **CLOSED_TOMORROW, booked="keep")

    page = own_page(resident, code)
    assert "停电" in page.text and "已不能为您办理" in page.text and "加入日历" not in page.text
    assert resident.post(f"/booking/{code}/move", data={"slot": "2026-11-27T10:00"}).status_code == 303
    moved = own_page(resident, code)
    assert "已不能为您办理" not in moved.text and "停电" not in moved.text and "加入日历" in moved.text


def test_a_booking_that_fits_says_nothing_of_the_kind(resident, office, code):
    post(office, f"{POINT}/closures")

    assert "已不能为您办理" not in own_page(resident, code).text
