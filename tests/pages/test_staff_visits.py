"""Bookings of the day at the counter: the list, checking in, served, missed, walk-in, cancelled with a reason."""

import re
from datetime import timedelta

import pytest

from mapapp.web.staff import visits
from tests.page_reading import read_page
from tests.staff_pages import log_in, post

VISITS = "/staff/points/JB-001/visits"
PHONE = "13912345678"


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


CLOSED_TOMORROW = {"entries": "1", "starts_day_0": "2026-11-26", "ends_day_0": "2026-11-27", "reason_zh_0": "停电"}


def publish(client, address, form):
    """Send a form that publishes, as its page would."""
    version = re.search(r'name="version" value="([^"]+)"', client.get(address).get_data(as_text=True))[1]
    return post(client, address, {**form, "version": version, "action": "publish"})


@pytest.fixture
def office(app, code):
    """Somebody of the district office, the day before the visit."""
    client = app.test_client()
    log_in(client, "office")
    return client


def own_page(client, code):
    return read_page(client.get(f"/booking/{code}").get_data(as_text=True)).text


def test_closing_a_day_first_shows_who_is_booked_and_publishes_nothing(office, code):
    address = "/staff/points/JB-001/closures"
    answer = publish(office, address, CLOSED_TOMORROW)

    page = read_page(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "张** · 5678" in page.text and "11月26日 星期四 9:00" in page.text
    assert 'value="停电"' in answer.get_data(as_text=True)
    # without a channel somebody must call
    assert page.all("a", href=f"tel:{PHONE}")
    assert "停电" not in own_page(office, code)
    # what was typed is a draft, and is published from the page that asks
    (form,) = [tag["action"] for tag in page.all("form") if tag.get("action", "").startswith("/staff/changes/")]
    assert post(office, form, {"action": "publish", "booked": "keep"}).status_code == 303
    assert "停电" in own_page(office, code)


def test_closing_a_day_moves_whoever_is_booked_and_says_why(app, office, code):
    publish(office, "/staff/points/JB-001/closures", {**CLOSED_TOMORROW, "booked": "move"})

    text = own_page(app.test_client(), code)
    assert "11月27日 星期五 9:00" in text and "停电" in text
    assert "不能办理" not in text_of(office)


def test_closing_a_day_cancels_whoever_is_booked_with_the_reason_given(app, office, code):
    form = {**CLOSED_TOMORROW, "booked": "cancel", "booked_reason": "设备检修"}
    publish(office, "/staff/points/JB-001/closures", form)

    text = own_page(app.test_client(), code)
    assert "已取消" in text and "设备检修" in text


def test_a_closure_that_hits_nobody_is_published_at_once(office):
    form = {**CLOSED_TOMORROW, "starts_day_0": "2026-11-30", "ends_day_0": "2026-12-01"}

    assert publish(office, "/staff/points/JB-001/closures", form).status_code == 303


def test_hours_that_shrink_ask_first_as_well(office):
    form = {"way": "rule", "rule": "Mo-Fr 10:00-12:00"}

    assert publish(office, "/staff/points/JB-001/hours", form).status_code == 409
    assert publish(office, "/staff/points/JB-001/hours", {**form, "booked": "keep"}).status_code == 303
    assert "已预约但现已不能办理" in text_of(office)


def test_the_closure_of_all_points_asks_for_every_point(office):
    answer = publish(office, "/staff/points/district/closures", CLOSED_TOMORROW)

    assert answer.status_code == 409
    assert "JB-001" in answer.get_data(as_text=True)


def test_who_no_longer_fits_is_listed_and_moved_with_one_press(app, office, code):
    publish(office, "/staff/points/JB-001/closures", {**CLOSED_TOMORROW, "booked": "keep"})
    html = office.get(VISITS).get_data(as_text=True)
    assert "已预约但现已不能办理" in html and f"tel:{PHONE}" in html
    assert "JB-001：有 1 个预约已不能办理" in read_page(office.get("/staff/").get_data(as_text=True)).text
    form = html[html.index('id="lost-heading"') :]
    first = re.search(r'<option value="([^"]+)"', form)[1]
    reason = re.search(r'name="reason"[^>]* value="([^"]+)"', form)[1]
    assert (first, reason) == ("2026-11-27T09:00", "停电")

    number = re.search(r'name="booking" value="(\d+)"', form)[1]
    post(office, VISITS, {"action": "move", "booking": number, "slot": first, "reason": reason})

    assert "不能办理" not in text_of(office)
    assert "11月27日 星期五 9:00" in own_page(app.test_client(), code)


@pytest.mark.parametrize("slot", ["", "x", "2026-11-28T09:00", "2020-01-01T09:00"])
def test_nobody_is_moved_to_a_time_that_is_none(app, office, code, slot):
    number = re.search(r'name="booking" value="(\d+)"', office.get(f"{VISITS}?day=2026-11-26").get_data(as_text=True))[
        1
    ]

    answer = post(office, VISITS, {"action": "move", "booking": number, "slot": slot, "reason": "停电"})

    assert answer.status_code in (400, 409)
    assert "11月26日 星期四 9:00" in own_page(app.test_client(), code)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "x", "2026-13-01"])
