"""Which revision is current is asked cheaply, by many threads, and survives a database that goes and comes."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from mapapp.catalogue.revision import RevisionProbe, current_revision, raise_revision
from mapapp.database import Database, upgrade
from mapapp.errors import Refused


@pytest.fixture
def probe(database: Database) -> Iterator[RevisionProbe]:
    probe = RevisionProbe(database)
    yield probe
    probe.close()


def publish(database: Database) -> int:
    with database.transaction() as session:
        return raise_revision(session)


def test_a_new_database_is_at_revision_zero(database: Database, probe: RevisionProbe) -> None:
    number, epoch = probe.read()

    assert number == 0
    assert len(epoch) == 16


def test_a_publication_is_seen_at_the_next_reading(database: Database, probe: RevisionProbe) -> None:
    before = probe.read()

    published = publish(database)

    assert (before[0], published) == (0, 1)
    assert probe.read() == (1, before[1])
    with database.reading() as session:
        assert current_revision(session) == 1


def test_a_publication_of_another_process_is_seen(database: Database, probe: RevisionProbe) -> None:
    probe.read()
    other = Database(database.url.render_as_string(hide_password=False))

    publish(other)
    other.dispose()

    assert probe.read()[0] == 1


def test_a_publication_that_failed_is_not_seen(database: Database, probe: RevisionProbe) -> None:
    probe.read()

    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        raise_revision(session)
        raise ZeroDivisionError

    assert probe.read()[0] == 0


def test_many_threads_may_ask(database: Database, probe: RevisionProbe) -> None:
    together = threading.Barrier(8)

    def ask(_: int) -> list[int]:
        together.wait()
        return [probe.read()[0] for _ in range(50)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert answers == [[0] * 50] * 8


def test_each_database_has_an_epoch_of_its_own(bare_database_url: str, tmp_path: Path) -> None:
    epochs = set()
    for address in (bare_database_url, f"sqlite:///{tmp_path}/second.sqlite"):
        database = Database(address)
        upgrade(database)
        probe = RevisionProbe(database)
        epochs.add(probe.read()[1])
        probe.close()
        database.dispose()

    assert len(epochs) == 2


def test_a_database_without_tables_is_told_as_away(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    probe = RevisionProbe(database)

    with pytest.raises(Refused) as refusal:
        probe.read()
    probe.close()

    assert refusal.value.code == "database_away"


def test_a_database_that_cannot_be_reached_is_told_as_away() -> None:
    probe = RevisionProbe(Database("postgresql://127.0.0.1:1/x"))

    with pytest.raises(Refused) as refusal:
        probe.read()

    assert refusal.value.code == "database_away"


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    database = Database(f"sqlite:///{tmp_path}/mapapp.sqlite")
    upgrade(database)
    publish(database)
    database.dispose()
    return tmp_path / "mapapp.sqlite"


def test_a_file_that_was_replaced_is_read_anew(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}")
    probe = RevisionProbe(database)
    before = probe.read()
    other = Database(f"sqlite:///{sqlite_file}.new")
    upgrade(other)
    other.dispose()

    shutil.move(f"{sqlite_file}.new", sqlite_file)
    after = probe.read()
    probe.close()

    assert before[0] == 1
    assert after[0] == 0
    assert after[1] != before[1]


def test_a_file_that_was_deleted_is_away_until_it_comes_back(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}")
    probe = RevisionProbe(database)
    before = probe.read()
    shutil.move(sqlite_file, f"{sqlite_file}.away")

    with pytest.raises(Refused):
        probe.read()
    made_by_asking = sqlite_file.exists()
    shutil.move(f"{sqlite_file}.away", sqlite_file)

    assert not made_by_asking
    assert probe.read() == before
    probe.close()


@pytest.mark.postgresql
def test_a_connection_that_the_server_cut_is_opened_again(server_database: Database) -> None:
    probe = RevisionProbe(server_database)
    before = probe.read()

    with server_database.engine.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(f"{cut} AND datname = current_database()"))
    after = probe.read()
    probe.close()

    assert after == before
