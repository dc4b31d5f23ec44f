"""Who writes next (排队)? One writer at a time, in the order they came, across the threads and processes of a machine.

SQLite lets waiting writers try again and again, and the lucky one wins: on a hot slot the unlucky waited for over half
a second. Threads of one process stand in a queue here; the first of each process passes two locks on files. It holds
the outer one while it waits for the inner one, so that a process that just wrote cannot slip in again before it.
The kernel lets go of the locks of a process that dies.
"""

import fcntl
import os
import threading
from collections import deque
from pathlib import Path


class Queue:
    """Threads of one process, first come, first served: whoever leaves hands over to the next one."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def enter(self, timeout_s: float) -> bool:
        """Wait for one's turn; return False when it did not come in time."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout_s):
            return True
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        # called in the very moment of giving up
        return True

    def hand_over(self) -> bool:
        """Give the turn to the one who waited longest; return False, and keep it, when nobody waits."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
                return True
            return False

    def leave(self) -> None:
        """End one's turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


class FileTurn:
    """The turn of one process among several. `path` names the two lock files, made beside it and never removed."""

    def __init__(self, path: Path) -> None:
        self._outer = _FileLock(path.with_name(f"{path.name}-next"))
        self._inner = _FileLock(path.with_name(f"{path.name}-turn"))

    def begin(self) -> None:
        """Wait until no other process writes."""
        self._outer.acquire()
        try:
            self._inner.acquire()
        finally:
            self._outer.release()

    def end(self) -> None:
        """Let the next process write."""
        self._inner.release()


class _FileLock:
    """A lock between processes; a folder in which it cannot be made has no database either, which tells itself."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._process = 0

    def acquire(self) -> None:
        # a lock belongs to an opened file, and a forked process must not share that of its parent
        if self._process != os.getpid() or self._descriptor < 0:
            try:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                self._descriptor = -1
                return
            self._process = os.getpid()
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def release(self) -> None:
        if self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
