"""How many writers of SQLite share one write to the disk (成组提交).

A commit with full synchronisation costs a visit to the disk, a tenth of a millisecond or ten, and SQLite has one writer
at a time. So writers who wait anyway go one after the other into the same transaction, each in a savepoint of its own,
and one commit makes all of them durable; nobody is answered before. What one of them does wrong is rolled back to its
savepoint and touches nobody else. A commit that fails fails for all of them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from mapapp.errors import Refused
from mapapp.turnstile import FileTurn, Queue

# Writers that one commit makes durable at most: the first of them waits for all.
MOST = 16


class GroupCommit:
    """The writers of one process on one SQLite file; in order among themselves and with other processes."""

    def __init__(self, engine: Engine, path: Path, timeout_s: float) -> None:
        self._engine = engine
        self._timeout_s = timeout_s
        self._queue = Queue()
        self._turn = FileTurn(path)
        self._group: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; at the end of the block its changes are on the disk, after an error none of them.

        Raises Refused `database_away` when the turn does not come in time, and what the commit raises.
        """
        if not self._queue.enter(self._timeout_s):
            raise Refused("database_away", reason=f"no turn to write within {self._timeout_s:g} s")
        group = self._entered()
        try:
            options = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
            with Session(bind=group.connection, **options) as session, session.begin():  # type: ignore[arg-type]
                yield session
        except BaseException:
            self._go_on(group)
            raise
        self._go_on(group)
        group.done.wait()
        if group.failure is not None:
            raise group.failure

    def _entered(self) -> "_Group":
        """Return the open group, or a new one; the caller has the turn among the threads."""
        if self._group is None:
            try:
                self._group = self._opened()
            except BaseException:
                self._queue.leave()
                raise
        self._group.members += 1
        return self._group

    def _opened(self) -> "_Group":
        self._turn.begin()
        try:
            connection = self._engine.connect()
            connection.begin()
            return _Group(connection)
        except BaseException:
            self._turn.end()
            raise

    def _go_on(self, group: "_Group") -> None:
        """Let the next writer into the group; commit when there is none, or the group is large enough."""
        if group.is_under_way() and group.members < MOST and self._queue.hand_over():
            return
        self._group = None
        try:
            group.commit()
        finally:
            self._turn.end()
            self._queue.leave()


class _Group:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.members = 0
        self.failure: Exception | None = None
        self.done = threading.Event()

    def is_under_way(self) -> bool:
        """Return whether the transaction is still there: a full disk makes SQLite roll back all of it by itself."""
        driver = self.connection.connection.dbapi_connection
        return driver is not None and bool(driver.in_transaction)

    def commit(self) -> None:
        """Make everything durable, or remember why not; then let everybody know."""
        try:
            if not self.is_under_way():
                # committing nothing would succeed
                raise Refused("database_away", reason="SQLite rolled the transaction back")
            self.connection.commit()
        except Exception as error:  # told to each member by its own thread
            self.failure = error
            # whatever is left open on it ends with it
            self.connection.invalidate()
        finally:
            self.connection.close()
            self.done.set()
