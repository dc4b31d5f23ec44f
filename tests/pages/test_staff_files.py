"""A file is sent, what it would do is shown, and only then it is taken over."""

import io
import re

import pytest

from tests.page_reading import read_page
from tests.staff_pages import log_in, post, token_in


def send(client, content, kind="points", name="points.csv"):
    token = token_in(client.get("/staff/exchange").get_data(as_text=True))
    form = {"csrf_token": token, "kind": kind, "datum": "", "file": (io.BytesIO(content.encode()), name)}
    return client.post("/staff/exchange/import", data=form, content_type="multipart/form-data")


def phone(app):
    return app.test_client().get("/api/v1/points/JB-001").get_json()["phone"]


def test_what_would_change_is_shown_before_anything_does(app, office):
    answer = send(office, "code,phone,hours\nJB-001,023-1234567,\nJB-002,,whenever\n")

    text = read_page(answer.get_data(as_text=True)).text
    assert "1 更改" in text
    assert "023-1234567" in text
    assert "办理时间写法有误" in text
    assert phone(app) is None


def test_the_shown_file_is_taken_over_once(app, office):
    page = send(office, "code,phone\nJB-001,023-1234567\n").get_data(as_text=True)
    number = re.search(r'name="upload" value="(\d+)"', page)[1]

    assert post(office, "/staff/exchange/import", {"upload": number}).status_code == 303
    assert phone(app) == "023-1234567"
    assert post(office, "/staff/exchange/import", {"upload": number}).status_code == 404


def test_somebody_elses_file_cannot_be_taken_over(app, office):
    page = send(office, "code,phone\nJB-001,023-1234567\n").get_data(as_text=True)
    number = re.search(r'name="upload" value="(\d+)"', page)[1]
    other = app.test_client()
    log_in(other, "office2")

    assert post(other, "/staff/exchange/import", {"upload": number}).status_code == 404
    assert phone(app) is None


@pytest.mark.parametrize(("content", "kind"), [("", "points"), ("PK\x03\x04", "points"), ("code\nx\n", "people")])
def test_what_is_no_file_of_ours_is_refused_with_a_reason(office, content, kind):
    answer = send(office, content, kind)

    assert answer.status_code == 400
    assert read_page(answer.get_data(as_text=True)).all("p", role="alert")


def test_a_file_may_be_larger_than_other_forms(office):
    rows = "".join(f"JB-{number:05},x\n" for number in range(20_000))

    assert send(office, f"code,phone\n{rows}").status_code == 200


@pytest.mark.parametrize("name", ["points.csv", "points.xlsx", "points.geojson", "points.gpkg", "offers.csv"])
def test_everything_public_can_be_taken_away(office, name):
    answer = office.get(f"/staff/export/{name}")

    assert answer.status_code == 200
    assert name in answer.headers["Content-Disposition"]
    assert len(answer.data) > 5000


def test_there_are_no_positions_of_matters(office):
    assert office.get("/staff/export/matters.gpkg").status_code == 400
    assert office.get("/staff/export/people.csv").status_code == 400


def test_the_rows_of_a_file_can_become_drafts_for_a_second_look(app, office):
    page = send(office, "code,phone\nJB-001,023-1234567\n").get_data(as_text=True)
    number = re.search(r'name="upload" value="(\d+)"', page)[1]

    answer = post(office, "/staff/exchange/import", {"upload": number, "as": "drafts"})
    changes = office.get(answer.location).get_data(as_text=True)

    assert "尚未公布" in read_page(changes).text
    assert "JB-001" in read_page(changes).text
    assert phone(app) is None


def test_a_drafted_new_point_has_a_page_a_preview_and_a_way_to_the_public(app, office):
    rows = office.get("/staff/export/points.csv").get_data(as_text=True).splitlines()
    send_and_draft(office, "\n".join([rows[0].lstrip("\ufeff"), rows[1].replace("JB-001", "JB-052", 1)]) + "\n")
    change = re.search(r"/staff/changes/\d+", office.get("/staff/changes").get_data(as_text=True))[0]

    page, preview = office.get(change), office.get(f"{change}/preview")
    assert (page.status_code, preview.status_code) == (200, 200)
    assert "/staff/points/JB-052" not in page.get_data(as_text=True)
    assert app.test_client().get("/points/JB-052").status_code == 404
    assert post(office, change, {"action": "publish"}).status_code == 303
    assert app.test_client().get("/points/JB-052").status_code == 200


def send_and_draft(client, content):
    page = send(client, content).get_data(as_text=True)
    number = re.search(r'name="upload" value="(\d+)"', page)[1]
    return post(client, "/staff/exchange/import", {"upload": number, "as": "drafts"})
