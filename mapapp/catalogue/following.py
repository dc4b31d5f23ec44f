"""How far a read replica is behind (延迟): by what was published, which is all that its readers can miss.

The clock of the replication says nothing while nobody writes, and nothing about a replica that lost its primary; so
both are asked for their revision, a few times a second, by a thread of its own that no reader waits for.
"""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from mapapp.database import Database
from mapapp.engines import PlainConnection, Source
from mapapp.errors import Refused

# Seconds between two looks.
_LOOK_S = 0.2
_ASK = "SELECT number, epoch FROM revision"
Revision = tuple[int, str]


class Lag:
    """Works out for how long the replica has lacked something; a steady stream of publications is no lag."""

    def __init__(self) -> None:
        # (when first seen at the primary, revision and epoch): what the replica did not have at the last look
        self._missing: deque[tuple[float, Revision]] = deque(maxlen=1000)

    def seconds(self, now: float, primary: Revision | None, replica: Revision | None) -> float:
        """Return the seconds since the primary was first seen with what the replica lacks; 0 where one did not answer.

        `now` is on any steady clock; the primary was asked first.
        """
        if primary is None or replica is None or _has(replica, primary):
            self._missing.clear()
            return 0.0
        if not self._missing or self._missing[-1][1] != primary:
            self._missing.append((now, primary))
        while len(self._missing) > 1 and _has(replica, self._missing[0][1]):
            self._missing.popleft()
        return now - self._missing[0][0]


class ReplicaWatch:
    """Tells the database to read what is published from the primary while the replica is too far behind.

    `told` hears of each turn: whether the replica lags now, and by how many seconds.
    """

    def __init__(
        self, database: Database, primary: Source, replica: Source, told: Callable[[bool, float], None]
    ) -> None:
        self.behind_s = 0.0
        self._database, self._told = database, told
        self._sources = (primary, replica)
        self._open: dict[Source, PlainConnection] = {}
        self._lag = Lag()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mapapp replica", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more, and close what is open."""
        self._stopped.set()
        # a server that hangs is not waited for
        self._thread.join(_LOOK_S)

    def _run(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            self._look()
        for source in self._sources:
            self._forget(source)

    def _look(self) -> None:
        primary, replica = (self._asked_of(source) for source in self._sources)
        self.behind_s = self._lag.seconds(monotonic(), primary, replica)
        lags = self.behind_s > self._database.read_lag_s
        if lags != self._database.replica_lags:
            self._database.replica_lags = lags
            self._told(lags, self.behind_s)

    def _asked_of(self, source: Source) -> Revision | None:
        """Return the revision and epoch, None when the server does not answer or has no tables."""
        try:
            if source not in self._open:
                with source.approached():
                    self._open[source] = source.plain_connection()
            row = self._open[source].execute(_ASK).fetchone()
        except (Refused, *source.driver_errors):
            self._forget(source)
            return None
        return None if row is None else (int(row[0]), str(row[1]))

    def _forget(self, source: Source) -> None:
        connection = self._open.pop(source, None)
        if connection is not None:
            connection.close()


def watch_of(database: Database, told: Callable[[bool, float], None]) -> ReplicaWatch | None:
    """Return the watch over the replica of a database, None where there is none."""
    pair = database.primary_and_replica()
    return None if pair is None else ReplicaWatch(database, *pair, told)


def _has(replica: Revision, revision: Revision) -> bool:
    """Return whether a replica has a revision; another epoch is another database, whatever its number."""
    return replica[1] == revision[1] and replica[0] >= revision[0]
