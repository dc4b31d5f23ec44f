"""The audit log as its readers use it: looked through by words and days, paged, and taken away as a file."""

import csv
import io
from datetime import timedelta

import pytest

from mapapp.editing import audit
from mapapp.people import SYSTEM
from tests.conftest import NOW
from tests.page_reading import read_page
from tests.staff_pages import Clock, log_in, staff_app

KEYS = ("P1", "P2", "P3")


@pytest.fixture
def office(one_loaded, tmp_path):
    app = staff_app(one_loaded, tmp_path, Clock())
    with one_loaded.transaction() as session:
        # 23:59 and 00:00 of the district, not of Greenwich
        evening = NOW.replace(day=22, hour=23, minute=59)
        for key, at in zip(KEYS, (evening, evening + timedelta(minutes=1), NOW.replace(day=24)), strict=True):
            after = audit.json_text({"note": f"一楼装修 100%_{key}"})
            entry = audit.Entry(deed="publish", kind="point", key=key, before='{"note": "=1+1"}', after=after)
            audit.note(session, SYSTEM, at, "192.0.2.7", entry)
    client = app.test_client()
    log_in(client, "office")
    return client


def shown(client, query):
    text = read_page(client.get(f"/staff/audit?{query}").get_data(as_text=True)).text
    return [key for key in KEYS if f"公布: {key}" in text]


def rows_of(client, query=""):
    answer = client.get(f"/staff/audit.csv?{query}")
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=装修", ["P1", "P2", "P3"]),
        ("q=100%25_P2", ["P2"]),
        ("q=1%2B1", ["P1", "P2", "P3"]),
        ("q=%25", ["P1", "P2", "P3"]),
        ("q=nobody", []),
        ("from=2026-11-23", ["P2", "P3"]),
        ("to=2026-11-22", ["P1"]),
        ("from=2026-11-23&to=2026-11-23", ["P2"]),
        ("from=2026-11-23&to=2026-11-24&q=_P3", ["P3"]),
        ("to=9999-12-31", ["P1", "P2", "P3"]),
        ("from=2026-11-24&to=2026-11-22", []),
    ],
)
def test_entries_are_found_by_what_was_changed_and_by_days(office, query, found):
    assert shown(office, query) == found
    assert sorted(row["key"] for row in rows_of(office, query) if row["deed"] == "publish") == found


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-13-01"])
def test_a_day_that_is_none_is_told(office, query):
    assert office.get(f"/staff/audit?{query}").status_code == 400
    assert office.get(f"/staff/audit.csv?{query}").status_code == 400


def test_the_form_keeps_what_was_asked_and_the_file_is_of_the_same(office):
    html = office.get("/staff/audit?q=装修&from=2026-11-23&to=2026-11-24").get_data(as_text=True)
    page = read_page(html)

    values = {each["name"]: each["value"] for each in page.all("input") if each.get("name") in ("q", "from", "to")}
    assert values == {"q": "装修", "from": "2026-11-23", "to": "2026-11-24"}
    assert 'href="/staff/audit.csv?q=%E8%A3%85%E4%BF%AE&amp;from=2026-11-23&amp;to=2026-11-24"' in html


def test_the_file_is_given_out_row_by_row(office):
    answer = office.get("/staff/audit.csv?to=2026-11-22")

    assert answer.is_streamed
    assert answer.headers["Cache-Control"] == "no-store"
    row = rows_of(office, "to=2026-11-22")[0]
    assert (row["at"], row["by"], row["address"]) == ("2026-11-22T23:59:00+08:00", "system", "192.0.2.7")
    assert row["before"] == '{"note": "=1+1"}'


def test_older_entries_keep_the_question(office, one_loaded):
    with one_loaded.transaction() as session:
        for number in range(101):
            audit.note(session, SYSTEM, NOW, "", audit.Entry(deed="confirm", key=f"many {number}"))

    html = office.get("/staff/audit?q=many&from=2026-11-20").get_data(as_text=True)

    assert "q=many&amp;from=2026-11-20" in html.split("before=")[1].split('"')[0]
