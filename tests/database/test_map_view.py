"""The view for QGIS: on a real PostGIS, whether that was there before the tables or came later."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.rows import PointRow
from mapapp.database import Database, _migration_scripts, upgrade
from mapapp.people import SYSTEM
from mapapp.shipped import shipped
from tests.conftest import NOW, ServerTemplates

pytestmark = pytest.mark.postgresql

IS_THERE = text("SELECT to_regclass('map_point') IS NOT NULL")


def add_postgis(database: Database, schema: str = "public") -> None:
    try:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.exec_driver_sql(f"CREATE EXTENSION postgis SCHEMA {schema}")
    except OperationalError as error:
        pytest.fail(f"PostGIS is missing: install postgresql-postgis, for the version of the server ({error.orig})")


def _filled(database: Database) -> None:
    upgrade(database)
    with database.transaction() as session:
        load_geodata(session, shipped("geodata"), NOW, SYSTEM)


def _filled_after_postgis(database: Database) -> None:
    add_postgis(database)
    _filled(database)


@pytest.fixture
def with_postgis(server_templates: ServerTemplates) -> Iterator[Database]:
    """A database in which PostGIS was before the tables, with the shipped data."""
    address = server_templates.copy("postgis", _filled_after_postgis)
    database = Database(address)
    yield database
    database.dispose()
    server_templates.drop(address)


@pytest.fixture
def without_postgis(server_templates: ServerTemplates) -> Iterator[Database]:
    """A database with the shipped data in which nobody has made the extension."""
    address = server_templates.copy("loaded_plainly", _filled)
    database = Database(address)
    yield database
    database.dispose()
    server_templates.drop(address)


def has_view(database: Database) -> bool:
    with database.engine.connect() as connection:
        return connection.scalar(IS_THERE) is True


def test_each_point_of_the_catalogue_is_in_the_view_where_residents_see_it(
    with_postgis: Database, catalogue: Catalogue
) -> None:
    with with_postgis.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT code, name_zh, kind, phone, hours, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM map_point")
        ).all()

    seen = {row.code: (row.name_zh, row.kind, row.phone, row.lon, row.lat) for row in rows}
    assert seen == {
        each.id: (each.name_zh, each.kind, each.phone, each.place.coordinate.lon, each.place.coordinate.lat)
        for each in catalogue.points.values()
    }
    assert any(row.hours and "09:00" in row.hours for row in rows)


def test_qgis_finds_points_in_wgs_84_and_columns_that_name_nobody(with_postgis: Database) -> None:
    with with_postgis.engine.connect() as connection:
        listed = connection.execute(
            text("SELECT f_geometry_column, srid, type FROM geometry_columns WHERE f_table_name = 'map_point'")
        ).one()
        columns = connection.execute(text("SELECT * FROM map_point LIMIT 0")).keys()

    assert tuple(listed) == ("geom", 4326, "POINT")
    # no column is added without a look at whether it tells about a person
    assert list(columns) == [
        "code",
        "name_zh",
        "name_en",
        "kind",
        "street",
        "address",
        "phone",
        "hours",
        "verified_at",
        "position_accuracy_m",
        "position_confidence",
        "position_provider",
        "position_verified_at",
        "geom",
    ]


def test_a_point_that_is_not_shown_to_residents_is_not_in_the_view(with_postgis: Database) -> None:
    with with_postgis.transaction() as session:
        retired = update(PointRow).where(PointRow.id == "JB-001").values(withdrawn_at=datetime(2026, 11, 1, tzinfo=UTC))
        unplaced = update(PointRow).where(PointRow.id == "JB-002").values(lon=None, lat=None, accuracy_m=None)
        session.execute(retired)
        session.execute(unplaced)

    with with_postgis.engine.connect() as connection:
        codes = set(connection.scalars(text("SELECT code FROM map_point")))

    assert len(codes) == 49
    assert not codes & {"JB-001", "JB-002"}


def test_a_role_with_the_right_to_the_view_alone_reads_nothing_else(with_postgis: Database) -> None:
    with with_postgis.engine.connect() as connection:
        for statement in (
            "CREATE ROLE map_reader_of_test",
            "GRANT SELECT ON map_point TO map_reader_of_test",
            "SET LOCAL ROLE map_reader_of_test",
        ):
            connection.exec_driver_sql(statement)
        count = connection.scalar(text("SELECT count(*) FROM map_point"))

        # the role is gone with the transaction
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.scalar(text("SELECT count(*) FROM point"))

    assert count == 51


def test_without_postgis_the_tables_are_made_and_the_view_is_not(without_postgis: Database) -> None:
    assert not has_view(without_postgis)
    assert upgrade(without_postgis)[0] == upgrade(without_postgis)[1]
    assert not has_view(without_postgis)


@pytest.mark.parametrize("schema", ["public", "elsewhere"])
def test_where_postgis_comes_later_the_next_upgrade_makes_the_view(without_postgis: Database, schema: str) -> None:
    add_postgis(without_postgis, schema)

    upgrade(without_postgis)

    with without_postgis.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM map_point WHERE geom IS NOT NULL")) == 51


def test_going_back_drops_the_view_and_nothing_else(with_postgis: Database) -> None:
    config, script = _migration_scripts()
    with with_postgis.engine.begin() as connection:
        context = EnvironmentContext(config, script, fn=lambda at, _: script._downgrade_revs("0011", at))
        context.configure(connection=connection)
        context.run_migrations()

    assert not has_view(with_postgis)
    with with_postgis.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM point")) == 51
