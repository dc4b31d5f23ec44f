"""The purge and the change of keys, also as commands on a database that is in use."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from mapapp.booking import desk, holds
from mapapp.booking.keeping import purge
from mapapp.booking.loading import booking_of_code, row_of_code
from mapapp.booking.rows import BookingRow, MessageRow, SeatRow
from mapapp.booking.rules import BookingRules
from mapapp.booking.sealing import Keys
from mapapp.commands.booking import purge_command, rotate_key_command, send_messages_command
from mapapp.errors import NotFound
from mapapp.settings import Settings
from tests.booking_building import (
    POINT,
    START,
    a_bookable_matter,
    a_key,
    a_request,
    a_visitor,
    an_office,
    doing,
)
from tests.building import at
from tests.message_services import Gateway, running

RULES = BookingRules()


@pytest.fixture
def office(catalogue):
    return an_office(catalogue, sends_messages=True)


def test_after_the_purge_nobody_is_left_and_the_visit_still_counts(loaded_database, office, catalogue, now):
    receipt = doing(loaded_database, desk.book, office, now, a_request(catalogue, key="key"))
    late = START + timedelta(days=31)

    report = doing(loaded_database, purge, late, 30, RULES)

    assert (report.bookings, report.messages) == (1, 2)
    with loaded_database.reading() as session:
        row = session.scalars(select(BookingRow)).one()
        assert [row.code_hash, row.sealed, row.phone_hash, row.person_hash, row.request_hash] == [None] * 5
        assert (row.point_id, row.starts, row.state) == (POINT, START, "booked")
        assert session.scalars(select(func.count()).select_from(MessageRow)).one() == 0
        with pytest.raises(NotFound):
            booking_of_code(session, office.sealer, receipt.code)


def test_before_its_time_nothing_is_purged(loaded_database, office, catalogue, now):
    receipt = doing(loaded_database, desk.book, office, now, a_request(catalogue))

    report = doing(loaded_database, purge, START + timedelta(days=30), 30, RULES)

    assert report.bookings == 0
    with loaded_database.reading() as session:
        assert booking_of_code(session, office.sealer, receipt.code).start == START


def test_a_missed_visit_keeps_its_hash_as_long_as_it_can_pause(loaded_database, office, catalogue, now):
    receipt = doing(loaded_database, desk.book, office, now, a_request(catalogue))
    with loaded_database.transaction() as session:
        row = row_of_code(session, office.sealer, receipt.code)
        row.state, row.confirmed_at = "no_show", now

    def hashes():
        with loaded_database.reading() as session:
            return [hash is not None for hash in session.scalars(select(BookingRow.phone_hash))]

    doing(loaded_database, purge, START + timedelta(days=40), 30, RULES)
    assert hashes() == [True]
    doing(loaded_database, purge, START + timedelta(days=91), 30, RULES)
    assert hashes() == [False]


def test_expired_holds_are_swept_away(loaded_database, office, catalogue, now):
    doing(loaded_database, holds.hold, office, now, "t", POINT, (a_bookable_matter(catalogue),), START)

    assert doing(loaded_database, purge, now + timedelta(minutes=6), 30, RULES).holds == 1
    with loaded_database.reading() as session:
        assert session.scalars(select(func.count()).select_from(SeatRow)).one() == 0


@pytest.fixture
def run(loaded_database, tmp_path, monkeypatch):
    """A function (command, arguments) -> result, in the environment of an operator."""
    monkeypatch.setenv("DATABASE_URL", loaded_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path))
    monkeypatch.setenv("MAPAPP_LOG_LEVEL", "error")

    return lambda command, *arguments: CliRunner().invoke(command, list(arguments))


def test_a_new_key_opens_what_the_old_one_sealed(loaded_database, catalogue, now, run, tmp_path):
    keys = Keys(Settings(data=tmp_path))
    old, visitor = keys.sealer(), a_visitor()
    office = an_office(catalogue, sealer=old, sends_messages=True)
    receipt = doing(loaded_database, desk.book, office, now, a_request(catalogue, visitor=visitor))

    result = run(rotate_key_command)

    assert result.exit_code == 0, result.output
    new = keys.sealer()
    assert len(new.keys) == 1 and new.keys != old.keys
    with loaded_database.reading() as session:
        row = row_of_code(session, new, receipt.code)
        assert new.open(row.sealed)["phone"] == visitor.phone
        assert row.phone_hash == new.hash("phone", visitor.phone)
        assert {new.open(sealed)["phone"] for sealed in session.scalars(select(MessageRow.sealed))} == {visitor.phone}


def test_bookings_made_with_either_key_are_found_while_there_are_two(loaded_database, catalogue, now):
    from mapapp.booking.sealing import Sealer

    old, new = a_key(), a_key()
    receipt = doing(loaded_database, desk.book, an_office(catalogue, sealer=Sealer((old,))), now, a_request(catalogue))

    with loaded_database.reading() as session:
        assert booking_of_code(session, Sealer((new, old)), receipt.code).start == START


def test_with_given_keys_the_first_one_seals_everything_again(loaded_database, catalogue, now, run, monkeypatch):
    from mapapp.booking.sealing import Sealer

    old, new = a_key(), a_key()
    receipt = doing(loaded_database, desk.book, an_office(catalogue, sealer=Sealer((old,))), now, a_request(catalogue))
    monkeypatch.setenv("MAPAPP_BOOKING_KEYS", f"{new},{old}")

    assert run(rotate_key_command).exit_code == 0

    with loaded_database.reading() as session:
        assert booking_of_code(session, Sealer((new,)), receipt.code).start == START


def test_the_purge_says_what_it_did(run):
    result = run(purge_command)

    assert result.exit_code == 0
    assert result.output.startswith("Persons taken out of 0 bookings")


def test_messages_are_sent_by_the_command(loaded_database, catalogue, run, monkeypatch, tmp_path):
    # whatever the clock of this machine says, these have passed
    now, start = at("2026-01-07 10:00"), at("2026-01-08 09:00")
    office = an_office(catalogue, sealer=Keys(Settings(data=tmp_path)).sealer(), sends_messages=True)
    visitor = a_visitor()
    doing(loaded_database, desk.book, office, now, a_request(catalogue, visitor=visitor, start=start))

    with running(Gateway()) as gateway:
        monkeypatch.setenv("MAPAPP_MESSAGE_WEBHOOK_URL", gateway.url)
        monkeypatch.setenv("MAPAPP_PUBLIC_URL", "https://map.example/")
        result = run(send_messages_command)

    assert result.exit_code == 0, result.output
    assert gateway.letters[0]["phone"] == visitor.phone
    assert "https://map.example/booking/" in gateway.letters[0]["text"]


def test_without_a_channel_the_command_says_so(run):
    result = run(send_messages_command)

    assert result.exit_code == 1
    assert "No channel" in result.output
