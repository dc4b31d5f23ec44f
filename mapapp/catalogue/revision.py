"""Which revision (版本) of the catalogue is current: one row, raised by every publication."""

import threading
from collections.abc import Collection

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mapapp.catalogue.revision_rows import ChangedPointRow, RevisionRow
from mapapp.database import Database, first_line
from mapapp.engines import PlainConnection, Source
from mapapp.errors import Refused

_ASK = "SELECT number, epoch FROM revision"
# For how many revisions it is written down which points changed: a worker is rarely one behind.
_REVISIONS_KEPT = 1000
# More changed points than this are not read one by one.
_MOST_CHANGED = 500
_MOST_READ = _REVISIONS_KEPT + _MOST_CHANGED


def current_revision(session: Session) -> int:
    """Return the number of the current revision; 0 before anything was loaded."""
    return session.scalars(select(RevisionRow.number)).one()


def current_epoch(session: Session) -> str:
    """Return what names this very database."""
    return session.scalars(select(RevisionRow.epoch)).one()


def lock_revision(session: Session) -> None:
    """Wait until no other publication is under way; it stays so until the commit. SQLite writers are alone anyway."""
    session.execute(select(RevisionRow.number).with_for_update())


def raise_revision(session: Session, points: Collection[str] | None = None) -> int:
    """Add one to the revision and return it. Part of the transaction that publishes something, and its last step.

    `points` are the ids of the points of which something changed (themselves, their offers or closures), where
    nothing else of the catalogue did: workers then read these alone. None: anything may have changed.
    An update rather than reading and writing: it holds the row on PostgreSQL until the commit, so that two
    publications never get the same number.
    """
    raised = update(RevisionRow).values(number=RevisionRow.number + 1).returning(RevisionRow.number)
    number = session.scalars(raised).one()
    if points is not None:
        rows = [{"revision": number, "point_id": point_id} for point_id in sorted({*points}) or [""]]
        session.execute(insert(ChangedPointRow), rows)
        session.execute(delete(ChangedPointRow).where(ChangedPointRow.revision <= number - _REVISIONS_KEPT))
    return number


def changed_points(session: Session, since: int, until: int) -> frozenset[str] | None:
    """Return which points changed after the revision `since`, up to `until`; None when more may have, or too many."""
    log = select(ChangedPointRow.revision, ChangedPointRow.point_id)
    log = log.where(ChangedPointRow.revision > since, ChangedPointRow.revision <= until).limit(_MOST_READ)
    rows = session.execute(log).all()
    changed = frozenset(point_id for _, point_id in rows if point_id)
    is_whole = len(rows) < _MOST_READ and len({revision for revision, _ in rows}) == until - since
    return changed if is_whole and len(changed) <= _MOST_CHANGED else None


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
