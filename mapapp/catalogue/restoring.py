"""A backup back into the tables (恢复): all of it or nothing, from either database into either, in constant memory."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, DateTime, LargeBinary

from mapapp.catalogue.backup_files import Summary, rows_in, summary_of
from mapapp.catalogue.backups import LEFT_OUT, tables_of
from mapapp.database import Database, first_line, known_migrations, migrate, migration_of, newest_migration
from mapapp.errors import Refused

# Restoring raises the number that workers look at, and the database keeps its own name.
_REVISION = "revision"
# Nobody may take anything out of it, not even a restore.
_AUDIT = "audit"
_KEPT = frozenset(("alembic_version", _REVISION, _AUDIT))
_BATCH_ROWS, _BATCH_LETTERS = 1000, 1_000_000

Tables = Mapping[str, Table]


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore did: what the file held, the new revision, and the migration the tables are at now."""

    summary: Summary
    revision: int
    migration: str


def restore(
    database: Database, path: Path, *, replace: bool, note: Callable[[Session, Summary], None] = lambda *_: None
) -> Restored:
    """Make the database what a backup says, in one transaction; nothing is changed unless all of it succeeds.

    A database without tables gets those of the backup, and they are brought to this version afterwards. What stands in
    the audit log stays, and what is missing is added. `note` may add an entry of its own. The revision is raised, so
    that running workers read everything anew.

    Raises Refused `backup_foreign`, `backup_damaged`, `backup_newer`, `backup_older`, `database_not_empty` unless
    `replace`, and `database_away`.
    """
    summary = summary_of(path)
    if summary.heading.migration not in known_migrations():
        raise Refused("backup_newer", migration=summary.heading.migration)
    with _failures_told():
        if database.is_sqlite:
            database.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        with database.writing_engine.begin() as connection:
            _prepare_tables(connection, summary.heading.migration)
            tables = {table.name: table for table in tables_of(connection)}
            _check_columns({name: table for name, table in tables.items() if name not in LEFT_OUT}, summary)
            _lock(connection, tables)
            if not replace:
                _demand_empty(connection, tables)
            number = _number(connection, tables[_REVISION])
            _empty(connection, tables)
            _fill(connection, tables, path, summary, number)
            _set_sequences(connection, tables)
            migrate(connection, newest_migration())
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                note(session, summary)
            revision, migration = _number(connection, tables[_REVISION]), migration_of(connection)
    return Restored(summary=summary, revision=revision, migration=migration)


def _cell(column: Column[Any], is_server: bool) -> Callable[[Any], Any]:
    """Return what makes a cell of a column from what JSON held; it may raise ValueError or TypeError."""
    if isinstance(column.type, DateTime):
        zone = UTC if is_server else None
        return lambda value: value and datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=zone)
    if isinstance(column.type, Date):
        return lambda value: value and date.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value, validate=True)
    return lambda value: value


def _prepare_tables(connection: Connection, wanted: str) -> None:
    """Bring the tables to the migration of the backup."""
    known, present = known_migrations(), migration_of(connection)
    if present and (present not in known or known.index(present) > known.index(wanted)):
        raise Refused("backup_older", migration=wanted, present=present)
    if present != wanted:
        migrate(connection, wanted)


def _check_columns(tables: Tables, summary: Summary) -> None:
    if tables.keys() != summary.columns.keys():
        raise Refused("backup_damaged", reason="it has other tables")
    for name, table in tables.items():
        if {column.name for column in table.columns} != set(summary.columns[name]):
            raise Refused("backup_damaged", reason=f"the table {name} has other columns")


def _lock(connection: Connection, tables: Tables) -> None:
    """Let others read meanwhile but not write. Writers of SQLite are alone anyway."""
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.format_table
        # nobody has the right to lock the audit log so
        names = ", ".join(quote(table) for name, table in tables.items() if name not in _KEPT)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def _demand_empty(connection: Connection, tables: Tables) -> None:
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
        if name not in _KEPT | LEFT_OUT
    }
    if any(counts.values()):
        named: dict[str, Any] = {name: counts.get(name, 0) for name in ("point", "change", "booking", "staff")}
        raise Refused("database_not_empty", total=sum(counts.values()), **named)


def _empty(connection: Connection, tables: Tables) -> None:
    """Take everything out but what nobody may."""
    # children first
    for table in reversed(tuple(tables.values())):
        if table.name not in _KEPT:
            with _pointing_at_itself(connection, table):
                connection.execute(delete(table))


