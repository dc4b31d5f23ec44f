"""What was covered is written down once a revision, and shown as a trend."""

from datetime import timedelta
from pathlib import Path

import pytest

from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import raise_revision
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.desk import ANY, past, record, taken
from mapapp.coverage.ground import ground_of
from mapapp.database import Database
from mapapp.finder.nearest import Finder
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from tests.conftest import NOW
from tests.page_reading import compile_translations, read_page


def coverage_in(database: Database) -> Coverage:
    with database.reading() as session:
        catalogue = read_catalogue(session, NOW)
    return Coverage(catalogue, ground_of(Finder.of(catalogue, Settings()).reach))


def test_a_revision_is_written_down_once(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)

    with loaded_database.transaction() as session:
        first = record(session, today, 1000)
    with loaded_database.transaction() as session:
        again = record(session, today, 1000)
    with loaded_database.reading() as session:
        known = past(session, 1000, before=99)

    assert (first, again) == (True, False)
    assert known == (today,)


def test_the_newest_comes_first_and_later_revisions_are_left_out(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)
    with loaded_database.transaction() as session:
        record(session, today, 1000)
        raise_revision(session)
    tomorrow = taken(coverage_in(loaded_database), 1000, NOW + timedelta(days=1))
    with loaded_database.transaction() as session:
        record(session, tomorrow, 1000)

    with loaded_database.reading() as session:
        assert [each.revision for each in past(session, 1000, before=2)] == [2, 1]
        assert [each.revision for each in past(session, 1000, before=1)] == [1]
        assert past(session, 500, before=2) == ()


def test_what_is_written_down_is_what_is_measured(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)

    assert today.shares[ANY][0] == pytest.approx(0.1897, abs=0.001)
    assert today.communities_total == 132
    assert "M150" not in today.shares


def test_the_page_shows_a_trend_from_the_second_revision_on(loaded_database: Database, tmp_path: Path) -> None:
    compile_translations()
    address = loaded_database.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=address, data=tmp_path, log_level="error"), now=lambda: NOW)
    client = app.test_client()

    first = read_page(client.get("/coverage").get_data(as_text=True))
    with loaded_database.transaction() as session:
        raise_revision(session)
    second = read_page(client.get("/coverage").get_data(as_text=True))
    app.extensions[EXTENSION].keeper.close()

    assert "历次变化" not in first.text
    assert "历次变化" in second.text
    with loaded_database.reading() as session:
        assert [each.revision for each in past(session, 1000, before=9)] == [2, 1]
