"""Writers of SQLite who wait share one commit: in order, each for itself, none answered before it is on the disk."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from mapapp.database import Database
from mapapp.errors import Refused
from mapapp.turnstile import FileTurn, Queue


@pytest.fixture
def notes(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'notes.sqlite'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (number INTEGER PRIMARY KEY)"))
    yield database
    database.dispose()


def note(database, number):
    with database.transaction() as session:
        session.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})


def noted(database):
    with database.reading() as session:
        return list(session.scalars(text("SELECT number FROM note ORDER BY number")))


def behind_an_open_one(database, deeds):
    """Begin a transaction, let every deed queue behind it, end it; return what each deed returned or raised."""
    opened, go_on = threading.Event(), threading.Event()

    def first():
        with database.transaction() as session:
            session.execute(text("INSERT INTO note VALUES (0)"))
            opened.set()
            go_on.wait(10)

    def tried(deed):
        try:
            return deed()
        except Exception as error:
            return type(error).__name__

    queue = database._writing.__self__._queue
    with ThreadPoolExecutor(len(deeds) + 1) as threads:
        leader = threads.submit(tried, first)
        opened.wait(10)
        waiting = []
        for number, deed in enumerate(deeds, 1):
            waiting.append(threads.submit(tried, deed))
            while len(queue._waiting) < number:
                pass
        go_on.set()
        return [leader.result(), *(each.result() for each in waiting)]


def test_writers_who_wait_share_one_commit(notes):
    commits = []
    event.listen(notes.engine, "commit", lambda connection: commits.append(1))

    behind_an_open_one(notes, [lambda number=number: note(notes, number) for number in range(1, 8)])

    assert noted(notes) == list(range(8))
    assert len(commits) == 1


def test_a_group_is_limited(notes):
    commits = []
    event.listen(notes.engine, "commit", lambda connection: commits.append(1))

    behind_an_open_one(notes, [lambda number=number: note(notes, number) for number in range(1, 40)])

    assert noted(notes) == list(range(40))
    assert len(commits) == 3


def test_one_who_fails_takes_nobody_along(notes):
    def wrong():
        with notes.transaction() as session:
            session.execute(text("INSERT INTO note VALUES (7)"))
            raise ValueError

    answers = behind_an_open_one(notes, [lambda: note(notes, 1), wrong, lambda: note(notes, 2)])

    assert answers == [None, None, "ValueError", None]
    assert noted(notes) == [0, 1, 2]


def test_the_last_one_failing_still_commits_the_others(notes):
    answers = behind_an_open_one(notes, [lambda: note(notes, 1), lambda: note(notes, 0)])

    assert answers == [None, None, "IntegrityError"]
    assert noted(notes) == [0, 1]


def test_a_commit_that_fails_fails_for_everybody(notes):
    def refuse(connection):
        raise sqlite3.OperationalError("disk I/O error")

    event.listen(notes.engine, "commit", refuse)
    answers = behind_an_open_one(notes, [lambda: note(notes, 1)])
    event.remove(notes.engine, "commit", refuse)

    assert answers == ["OperationalError", "OperationalError"]
    assert noted(notes) == []
    note(notes, 5)
    assert noted(notes) == [5]


def test_a_transaction_that_sqlite_rolled_back_is_answered_to_nobody(notes):
    def lose():
        with notes.transaction() as session:
            session.connection().connection.dbapi_connection.execute("ROLLBACK")
            raise ValueError

    answers = behind_an_open_one(notes, [lambda: note(notes, 1), lose, lambda: note(notes, 2)])

    assert answers[:2] == ["Refused", "Refused"]
    assert answers[3] is None
    assert noted(notes) == [2]


def test_nobody_waits_for_ever(notes, monkeypatch):
    monkeypatch.setattr(notes._writing.__self__, "_timeout_s", 0.05)
    caught = []

    with notes.transaction():
        thread = threading.Thread(target=lambda: caught.append(_refusal(notes)))
        thread.start()
        thread.join()

    assert caught == ["database_away"]
    note(notes, 1)


def _refusal(database):
    try:
        note(database, 9)
    except Refused as refused:
        return refused.code


def test_threads_are_served_in_the_order_they_came():
    queue, order = Queue(), []
    queue.enter(1)

    def come(number):
        assert queue.enter(10)
        order.append(number)
        queue.leave()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(20)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(queue._waiting) < number:
            pass
    queue.leave()
    for thread in threads:
        thread.join()

    assert order == list(range(20))


def test_two_processes_take_turns(tmp_path):
    one, other = FileTurn(tmp_path / "x"), FileTurn(tmp_path / "x")
    one.begin()
    entered = threading.Event()

    def come():
        other.begin()
        entered.set()
        other.end()

    thread = threading.Thread(target=come)
    thread.start()
    assert not entered.wait(0.05)
    one.end()
    thread.join()
    assert entered.is_set()
