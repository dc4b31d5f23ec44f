"""One shape of error for programs, a page for people, and never a 500 for what a client can send."""

import pytest
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from mapapp.errors import Conflict, Forbidden, Refused

PROBLEM = {"type", "title", "status", "detail", "code", "field"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/v2/points", 404, "not_found"),
        ("POST", "/api/v1/points", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/points/JB-001", 405, "method_not_allowed"),
        ("PUT", "/openapi.json", 405, "method_not_allowed"),
        ("GET", "/healthz?x=1", 400, "unknown_parameter"),
        ("GET", "/openapi.json?x=1", 400, "unknown_parameter"),
    ],
)
def test_programs_get_a_problem(client, method, path, status, code):
    response = client.open(path, method=method)

    problem = response.get_json(force=True)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert set(problem) == PROBLEM
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"/api/docs#{code}")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nowhere", "/points/JB-999"])
def test_people_get_a_page(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.content_type == "text/html; charset=utf-8"


def test_a_wrong_method_names_the_right_ones(client):
    assert "GET" in client.post("/api/v1/points").headers["Allow"]


def test_sentences_follow_the_language(client):
    english = client.get("/api/v1/nearest", headers={"Accept-Language": "en-GB"}).get_json(force=True)

    assert english["title"] == "Where from?"


@pytest.mark.parametrize("path", ["/api/v1/nearest", "/", "/nowhere"])
def test_a_body_of_ten_megabytes_is_refused_unread(client, path):
    response = client.post(path, environ_overrides={"CONTENT_LENGTH": str(10 * 1024 * 1024)})

    assert response.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "٣"])
def test_a_senseless_length_is_no_crash(client, length):
    response = client.get("/api/v1/points", environ_overrides={"CONTENT_LENGTH": length})

    assert response.status_code < 500


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Conflict("slot_full"), 409, "slot_full"),
        (Refused("too_late"), 409, "too_late"),
        (Forbidden("forbidden"), 403, "forbidden"),
        (BadRequest(), 400, "bad_request"),
        (UnsupportedMediaType(), 415, "unsupported_media_type"),
        (ZeroDivisionError("secret detail"), 500, "server_error"),
    ],
)
def test_every_kind_of_error_has_its_status(make_app, raised, status, code):
    app = make_app(log_level="critical")

    @app.get("/api/v1/raise")
    def fail():
        raise raised

    response = app.test_client().get("/api/v1/raise")

    problem = response.get_json(force=True)
    assert (response.status_code, problem["code"]) == (status, code)
    assert "secret" not in response.get_data(as_text=True)


def test_too_many_requests_are_told_to_wait(make_app):
    client = make_app(rate_limits="on", api_rate_per_minute=3).test_client()

    answers = [client.get("/api/v1/points?limit=1") for _ in range(3)]
    refused = client.get("/api/v1/matters/M061")

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert all("Retry-After" not in answer.headers for answer in answers)
    # probes and pages have no limit
    assert client.get("/healthz").status_code == 200


def test_addresses_are_limited_apart(make_app):
    client = make_app(rate_limits="on", api_rate_per_minute=1).test_client()

    codes = [
        client.get("/api/v1/points?limit=1", environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2")
    ]

    assert codes == [200, 429, 200]


def test_a_forwarding_header_is_believed_only_behind_a_proxy(make_app):
    def codes(app):
        client = app.test_client()
        return [
            client.get("/api/v1/points?limit=1", headers={"X-Forwarded-For": address}).status_code
            for address in ("203.0.113.1", "203.0.113.2")
        ]

    assert codes(make_app(rate_limits="on", api_rate_per_minute=1)) == [200, 429]
    assert codes(make_app(rate_limits="on", api_rate_per_minute=1, trusted_proxies=1)) == [200, 200]
