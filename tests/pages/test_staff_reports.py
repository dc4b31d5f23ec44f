"""Residents report errors without saying who they are; the staff of the point answer."""

import pytest

from tests.page_reading import read_page
from tests.staff_pages import Clock, log_in, post, staff_app

FORM = {"topic": "hours", "text": "周六上午关门"}
ADDRESS = "/points/JB-001/report"


def staff(app, name):
    client = app.test_client()
    log_in(client, name)
    return client


def reports_of(client, show="open"):
    return read_page(client.get(f"/staff/reports?show={show}").get_data(as_text=True)).text


def test_a_report_reaches_the_staff_of_the_point_alone(app):
    answer = app.test_client().post(ADDRESS, data=FORM)

    assert answer.status_code == 303
    assert "周六上午关门" in reports_of(staff(app, "wang"))
    assert "周六上午关门" not in reports_of(staff(app, "li"))
    assert "1 居民纠错" in read_page(staff(app, "wang").get("/staff/").get_data(as_text=True)).text


def test_reporting_sets_no_cookie_and_thanks(app):
    client = app.test_client()

    answer = client.post(ADDRESS, data=FORM)

    assert "Set-Cookie" not in answer.headers
    assert "谢谢" in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_long_numbers_are_not_kept(app):
    app.test_client().post(ADDRESS, data={"topic": "other", "text": "请打 139 1234 5678 找我，9:00 以后"})

    text = reports_of(staff(app, "wang"))
    assert "5678" not in text
    assert "9:00 以后" in text


@pytest.mark.parametrize(
    "form", [{}, {"topic": "hours", "text": " "}, {"topic": "else", "text": "x"}, {"topic": "hours", "text": "x" * 501}]
)
def test_a_report_that_says_nothing_is_refused(app, form):
    assert app.test_client().post(ADDRESS, data=form).status_code == 400


def test_there_is_nothing_to_report_about_an_unknown_point(app):
    assert app.test_client().get("/points/JB-999/report").status_code == 404
    assert app.test_client().post("/points/JB-999/report", data=FORM).status_code == 404


def test_an_answer_closes_a_report(app):
    app.test_client().post(ADDRESS, data=FORM)
    wang = staff(app, "wang")

    assert post(wang, "/staff/reports/1", {"state": "mended", "answer": ""}).status_code == 409
    post(wang, "/staff/reports/1", {"state": "mended", "answer": "已改为周六不开"})

    assert "周六上午关门" not in reports_of(wang)
    assert "已改为周六不开" in reports_of(wang, "closed")


def test_somebody_elses_report_cannot_be_answered(app):
    app.test_client().post(ADDRESS, data=FORM)

    assert post(staff(app, "li"), "/staff/reports/1", {"state": "mended", "answer": "x"}).status_code == 403
    assert post(staff(app, "zhang"), "/staff/reports/1", {"state": "mended", "answer": "x"}).status_code == 403


def test_one_address_reports_ten_times_an_hour(one_loaded, tmp_path):
    client = staff_app(one_loaded, tmp_path, Clock(), rate_limits="on").test_client()

    codes = [client.post(ADDRESS, data=FORM).status_code for _ in range(11)]

    assert codes == [303] * 10 + [429]
    assert client.get(ADDRESS).status_code == 200
