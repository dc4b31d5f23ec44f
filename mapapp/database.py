"""Where the rows are kept (数据库): SQLite in a file by default, PostgreSQL in production, the same code on both.

Writers call `transaction()`, readers `reading()`. Everything that is particular to one of the two databases is here.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, Text, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from mapapp.errors import InvalidQuery, Refused
from mapapp.group_commit import GroupCommit

if TYPE_CHECKING:
    # loaded only when migrating: a worker does not need Alembic
    from alembic.config import Config
    from alembic.script import ScriptDirectory

ZONE = ZoneInfo("Asia/Shanghai")
MIGRATIONS = Path(__file__).resolve().parent / "migrations"

# Milliseconds a SQLite writer waits for another one.
_BUSY_MS = 10_000
# Seconds to wait for a PostgreSQL server that does not answer.
_CONNECT_S = 5
_POSTGRESQL_CONNECT = {"connect_timeout": _CONNECT_S, "application_name": "mapapp"}
# SQLSTATE of PostgreSQL for a table that is not there: not migrated yet.
_UNDEFINED_TABLE = "42P01"
# Any number, the same for all processes: the advisory lock that lets one process migrate at a time.
_MIGRATION_LOCK = 50_010_501
_WAIT_FOR = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class Base(DeclarativeBase):
    """The root of every `...Row`; constraints have names, so that a migration can speak of them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC (SQLite has no zones) and given back in Asia/Shanghai. A naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC; without its zone on SQLite, which would drop it anyway."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidQuery("naive_time", value=value.isoformat())
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in the zone of the district."""
        if value is None:
            return None
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
        return aware.astimezone(ZONE)


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short list of texts in one cell, kept as a JSON array; for lists that nothing else refers to."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Return the JSON text."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Return the tuple of texts."""
        return None if value is None else tuple(json.loads(value))


class PlainCursor(Protocol):
    """What an executed statement gives back."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last."""


class PlainConnection(Protocol):
    """What sqlite3 and psycopg connections have in common."""

    def execute(self, query: Any, /) -> PlainCursor:
        """Execute one statement."""

    def close(self) -> None:
        """Close the connection."""


class Database:
    """One database, named by its SQLAlchemy address. Nothing is opened before it is used.

    Raises InvalidQuery `wrong_database_url` when the address cannot be one.
    """

    def __init__(self, url: str) -> None:
        self.url = _checked_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # where the file of a SQLite database is or will be; meaningless otherwise
        self.sqlite_path = Path(self.url.database or "").resolve()
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        # a reader that later wants to write fails at once on SQLite, whatever the busy timeout: writers say so first
        self.writing_engine = self.engine.execution_options(mapapp_begin="BEGIN IMMEDIATE")
        reading = self.engine
        if not self.is_sqlite:
            # all selects of one reading see the same moment, as they do on SQLite
            reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # what the driver raises, and the file system, when the database is not there
        self.driver_errors = (cast("type[Exception]", self.engine.dialect.loaded_dbapi.Error), OSError)
        self._writing: Callable[[], AbstractContextManager[Session]]
        self._writing = sessionmaker(self.writing_engine, expire_on_commit=False).begin
        if self.is_sqlite:
            self._writing = GroupCommit(self.writing_engine, self.sqlite_path, _BUSY_MS / 1000).transaction
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session that may write; commits at the end, rolls everything back on any error.

        Raises Refused `database_away` when the database does not answer, has no tables, or stays locked.
        """
        with _absence_told(), self._writing() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading: one consistent view, nothing is ever committed.

        Raises Refused `database_away` as `transaction` does.
        """
        with _absence_told(), self._reading() as session:
            yield session

    def plain_connection(self) -> PlainConnection:
        """Return a new driver connection outside the pool, in autocommit mode and read-only on SQLite.

        For a question asked so often that a session would cost more than the answer. Whoever opens it closes it;
        it may be closed from another thread. Raises one of `driver_errors`.
        """
        if self.is_sqlite:
            # mode=ro: a missing file is an error here, not a new empty database
            address = f"{self.sqlite_path.as_uri()}?mode=ro"
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
            return connection
        arguments, options = self.engine.dialect.create_connect_args(self.url)
        return cast(
            "PlainConnection",
            self.engine.dialect.connect(*arguments, **{**options, **_POSTGRESQL_CONNECT, "autocommit": True}),
        )

    def dispose(self) -> None:
        """Close every connection; the database can still be used afterwards."""
        self.engine.dispose()


def upgrade(database: Database) -> tuple[str, str]:
    """Bring the tables to the newest migration; return (revision id before, revision id after), "" for none.

    Safe with several processes at once: the first one migrates, the others wait for it and find nothing to do.
    An empty SQLite file and its folder are created. Raises Refused `database_away`.
    """
    from alembic.runtime.environment import EnvironmentContext

    config, script = _migration_scripts()
    head = script.get_current_head() or ""
    try:
        if database.is_sqlite:
            database.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        before = migrated_to(database)
        if before == head:
            return before, head
        with database.writing_engine.begin() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            context = EnvironmentContext(config, script, fn=lambda at, _: script._upgrade_revs("head", at))
            context.configure(connection=connection, render_as_batch=True)
            context.run_migrations()
        return before, head
    except (OSError, SQLAlchemyError) as error:
        raise Refused("database_away", reason=first_line(error)) from error


def migrated_to(database: Database) -> str:
    """Return the id of the newest migration the tables have, "" when there are none."""
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest_migration() -> str:
    """Return the id of the newest migration this program knows; equal to `migrated_to` when all is well."""
    return _migration_scripts()[1].get_current_head() or ""


def wait_for(session: Session, name: str) -> None:
    """Let no other transaction pass here with this name until this one ends; writers of SQLite are alone anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT_FOR, {"name": name})


@contextmanager
def _absence_told() -> Iterator[None]:
    """Turn what the driver says when the database is not there into Refused `database_away`."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Refused("database_away", reason=first_line(error)) from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _UNDEFINED_TABLE:
            raise
        raise Refused("database_away", reason=first_line(error)) from error


def first_line(error: BaseException) -> str:
    """Return the first line of what a driver says, without the address of the database."""
    said = getattr(error, "orig", None) or error
    lines = str(said).strip().splitlines()
    return lines[0] if lines else type(said).__name__


def _migration_scripts() -> "tuple[Config, ScriptDirectory]":
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    # the option is read with % interpolation
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def _checked_url(address: str) -> URL:
    try:
        # the old scheme of some hosts
        url = make_url(address.replace("postgres://", "postgresql://", 1))
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise InvalidQuery("wrong_database_url", field="DATABASE_URL") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise InvalidQuery("wrong_database_url", field="DATABASE_URL", backend=url.get_backend_name())
    if url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:":
        # several processes and threads must see the same rows
        raise InvalidQuery("wrong_database_url", field="DATABASE_URL", backend="memory")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, _: object) -> None:
    # the driver must not begin by itself: it would never begin before DDL, nor with IMMEDIATE
    connection.isolation_level = None
    # the timeout first: switching to WAL can already meet another process
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("mapapp_begin", "BEGIN"))


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=_POSTGRESQL_CONNECT)
