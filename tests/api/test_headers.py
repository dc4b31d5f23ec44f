"""What every answer carries: security headers, a request id, no cookie."""

import pytest

EVERYWHERE = ["/", "/api/v1/points", "/api/v1/nowhere", "/nowhere", "/healthz", "/static/style.css", "/openapi.json"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert (policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Permissions-Policy"] == "geolocation=(self)"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_reading_sets_no_cookie(client, path):
    assert "Set-Cookie" not in client.get(path).headers


def test_an_operator_may_allow_frames_and_tiles(make_app):
    app = make_app(frame_ancestors="https://www.example.gov.cn", tianditu_tile_key="key")

    policy = app.test_client().get("/healthz").headers["Content-Security-Policy"]

    assert "frame-ancestors https://www.example.gov.cn" in policy
    assert "img-src 'self' https://*.tianditu.gov.cn" in policy
    assert "key" not in policy


def test_a_well_formed_request_id_comes_back(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abc-123"}).headers["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "中文".encode().decode("latin-1")])
def test_another_request_id_is_replaced(client, given):
    made = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert made != given
    assert made.isalnum()
