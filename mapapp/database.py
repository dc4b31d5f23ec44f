"""Where the rows are kept (数据库): SQLite in a file by default, PostgreSQL in production, the same code on both.

Writers call `transaction()`, readers `reading()`. Everything that is particular to one of the two databases is here.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, DateTime, Dialect, MetaData, Text, text
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from mapapp.engines import BUSY_MS, Source
from mapapp.errors import InvalidQuery, Refused
from mapapp.group_commit import GroupCommit
from mapapp.map_view import lacks_map_view, make_map_view

if TYPE_CHECKING:
    # loaded only when migrating: a worker does not need Alembic
    from alembic.config import Config
    from alembic.script import ScriptDirectory

ZONE = ZoneInfo("Asia/Shanghai")
MIGRATIONS = Path(__file__).resolve().parent / "migrations"

# Seconds for which a server that did not answer is not asked again, where there is another one to ask.
_REST_S = 1.0
# SQLSTATE of PostgreSQL for a table that is not there: not migrated yet.
_UNDEFINED_TABLE = "42P01"
# SQLSTATE of PostgreSQL for a change sent to a replica, as after the roles of two servers were exchanged.
_READ_ONLY = "25006"
# Any number, the same for all processes: the advisory lock that lets one process migrate at a time.
_MIGRATION_LOCK = 50_010_501
_IS_REPLICA = text("SELECT pg_is_in_recovery()")
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


class Database:
    """One database, named by its SQLAlchemy address, perhaps with a read replica. Nothing is opened before it is used.

    What is the same for everybody is read from the replica first, unless it `replica_lags`; what somebody may just have
    written from the primary, and from the replica only while the primary is away. Raises InvalidQuery
    `wrong_database_url` when an address cannot be one.
    """

    def __init__(self, url: str, read_url: str = "", read_lag_s: float = 0.5) -> None:
        self._primary = Source(url, "DATABASE_URL", _REST_S if read_url else 0.0)
        self._newest_first: tuple[Source, ...] = (self._primary,)
        self._nearest_first: tuple[Source, ...] = (self._primary,)
        if read_url:
            replica = Source(read_url, "DATABASE_READ_URL", _REST_S)
            if self._primary.is_sqlite or replica.is_sqlite:
                raise InvalidQuery("wrong_read_url", field="DATABASE_READ_URL")
            self._newest_first, self._nearest_first = (self._primary, replica), (replica, self._primary)
        self.has_replica = bool(read_url)
        # seconds that the replica may be behind, and whether whoever watches it found it further behind
        self.read_lag_s, self.replica_lags = read_lag_s, False
        self.url = self._primary.url
        self.is_sqlite = self._primary.is_sqlite
        # where the file of a SQLite database is or will be; meaningless otherwise
        self.sqlite_path = self._primary.sqlite_path
        self.engine = self._primary.engine
        # a reader that later wants to write fails at once on SQLite, whatever the busy timeout: writers say so first
        self.writing_engine = self.engine.execution_options(mapapp_begin="BEGIN IMMEDIATE")
        # what the driver raises, and the file system, when the database is not there
        self.driver_errors = self._primary.driver_errors
        self._writing: Callable[[], AbstractContextManager[Session]]
        self._writing = sessionmaker(self.writing_engine, expire_on_commit=False).begin
        if self.is_sqlite:
            self._writing = GroupCommit(self.writing_engine, self.sqlite_path, BUSY_MS / 1000).transaction

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session that may write; commits at the end, rolls everything back on any error.

        Raises Refused `database_away` when the database does not answer, has no tables, stays locked, or is a replica.
        """
        with _absence_told(_READ_ONLY), self._writing() as session:
            if self.has_replica:
                with self._primary.approached():
                    session.connection()
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading: one consistent view, nothing is ever committed.

        Raises Refused `database_away` as `transaction` does.
        """
        with _absence_told(), self._begun(self._newest_first) as session:
            yield session

    @contextmanager
    def reading_published(self) -> Iterator[Session]:
        """Yield a session as `reading` does, for what is the same for everybody: it may be as old as the replica is."""
        with _absence_told(), self._begun(self._published_first()) as session:
            yield session

    def published_sources(self) -> tuple[Source, ...]:
        """Return where to ask what is published, the best first, without those that did not answer a moment ago."""
        if not self.has_replica:
            return self._nearest_first
        return tuple(source for source in self._published_first() if not source.is_resting())

    def primary_and_replica(self) -> tuple[Source, Source] | None:
        """Return the two servers, None where there is no replica."""
        return (self._newest_first[0], self._newest_first[1]) if self.has_replica else None

    def can_write(self) -> bool:
        """Return whether the primary of a replica answers and takes changes."""
        try:
            with self.transaction() as session:
                return session.scalar(_IS_REPLICA) is False
        except Refused:
            return False

    def dispose(self) -> None:
        """Close every connection; the database can still be used afterwards."""
        for source in self._newest_first:
            source.engine.dispose()

    def _published_first(self) -> tuple[Source, ...]:
        return self._newest_first if self.replica_lags else self._nearest_first

    def _begun(self, sources: tuple[Source, ...]) -> Session:
        """Return a session on the first of the sources that answers."""
        *others, last = [source for source in sources if not source.is_resting()] or sources
        for source in others:
            session = source.reading()
            try:
                with source.approached():
                    session.connection()
            except (Refused, OperationalError, InterfaceError, PoolTimeout):
                session.close()
            else:
                return session
        session = last.reading()
        if self.has_replica:
            with last.approached():
                session.connection()
        return session


def upgrade(database: Database) -> tuple[str, str]:
    """Bring the tables to the newest migration; return (revision id before, revision id after), "" for none.

    Safe with several processes at once: the first one migrates, the others wait for it and find nothing to do.
    A view that waited for PostGIS is made too. An empty SQLite file and its folder are created. Raises Refused
    `database_away`.
    """
    head = newest_migration()
    try:
        if database.is_sqlite:
            database.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        before = migrated_to(database)
        if before == head and not _lacks_views(database):
            return before, head
        with database.writing_engine.begin() as connection:
            migrate(connection, "head")
            make_map_view(connection)
        return before, head
    except (OSError, SQLAlchemyError) as error:
        raise Refused("database_away", reason=first_line(error)) from error


def migrate(connection: Connection, target: str) -> None:
    """Bring the tables forward to a migration, as a part of the caller's transaction; one process at a time."""
    from alembic.runtime.environment import EnvironmentContext

    config, script = _migration_scripts()
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    context = EnvironmentContext(config, script, fn=lambda at, _: script._upgrade_revs(target, at))
    context.configure(connection=connection, render_as_batch=True)
    context.run_migrations()


