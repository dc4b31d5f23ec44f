"""Fixtures of all tests: settings, a fixed moment, a catalogue, and databases on SQLite and on PostgreSQL."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, make_url

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.loading import read_catalogue
from mapapp.database import Database, upgrade
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from tests import postgresql

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_numbers = count()


@pytest.fixture
def now() -> datetime:
    """Wednesday 25 November 2026, 10:00 in Chongqing: an ordinary working morning."""
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "instance")


@pytest.fixture(autouse=True)
def _no_network_and_no_waiting(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Refuse every connection that leaves this machine, and waiting by sleep except in the browser tests."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in ("", "127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test wants to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    def no_sleep(seconds: float) -> None:
        raise AssertionError(f"a test waits {seconds} s: wait for what should happen instead")

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    if request.node.get_closest_marker("browser") is None:
        monkeypatch.setattr(time, "sleep", no_sleep)


class SqliteTemplates:
    """Copies of a SQLite file that was prepared once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, name: str, prepare: Callable[[Database], None]) -> str:
        """Return the address of a new database that `prepare` filled, or a copy of one it had filled before."""
        template = self._folder / f"{name}.sqlite"
        if not template.exists():
            with _open(f"sqlite:///{template}") as database:
                prepare(database)
                with database.engine.connect() as connection:
                    # everything into the one file that is copied
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        copy = self._folder / f"test{next(_numbers)}.sqlite"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    def take_away(self, database: Database) -> None:
        """Let nobody reach a copy any more."""
        database.dispose()
        Path(str(database.url.database)).rename(f"{database.url.database}.away")


class ServerTemplates:
    """Copies of a PostgreSQL database that was prepared once."""

    def __init__(self, address: str) -> None:
        self._server = create_engine(
            make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        self._made: set[str] = set()

    def copy(self, name: str, prepare: Callable[[Database], None]) -> str:
        """Return the address of a new database that `prepare` filled, or a copy of one it had filled before."""
        template = f"mapapp_{name}_{os.getpid()}"
        if template not in self._made:
            with _open(self._create(template)) as database:
                prepare(database)
            self._made.add(template)
        return self._create(f"mapapp_test_{os.getpid()}_{next(_numbers)}", template)

    def drop(self, address: str) -> None:
        """Remove a database that `copy` made."""
        self._execute(f'DROP DATABASE "{make_url(address).database}" WITH (FORCE)')

    def take_away(self, database: Database) -> None:
        """Let nobody reach a copy any more."""
        self._execute(f'DROP DATABASE "{database.url.database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove the templates."""
        for template in self._made:
            self._execute(f'DROP DATABASE "{template}" WITH (FORCE)')
        self._server.dispose()

    def _create(self, name: str, template: str = "template1") -> str:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._server.url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.exec_driver_sql(statement)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that need just one database that works have theirs on PostgreSQL: `--database postgresql`."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> SqliteTemplates | ServerTemplates:
    """Databases for tests that need just one that works: on SQLite, unless the run is asked for PostgreSQL."""
    kind = "server" if request.config.getoption("--database") == "postgresql" else "sqlite"
    chosen: SqliteTemplates | ServerTemplates = request.getfixturevalue(f"{kind}_templates")
    return chosen


@pytest.fixture(scope="session")
def server_templates() -> Iterator[ServerTemplates]:
    with postgresql.server() as address:
        templates = ServerTemplates(address)
        yield templates
        templates.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_copy(request: pytest.FixtureRequest) -> Iterator[Callable[[str, Callable[[Database], None]], str]]:
    """A function (name, prepare) -> address of a new database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_templates").copy
        return
    templates: ServerTemplates = request.getfixturevalue("server_templates")
    made: list[str] = []

    def copy(name: str, prepare: Callable[[Database], None]) -> str:
        made.append(templates.copy(name, prepare))
        return made[-1]

    yield copy
    for address in made:
        templates.drop(address)


@pytest.fixture
def bare_database_url(database_copy: Callable[[str, Callable[[Database], None]], str]) -> str:
    """The address of a database without any table."""
    return database_copy("bare", lambda database: database.engine.connect().close())


@pytest.fixture
def database(database_copy: Callable[[str, Callable[[Database], None]], str]) -> Iterator[Database]:
    """A migrated database in which nothing is loaded."""
    with _open(database_copy("empty", _migrate)) as database:
        yield database


@pytest.fixture
def server_database(server_templates: ServerTemplates) -> Iterator[Database]:
    """A migrated database on PostgreSQL, for what only a server can do; its test is marked `postgresql`."""
    address = server_templates.copy("empty", _migrate)
    with _open(address) as database:
        yield database
    server_templates.drop(address)


@pytest.fixture
def loaded_database(database_copy: Callable[[str, Callable[[Database], None]], str]) -> Iterator[Database]:
    """A database with the shipped data, at revision 1."""
    with _open(database_copy("loaded", _migrate_and_load)) as database:
        yield database


@pytest.fixture
def one_loaded(templates: SqliteTemplates | ServerTemplates) -> Iterator[Database]:
    """A database with the shipped data, for tests that need just one that works."""
    with _open(templates.copy("loaded", _migrate_and_load)) as database:
        yield database


@pytest.fixture
def sqlite_loaded(sqlite_templates: SqliteTemplates) -> Iterator[Database]:
    """A SQLite database with the shipped data, for what happens to its file."""
    with _open(sqlite_templates.copy("loaded", _migrate_and_load)) as database:
        yield database


@pytest.fixture(scope="session")
def catalogue(templates: SqliteTemplates | ServerTemplates) -> Catalogue:
    """The catalogue of the shipped data, read from a database as the server does."""
    with _open(templates.copy("loaded", _migrate_and_load)) as database, database.reading() as session:
        return read_catalogue(session, NOW)


@contextmanager
def _open(address: str) -> Iterator[Database]:
    database = Database(address)
    yield database
    database.dispose()


def _migrate(database: Database) -> None:
    upgrade(database)


def _migrate_and_load(database: Database) -> None:
    upgrade(database)
    with database.transaction() as session:
        report = load_geodata(session, shipped("geodata"), NOW, SYSTEM)
    assert report.faults == ()


@pytest.fixture(scope="session", autouse=True)
def nothing_recorded_meanwhile() -> Iterator[None]:
    """Keep what applications write down after half a minute out of tests that count what is asked of a database."""
    from mapapp.web import recording

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "DELAY_S", 86_400.0)
        yield