@contextmanager
def _pointing_at_itself(connection: Connection, table: Table) -> Iterator[None]:
    """Give a table that points at itself an index meanwhile: else each row that goes is looked for in all others."""
    columns = [key.parent for key in table.foreign_keys if key.column.table is table]
    indexes = [Index(f"ix_restoring_{table.name}_{column.name}", column) for column in columns]
    for index in indexes:
        index.create(connection)
    yield
    for index in indexes:
        index.drop(connection)


def _fill(connection: Connection, tables: Tables, path: Path, summary: Summary, number: int) -> None:
    """Write the rows of the file; `number` is the revision of this database so far."""
    audit = _AuditLog(connection, tables[_AUDIT], summary.last_ids.get(_AUDIT, 0))
    for name, rows in _batches(path, summary, tables, connection.dialect.name == "postgresql"):
        if name == _REVISION:
            raised = max(number, *(row["number"] for row in rows)) + 1
            connection.execute(update(tables[name]).values(number=raised))
        elif name == _AUDIT:
            audit.add(rows)
        else:
            connection.execute(insert(tables[name]), rows)


def _batches(
    path: Path, summary: Summary, tables: Tables, is_server: bool
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield (table, rows) with rows as they are inserted, some at a time."""
    makers = {
        name: [(column, _cell(tables[name].columns[column], is_server)) for column in columns]
        for name, columns in summary.columns.items()
    }
    before, batch, letters = "", list[dict[str, Any]](), 0
    for name, row in rows_in(path):
        if batch and (name != before or len(batch) >= _BATCH_ROWS or letters > _BATCH_LETTERS):
            yield before, batch
            batch, letters = [], 0
        before = name
        batch.append({column: made(cell) for (column, made), cell in zip(makers[name], row, strict=True)})
        letters += sum(len(cell) for cell in row if isinstance(cell, str))
    if batch:
        yield before, batch


class _AuditLog:
    """Adds the entries of a backup to those that are there, each of them once."""

    def __init__(self, connection: Connection, table: Table, last_id: int) -> None:
        self._connection, self._table = connection, table
        self._last = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        # numbers that neither the file nor the table has
        self._free = max(self._last, last_id)

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add what is missing; an entry whose number is taken by another one gets a new number."""
        if self._last:
            rows = self._missing(rows)
        if rows:
            self._connection.execute(insert(self._table), rows)

    def _missing(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        moments = {row["at"] for row in rows}
        query = select(self._table).where(self._table.c.id <= self._last)
        there = self._connection.execute(query.where(self._table.c.at.in_(moments)))
        known = {self._said(each._mapping) for each in there}
        taken = select(self._table.c.id).where(self._table.c.id.in_([row["id"] for row in rows]))
        numbers = set(self._connection.scalars(taken))
        missing = []
        for row in rows:
            if self._said(row) in known:
                continue
            if row["id"] in numbers:
                self._free += 1
                row = {**row, "id": self._free}
            missing.append(row)
        return missing

    @staticmethod
    def _said(row: Mapping[Any, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in ("at", "by", "role", "address", "deed", "kind", "key", "before", "after"))


def _set_sequences(connection: Connection, tables: Tables) -> None:
    """Let the next numbers of PostgreSQL follow those that are there; SQLite looks for itself."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer
    for table in tables.values():
        named = quote.format_table(table)
        for column in table.primary_key.columns:
            asked = text("SELECT pg_get_serial_sequence(:named, :name)")
            sequence = connection.scalar(asked, {"named": named, "name": column.name})
            if sequence is not None:
                # never back: a message that was sent under a number must stay the only one of that number
                largest = f"max({quote.format_column(column)})"
                connection.exec_driver_sql(
                    f"SELECT setval('{sequence}', {largest}) FROM {named} "  # noqa: S608 (names of the database itself)
                    f"HAVING {largest} >= (SELECT last_value FROM {sequence})"
                )


def _number(connection: Connection, revision: Table) -> int:
    number: int = connection.execute(select(revision.c.number)).scalar_one()
    return number


@contextmanager
def _failures_told() -> Iterator[None]:
    """Turn what a row that cannot be one, and a database that does not answer, cause into one sentence."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise Refused("backup_damaged", reason=first_line(error)) from error
    except DBAPIError as error:
        raise Refused("database_away", reason=first_line(error)) from error
    except (StatementError, ValueError, TypeError, KeyError) as error:
        raise Refused("backup_damaged", reason=first_line(error)) from error
    except (OSError, SQLAlchemyError) as error:
        raise Refused("database_away", reason=first_line(error)) from error
