"""Bookings that no longer fit: their own page says so, whatever took their place away, and they can be cancelled."""

import re
from datetime import timedelta

import pytest

from tests.page_reading import read_page
from tests.pages.test_staff_editing import fill
from tests.staff_pages import log_in, post

POINT = "/staff/points/JB-001"
BODY = {"point": "JB-001", "matter": "M001", "start": "2026-11-26T09:00:00+08:00", "name": "张三丰"}
BODY |= {"phone": "13912345678", "id_last4": "123X"}
CLOSED_TOMORROW = {"starts_day_0": "2026-11-26", "ends_day_0": "2026-11-27", "reason_zh_0": "停电"}
DAY_OFF = {"day_49": "2026-11-26", "kind_49": "holiday", "name_zh_49": "临时放假"}
DAY_OFF |= {"name_en_49": "", "follows_49": "", "source_49": ""}


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


def asked_about(answer):
    """Return whether somebody's booking is shown before anything is published."""
    return answer.status_code == 409 and "张** · 5678" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("where", "changes"),
    [
        (f"{POINT}/closures", CLOSED_TOMORROW),
        ("/staff/points/district/closures", CLOSED_TOMORROW),
        (f"{POINT}/hours", {"way": "rule", "rule": "Mo-Fr 13:00-17:00"}),
        (f"{POINT}/details", {"retired": "on"}),
        (f"{POINT}/offers", {"mode_M001": ""}),
        ("/staff/matters/M001", {"retired": "on"}),
        ("/staff/calendar/2026", DAY_OFF),
    ],
    ids=["closure", "closure of all", "hours", "retired point", "offers", "retired matter", "calendar"],
)
def test_whatever_takes_somebodys_time_asks_first_in_its_form_and_on_the_page_of_changes(
    resident, office, code, where, changes
):
    asked = fill(office, where, **changes)
    assert asked_about(asked)
    # nothing typed is lost: it is a draft by now
    drafted = re.search(r'action="(/staff/changes/\d+)"', asked.get_data(as_text=True))[1]
    assert asked_about(post(office, drafted, {"action": "publish"}))
    assert "已不能为您办理" not in own_page(resident, code).text

    assert post(office, drafted, {"action": "publish", "booked": "cancel", "booked_reason": "装修"}).status_code == 303

    text = own_page(resident, code).text
    assert "已取消" in text and "装修" in text


def test_a_closure_published_from_the_page_of_changes_moves_whoever_is_booked(resident, office, code):
    drafted = fill(office, f"{POINT}/closures", action="draft", **CLOSED_TOMORROW).headers["Location"]

    post(office, drafted, {"action": "publish", "booked": "move"})

    text = own_page(resident, code).text
    assert "11月27日 星期五 9:00" in text and "停电" in text


def test_undoing_asks_first_as_well(resident, office):
    """Longer hours are published, somebody books in them, and they are undone."""
    changed = fill(office, f"{POINT}/hours", way="rule", rule="Mo-Fr 09:00-20:00").headers["Location"]
    late = {**BODY, "start": "2026-11-26T19:00:00+08:00", "phone": "13912345679"}
    made = resident.post("/api/v1/bookings", json=late, headers={"Idempotency-Key": "2"})
    assert made.status_code == 201, made.text

    asked = post(office, changed, {"action": "revert"})

    assert asked.status_code == 409 and "19:00" in asked.get_data(as_text=True)
    assert post(office, changed, {"action": "revert", "booked": "cancel"}).status_code == 303
    assert "已取消" in own_page(resident, made.get_json()["code"]).text


def test_whoever_may_not_publish_is_shown_nobody(app, code):
    wang = app.test_client()
    log_in(wang, "wang")
    drafted = fill(wang, f"{POINT}/offers", action="draft", mode_M001="").headers["Location"]

    answer = post(wang, drafted, {"action": "publish"})

    assert answer.status_code == 403
    assert "张" not in answer.get_data(as_text=True)


def test_a_closure_that_is_scheduled_says_who_falls_into_it_and_lists_them_once_it_is_public(
    resident, office, code, clock
):
    drafted = fill(office, f"{POINT}/closures", action="draft", **CLOSED_TOMORROW).headers["Location"]
    post(office, drafted, {"action": "schedule", "day": "2026-11-25", "time": "12:00"})
    assert "其间已有 1 个预约" in read_page(office.get(drafted).get_data(as_text=True)).text
    assert "已不能为您办理" not in own_page(resident, code).text

    clock.now += timedelta(hours=2)

    assert "已不能为您办理" in own_page(resident, code).text
    assert "停电" in own_page(resident, code).text
    visits = office.get(f"{POINT}/visits").get_data(as_text=True)
    assert "已预约但现已不能办理" in visits and 'value="停电"' in visits


def test_what_takes_nobodys_time_is_published_at_once(office):
    assert fill(office, f"{POINT}/details", phone="023-67560000").status_code == 303
    assert fill(office, f"{POINT}/closures", **CLOSED_TOMORROW | {"starts_day_0": "2026-12-01", "ends_day_0": ""})
