"""Every route has an audience, and no address vanishes unnoticed: routes.txt is the truth table."""

import re

import pytest

from mapapp.settings import Settings
from mapapp.web.app import create_app
from tests.structure.sources import ROOT

TABLE = [
    line.split()
    for line in (ROOT / "tests/structure/routes.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
AUDIENCES = {"public", "holder", "operator", "staff"}
# a value for each variable part of a rule, from the sample data
VALUES = {
    "point_id": "JB-001",
    "digest": "0",
    "name": "matters.csv",
    "path:filename": "style.css",
    "int:number": "1",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    app = create_app(Settings(data=tmp_path_factory.mktemp("routes")))
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table(rules):
    assert rules - {(method, rule) for method, rule, _ in TABLE} == set()


def test_no_address_has_vanished(rules):
    assert {(method, rule) for method, rule, _ in TABLE} - rules == set()


def test_every_route_has_one_audience():
    assert {audience for _, _, audience in TABLE} <= AUDIENCES
    assert len({(method, rule) for method, rule, _ in TABLE}) == len(TABLE)


def test_whatever_opens_a_booking_is_for_whoever_has_its_code(rules):
    holders = {(method, rule) for method, rule, audience in TABLE if audience == "holder"}

    assert holders == {(method, rule) for method, rule in rules if re.search(r"/bookings?/<", rule)}


@pytest.fixture(scope="module")
def client(templates, tmp_path_factory):
    from tests.conftest import _migrate_and_load

    address = templates.copy("loaded", _migrate_and_load)
    return create_app(
        Settings(data=tmp_path_factory.mktemp("keys"), database_url=address, rate_limits="off", log_level="error")
    ).test_client()


def _address(rule):
    for name, value in VALUES.items():
        rule = rule.replace(f"<{name}>", value)
    return rule.replace("<code>", "P01" if "packages" in rule else "M061")


@pytest.mark.parametrize("rule", [rule for method, rule, audience in TABLE if (method, audience) == ("GET", "public")])
def test_a_public_address_answers_anybody_and_sets_no_cookie(client, rule):
    place = {"lat": "29.5734", "lon": "106.5141"} if rule.endswith(("nearest", "reverse")) else {}
    answer = client.get(_address(rule), query_string=place, follow_redirects=True)

    assert answer.status_code in {200, 400}  # 400: a search that says what is missing
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("method", "rule"), [(method, rule) for method, rule, who in TABLE if who == "holder"])
def test_nobody_reaches_a_booking_without_its_code(client, method, rule):
    # pages name their own address in the links that switch language and view
    for code in ("K7M-2QX-9FT-R4B-HJC-8WZ", "mistyped"):
        answer = (
            client.open(rule.replace("<code>", code), method=method, json={"start": "2026-11-26T09:00:00+08:00"})
            if rule.startswith("/api/")
            else client.open(rule.replace("<code>", code), method=method, data={"slot": "2026-11-26T09:00"})
        )

        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"
        if rule.startswith("/api/"):
            assert code not in answer.get_data(as_text=True)


def test_figures_are_refused_to_whoever_comes_through_a_proxy(client):
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code in {403, 404}
