"""Validators, 304, compression, and what another reader's answer may differ by."""

import gzip
import json

import brotli
import pytest
from sqlalchemy import text

from mapapp.web.context import EXTENSION

UNCHANGING = [
    "/api/v1/matters",
    "/api/v1/matters?q=社保",
    "/api/v1/matters/M061",
    "/api/v1/packages",
    "/api/v1/packages/P01",
    "/api/v1/points.geojson",
    "/api/v1/points?at=2026-11-25T10:00:00%2B08:00",
    "/api/v1/points/JB-001?at=2026-11-25T10:00:00%2B08:00",
    "/openapi.json",
]


@pytest.mark.parametrize("path", UNCHANGING)
def test_a_reader_who_has_the_answer_gets_304(client, path):
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Vary"] == first.headers["Vary"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", UNCHANGING[:6])
def test_another_language_has_another_validator(client, path):
    chinese = client.get(path)

    english = client.get(path, headers={"Accept-Language": "en", "If-None-Match": chinese.headers["ETag"]})

    assert english.status_code == 200
    assert english.headers["ETag"] != chinese.headers["ETag"]


def test_different_answers_have_different_validators(client):
    assert len({client.get(path).headers["ETag"] for path in UNCHANGING}) == len(UNCHANGING)


def test_an_edit_changes_the_validator_at_the_next_request(make_app):
    app = make_app()
    client, database = app.test_client(), app.extensions[EXTENSION].keeper.database
    before = client.get("/api/v1/matters/M061")

    with database.transaction() as session:
        session.execute(text("UPDATE matter SET name_zh = '新的名称' WHERE code = 'M061'"))
        session.execute(text("UPDATE revision SET number = number + 1"))
    after = client.get("/api/v1/matters/M061", headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert after.get_json()["name"] == "新的名称"


def test_an_open_state_that_changed_is_not_304(make_app):
    app = make_app()
    client, services = app.test_client(), app.extensions[EXTENSION]
    morning = client.get("/api/v1/points/JB-001")

    object.__setattr__(services, "now", lambda: services.keeper._now().replace(hour=13))
    lunch = client.get("/api/v1/points/JB-001", headers={"If-None-Match": morning.headers["ETag"]})

    assert lunch.status_code == 200
    assert lunch.get_json()["open"]["state"] == "closed"


@pytest.mark.parametrize("path", ["/api/v1/points.geojson", "/api/v1/points", "/openapi.json", "/static/style.css"])
@pytest.mark.parametrize(("coding", "undo"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_text_is_compressed_as_the_reader_takes_it(client, path, coding, undo):
    plain = client.get(path)

    small = client.get(path, headers={"Accept-Encoding": coding})

    assert small.headers["Content-Encoding"] == coding
    assert undo(small.get_data()) == plain.get_data()
    assert len(small.get_data()) < len(plain.get_data()) / 2
    assert "Content-Encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, small))


def test_a_kept_body_is_compressed_once_per_revision(make_app, monkeypatch):
    app = make_app()
    client = app.test_client()
    client.get("/api/v1/points.geojson", headers={"Accept-Encoding": "br"})
    monkeypatch.setattr(brotli, "compress", lambda *_, **__: pytest.fail("compressed again"))

    again = client.get("/api/v1/points.geojson", headers={"Accept-Encoding": "br"})

    assert json.loads(brotli.decompress(again.get_data()))["type"] == "FeatureCollection"


def test_own_files_are_kept_for_a_year_under_the_digest_of_their_content(client, shared_app):
    with shared_app.test_request_context():
        address = shared_app.jinja_env.globals["asset_url"]("style.css")

    named, bare = client.get(address), client.get("/static/style.css")
    old = client.get("/static/style.css?v=0123456789abcdef0123")

    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert bare.headers["Cache-Control"] == old.headers["Cache-Control"] == "no-cache"
    assert client.get("/static/style.css", headers={"If-None-Match": bare.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2Fapp.py", ".hidden", "vendor", "vendor/../../app.py", "style.css/", "%00", "a\\b", "nope.css"],
)
def test_only_own_files_are_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404
