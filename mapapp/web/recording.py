"""What is covered is written down without anybody asking (自动记录覆盖): once in a revision, off every request."""

import threading
from collections.abc import Callable
from datetime import datetime

from mapapp.settings import Settings
from mapapp.web.context import Bundle, Keeper, whole_seconds
from mapapp.web.measuring import measuring_of

# Revisions that follow each other more quickly are one change: whoever edits saves several times.
DELAY_S = 30.0
# While nothing can be written.
LATER_S = 300.0
# Between two questions, for the requests that wait: measuring takes twice as long, and they a few milliseconds at most.
_REST_S = 0.005


class _Closing(Exception):
    """The process ends: nothing more is asked of its database."""


class Recorder:
    """Writes down what a revision covers some time after it was first seen; one thread at most, safe for threads."""

    def __init__(self, keeper: Keeper, settings: Settings, now: Callable[[], datetime]) -> None:
        self._keeper, self._settings, self._now = keeper, settings, now
        self._seen: Bundle | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def notice(self, bundle: Bundle) -> None:
        """Have this revision written down before long, unless it is known already."""
        if bundle is self._seen:
            return
        with self._lock:
            self._seen = bundle
            if self._thread is None and not self._keeper.closing.is_set():
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is left to be written down."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        wait_s = DELAY_S
        while not self._keeper.closing.wait(wait_s):
            bundle = self._seen
            assert bundle is not None
            measuring = measuring_of(bundle, self._settings)
            try:
                is_written = measuring.record(self._keeper.database, whole_seconds(self._now()), self._rest)
            except _Closing:
                return
            wait_s = DELAY_S if is_written else LATER_S
            with self._lock:
                if is_written and bundle is self._seen:
                    self._thread = None
                    return

    def _rest(self) -> None:
        if self._keeper.closing.wait(_REST_S):
            raise _Closing
