"""Slots, bookings and holds over HTTP: every refusal clear, no person anywhere, no code but one's own."""

import json
import re

import pytest
from icalendar import Calendar

from tests.booking_building import POINT

BODY = {
    "point": POINT,
    "matter": "M001",
    "start": "2026-11-26T09:00:00+08:00",
    "name": "欧阳测试",
    "phone": "139 8765 4321",
    "id_last4": "987x",
}
SECRETS = ("欧阳测试", "13987654321", "139 8765 4321", "987x", "987X", "4321")


@pytest.fixture
def make_app(make_app, tmp_path):
    """As elsewhere, with a folder for the keys."""
    return lambda **settings: make_app(data=tmp_path, **settings)


@pytest.fixture
def client(make_app):
    return make_app().test_client()


@pytest.fixture
def book(client):
    numbers = iter(range(1000))

    def book(key=None, **changes):
        key = key or f"key-{next(numbers)}"
        return client.post("/api/v1/bookings", json={**BODY, **changes}, headers={"Idempotency-Key": key})

    return book


def problem(response, status):
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    return response.get_json(force=True)["code"]


def booked(response):
    assert response.status_code == 201, response.get_data(as_text=True)
    return response.get_json(force=True)


def test_a_booking_is_answered_with_its_code_and_links(client, book):
    response = book()

    answer = booked(response)
    assert answer["state"] == "booked"
    assert (answer["start"], answer["end"]) == ("2026-11-26T09:00:00+08:00", "2026-11-26T09:30:00+08:00")
    assert answer["links"]["page"] == f"/booking/{answer['code']}"
    assert response.headers["Location"] == answer["links"]["self"]
    assert client.get(answer["links"]["self"]).get_json(force=True) == answer


def test_no_answer_about_a_booking_is_kept_by_a_cache(client, book):
    links = booked(book())["links"]

    for address in (links["self"], links["ics"], links["qr"], "/api/v1/bookings/unknown"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_full_slot_offers_the_next_free_ones(book):
    for number in range(3):
        booked(book(phone=f"1390000000{number}"))

    answer = book(phone="13900000009")

    assert problem(answer, 409) == "slot_full"
    alternatives = answer.get_json(force=True)["alternatives"]
    assert alternatives[0] == {
        "start": "2026-11-26T09:30:00+08:00",
        "end": "2026-11-26T10:00:00+08:00",
        "capacity": 3,
        "free": 3,
    }


def test_the_same_key_and_body_again_is_the_same_booking(book):
    first = booked(book("once"))

    again = book("once")

    assert again.status_code == 200
    assert again.get_json(force=True) == first


def test_the_same_key_with_another_body_is_refused(book):
    booked(book("once"))

    assert problem(book("once", start="2026-11-26T09:30:00+08:00"), 422) == "idempotency_mismatch"


def test_a_booking_without_a_key_is_refused(client):
    assert problem(client.post("/api/v1/bookings", json=BODY), 400) == "missing_idempotency_key"


def test_a_booking_is_moved_cancelled_and_cancelled_again(client, book):
    address = booked(book())["links"]["self"]

    moved = client.patch(address, json={"start": "2026-11-26T10:00:00+08:00"})

    assert moved.get_json(force=True)["start"] == "2026-11-26T10:00:00+08:00"
    assert [client.delete(address).status_code for _ in range(2)] == [204, 204]
    assert client.get(address).get_json(force=True)["state"] == "cancelled"
    assert problem(client.patch(address, json={"start": "2026-11-26T11:00:00+08:00"}), 409) == "cancelled"


def test_moving_to_a_full_slot_keeps_the_booking_and_offers_others(client, book):
    for number in range(3):
        booked(book(phone=f"1390000000{number}", start="2026-11-26T10:00:00+08:00"))
    address = booked(book())["links"]["self"]

    answer = client.patch(address, json={"start": "2026-11-26T10:00:00+08:00"})

    assert problem(answer, 409) == "slot_full"
    assert answer.get_json(force=True)["alternatives"]
    assert client.get(address).get_json(force=True)["start"] == "2026-11-26T09:00:00+08:00"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"start": "2026-11-24T09:00:00+08:00"}, 409, "too_late"),
        ({"start": "2026-11-28T09:00:00+08:00"}, 409, "not_bookable"),
        ({"start": "2026-11-26T09:10:00+08:00"}, 409, "not_bookable"),
        # in the rest of noon, in which other points have slots
        ({"start": "2026-11-26T12:30:00+08:00"}, 409, "not_bookable"),
        # nine o'clock of a clock that is set to another zone
        ({"start": "2026-11-26T09:00:00+14:00"}, 409, "not_bookable"),
        ({"start": "2027-06-01T09:00:00+08:00"}, 409, "not_bookable"),
        ({"start": "2026-11-26T09:00:00"}, 422, "wrong_value"),
        ({"start": "tomorrow"}, 422, "wrong_value"),
        ({"phone": "12345"}, 422, "wrong_phone"),
        ({"name": "<script>alert(1)</script>"}, 422, "wrong_name"),
        ({"name": "🦆"}, 422, "wrong_name"),
        ({"name": "a\u0000b"}, 400, "invalid_text"),
        ({"name": "名" * 201}, 400, "invalid_text"),
        ({"name": None}, 422, "missing_value"),
        ({"name": 5}, 422, "wrong_value"),
        ({"id_last4": "12"}, 422, "wrong_id_last4"),
        ({"point": "nowhere"}, 404, "unknown_point"),
        ({"matter": "nothing"}, 404, "unknown_matter"),
        ({"more_matters": "M002"}, 422, "wrong_value"),
        ({"more_matters": [f"M00{number}" for number in range(2, 10)]}, 422, "too_many_matters"),
        ({"surprise": 1}, 422, "unknown_value"),
    ],
    ids=str,
)
def test_bad_input_has_a_clear_answer(change, status, code, book):
    assert problem(book(**change), status) == code


