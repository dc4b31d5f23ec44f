"""`mapapp searches --empty`, the purge of old words, and pages that count what they did not find."""

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from mapapp.catalogue.search_misses import most_frequent, record
from mapapp.commands.booking import purge_command
from mapapp.commands.searches import searches_command
from mapapp.database import ZONE
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from tests.conftest import NOW
from tests.page_reading import compile_translations


@pytest.fixture
def address(loaded_database, monkeypatch, tmp_path):
    address = loaded_database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path))
    return address


def came(database, text, *days_ago):
    today = datetime.now(ZONE).date()
    with database.transaction() as session:
        for days in days_ago:
            record(session, text, today - timedelta(days=days))


def test_the_command_lists_the_words_the_most_frequent_first(loaded_database, address):
    came(loaded_database, "遛狗证", 4, 3, 2)
    came(loaded_database, "放风筝", 5, 4, 3, 2)
    came(loaded_database, "只来一天", 2)

    result = CliRunner().invoke(searches_command, ["--empty"])
    listed = json.loads(CliRunner().invoke(searches_command, ["--empty", "--json", "--limit", "1"]).stdout)

    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["放风筝", "遛狗证"]
    assert [(row["text"], row["times"], row["days"]) for row in listed] == [("放风筝", 4, 4)]


def test_the_command_says_so_when_there_are_none(address):
    assert CliRunner().invoke(searches_command, ["--empty"]).stdout.startswith("No words")
    assert CliRunner().invoke(searches_command, []).exit_code == 2


def test_the_nightly_purge_forgets_old_words(loaded_database, address):
    came(loaded_database, "遛狗证", 200, 199, 198)
    came(loaded_database, "放风筝", 3, 2, 1)

    assert CliRunner().invoke(purge_command).exit_code == 0
    with loaded_database.reading() as session:
        assert [miss.text for miss in most_frequent(session)] == ["放风筝"]


def test_pages_count_the_words_alone_on_each_day(address, tmp_path):
    compile_translations()
    for days in range(3):
        settings = Settings(database_url=address, data=tmp_path, rate_limits="off", log_level="error")
        app = create_app(settings, now=lambda days=days: NOW + timedelta(days=days))
        try:
            client = app.test_client()
            assert client.get("/nearest?q=观音桥周六买火车票").status_code == 200
            assert client.get("/matters?q=点外卖").status_code == 200
            assert client.get("/nearest?q=社保卡&place=观音桥").status_code == 200
            with app.extensions[EXTENSION].keeper.database.reading() as session:
                found = [miss.text for miss in most_frequent(session)]
        finally:
            app.extensions[EXTENSION].keeper.close()

    assert sorted(found) == ["买火车票", "点外卖"]
