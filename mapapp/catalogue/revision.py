"""Which revision (版本) of the catalogue is current: one row, raised by every publication."""

import threading

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import RevisionRow
from mapapp.database import Database, first_line
from mapapp.engines import PlainConnection, Source
from mapapp.errors import Refused

_ASK = "SELECT number, epoch FROM revision"


def current_revision(session: Session) -> int:
    """Return the number of the current revision; 0 before anything was loaded."""
    return session.scalars(select(RevisionRow.number)).one()


def lock_revision(session: Session) -> None:
    """Wait until no other publication is under way; it stays so until the commit. SQLite writers are alone anyway."""
    session.execute(select(RevisionRow.number).with_for_update())


def raise_revision(session: Session) -> int:
    """Add one to the revision and return it. Part of the transaction that publishes something, and its last step.

    An update rather than reading and writing: it holds the row on PostgreSQL until the commit, so that two
    publications never get the same number.
    """
    raised = update(RevisionRow).values(number=RevisionRow.number + 1).returning(RevisionRow.number)
    return session.scalars(raised).one()


class RevisionProbe:
    """The cheapest question to the database: which revision is current. Each thread has its own open connection.

    SQLite is first asked for `data_version`, which changes whenever another connection has written;
    PostgreSQL gets one select outside any transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # by thread number: what a finished thread left open serves the next thread that gets its number
        self._open: dict[int, _SqliteProbe | _ServerProbe] = {}
        self._lock = threading.Lock()

    def read(self) -> tuple[int, str]:
        """Return (revision, epoch of the database); connects again when the old connection is broken.

        With a read replica it tells what the replica has, and only without it what the primary has.
        Raises Refused `database_away` when no database answers or there are no tables yet.
        """
        reason = "no server answered a moment ago"
        for source in self._database.published_sources():
            try:
                return self._asked_of(source)
            except (Refused, *source.driver_errors) as error:
                reason = first_line(error)
        raise Refused("database_away", reason=reason)

    def _asked_of(self, source: Source) -> tuple[int, str]:
        thread = threading.get_ident()
        probe = self._open.get(thread)
        if probe is not None:
            try:
                if probe.source is source:
                    return probe.read()
            except source.driver_errors:
                pass
            self._forget(thread)
        with source.approached():
            probe = _SqliteProbe(source) if source.is_sqlite else _ServerProbe(source)
        with self._lock:
            self._open[thread] = probe
        try:
            return probe.read()
        except source.driver_errors:
            self._forget(thread)
            raise

    def close(self) -> None:
        """Close the connections of all threads."""
        for thread in tuple(self._open):
            self._forget(thread)

    def _forget(self, thread: int) -> None:
        with self._lock:
            probe = self._open.pop(thread, None)
        if probe is not None:
            probe.close()


class _ServerProbe:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._connection = source.plain_connection()

    def read(self) -> tuple[int, str]:
        return _asked(self._connection)

    def close(self) -> None:
        self._connection.close()


class _SqliteProbe:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._path = source.sqlite_path
        self._file = self._identity()
        self._connection = source.plain_connection()
        self._version: object = None
        self._answer = (0, "")

    def read(self) -> tuple[int, str]:
        if self._identity() != self._file:
            raise FileNotFoundError("the database file was replaced")
        version = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._answer, self._version = _asked(self._connection), version
        return self._answer

    def close(self) -> None:
        self._connection.close()

    def _identity(self) -> tuple[int, int]:
        # a deleted file lives on under an open connection, which would never see the new one
        status = self._path.stat()
        return status.st_dev, status.st_ino


def _asked(connection: PlainConnection) -> tuple[int, str]:
    row = connection.execute(_ASK).fetchone()
    if row is None:
        raise Refused("database_away", reason="the table of the revision is empty")
    return int(row[0]), str(row[1])