def test_a_moment_told_in_another_zone_is_the_same_moment(book):
    assert booked(book(start="2026-11-26T01:00:00Z"))["start"] == "2026-11-26T09:00:00+08:00"


def test_characters_beyond_16_bits_are_names_too(book):
    assert booked(book(name="𠮷野𡈽"))["state"] == "booked"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_json"),
        (b"[" * 30_000, "application/json", 400, "bad_json"),
        (b'{"start": NaN}', "application/json", 400, "bad_json"),
        (b'{"start": "a", "start": "b"}', "application/json", 400, "bad_json"),
        (b'{"start": "\xff"}', "application/json", 400, "bad_json"),
        (b'{"name": "\\ud800"}', "application/json", 422, "missing_value"),
        (b"[]", "application/json", 422, "wrong_value"),
        (b"point=JB-001", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
    ids=["cut off", "deep", "NaN", "twice", "not UTF-8", "half a pair", "a list", "a form"],
)
def test_a_body_that_cannot_be_read_is_refused(client, body, kind, status, code):
    answer = client.post("/api/v1/bookings", data=body, content_type=kind, headers={"Idempotency-Key": "k"})

    assert problem(answer, status) == code


def test_slots_are_told_with_what_is_free(client, book):
    booked(book())

    answer = client.get(f"/api/v1/points/{POINT}/slots?matter=M001&from=2026-11-26&to=2026-11-26")

    slots = answer.get_json(force=True)["slots"]
    assert [slot["free"] for slot in slots] == [2] + [3] * (len(slots) - 1)
    assert {slot["start"][:10] for slot in slots} == {"2026-11-26"}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=2026-11-26&to=2026-12-27", 400, "too_many_days"),
        ("from=2026-11-27&to=2026-11-26", 400, "wrong_parameter"),
        ("from=tomorrow", 400, "wrong_parameter"),
        ("from=2026-02-30", 400, "wrong_parameter"),
        ("matter=nothing", 404, "unknown_matter"),
        ("matter=M001&matter=M002", 400, "repeated_parameter"),
    ],
)
def test_a_wrong_question_for_slots_names_what_is_wrong(client, query, status, code):
    assert problem(client.get(f"/api/v1/points/{POINT}/slots?{query}"), status) == code


def test_31_days_may_be_asked_for(client):
    assert client.get(f"/api/v1/points/{POINT}/slots?from=2026-11-26&to=2026-12-26").status_code == 200


def test_the_calendar_file_has_zone_alarm_and_no_person(client, book):
    answer = booked(book())

    text = client.get(answer["links"]["ics"]).get_data(as_text=True)

    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == answer["start"]
    assert calendar.walk("VTIMEZONE") and event.walk("VALARM")
    assert not [secret for secret in SECRETS if secret in text]


def test_a_cancelled_visit_says_so_in_the_calendar(client, book):
    links = booked(book())["links"]
    client.delete(links["self"])

    (event,) = Calendar.from_ical(client.get(links["ics"]).get_data()).walk("VEVENT")

    assert event["STATUS"] == "CANCELLED"
    assert not event.walk("VALARM")


def test_the_qr_code_is_a_picture_without_style_or_script(client, book):
    response = client.get(booked(book())["links"]["qr"])

    assert response.mimetype == "image/svg+xml"
    assert "style=" not in response.text and "<script" not in response.text


