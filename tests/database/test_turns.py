"""One search for new sites at a time, whatever process it runs in."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from mapapp.coverage.desk import give_turn_back, take_turn
from mapapp.database import Database
from mapapp.errors import Refused
from mapapp.web.turns import SITING, one_search
from tests.conftest import NOW


def taken(database: Database, holder: str, seconds_later: int = 0) -> bool:
    with database.transaction() as session:
        return take_turn(session, SITING, holder, NOW + timedelta(seconds=seconds_later), 20)


def test_a_turn_has_one_holder_until_it_is_given_back(database: Database) -> None:
    first, second = taken(database, "a"), taken(database, "b")
    with database.transaction() as session:
        give_turn_back(session, SITING, "a", NOW)

    assert (first, second, taken(database, "c")) == (True, False, True)


def test_a_holder_that_died_keeps_the_others_waiting_for_so_many_seconds(database: Database) -> None:
    assert taken(database, "a")

    assert [taken(database, "b", later) for later in (19, 20)] == [False, True]


def test_a_turn_that_somebody_else_has_by_now_is_not_given_back(database: Database) -> None:
    taken(database, "a")
    taken(database, "b", 20)
    with database.transaction() as session:
        give_turn_back(session, SITING, "a", NOW)

    assert not taken(database, "c", 21)


def test_of_many_at_once_one_gets_the_turn(database: Database) -> None:
    got: list[bool] = []
    threads = [threading.Thread(target=lambda name=str(n): got.append(taken(database, name))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * 7 + [True]


def test_while_another_process_searches_this_one_is_refused(database: Database) -> None:
    taken(database, "another process")

    with pytest.raises(Refused, match="siting_busy"), one_search(database, NOW, 20):
        pytest.fail("it searched all the same")


def test_a_search_that_fails_gives_its_turn_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), one_search(database, NOW, 20):
        raise ZeroDivisionError

    with one_search(database, NOW, 20):
        assert not taken(database, "another process")
    assert taken(database, "another process")


def test_without_a_database_to_write_to_a_worker_looks_after_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def away():
        raise Refused("database_away")
        yield

    monkeypatch.setattr(database, "transaction", away)
    with one_search(database, NOW, 20), pytest.raises(Refused, match="siting_busy"), one_search(database, NOW, 20):
        pytest.fail("two at a time")
    with one_search(database, NOW, 20):
        pass
