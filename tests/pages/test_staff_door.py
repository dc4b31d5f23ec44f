"""The door of staff: who comes in, who waits, what is kept, and what a cookie is worth."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.staff_pages import PASSWORD, log_in, post, token_in


@pytest.fixture
def client(app):
    return app.test_client()


def test_the_right_password_opens_the_work_queue(client):
    answer = log_in(client, "wang")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("wang", "wrong"), ("nobody", PASSWORD), ("", ""), ("wang", "x" * 9999)]
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(client, name, password):
    answer = log_in(client, name, password)

    assert answer.status_code == 400
    assert "姓名或口令不对" in answer.get_data(as_text=True)
    assert client.get("/staff/").status_code == 303


def test_whoever_is_not_logged_in_is_sent_to_the_door_and_back(client):
    sent = client.get("/staff/account?x=1")

    assert sent.headers["Location"] == "/staff/login?next=/staff/account?x%3D1"
    token = token_in(client.get(sent.headers["Location"]).get_data(as_text=True))
    form = {"username": "wang", "password": PASSWORD, "csrf_token": token}
    assert client.post(sent.headers["Location"], data=form).headers["Location"] == "/staff/account?x=1"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/staff//evil.example", "/", "javascript:alert(1)"],
)
def test_the_door_leads_nowhere_else(client, address):
    token = token_in(client.get("/staff/login").get_data(as_text=True))
    form = {"username": "wang", "password": PASSWORD, "csrf_token": token}

    answer = client.post("/staff/login", query_string={"next": address}, data=form)

    assert answer.headers["Location"] == "/staff/"
    again = post(client, f"/staff/prove?next={quote(address)}", {"password": PASSWORD})
    assert (again.status_code, again.headers["Location"]) == (303, "/staff/")


def test_a_form_without_its_token_is_refused(client):
    assert client.post("/staff/login", data={"username": "wang", "password": PASSWORD}).status_code == 409
    log_in(client, "wang")
    assert client.post("/staff/logout").status_code == 409
    assert client.get("/staff/").status_code == 200


def test_the_token_of_another_login_is_refused(app, client):
    other = app.test_client()
    log_in(other, "li")
    foreign = token_in(other.get("/staff/account").get_data(as_text=True))
    log_in(client, "wang")

    assert client.post("/staff/logout", data={"csrf_token": foreign}).status_code == 409


def test_logging_in_makes_a_new_session(client):
    client.get("/staff/login")
    before = client.get_cookie("staff", path="/staff").value
    log_in(client, "wang")

    assert client.get_cookie("staff", path="/staff").value != before


def test_a_cookie_from_before_the_login_is_not_logged_in(app, client):
    client.get("/staff/login")
    planted = client.get_cookie("staff", path="/staff").value
    log_in(client, "wang")
    thief = app.test_client()
    thief.set_cookie("staff", planted, path="/staff")

    assert thief.get("/staff/").status_code == 303


def test_a_cookie_is_worth_nothing_after_logging_out(app, client):
    log_in(client, "wang")
    kept = client.get_cookie("staff", path="/staff").value
    post(client, "/staff/logout")
    thief = app.test_client()
    thief.set_cookie("staff", kept, path="/staff")

    assert thief.get("/staff/").status_code == 303


def test_the_cookie_is_for_staff_pages_only_and_out_of_reach_of_scripts(client):
    answer = log_in(client, "wang")

    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/staff", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie


def test_the_cookie_is_secure_behind_tls(client):
    answer = client.get("/staff/login", base_url="https://map.example.gov.cn/")

    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_form_behind_tls_needs_no_referer(client):
    base = "https://map.example.gov.cn/"
    token = token_in(client.get("/staff/login", base_url=base).get_data(as_text=True))
    form = {"username": "wang", "password": PASSWORD, "csrf_token": token}

    assert client.post("/staff/login", base_url=base, data=form).status_code == 303


def test_pages_of_staff_are_never_kept(client):
    assert client.get("/staff/login").headers["Cache-Control"] == "no-store"
    log_in(client, "wang")
    assert client.get("/staff/").headers["Cache-Control"] == "no-store"


def test_a_public_page_knows_nothing_of_the_login(client):
    log_in(client, "wang")

    answer = client.get("/points/JB-001")

    assert "Set-Cookie" not in answer.headers
    assert client.get("/static/style.css").headers["Vary"] == "Accept-Encoding"


def test_tries_become_slower_and_the_wait_passes(client, clock):
    for _ in range(3):
        assert log_in(client, "wang", "wrong").status_code == 400

    refused = log_in(client, "wang")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    clock.now += timedelta(seconds=1)
    assert log_in(client, "wang").status_code == 303


def test_a_name_that_does_not_exist_waits_as_well(client):
    for _ in range(3):
        log_in(client, "nobody", "wrong")

    assert log_in(client, "nobody").status_code == 429


def test_guesses_from_elsewhere_do_not_lock_anybody_out(app, client, clock):
    log_in(client, "wang")
    post(client, "/staff/logout")
    for number in range(30):
        log_in(app.test_client(), "wang", "wrong", environ_base={"REMOTE_ADDR": f"203.0.113.{number}"})

    assert log_in(client, "wang").status_code == 303


def test_a_login_ends_when_nobody_uses_it(client, clock):
    log_in(client, "wang")
    clock.now += timedelta(minutes=119)
    assert client.get("/staff/").status_code == 200
    clock.now += timedelta(minutes=119)
    assert client.get("/staff/").status_code == 200
    clock.now += timedelta(minutes=121)
    assert client.get("/staff/").status_code == 303


def test_another_login_can_be_ended(app, client):
    log_in(client, "wang")
    other = app.test_client()
    log_in(other, "wang", headers={"User-Agent": "another browser"})
    page = client.get("/staff/account").get_data(as_text=True)
    assert "another browser" in page

    (address,) = {part.split('"')[0] for part in page.split('action="') if part.startswith("/staff/account/sessions/")}
    post(client, address)

    assert other.get("/staff/").status_code == 303
    assert client.get("/staff/").status_code == 200


def test_somebody_elses_login_cannot_be_ended(app, client):
    log_in(client, "wang")
    other = app.test_client()
    log_in(other, "li")

    assert post(other, "/staff/account/sessions/1/end").status_code == 404
    assert client.get("/staff/").status_code == 200


def test_another_password_ends_all_other_logins(app, client):
    log_in(client, "wang")
    other = app.test_client()
    log_in(other, "wang")
    new = "the old ferry at Huaxin street"

    post(client, "/staff/account/password", {"old": PASSWORD, "password": new, "again": new})

    assert client.get("/staff/").status_code == 200
    assert other.get("/staff/").status_code == 303
    assert log_in(app.test_client(), "wang", new).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "wrong", "password": "a long enough sentence", "again": "a long enough sentence"}, "这不是您的口令"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "至少 10 个字符"),
        ({"old": PASSWORD, "password": "password2026", "again": "password2026"}, "很多人在用"),
        ({"old": PASSWORD, "password": "a long enough sentence", "again": "another sentence"}, "两次输入不一致"),
    ],
)
def test_a_password_that_is_not_taken_says_why(client, form, said):
    log_in(client, "wang")

    answer = post(client, "/staff/account/password", form)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_what_changes_accounts_asks_for_the_password_again(client, clock):
    log_in(client, "office")
    assert client.get("/staff/people").status_code == 200
    clock.now += timedelta(minutes=16)

    sent = client.get("/staff/people")

    assert sent.headers["Location"] == "/staff/prove?next=/staff/people"
    assert post(client, "/staff/people", {"name": "new"}).headers["Location"].startswith("/staff/prove")
    assert post(client, "/staff/prove?next=/staff/people", {"password": "wrong"}).status_code == 400
    answer = post(client, "/staff/prove?next=/staff/people", {"password": PASSWORD})
    assert answer.headers["Location"] == "/staff/people"
    assert client.get("/staff/people").status_code == 200


def test_the_key_of_the_cookie_is_made_once_and_for_its_owner_alone(client, tmp_path):
    client.get("/staff/login")

    assert (tmp_path / "cookie.key").stat().st_mode & 0o777 == 0o600


def test_no_page_sends_a_password_back(client):
    secret = "a secret that was mistyped"

    assert secret not in log_in(client, "wang", secret).get_data(as_text=True)
    log_in(client, "wang")
    form = {"old": secret, "password": secret, "again": "else"}
    assert secret not in post(client, "/staff/account/password", form).get_data(as_text=True)
