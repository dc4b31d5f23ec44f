"""The second factor: set up with a QR code, asked for at the door, each code good once, required by a setting."""

import base64
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from mapapp.editing.rows import AuditRow, RecoveryCodeRow, SecondFactorRow
from mapapp.editing.time_codes import code_of, step_at
from mapapp.errors import InvalidQuery
from tests.page_reading import read_page
from tests.staff_pages import log_in, post, staff_app, token_in

FACTOR = "/staff/account/second-factor"


@pytest.fixture
def telephone(app, clock):
    """A function name -> (the secret in the telephone, the recovery codes) of somebody who has just set it up."""

    def set_up(name):
        client = app.test_client()
        log_in(client, name)
        secret = begin(client)
        shown = act(client, "confirm", code=code_at(secret, clock)).get_data(as_text=True)
        clock.now += timedelta(minutes=1)
        return secret, re.findall(r"<code>([a-z2-7-]{19})</code>", shown)

    return set_up


def act(client, action, **fields):
    return post(client, FACTOR, {"action": action, **fields}, page=FACTOR)


def begin(client):
    act(client, "begin")
    key = re.search(r'class="key" lang="en">([A-Z2-7]{32})<', client.get(FACTOR).get_data(as_text=True))
    return base64.b32decode(key[1])


def code_at(secret, clock, steps=0):
    return code_of(secret, step_at(clock.now) + steps)


def type_code(client, code, address="/staff/code"):
    token = token_in(client.get(address).get_data(as_text=True))
    return client.post(address, data={"code": code, "csrf_token": token})


def is_inside(client):
    return client.get("/staff/account").status_code == 200


def half_way(app, name="wang"):
    client = app.test_client()
    assert log_in(client, name).headers["Location"].startswith("/staff/code")
    return client


def test_after_the_password_the_door_asks_for_the_code(app, clock, telephone):
    secret, _ = telephone("wang")
    client = half_way(app)

    assert not is_inside(client)
    answer = type_code(client, code_at(secret, clock), "/staff/code?next=/staff/points")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/points")
    assert is_inside(client)


def test_setting_it_up_shows_a_qr_code_and_ends_all_other_logins(app, clock):
    other, client = app.test_client(), app.test_client()
    log_in(other, "wang")
    log_in(client, "wang")
    secret = begin(client)
    assert "<svg" in client.get(FACTOR).get_data(as_text=True)
    assert is_inside(other)

    answer = act(client, "confirm", code=code_at(secret, clock))

    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", answer.get_data(as_text=True))) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert (is_inside(client), is_inside(other)) == (True, False)
    assert "<svg" not in client.get(FACTOR).get_data(as_text=True)


def test_until_the_first_code_was_right_the_door_asks_for_none(app, clock):
    client = app.test_client()
    log_in(client, "wang")
    begin(client)

    assert act(client, "confirm", code="000000").status_code == 400
    assert log_in(app.test_client(), "wang").headers["Location"] == "/staff/"


def test_a_code_is_good_once_also_in_another_browser(app, clock, telephone):
    secret, _ = telephone("wang")
    code = code_at(secret, clock)
    assert type_code(half_way(app), code).status_code == 303

    second = half_way(app)

    assert type_code(second, code).status_code == 400
    assert type_code(second, code_at(secret, clock, -1)).status_code == 400
    assert not is_inside(second)


def test_the_code_that_switched_it_on_does_not_open_the_door(app, clock):
    client = app.test_client()
    log_in(client, "wang")
    secret = begin(client)
    code = code_at(secret, clock)
    act(client, "confirm", code=code)

    assert type_code(half_way(app), code).status_code == 400


def test_a_recovery_code_opens_the_door_once(app, telephone):
    _, codes = telephone("wang")

    assert type_code(half_way(app), codes[0].upper().replace("-", " ")).status_code == 303
    again = half_way(app)
    assert type_code(again, codes[0]).status_code == 400
    assert type_code(again, codes[1]).status_code == 303
    assert "8 个恢复码" in read_page(again.get(FACTOR).get_data(as_text=True)).text


def test_new_recovery_codes_replace_the_old_ones(app, clock, telephone):
    secret, old = telephone("wang")
    client = half_way(app)
    type_code(client, code_at(secret, clock))

    new = re.findall(r"<code>([a-z2-7-]{19})</code>", act(client, "renew").get_data(as_text=True))

    assert type_code(half_way(app), old[0]).status_code == 400
    assert type_code(half_way(app), new[0]).status_code == 303


