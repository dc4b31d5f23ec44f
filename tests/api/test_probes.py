"""GET /healthz, /readyz, /metrics; logs."""

import json

import pytest

from mapapp.database import Database, upgrade
from mapapp.web.api.shapes import HealthShape, ReadyShape
from mapapp.web.context import EXTENSION
from tests.api.conftest import HERE, application


def test_a_living_process_says_so(ask):
    HealthShape.model_validate(ask("/healthz"))


def test_ready_means_a_catalogue_and_a_database(ask):
    answer = ask("/readyz")

    ReadyShape.model_validate(answer)
    assert (answer["points"], answer["matters"], answer["writes"]) == (51, 255, True)


def test_without_a_database_the_process_lives_but_is_not_ready(tmp_path):
    client = application(f"sqlite:///{tmp_path}/absent/x.sqlite", log_level="critical").test_client()

    ready = client.get("/readyz")

    assert client.get("/healthz").status_code == 200
    assert (ready.status_code, ready.get_json(force=True)["code"]) == (503, "not_ready")
    assert ready.headers["Retry-After"]
    assert client.get("/api/v1/points").status_code == 503
    assert client.get("/").status_code == 503


def test_an_empty_database_is_not_ready(tmp_path):
    address = f"sqlite:///{tmp_path}/empty.sqlite"
    database = Database(address)
    upgrade(database)
    database.dispose()

    app = application(address, log_level="critical")
    ready = app.test_client().get("/readyz")
    app.extensions[EXTENSION].keeper.close()

    assert ready.status_code == 503


def test_what_is_held_is_served_while_the_database_is_away(make_app, templates):
    app = make_app(log_level="critical")
    client, database = app.test_client(), app.extensions[EXTENSION].keeper.database
    assert client.get("/readyz").get_json()["writes"] is True

    templates.take_away(database)

    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["writes"]) == (200, False)
    assert client.get("/api/v1/points").get_json()["total"] == 51


def test_metrics_count_by_route_rule(client):
    client.get("/api/v1/points/JB-001")

    text = client.get("/metrics").get_data(as_text=True)

    assert 'route="/api/v1/points/<point_id>"' in text
    assert "JB-001" not in text


def test_a_made_up_path_or_method_makes_no_new_series(client):
    client.open("/made-up-path", method="BREW")

    text = client.get("/metrics").get_data(as_text=True)

    assert "made-up-path" not in text
    assert "BREW" not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_metrics_are_not_told_through_a_proxy(client, header):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize("address", ["10.0.0.5", "203.0.113.9", ""])
def test_metrics_are_not_told_to_another_machine(client, address):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 403


def test_a_log_line_has_no_position_and_no_search_text(make_app, capsys):
    client = make_app(log_level="info").test_client()

    client.get("/api/v1/nearest", query_string={**HERE, "q": "离婚"}, headers={"X-Request-ID": "id-1"})

    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    line = next(line for line in lines if line["event"] == "request")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/nearest", 200)
    assert (line["route"], line["request_id"]) == ("/api/v1/nearest", "id-1")
    assert line["ms"] >= 0
    assert "29.57" not in written
    assert "离婚" not in written


def test_a_crash_is_logged_with_the_request_it_belongs_to(make_app, capsys):
    app = make_app(log_level="error")
    app.add_url_rule("/api/v1/crash", view_func=lambda: 1 / 0)

    app.test_client().get("/api/v1/crash?q=secret", headers={"X-Request-ID": "id-2"})

    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["request_id"]) == ("request failed", "id-2")
    assert "ZeroDivisionError" in line["exception"]
