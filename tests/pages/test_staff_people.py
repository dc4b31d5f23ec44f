"""The district office keeps the accounts; nobody raises their own rights, and the last office stays."""

import pytest
from sqlalchemy import MetaData

from tests.page_reading import read_page
from tests.staff_pages import PASSWORD, log_in, post

GOOD = "the old ferry at Huaxin street"


def enters(app, name, password=PASSWORD):
    return log_in(app.test_client(), name, password).status_code == 303


def test_a_new_account_can_log_in_and_sees_its_points(app, office):
    post(office, "/staff/people", {"name": "chen", "password": GOOD, "role": "editor", "points": ["JB-005"]})

    client = app.test_client()
    assert log_in(client, "chen", GOOD).status_code == 303
    text = read_page(client.get("/staff/").get_data(as_text=True)).text
    assert "JB-005" in text
    assert "JB-006" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "wang"}, "已有同名账号"),
        ({"name": "a/b"}, "姓名为 1 至 50 个"),
        ({"password": "password2026"}, "很多人在用"),
        ({"role": "system"}, "请选择一个角色"),
        ({"points": ["JB-999"]}, "JB-999"),
        ({"role": "representative", "department": "没有的部门"}, "请选择一个部门"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_reason(office, changes, said):
    form = {"name": "chen", "password": GOOD, "role": "editor", "points": ["JB-005"]} | changes

    answer = post(office, "/staff/people", form)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_a_closed_account_is_out_at_once(app, office):
    wang = app.test_client()
    log_in(wang, "wang")

    post(office, "/staff/people/wang", {"action": "disable"})

    assert wang.get("/staff/").status_code == 303
    assert not enters(app, "wang")
    post(office, "/staff/people/wang", {"action": "enable"})
    assert enters(app, "wang")


def test_a_reset_password_ends_all_logins(app, office):
    wang = app.test_client()
    log_in(wang, "wang")

    post(office, "/staff/people/wang", {"action": "reset", "password": GOOD})

    assert wang.get("/staff/").status_code == 303
    assert enters(app, "wang", GOOD)


def test_other_points_are_theirs_after_the_next_login(app, office):
    post(office, "/staff/people/wang", {"action": "rights", "role": "editor", "points": ["JB-009"]})

    wang = app.test_client()
    log_in(wang, "wang")
    assert wang.get("/staff/points/JB-001/hours").status_code == 403
    assert wang.get("/staff/points/JB-009/hours").status_code == 200


def test_nobody_changes_their_own_rights(app, office):
    assert post(office, "/staff/people/office", {"action": "rights", "role": "office"}).status_code == 400
    wang = app.test_client()
    log_in(wang, "wang")

    assert post(wang, "/staff/people/wang", {"action": "rights", "role": "office"}).status_code == 403


def test_the_last_office_stays(app, office):
    post(office, "/staff/people/office2", {"action": "disable"})
    other = app.test_client()
    post(office, "/staff/people", {"name": "third", "password": GOOD, "role": "office"})
    log_in(other, "third", GOOD)
    post(other, "/staff/people/office", {"action": "disable"})

    assert post(other, "/staff/people/third", {"action": "disable"}).status_code == 400
    assert enters(app, "third", GOOD)


def test_an_account_that_is_not_there_is_a_404(office):
    assert office.get("/staff/people/nobody").status_code == 404
    assert post(office, "/staff/people/nobody", {"action": "disable"}).status_code == 404


def stored_in(database):
    """Return every value of every table as one text."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return "\n".join(repr(row) for table in tables.sorted_tables for row in connection.execute(table.select()))


def test_the_password_is_in_no_log(app, office, one_loaded):
    post(office, "/staff/people", {"name": "chen", "password": GOOD, "role": "editor"})

    text = office.get("/staff/audit.csv").get_data(as_text=True)
    assert "account_add" in text
    assert GOOD not in text
    stored = stored_in(one_loaded)
    assert "chen" in stored
    assert "ferry at Huaxin" not in stored
