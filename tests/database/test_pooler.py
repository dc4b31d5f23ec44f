"""PgBouncer in transaction mode: every transaction may get another connection, and nobody notices."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, select, text

from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.revision import RevisionProbe, raise_revision
from mapapp.catalogue.rows import RevisionRow
from mapapp.database import Database, upgrade
from mapapp.errors import Refused
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web.context import Keeper
from tests import postgresql
from tests.conftest import NOW, ServerTemplates
from tests.structure.sources import ROOT

pytestmark = pytest.mark.postgresql

SERVERS, CALLERS = 3, 12


@pytest.fixture(scope="module")
def pooled(server_templates: ServerTemplates) -> Iterator[str]:
    """The address of a new database behind three connections, with the settings that deploy/ recommends."""
    address = server_templates.copy("bare", lambda database: database.engine.connect().close())
    with postgresql.pooler(address, ROOT / "deploy/pgbouncer.ini", default_pool_size=str(SERVERS)) as pooled:
        database = Database(pooled)
        upgrade(database)
        with database.transaction() as session:
            load_geodata(session, shipped("geodata"), NOW, SYSTEM)
        database.dispose()
        yield pooled
    server_templates.drop(address)


@pytest.fixture
def database(pooled: str) -> Iterator[Database]:
    database = Database(pooled)
    yield database
    database.dispose()


def test_callers_share_the_connections(database: Database) -> None:
    def ask_and_hold(_: int) -> set[int]:
        seen = set()
        for _ in range(10):
            with database.reading() as session:
                seen.add(session.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.001)")))
        return seen

    with ThreadPoolExecutor(CALLERS) as pool:
        seen = set().union(*pool.map(ask_and_hold, range(CALLERS)))

    assert 1 < len(seen) <= SERVERS


def test_a_statement_kept_in_a_connection_would_fail_here(pooled: str) -> None:
    url = make_url(pooled).set(drivername="postgresql+psycopg")
    careless = create_engine(url, connect_args={"prepare_threshold": 0})

    def ask(_: int) -> None:
        for _ in range(20):
            with careless.connect() as connection:
                connection.execute(text("SELECT pg_sleep(0.001)"))

    with pytest.raises(Exception, match="prepared statement"), ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(ask, range(CALLERS)))
    careless.dispose()


def test_many_threads_read_write_and_ask_for_the_revision(database: Database) -> None:
    probe = RevisionProbe(database)
    before = probe.read()[0]

    def work(_: int) -> bool:
        seen = []
        for _ in range(15):
            with database.transaction() as session:
                own = raise_revision(session)
            with database.reading() as session:
                first = session.scalars(select(RevisionRow.number)).one()
                again = session.scalars(select(RevisionRow.number)).one()
            seen.append(own <= first == again <= probe.read()[0])
        return all(seen)

    with ThreadPoolExecutor(CALLERS) as pool:
        assert all(pool.map(work, range(CALLERS)))
    probe.close()

    with database.reading() as session:
        assert session.scalars(select(RevisionRow.number)).one() == before + 15 * CALLERS


def test_a_reading_leaves_nothing_behind_for_the_next_writer(database: Database) -> None:
    for _ in range(2 * SERVERS):
        with database.reading() as session:
            shown = session.scalar(text("SHOW transaction_read_only"))
        with database.transaction() as session:
            raise_revision(session)
            isolation = session.scalar(text("SHOW transaction_isolation"))
        assert (shown, isolation) == ("on", "read committed")


def test_the_catalogue_is_kept_and_renewed(database: Database) -> None:
    keeper = Keeper(database, Settings(), lambda: NOW)
    before = keeper.bundle().catalogue

    with database.transaction() as session:
        revision = raise_revision(session)

    assert (len(before.points), keeper.bundle().catalogue.revision) == (51, revision)
    keeper.close()


def test_a_database_away_behind_the_pooler_is_told(tmp_path: Path) -> None:
    nowhere = f"postgresql://mapapp@/postgres?host={tmp_path}"
    with postgresql.pooler(nowhere, ROOT / "deploy/pgbouncer.ini") as address:
        database = Database(address)
        with pytest.raises(Refused) as refusal, database.transaction() as session:
            raise_revision(session)
        database.dispose()

    assert refusal.value.code == "database_away"
    assert issubclass(psycopg.errors.ProtocolViolation, psycopg.OperationalError)
