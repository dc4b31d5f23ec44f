"""What is probably wrong in the data, as the district office sees it: the rule, the point, why, where to mend it."""

import csv
import io

from tests.page_reading import read_page
from tests.staff_pages import fields_in

POINT = "/staff/points/JB-001"


def publish(client, where, **changes):
    form = fields_in(client.get(where).get_data(as_text=True))
    form |= {name: [value] for name, value in changes.items()} | {"action": ["publish"]}
    assert client.post(where, data=form).status_code == 303


def page_of(client, address="/staff/quality"):
    answer = client.get(address)
    assert answer.status_code == 200
    return read_page(answer.get_data(as_text=True))


def test_the_shipped_data_have_nothing_but_positions_to_look_at(office):
    page = page_of(office)

    assert "各项规则均未发现问题" in page.text
    assert [row["id"] for row in page.all("h2") if "id" in row] == ["unverified_position", "clean-heading"]


def test_what_a_rule_finds_is_named_with_the_way_to_mend_it(office):
    publish(office, f"{POINT}/details", phone="67560000")

    page = page_of(office)

    assert "有 1 处数据自相矛盾或无法使用" in page.text
    assert "67560000 不是在各地都能拨通" in page.text
    assert page.all("a", href=f"{POINT}/details")
    publish(office, f"{POINT}/details", phone="023-67560000")
    assert "67560000 不是在各地都能拨通" not in page_of(office).text


def test_a_retired_matter_is_taken_out_where_the_link_leads(office, app):
    publish(office, "/staff/matters/M001", retired="on")
    page = page_of(office)
    assert page.all("h2", id="retired_matter")
    assert page.all("a", href=f"{POINT}/offers")

    publish(office, f"{POINT}/offers")

    rows = list(csv.DictReader(io.StringIO(office.get("/staff/quality.csv").get_data(as_text=True).lstrip("\ufeff"))))
    retired = {row["subject"] for row in rows if row["rule"] == "retired_matter"}
    assert "JB-001" not in retired
    assert retired


def test_a_new_point_without_a_position_is_listed(office):
    form = fields_in(office.get("/staff/new-point").get_data(as_text=True))
    form |= {"id": ["JB-052"], "name_zh": ["新办理点"], "address": ["重庆市江北区观音桥街道1号"]}
    office.post("/staff/new-point", data=form)

    page = page_of(office)

    assert page.all("a", href="/staff/points/JB-052/position")
    assert page.all("h2", id="no_position")
    assert page.all("h2", id="no_matters")
    publish(office, "/staff/points/JB-052/offers", mode_M001="finish")
    publish(office, "/staff/points/JB-052/position", lat="29.574", lon="106.532")
    offers = office.get("/api/v1/points/JB-052").get_json()["offers"]
    assert [offer["matter"] for offer in offers] == ["M001"]


def test_the_file_has_every_finding_or_those_of_one_rule(office):
    everything = office.get("/staff/quality.csv").get_data(as_text=True)
    none = office.get("/staff/quality.csv?rule=too_close").get_data(as_text=True)

    assert (len(everything.splitlines()), len(none.splitlines())) == (52, 1)
