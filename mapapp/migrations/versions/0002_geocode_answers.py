"""What online geocoders answered.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "geocode_answer",
        sa.Column("provider", sa.String(length=50), nullable=False),
        sa.Column("datum", sa.String(length=10), nullable=False),
        sa.Column("query", sa.String(length=300), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(code = 'found') = (raw IS NOT NULL)", name=op.f("ck_geocode_answer_raw_when_found")),
        sa.PrimaryKeyConstraint("provider", "datum", "query", name=op.f("pk_geocode_answer")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("geocode_answer")
