"""How one database server or file is reached (连接): its address, its engine, and whether it lately did not answer.

Nothing here leaves anything behind in a connection: no session settings, no prepared statements, no session locks. So
PgBouncer may hand every transaction to another connection.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import sessionmaker

from mapapp.errors import InvalidQuery, Refused

# Milliseconds a SQLite writer waits for another one.
BUSY_MS = 10_000
# Seconds to wait for a PostgreSQL server that does not answer.
CONNECT_S = 5
_POSTGRESQL_CONNECT: dict[str, object] = {
    "connect_timeout": CONNECT_S,
    "application_name": "mapapp",
    # a statement prepared on one connection of a pooler is unknown on the next
    "prepare_threshold": None,
    # a machine that vanished without a word is noticed within 5 s where something was sent, else within 20 s
    "tcp_user_timeout": 1000 * CONNECT_S,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


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


class Source:
    """One database that can be asked: the only one, the primary, or its read replica. Nothing is opened before use.

    Raises InvalidQuery `wrong_database_url` naming `field` when the address cannot be one.
    """

    def __init__(self, address: str, field: str, rest_s: float = 0.0) -> None:
        """`rest_s`: seconds for which a server that did not answer is left alone; 0 where there is no other one."""
        self.url = _checked_url(address, field)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.sqlite_path = Path(self.url.database or "").resolve()
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        reading = self.engine
        if not self.is_sqlite:
            # all selects of one reading see the same moment, as they do on SQLite
            reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.reading = sessionmaker(reading, expire_on_commit=False)
        # what the driver raises, and the file system, when the database is not there
        self.driver_errors = (cast("type[Exception]", self.engine.dialect.loaded_dbapi.Error), OSError)
        self._rest_s = rest_s
        self._rests_until = 0.0
        self._is_away = False
        self._lock = threading.Lock()

    def is_resting(self) -> bool:
        """Return whether this server did not answer a moment ago, and is left alone where there is another one."""
        return monotonic() < self._rests_until

    @contextmanager
    def approached(self) -> Iterator[None]:
        """Connect within this block; raises Refused `database_away` at once while the server is known to be away.

        While one caller finds out whether a server that hung is back, the others do not queue up behind it.
        """
        if self._rest_s:
            with self._lock:
                if self.is_resting():
                    raise Refused("database_away", reason="the server did not answer a moment ago")
                if self._is_away:
                    self._rests_until = monotonic() + CONNECT_S + self._rest_s
        try:
            yield
        except (OperationalError, InterfaceError, *self.driver_errors):
            self._is_away, self._rests_until = True, monotonic() + self._rest_s
            raise
        self._is_away, self._rests_until = False, 0.0

    def plain_connection(self) -> PlainConnection:
        """Return a new driver connection outside the pool, in autocommit mode and read-only on SQLite."""
        if self.is_sqlite:
            # mode=ro: a missing file is an error here, not a new empty database
            address = f"{self.sqlite_path.as_uri()}?mode=ro"
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            return connection
        arguments, options = self.engine.dialect.create_connect_args(self.url)
        return cast(
            "PlainConnection",
            self.engine.dialect.connect(*arguments, **{**options, **_POSTGRESQL_CONNECT, "autocommit": True}),
        )


def _checked_url(address: str, field: str) -> URL:
    try:
        # the old scheme of some hosts
        url = make_url(address.replace("postgres://", "postgresql://", 1))
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise InvalidQuery("wrong_database_url", field=field) from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise InvalidQuery("wrong_database_url", field=field, backend=url.get_backend_name())
    if url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:":
        # several processes and threads must see the same rows
        raise InvalidQuery("wrong_database_url", field=field, backend="memory")
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
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("mapapp_begin", "BEGIN"))


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=_POSTGRESQL_CONNECT)