@pytest.mark.parametrize("page", ["visits", "slots"])
def test_a_day_that_is_none_is_today(wang, page, day):
    assert "11月26日" in text_of(wang, f"/staff/points/JB-001/{page}?day={day}")


def free_at(app, start):
    slots = app.test_client().get("/api/v1/points/JB-001/slots").get_json()["slots"]
    return next((slot["capacity"], slot["free"]) for slot in slots if slot["start"].startswith(start))


SLOTS = "/staff/points/JB-001/slots"


def test_seats_of_a_slot_are_set_blocked_and_set_back(app, office):
    slots = {"slot": ["2026-11-27T09:00", "2026-11-27T09:30"], "day": "2026-11-27"}
    post(office, SLOTS, {**slots, "action": "seats", "seats": "5", "reason": "加开窗口"})
    assert free_at(app, "2026-11-27T09:30") == (5, 5)

    post(office, SLOTS, {**slots, "action": "block", "reason": "培训"})
    assert free_at(app, "2026-11-27T09:00") == (0, 0)
    text = text_of(office, f"{SLOTS}?day=2026-11-27")
    assert "已停约" in text and "培训 · office" in text

    post(office, SLOTS, {**slots, "action": "free"})
    assert free_at(app, "2026-11-27T09:00") == (3, 3)
    assert "培训" in office.get("/staff/audit").get_data(as_text=True)


def test_whoever_is_booked_in_a_blocked_slot_is_listed(office):
    form = {"slot": "2026-11-26T09:00", "day": "2026-11-26", "action": "block", "reason": "培训"}

    answer = post(office, SLOTS, form)

    assert answer.headers["Location"] == VISITS
    assert "已预约但现已不能办理" in text_of(office)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": " "}, 409),
        ({"seats": "-1"}, 400),
        ({"seats": "1001"}, 400),
        ({"seats": "many"}, 400),
        ({"slot": []}, 400),
        ({"slot": "x"}, 400),
        ({"slot": "2026-11-28T09:00"}, 409),
        ({"slot": "2026-11-27T09:07"}, 409),
        ({"action": "other"}, 400),
    ],
)
def test_seats_that_make_no_sense_are_refused(app, office, changes, status):
    form = {"slot": "2026-11-27T09:00", "action": "seats", "seats": "5", "reason": "加开窗口", **changes}

    assert post(office, SLOTS, form).status_code == status
    assert free_at(app, "2026-11-27T09:00") == (3, 3)


RULES = "/staff/points/JB-001/rules"


def test_rules_of_a_point_hold_at_once_and_an_empty_field_is_the_districts(app, office):
    post(office, RULES, {"capacity": "6", "weekday_4": "2", "slot_minutes": "", "closes_at": "16:00"})

    assert free_at(app, "2026-11-26T09:30") == (6, 6)
    assert free_at(app, "2026-11-27T09:00") == (2, 2)
    html = office.get(RULES).get_data(as_text=True)
    assert re.search(r'name="capacity"[^>]*value="6"', html) and re.search(r'name="slot_minutes"[^>]*value=""', html)

    post(office, RULES, {})
    assert free_at(app, "2026-11-27T09:00") == (3, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity", "-1"),
        ("capacity", "1001"),
        ("capacity", "<b>"),
        ("slot_minutes", "0"),
        ("last_day", "400"),
        ("last_day", "0"),
        ("closes_at", "25:00"),
        ("weekday_0", "99999"),
        ("weekday_0", "x"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_at_its_field(app, office, field, value):
    answer = post(office, RULES, {field: value})

    wrong = [tag["name"] for _, tag in read_page(answer.get_data(as_text=True)).tags if tag.get("aria-invalid")]
    assert (answer.status_code, wrong) == (400, [field])
    assert free_at(app, "2026-11-27T09:00") == (3, 3)


def test_rules_that_leave_a_booking_without_a_slot_say_so(office):
    answer = post(office, RULES, {"slot_minutes": "45"})

    assert answer.headers["Location"] == VISITS
    assert "有 1 个预约已不能办理" in text_of(office)


@pytest.mark.parametrize("action", sorted(set(visits.ACTS) - {"check_in", "walk_in"}))
def test_a_booking_of_another_point_cannot_be_touched(wang, action):
    form = {"action": action, "reason": "x", "slot": "2026-11-27T09:00"}

    for number in (booking_in(wang), "999999", "x", ""):
        assert post(wang, "/staff/points/JB-002/visits", form | {"booking": number}).status_code == 404
    assert "已预约" in text_of(wang)


def test_a_code_of_another_point_checks_nobody_in(wang, code):
    assert post(wang, "/staff/points/JB-002/visits", {"action": "check_in", "code": code}).status_code == 404
    assert "已预约" in text_of(wang)


def test_a_supervisor_and_other_editors_see_nobody(app, wang):
    for name in ("zhang", "li"):
        client = app.test_client()
        log_in(client, name)
        assert client.get(VISITS).status_code == 403