def test_a_hold_is_one_for_each_browser_and_given_up_by_its_owner_alone(client, make_app):
    wanted = {"point": POINT, "matter": "M001", "start": BODY["start"]}

    def free():
        slots = client.get(f"/api/v1/points/{POINT}/slots?from=2026-11-26&to=2026-11-26").get_json(force=True)["slots"]
        return [slot["free"] for slot in slots[:2]]

    first = client.post("/api/v1/holds", json=wanted)
    assert first.status_code == 201
    assert "HttpOnly" in first.headers["Set-Cookie"]
    client.post("/api/v1/holds", json={**wanted, "start": "2026-11-26T09:30:00+08:00"})
    assert free() == [3, 2]

    stranger = client.application.test_client()
    assert problem(stranger.delete("/api/v1/holds"), 404) == "unknown_hold"
    assert problem(stranger.delete("/api/v1/holds", headers={"Hold-Token": "A" * 24}), 404) == "unknown_hold"
    assert client.delete("/api/v1/holds").status_code == 204
    assert free() == [3, 3]


def test_holds_are_never_taken_by_get(client):
    assert client.get("/api/v1/holds").status_code == 405


def test_whoever_holds_the_last_seat_books_it(client, book):
    for number in range(2):
        booked(book(phone=f"1390000000{number}"))
    holder = client.application.test_client()
    holder.post("/api/v1/holds", json={"point": POINT, "matter": "M001", "start": BODY["start"]})

    assert problem(book(phone="13900000008"), 409) == "slot_full"
    answer = holder.post("/api/v1/bookings", json=BODY, headers={"Idempotency-Key": "mine"})
    assert answer.status_code == 201


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("suffix", ["", ".ics", ".svg"])
def test_another_code_reaches_nothing(client, book, method, suffix):
    code = booked(book())["code"]
    other = ("3" if code[0] != "3" else "4") + code[1:]
    if method != "GET" and suffix:
        return

    answer = client.open(f"/api/v1/bookings/{other}{suffix}", method=method, json={"start": BODY["start"]})

    assert problem(answer, 404) == "unknown_booking"
    assert other not in answer.text


def test_requests_of_one_address_are_limited(make_app):
    client = make_app(rate_limits="on", booking_rate_per_minute=2).test_client()

    answers = [client.post("/api/v1/bookings", json={}, headers={"Idempotency-Key": "k"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_bookings_of_one_address_at_one_point_are_limited(make_app):
    client = make_app(rate_limits="on", booking_point_rate_per_hour=1).test_client()
    headers = {"Idempotency-Key": "k"}

    assert client.post("/api/v1/bookings", json=BODY, headers=headers).status_code == 201
    assert client.post("/api/v1/bookings", json=BODY, headers=headers).status_code == 429


def test_rules_of_the_number_stay_without_limits_of_the_address(book):
    for start in ("2026-11-26T09:00:00+08:00", "2026-11-27T09:00:00+08:00"):
        booked(book(start=start))

    assert problem(book(start="2026-11-30T09:00:00+08:00"), 409) == "limit_reached"


def test_nothing_of_a_person_reaches_logs_metrics_or_errors(make_app, capsys):
    client = make_app(log_level="debug").test_client()
    headers = {"Idempotency-Key": "secret-key"}
    code = booked(client.post("/api/v1/bookings", json=BODY, headers=headers))["code"]
    answers = [
        client.post("/api/v1/bookings", json={**BODY, "start": "2026-11-26T09:30:00+08:00"}, headers=headers),
        client.post("/api/v1/bookings", json={**BODY, "phone": "1398765432"}, headers=headers),
        client.post("/api/v1/bookings", json={**BODY, "point": "nowhere"}, headers=headers),
        client.get(f"/api/v1/bookings/{code}"),
        client.get(f"/api/v1/bookings/{code}.ics"),
        client.patch(f"/api/v1/bookings/{code}", json={"start": "2026-11-28T09:00:00+08:00"}),
        client.delete(f"/api/v1/bookings/{code}"),
        client.get("/metrics"),
    ]

    written = capsys.readouterr().err
    assert written.count('"event": "request"') == 9
    assert not [part for part in (*SECRETS, "1398765432", code, "secret-key") if part in written]
    # the values of the metrics are times and counts, in which any four digits may turn up
    told = [re.sub(r" [0-9.e+-]+$", "", answer.text, flags=re.MULTILINE) for answer in answers]
    assert not [part for part in (*SECRETS, "1398765432") for text in told if part in text]
    assert code not in answers[-1].text
    assert json.loads(written.splitlines()[-2])["path"] == "/api/v1/bookings/…"
