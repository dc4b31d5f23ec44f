"""One search for new sites at a time (一次一个选址), in all workers of all machines on one database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from secrets import token_hex

import structlog

from mapapp.coverage.desk import give_turn_back, take_turn
from mapapp.database import Database
from mapapp.errors import Refused

SITING = "siting"
_log = structlog.get_logger("mapapp.web")
# a search takes a whole core; within one worker no database needs to be asked
_here = threading.Lock()


@contextmanager
def one_search(database: Database, now: datetime, seconds: float) -> Iterator[None]:
    """Search while nobody else does, for so many seconds at most; raises Refused `siting_busy` while another one runs.

    While the database takes no changes each worker only looks after itself.
    """
    if not _here.acquire(blocking=False):
        raise Refused("siting_busy")
    try:
        holder = token_hex(16)
        try:
            with database.transaction() as session:
                is_ours = take_turn(session, SITING, holder, now, seconds)
        except (Refused, *database.driver_errors) as error:
            _log.warning("turn not written down", reason=str(error))
            yield
            return
        if not is_ours:
            raise Refused("siting_busy")
        try:
            yield
        finally:
            _end(database, holder, now)
    finally:
        _here.release()


def _end(database: Database, holder: str, now: datetime) -> None:
    try:
        with database.transaction() as session:
            give_turn_back(session, SITING, holder, now)
    except (Refused, *database.driver_errors) as error:
        # it ends by itself in a few seconds
        _log.warning("turn not given back", reason=str(error))