def test_somebody_elses_code_opens_nothing(app, clock, telephone):
    _, _ = telephone("wang")
    other, codes = telephone("li")

    client = half_way(app, "wang")

    assert type_code(client, code_at(other, clock)).status_code == 400
    assert type_code(client, codes[0]).status_code == 400


def test_guessing_codes_becomes_slower(app, telephone):
    telephone("wang")
    client = half_way(app)

    answers = [type_code(client, f"{number:06}").status_code for number in range(4)]

    assert answers[0] == 400
    assert answers[-1] == 429


def test_a_password_is_remembered_for_five_minutes_only(app, clock, telephone):
    secret, _ = telephone("wang")
    client = half_way(app)
    token = token_in(client.get("/staff/code").get_data(as_text=True))
    clock.now += timedelta(minutes=6)

    answer = client.post("/staff/code", data={"code": code_at(secret, clock), "csrf_token": token})

    assert answer.headers["Location"].startswith("/staff/login")
    assert not is_inside(client)


def test_another_password_makes_a_half_open_door_shut(app, clock, telephone):
    secret, _ = telephone("wang")
    client = half_way(app)
    token = token_in(client.get("/staff/code").get_data(as_text=True))
    office = app.test_client()
    log_in(office, "office")
    post(office, "/staff/people/wang", {"action": "reset", "password": "another-moon-48-quarry"})

    client.post("/staff/code", data={"code": code_at(secret, clock), "csrf_token": token})

    assert not is_inside(client)


def test_the_page_of_the_code_is_for_whoever_typed_the_password(app):
    answer = app.test_client().get("/staff/code?next=https://evil.example/")

    assert answer.headers["Location"] == "/staff/login?next=/staff/"


def test_the_code_page_leads_nowhere_else(app, clock, telephone):
    secret, _ = telephone("wang")

    answer = type_code(half_way(app), code_at(secret, clock), "/staff/code?next=//evil.example/")

    assert answer.headers["Location"] == "/staff/"


def test_the_secret_is_sealed_and_the_codes_are_hashes(app, telephone, one_loaded):
    secret, codes = telephone("wang")

    with one_loaded.reading() as session:
        kept = session.scalars(select(SecondFactorRow.secret)).one()
        hashes = session.scalars(select(RecoveryCodeRow.code_hash)).all()
        log = " ".join(row.before + row.after for row in session.scalars(select(AuditRow)))
    assert base64.b32encode(secret).decode() not in kept
    assert secret.hex() not in kept
    assert not {code.replace("-", "") for code in codes} & set(hashes)
    assert codes[0] not in log


def test_with_another_key_only_recovery_codes_help(app, clock, telephone):
    secret, codes = telephone("wang")
    app.config["SECRET_KEY"] = "another key of this installation"

    client = half_way(app)

    assert type_code(client, code_at(secret, clock)).status_code == 400
    assert type_code(client, codes[0]).status_code == 303


def test_switching_it_off_asks_for_the_password_first(app, clock, telephone):
    secret, _ = telephone("wang")
    client = half_way(app)
    type_code(client, code_at(secret, clock))
    clock.now += timedelta(minutes=16)

    assert act(client, "stop").headers["Location"].startswith("/staff/prove")
    clock.now -= timedelta(minutes=16)
    act(client, "stop")
    assert log_in(app.test_client(), "wang").headers["Location"] == "/staff/"


def test_the_office_takes_it_away_for_whoever_lost_it(app, telephone):
    telephone("wang")
    office = app.test_client()
    log_in(office, "office")

    post(office, "/staff/people/wang", {"action": "factor_off"})

    assert log_in(app.test_client(), "wang").headers["Location"] == "/staff/"
    assert "wang" in office.get("/staff/audit?q=factor_off").get_data(as_text=True)


def test_where_it_is_required_nobody_does_anything_else_first(one_loaded, tmp_path, clock):
    app = staff_app(one_loaded, tmp_path, clock, second_factor="required")
    client = app.test_client()
    log_in(client, "wang")
    assert client.get("/staff/points").headers["Location"] == FACTOR
    refused = post(client, "/staff/points/JB-001/confirm", page=FACTOR)
    assert refused.headers["Location"] == FACTOR

    act(client, "confirm", code=code_at(begin(client), clock))

    assert client.get("/staff/points").status_code == 200
    assert act(client, "stop").status_code == 403


def test_a_setting_that_is_neither_stops_the_start(one_loaded, tmp_path, clock):
    with pytest.raises(InvalidQuery, match="MAPAPP_SECOND_FACTOR"):
        staff_app(one_loaded, tmp_path, clock, second_factor="requierd")
