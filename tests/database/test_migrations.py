"""Migrations make exactly the tables that the rows describe, on both databases, whoever runs them at the same time."""

import multiprocessing
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

import mapapp
from mapapp.database import Base, Database, migrated_to, newest_migration, upgrade
from mapapp.errors import Refused

# every slice that has tables; importing registers them
for rows in sorted(Path(mapapp.__file__).parent.glob("*/rows.py")):
    import_module(f"mapapp.{rows.parent.name}.rows")


def test_the_migrated_tables_are_those_of_the_rows(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        context = MigrationContext.configure(connection, opts=options)

        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_the_migrated_checks_are_those_of_the_rows(database: Database) -> None:
    # Alembic does not compare checks
    migrated = {
        (table, check["name"])
        for table in Base.metadata.tables
        for check in inspect(database.engine).get_check_constraints(table)
    }

    described = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    assert migrated == described


def test_migrating_again_changes_nothing(bare_database_url: str) -> None:
    database = Database(bare_database_url)

    first = upgrade(database)
    second = upgrade(database)

    assert first == ("", newest_migration())
    assert second == (newest_migration(), newest_migration())
    database.dispose()


def test_four_processes_may_migrate_at_once(bare_database_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.map(_upgrade_in_a_process, [bare_database_url] * 4)

    assert results == [newest_migration()] * 4
    database = Database(bare_database_url)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM revision")).scalar_one() == 1
    database.dispose()


def _upgrade_in_a_process(address: str) -> str:
    database = Database(address)
    upgrade(database)
    reached = migrated_to(database)
    database.dispose()
    return reached


def test_a_migration_that_fails_half_way_leaves_no_table(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_broken.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "    raise OSError('the disk is full')\n"
    )
    monkeypatch.setattr("mapapp.database.MIGRATIONS", tmp_path)
    database = Database(bare_database_url)

    with pytest.raises(Refused) as refusal:
        upgrade(database)

    assert refusal.value.values == {"reason": "the disk is full"}
    assert not inspect(database.engine).has_table("half")
    database.dispose()
