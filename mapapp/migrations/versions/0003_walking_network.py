"""The walking network.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "walking_network",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("nodes", sa.Integer(), nullable=False),
        sa.Column("edges", sa.Integer(), nullable=False),
        sa.Column("graph", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_walking_network_only_one")),
        sa.CheckConstraint("nodes > 1 AND edges > 0", name=op.f("ck_walking_network_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walking_network")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("walking_network")
