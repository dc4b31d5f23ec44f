"""Both databases keep what is written, refuse what breaks a rule, and let many threads write."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import IntegrityError

from mapapp.catalogue.revision import raise_revision
from mapapp.catalogue.rows import (
    AboutRow,
    CalendarDayRow,
    ClosureRow,
    MatterRow,
    NamedPlaceRow,
    OfferRow,
    PackageMemberRow,
    PointRow,
    RevisionRow,
)
from mapapp.database import Database
from mapapp.errors import InvalidQuery, Refused
from tests.building import at


def a_point_row(**changes: Any) -> PointRow:
    facts = {
        "id": "P1",
        "name_zh": "甲",
        "name_en": "",
        "kind": "street",
        "street": "",
        "address": "建新北路1号",
        "windows": (),
        "accessibility": (),
        "source": "",
        "confidence": "A",
        "note": "",
        "place_source": "",
        "lon": 106.5,
        "lat": 29.6,
        "accuracy_m": 10.0,
    }
    return PointRow(**{**facts, **changes})


def a_matter_row(**changes: Any) -> MatterRow:
    facts = {
        "code": "M1",
        "name_zh": "事项",
        "name_en": "",
        "type": "",
        "department": "",
        "is_instant": True,
        "day_unit": "working",
        "point_kinds": (),
        "source": "",
        "confidence": "A",
        "note": "",
    }
    return MatterRow(**{**facts, **changes})


def a_place_row(**changes: Any) -> NamedPlaceRow:
    facts = {
        "name_zh": "观音桥",
        "kind": "area",
        "name_en": "",
        "aliases": (),
        "street": "",
        "source": "",
        "lon": 106.5,
        "lat": 29.6,
        "accuracy_m": 10.0,
        "confidence": "high",
    }
    return NamedPlaceRow(**{**facts, **changes})


def a_closure_row(**changes: Any) -> ClosureRow:
    facts = {
        "starts": at("2026-11-25 09:00"),
        "ends": at("2026-11-25 12:00"),
        "reason_zh": "培训",
        "reason_en": "",
        "entered_at": at("2026-11-24 09:00"),
        "entered_by": "test",
    }
    return ClosureRow(**{**facts, **changes})


@pytest.mark.parametrize(
    "row",
    [
        a_point_row(lon=181.0),
        a_point_row(lat=-91.0),
        a_point_row(accuracy_m=0.0),
        a_point_row(lat=None),
        a_point_row(accuracy_m=None),
        a_point_row(name_zh=""),
        a_point_row(name_zh=None),
        a_matter_row(promised_days=-1),
        a_matter_row(day_unit="weeks"),
        a_place_row(lon=-180.5),
        a_closure_row(ends=at("2026-11-25 09:00")),
        a_closure_row(point_id="nobody"),
        OfferRow(point_id="nobody", matter_code="nothing", mode="finish", bookable=True, note=""),
        PackageMemberRow(package_code="K9", position=0, matter_code="M9"),
        RevisionRow(id=2, number=1, epoch="second"),
        CalendarDayRow(day=at("2026-10-01 00:00").date(), kind="half", name_zh="", name_en="", source=""),
        CalendarDayRow(day=at("2026-10-01 00:00").date(), kind="holiday", follows=1, name_zh="", name_en="", source=""),
    ],
    ids=lambda row: type(row).__name__,
)
def test_a_row_that_breaks_a_rule_is_refused(database: Database, row: Any) -> None:
    # a row object belongs to one session: each database gets its own
    fresh = type(row)(**{name: value for name, value in vars(row).items() if not name.startswith("_")})

    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(fresh)


@pytest.mark.parametrize("row", [a_point_row, a_matter_row, a_place_row, a_closure_row])
def test_a_row_that_keeps_the_rules_is_taken(database: Database, row: Any) -> None:
    with database.transaction() as session:
        session.add(row())


def test_an_unknown_mode_of_an_offer_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add_all([a_point_row(), a_matter_row()])
        session.flush()
        session.add(OfferRow(point_id="P1", matter_code="M1", mode="maybe", bookable=True, note=""))


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(a_point_row())
        session.flush()
        raise ZeroDivisionError

    with database.reading() as session:
        assert session.scalars(select(PointRow)).all() == []


def test_a_time_comes_back_in_the_zone_of_the_district(database: Database) -> None:
    written = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    with database.transaction() as session:
        session.add(a_closure_row(starts=written))

    with database.reading() as session:
        row = session.scalars(select(ClosureRow)).one()
        assert row.starts.isoformat() == "2026-11-25T10:00:00+08:00"


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 25, 10, 0)

    with pytest.raises(Exception, match="naive_time"), database.transaction() as session:
        session.add(a_closure_row(starts=naive))


def test_a_list_of_texts_comes_back_as_it_was(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_point_row(accessibility=("轮椅坡道", "电梯,3楼")))

    with database.reading() as session:
        assert session.scalars(select(PointRow)).one().accessibility == ("轮椅坡道", "电梯,3楼")


def test_sixteen_threads_may_write_at_once(database: Database) -> None:
    def raise_twenty_times(_: int) -> None:
        for _ in range(20):
            with database.transaction() as session:
                raise_revision(session)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(raise_twenty_times, range(16)))

    with database.reading() as session:
        assert session.scalars(select(RevisionRow.number)).one() == 320


def test_sixteen_threads_may_read_and_then_write(database: Database) -> None:
    with database.transaction() as session:
        session.add(AboutRow(name="count", value="0"))

    def add_one_ten_times(_: int) -> None:
        for _ in range(10):
            with database.transaction() as session:
                row = session.scalars(select(AboutRow).with_for_update()).one()
                row.value = str(int(row.value) + 1)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(add_one_ten_times, range(16)))

    with database.reading() as session:
        assert session.scalars(select(AboutRow.value)).one() == "160"


def test_one_reading_sees_one_moment(database: Database) -> None:
    with database.reading() as session:
        before = session.scalars(select(RevisionRow.number)).one()
        with database.transaction() as writer:
            raise_revision(writer)

        again = session.scalars(select(RevisionRow.number)).one()

    assert (before, again) == (0, 0)


def test_reading_never_keeps_what_was_changed(database: Database) -> None:
    try:
        with database.reading() as session:
            session.execute(update(RevisionRow).values(number=99))
    except Exception as error:
        # PostgreSQL even refuses the statement
        assert "read-only" in str(error)

    with database.reading() as session:
        assert session.scalars(select(RevisionRow.number)).one() == 0


def test_sqlite_keeps_its_rules_on_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/rules.sqlite")

    with database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
        }
    database.dispose()

    assert settings == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000}


def test_a_writer_on_sqlite_begins_as_a_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/begin.sqlite")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    with database.transaction() as session:
        session.execute(text("SELECT 1"))
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    database.dispose()

    own = [statement for statement in statements if "SAVEPOINT" not in statement]
    assert own == ["BEGIN IMMEDIATE", "SELECT 1", "BEGIN", "SELECT 1"]


@pytest.mark.parametrize(
    "address", ["", "nonsense", "mysql://x/y", "oracle+nothing://x", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_be_a_database_is_refused(address: str) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        Database(address)

    assert refusal.value.code == "wrong_database_url"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same_driver(scheme: str) -> None:
    database = Database(f"{scheme}://someone@localhost/mapapp")

    assert database.url.drivername == "postgresql+psycopg"
    assert not database.is_sqlite


@pytest.mark.parametrize("address", ["postgresql://127.0.0.1:1/x", "sqlite:////nonexistent/folder/x.sqlite"])
def test_a_database_that_is_away_is_told_as_such(address: str) -> None:
    database = Database(address)

    with pytest.raises(Refused) as refusal, database.reading() as session:
        session.execute(text("SELECT 1"))

    assert refusal.value.code == "database_away"


def test_a_database_without_tables_is_told_as_away(bare_database_url: str) -> None:
    database = Database(bare_database_url)

    with pytest.raises(Refused) as refusal, database.reading() as session:
        session.scalars(select(RevisionRow.number)).one()
    database.dispose()

    assert refusal.value.code == "database_away"
