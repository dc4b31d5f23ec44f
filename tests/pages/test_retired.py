"""What is retired says so at its old address, with what helps instead; what is new is made by a form."""

import re

import pytest

from mapapp.errors import Refused
from tests.page_reading import read_page
from tests.pages.test_staff_editing import fill
from tests.staff_pages import log_in


def public(app, address):
    answer = app.test_client().get(address)
    return answer.status_code, read_page(answer.get_data(as_text=True)).text


def test_a_retired_point_names_its_day_and_the_nearest_that_stand_for_it(app, office):
    told = {row["id"]: row for row in office.get("/api/v1/points?limit=100").get_json()["points"]}
    fill(office, "/staff/points/JB-010/details", retired="on")

    answer = app.test_client().get("/points/JB-010")
    html = answer.get_data(as_text=True)

    assert (answer.status_code, "自2026-11-25起已停用" in html) == (410, True)
    others = re.findall(r'href="/points/(JB-\d+)"', html)
    metres = [int(found) for found in re.findall(r"直线距离 (\d+) 米", html)]
    assert len(others) == len(metres) == 3
    assert metres == sorted(metres)
    assert "JB-010" not in others
    assert set(others) <= set(told)
    assert "Nearest places instead" in public(app, "/points/JB-010?lang=en")[1]


def test_once_the_database_answers_again_what_is_retired_is_known(app, office, monkeypatch):
    fill(office, "/staff/points/JB-010/details", retired="on")
    app.test_client().get("/")

    with monkeypatch.context() as away:
        away.setattr("mapapp.web.pages.retired.read_retired", lambda _: _raise(Refused("database_away")))
        while_away = public(app, "/points/JB-010")[0]

    assert (while_away, public(app, "/points/JB-010")[0]) == (404, 410)


def _raise(error):
    raise error


def test_a_retired_matter_and_package_say_so_and_can_come_back(app, office):
    fill(office, "/staff/matters/M001", retired="on")
    fill(office, "/staff/packages/P01", retired="on")

    for address, back in (("/matters/M001", "/staff/matters/M001"), ("/packages/P01", "/staff/packages/P01")):
        status, text = public(app, address)
        assert (status, "不再办理" in text) == (410, True)
        assert f'href="{back}"' in office.get(f"{back.rpartition('/')[0]}?show=retired").get_data(as_text=True)
        form = {"retired": []}
        fill(office, back, **form)
        assert public(app, address)[0] == 200


def test_a_package_is_not_on_offer_once_the_last_of_its_matters_is_retired(app, office):
    members = [row["code"] for row in app.test_client().get("/api/v1/packages/P01").get_json()["members"]]
    for code in members[1:]:
        fill(office, f"/staff/matters/{code}", retired="on")
    assert public(app, "/packages/P01")[0] == 200

    fill(office, f"/staff/matters/{members[0]}", retired="on")

    status, text = public(app, "/packages/P01")
    assert (status, "不再办理" in text) == (410, True)
    listed = [row["code"] for row in app.test_client().get("/api/v1/packages").get_json()["packages"]]
    assert "P01" not in listed
    for address in ("/api/v1/packages/P01", "/api/v1/nearest?package=P01&lon=106.5321&lat=29.5741"):
        assert app.test_client().get(address).status_code == 404
    assert 'href="/packages/P01"' not in app.test_client().get("/").get_data(as_text=True)
    assert 'href="/staff/packages/P01"' in office.get("/staff/quality").get_data(as_text=True)


def test_an_address_that_never_was_stays_not_found(app):
    assert {public(app, address)[0] for address in ("/points/JB-999", "/matters/M999", "/packages/P99")} == {404}


def test_the_list_of_retired_matters_is_for_those_who_can_bring_them_back(app, office):
    fill(office, "/staff/matters/M076", retired="on")
    chief = app.test_client()
    log_in(chief, "chief")

    assert "M076" not in chief.get("/staff/matters?show=retired").get_data(as_text=True)


def test_a_new_matter_is_found_by_its_folk_name_at_once(app, office):
    answer = fill(
        office,
        "/staff/new-matter",
        code="M900",
        name_zh="充电桩报装",
        type="公共服务",
        department="区经济信息委",
        folk_names="装充电桩",
        materials="身份证",
        promised_days="5",
    )

    assert answer.headers["Location"] == "/staff/matters/M900"
    assert "充电桩报装" in public(app, "/matters/M900")[1]
    hits = app.test_client().get("/api/v1/matters?q=装充电桩").get_json()["matters"]
    assert hits[0]["code"] == "M900"
    assert "M900" in office.get("/staff/audit?q=M900").get_data(as_text=True)


def test_a_new_package_is_public_at_once(app, office):
    answer = fill(office, "/staff/new-package", code="P90", name_zh="装桩一件事", members="M001\nM002")

    assert answer.status_code == 303
    package = app.test_client().get("/api/v1/packages/P90").get_json()
    assert [row["code"] for row in package["members"]] == ["M001", "M002"]


@pytest.mark.parametrize(
    ("where", "changes", "said"),
    [
        ("/staff/new-matter", {"code": "M001"}, "该编号已被使用"),
        ("/staff/new-matter", {"code": "M 9/..", "name_zh": "新"}, "最多 30 个"),
        ("/staff/new-matter", {"code": "M900", "name_zh": ""}, "请填写"),
        ("/staff/new-package", {"code": "P01", "members": "M001"}, "该编号已被使用"),
        ("/staff/new-package", {"code": "P90", "members": "M999"}, "没有这个编码的事项"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_reason(app, office, where, changes, said):
    facts = {"name_zh": "新的", "type": "公共服务", "department": "区经济信息委"}

    answer = fill(office, where, **{**facts, **changes})

    assert answer.status_code == 400
    assert said in read_page(answer.get_data(as_text=True)).text


def test_the_code_of_something_retired_is_not_given_again(office):
    fill(office, "/staff/packages/P01", retired="on")

    answer = fill(office, "/staff/new-package", code="P01", name_zh="新的", members="M001")

    assert answer.status_code == 400
