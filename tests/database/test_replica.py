"""A read replica that follows by streaming: what is read goes on without the primary, and comes right by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import text, update

from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.revision import raise_revision
from mapapp.catalogue.rows import PointRow
from mapapp.database import Database, upgrade
from mapapp.errors import InvalidQuery, Refused
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION, Keeper
from tests import postgresql
from tests.booking_building import KEY
from tests.conftest import NOW
from tests.page_reading import compile_translations
from tests.postgresql import Cluster
from tests.staff_pages import CHEAP, add_people, finish_recording, log_in

pytestmark = pytest.mark.postgresql

# Seconds for what takes a hundredth of them on an idle machine.
PATIENCE_S = 30
BODY = {
    "point": "JB-001",
    "matter": "M001",
    "start": "2026-11-26T09:00:00+08:00",
    "name": "张三",
    "phone": "13800138000",
    "id_last4": "123X",
}


def within_patience(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.02)
    return True


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Cluster, Cluster]]:
    with postgresql.primary_and_replica() as pair:
        database = Database(pair[0].address)
        upgrade(database)
        with database.transaction() as session:
            load_geodata(session, shipped("geodata"), NOW, SYSTEM)
        add_people(database)
        has_followed(pair)
        database.dispose()
        yield pair


def has_followed(pair: tuple[Cluster, Cluster]) -> None:
    """Return when the replica has everything that the primary had at the call."""
    primary, replica = (Database(cluster.address) for cluster in pair)
    with primary.engine.connect() as connection:
        written = connection.scalar(text("SELECT pg_current_wal_flush_lsn()::text"))

    def has_it() -> bool:
        with replica.engine.connect() as connection:
            return bool(connection.scalar(text(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn")))

    assert within_patience(has_it)
    primary.dispose()
    replica.dispose()


def replay(pair: tuple[Cluster, Cluster], what: str) -> None:
    """Let the replica `pause` or `resume` what it has received from its primary."""
    replica = Database(pair[1].address)
    with replica.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_wal_replay_{what}()"))
    if what == "pause":
        with replica.engine.connect() as connection:
            paused = text("SELECT pg_get_wal_replay_pause_state() = 'paused'")
            assert within_patience(lambda: connection.scalar(paused) is True)
    replica.dispose()


@pytest.fixture
def pair(servers: tuple[Cluster, Cluster]) -> Iterator[tuple[Cluster, Cluster]]:
    """The two servers, both running before and after the test."""
    yield servers
    for cluster in servers:
        if not cluster.is_running():
            cluster.start()
    has_followed(servers)


@pytest.fixture
def app(pair: tuple[Cluster, Cluster], tmp_path: Path) -> Iterator[APIFlask]:
    compile_translations()
    app = create_app(
        Settings(
            data=tmp_path,
            database_url=pair[0].address,
            database_read_url=pair[1].address,
            booking_keys=KEY,
            secret_key="k" * 40,
            password_memory_kib=CHEAP,
            rate_limits="off",
            log_level="critical",
        ),
        now=lambda: NOW,
    )
    yield app
    finish_recording()
    app.extensions[EXTENSION].keeper.close()


@pytest.fixture
def keeper(pair: tuple[Cluster, Cluster]) -> Iterator[Keeper]:
    keeper = Keeper(Database(pair[0].address, pair[1].address), Settings(), lambda: NOW)
    yield keeper
    keeper.close()


def publish(address: str, phone: str) -> int:
    """Publish another phone of a point on the primary; return the revision."""
    database = Database(address)
    with database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == "JB-001").values(phone=phone))
        revision = raise_revision(session)
    database.dispose()
    return revision


def test_what_is_published_is_read_from_the_replica(pair: tuple[Cluster, Cluster]) -> None:
    database = Database(pair[0].address, pair[1].address)

    with database.reading_published() as published, database.reading() as own, database.transaction() as writing:
        asked = [session.scalar(text("SELECT pg_is_in_recovery()")) for session in (published, own, writing)]
    database.dispose()

    assert asked == [True, False, False]


def test_a_publication_comes_through_the_replica(pair: tuple[Cluster, Cluster], keeper: Keeper) -> None:
    before = keeper.bundle().catalogue.revision

    revision = publish(pair[0].address, "023-11111111")

    assert revision == before + 1
    assert within_patience(lambda: keeper.bundle().catalogue.points["JB-001"].phone == "023-11111111")
    assert keeper.bundle().catalogue.revision == revision


def test_reads_go_on_without_the_primary_and_writes_wait_for_it(pair: tuple[Cluster, Cluster], app: APIFlask) -> None:
    client, staff = app.test_client(), app.test_client()
    assert log_in(staff, "wang").status_code == 303

    def book() -> tuple[int, str | None]:
        answer = client.post("/api/v1/bookings", json=BODY, headers={"Idempotency-Key": "one"})
        return answer.status_code, answer.headers.get("Retry-After")

    pair[0].stop("immediate")
    pages = ("/", "/points/JB-001", "/matters", "/coverage")
    answers = ("/api/v1/points", "/api/v1/nearest?lat=29.5734&lon=106.5141", "/api/v1/points/JB-001/slots")
    read = {path: client.get(path).status_code for path in (*pages, *answers, "/staff/login")}
    read["/staff/"] = staff.get("/staff/").status_code
    refused = book()
    ready = client.get("/readyz")
    pair[0].start()

    assert set(read.values()) == {200}, read
    assert refused == (503, "5")
    assert (ready.status_code, ready.get_json()["writes"]) == (200, False)
    assert within_patience(lambda: client.get("/readyz").get_json()["writes"])
    assert book() == (201, None)
    has_followed(pair)


def test_a_worker_that_starts_without_the_primary_serves(pair: tuple[Cluster, Cluster], app: APIFlask) -> None:
    pair[0].stop()

    answer = app.test_client().get("/api/v1/points")

    assert answer.get_json()["total"] == 51


def test_a_replica_that_stops_is_not_missed(pair: tuple[Cluster, Cluster], keeper: Keeper) -> None:
    keeper.bundle()
    pair[1].stop()

    revision = publish(pair[0].address, "023-22222222")

    assert keeper.bundle().catalogue.revision == revision


def test_a_replica_that_is_behind_takes_nothing_back(pair: tuple[Cluster, Cluster], keeper: Keeper) -> None:
    pair[1].stop()
    publish(pair[0].address, "023-33333333")
    newest = keeper.bundle()
    pair[0].stop()
    pair[1].start()

    # within a second of its return the replica is asked again, which alone is there and is behind
    assert within_patience(lambda: keeper.database.published_sources() != ())
    assert keeper.bundle() is newest


def test_a_replica_that_lags_is_left_for_the_primary_until_it_has_caught_up(
    pair: tuple[Cluster, Cluster], keeper: Keeper
) -> None:
    before = keeper.bundle().catalogue.revision
    replay(pair, "pause")

    revision = publish(pair[0].address, "023-44444444")

    assert within_patience(lambda: keeper.bundle().catalogue.revision == revision)
    assert keeper.bundle().catalogue.points["JB-001"].phone == "023-44444444"
    with keeper.database.reading_published() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is False
    assert (keeper.replica_behind_s() or 0) > 0.5
    replica = Database(pair[1].address)
    with replica.reading() as session:
        assert session.scalar(text("SELECT number FROM revision")) == before
    replica.dispose()
    replay(pair, "resume")
    assert within_patience(lambda: not keeper.database.replica_lags)
    with keeper.database.reading_published() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is True
    assert keeper.replica_behind_s() == 0.0


def test_a_worker_that_read_from_the_primary_takes_nothing_back_when_only_a_lagging_replica_is_left(
    pair: tuple[Cluster, Cluster],
) -> None:
    # something is due at every request, so that each reads the catalogue again
    keeper = Keeper(Database(pair[0].address, pair[1].address), Settings(), lambda: NOW, lambda _, now: now)
    keeper.bundle()
    replay(pair, "pause")
    revision = publish(pair[0].address, "023-55555555")
    assert within_patience(lambda: keeper.bundle().catalogue.revision == revision)

    pair[0].stop("immediate")
    # the watch has seen that there is nothing better
    assert within_patience(lambda: not keeper.database.replica_lags)

    assert keeper.bundle().catalogue.revision == revision
    replay(pair, "resume")
    keeper.close()


def test_a_change_sent_to_a_replica_is_told_as_away(pair: tuple[Cluster, Cluster]) -> None:
    database = Database(pair[1].address)

    with pytest.raises(Refused) as refusal, database.transaction() as session:
        raise_revision(session)
    database.dispose()

    assert refusal.value.code == "database_away"


def test_while_one_finds_out_about_a_server_the_others_do_not_wait(pair: tuple[Cluster, Cluster]) -> None:
    began = time.monotonic()
    database = Database("postgresql:///mapapp?host=/nonexistent", pair[1].address)
    with database.reading() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is True

    with pytest.raises(Refused) as refusal, database.transaction():
        pass
    waited = time.monotonic() - began
    database.dispose()

    assert "a moment ago" in str(refusal.value.values["reason"]) or waited >= 1


@pytest.mark.parametrize("read_url", ["sqlite:////tmp/copy.sqlite", "mysql://x/y"])
def test_only_postgresql_has_replicas(read_url: str) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        Database("postgresql://localhost/mapapp", read_url)

    assert refusal.value.field == "DATABASE_READ_URL"
