"""What was covered in earlier revisions.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "coverage_record",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("within_m", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("distance", sa.String(length=10), nullable=False),
        sa.Column("communities_total", sa.Integer(), nullable=False),
        sa.Column("shares", sa.Text(), nullable=False),
        sa.CheckConstraint("within_m > 0", name=op.f("ck_coverage_record_within_positive")),
        sa.PrimaryKeyConstraint("revision", "within_m", name=op.f("pk_coverage_record")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("coverage_record")
