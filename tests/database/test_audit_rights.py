"""On PostgreSQL the audit log is kept by rights as well: the account that owns the tables may add and read, no more."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DatabaseError

from mapapp.database import Database, upgrade
from mapapp.editing import audit
from mapapp.people import SYSTEM
from tests.conftest import NOW, ServerTemplates

pytestmark = pytest.mark.postgresql
OWNER = f"plain_owner_{os.getpid()}"


@pytest.fixture
def owned(server_templates: ServerTemplates) -> Iterator[Database]:
    """A migrated database whose tables belong to an ordinary role, as an operator sets it up."""
    address = server_templates.copy("bare", lambda database: database.engine.connect().close())
    server = create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {OWNER} LOGIN")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {OWNER}")
    database = Database(make_url(address).set(username=OWNER).render_as_string(hide_password=False))
    upgrade(database)
    yield database
    database.dispose()
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {OWNER} CASCADE")
        connection.exec_driver_sql(f"DROP ROLE {OWNER}")
    server.dispose()
    server_templates.drop(address)


@pytest.mark.parametrize("statement", ["UPDATE audit SET deed = 'none'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_owner_of_the_tables_may_add_to_the_audit_log_and_nothing_else(owned: Database, statement: str) -> None:
    with owned.transaction() as session:
        audit.note(session, SYSTEM, NOW, "", audit.Entry(deed="confirm", key="P1"))

    with pytest.raises(DatabaseError, match="permission denied for table audit"), owned.transaction() as session:
        session.execute(text(statement))
    with owned.reading() as session:
        assert [entry.deed for entry in audit.entries(session)] == ["confirm"]