def migrated_to(database: Database) -> str:
    """Return the id of the newest migration the tables have, "" when there are none."""
    with database.engine.connect() as connection:
        return migration_of(connection)


def migration_of(connection: Connection) -> str:
    """Return the id of the newest migration of the tables that a connection sees, "" when there are none."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision() or ""


def known_migrations() -> tuple[str, ...]:
    """Return the ids of all migrations this program knows, the oldest first."""
    return tuple(reversed([each.revision for each in _migration_scripts()[1].walk_revisions()]))


def _lacks_views(database: Database) -> bool:
    with database.engine.connect() as connection:
        return lacks_map_view(connection)


def newest_migration() -> str:
    """Return the id of the newest migration this program knows; equal to `migrated_to` when all is well."""
    return _migration_scripts()[1].get_current_head() or ""


def wait_for(session: Session, name: str) -> None:
    """Let no other transaction pass here with this name until this one ends; writers of SQLite are alone anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT_FOR, {"name": name})


@contextmanager
def _absence_told(*states: str) -> Iterator[None]:
    """Turn what the driver says when the database is not there, or in one of these states, into `database_away`."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Refused("database_away", reason=first_line(error)) from error
    except (InternalError, ProgrammingError) as error:
        if getattr(error.orig, "sqlstate", None) not in (_UNDEFINED_TABLE, *states):
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
