"""All tables into one file (备份), the same on both databases, in constant memory; `restoring.py` brings it back.

The tables are asked for what they are, so a table that somebody adds is in the next backup without a word here.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, collate, select
from sqlalchemy.types import Date, DateTime, LargeBinary, String

from mapapp.catalogue.backup_files import BackupWriter, Heading, replaced
from mapapp.database import Database, migration_of
from mapapp.errors import Refused

# Logins, files that wait for a yes, and whose turn it is: of no use a day later, or not safe to bring back.
LEFT_OUT = frozenset(("alembic_version", "staff_session", "upload", "turn"))
_AT_ONCE = 1000


def write_backup(database: Database, path: Path, now: datetime, program: str) -> dict[str, int]:
    """Write everything of one moment into a file in place of any before, and return table -> number of rows.

    Raises Refused `database_away` also when there are no tables, and `backup_not_written`; then the old file stays.
    """
    with database.reading() as session:
        connection = session.connection()
        heading = Heading(migration=migration_of(connection), program=program, made_at=now.isoformat())
        if not heading.migration:
            raise Refused("database_away", reason="there are no tables yet")
        with replaced(path) as file:
            writer = BackupWriter(file, heading)
            for table in (each for each in tables_of(connection) if each.name not in LEFT_OUT):
                writer.begin(table.name, [column.name for column in table.columns])
                _write_rows(connection, table, writer)
            writer.finish()
    return writer.rows


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables of a database as they are, parents before the rows that point at them."""
    known = MetaData()
    known.reflect(connection)
    return known.sorted_tables


def _write_rows(connection: Connection, table: Table, writer: BackupWriter) -> None:
    # texts by their bytes, whatever language the server sorts in: the same rows give the same file everywhere
    is_server = connection.dialect.name == "postgresql"
    order = [
        collate(column, "C") if is_server and isinstance(column.type, String) else column
        for column in table.primary_key.columns
    ]
    plain = [_plain(column) for column in table.columns]
    query = select(table).order_by(*order).execution_options(yield_per=_AT_ONCE)
    with connection.execute(query) as rows:
        for row in rows:
            writer.add([made(cell) for made, cell in zip(plain, row, strict=True)])


def _plain(column: Column[Any]) -> Callable[[Any], Any]:
    """Return what makes a cell of a column into what JSON can hold."""
    if isinstance(column.type, DateTime):
        return lambda cell: cell and (cell.replace(tzinfo=cell.tzinfo or UTC).astimezone(UTC)).isoformat()
    if isinstance(column.type, Date):
        return lambda cell: cell and cell.isoformat()
    if isinstance(column.type, LargeBinary):
        return lambda cell: None if cell is None else base64.b64encode(cell).decode()
    return lambda cell: cell
