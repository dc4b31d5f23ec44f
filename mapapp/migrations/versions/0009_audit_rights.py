"""On PostgreSQL nobody has the right to change or remove what stands in the audit log, the tables' owner included.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_RIGHTS = "UPDATE, DELETE, TRUNCATE ON audit"


def upgrade() -> None:
    """Take the rights away; SQLite knows none, there the triggers alone refuse."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"REVOKE {_RIGHTS} FROM PUBLIC, CURRENT_USER")


def downgrade() -> None:
    """Give them back to the owner."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"GRANT {_RIGHTS} TO CURRENT_USER")
