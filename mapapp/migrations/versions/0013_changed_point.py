"""Which points changed in which revision.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "changed_point",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("revision", "point_id", name=op.f("pk_changed_point")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("changed_point")
