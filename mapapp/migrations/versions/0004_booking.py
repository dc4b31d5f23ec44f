"""Bookings: slots, seats, rules of a point, the waiting list and messages to be sent.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "booking_slot",
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("changed_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_booking_slot_capacity_not_negative")),
        sa.CheckConstraint("handed >= 0", name=op.f("ck_booking_slot_handed_not_negative")),
        sa.PrimaryKeyConstraint("point_id", "starts", name=op.f("pk_booking_slot")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=True),
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.Column("more_matters", sa.Text(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.String(length=32), nullable=True),
        sa.Column("person_hash", sa.String(length=32), nullable=True),
        sa.Column("confirm_hash", sa.String(length=32), nullable=True),
        sa.Column("confirm_tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_hash", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_walk_in", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state IN ('booked', 'cancelled', 'arrived', 'done', 'no_show')", name=op.f("ck_booking_state_known")
        ),
        sa.CheckConstraint("ends > starts", name=op.f("ck_booking_ends_after_start")),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_booking_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_booking_code_hash")),
        sa.UniqueConstraint("request_hash", name=op.f("uq_booking_request_hash")),
    )
    op.create_index(op.f("ix_booking_phone_hash"), "booking", ["phone_hash"], unique=False)
    op.create_index("ix_booking_point_id_starts", "booking", ["point_id", "starts"], unique=False)
    op.create_table(
        "booking_rules",
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_booking_rules_point_id")),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_booking_rules")),
    )
    op.create_table(
        "booking_wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=True),
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.Column("more_matters", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.String(length=32), nullable=True),
        sa.Column("offered_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'left', 'over')", name=op.f("ck_booking_wait_state_known")
        ),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_booking_wait_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_wait")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_booking_wait_code_hash")),
    )
    op.create_index(op.f("ix_booking_wait_phone_hash"), "booking_wait", ["phone_hash"], unique=False)
    op.create_index("ix_booking_wait_point_id_day", "booking_wait", ["point_id", "day"], unique=False)
    op.create_table(
        "booking_seat",
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("hold_hash", sa.String(length=32), nullable=True),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(booking_id IS NULL) <> (hold_hash IS NULL)", name=op.f("ck_booking_seat_booking_or_hold")),
        sa.CheckConstraint("(hold_hash IS NULL) = (hold_until IS NULL)", name=op.f("ck_booking_seat_hold_has_an_end")),
        sa.CheckConstraint("seat > 0", name=op.f("ck_booking_seat_seat_positive")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_seat_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("point_id", "starts", "seat", name=op.f("pk_booking_seat")),
    )
    op.create_index(op.f("ix_booking_seat_booking_id"), "booking_seat", ["booking_id"], unique=False)
    op.create_index(
        "ix_booking_seat_hold_hash",
        "booking_seat",
        ["hold_hash"],
        unique=False,
        sqlite_where=sa.text("hold_hash IS NOT NULL"),
        postgresql_where=sa.text("hold_hash IS NOT NULL"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("wait_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=100), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_message_tries_not_negative")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_message_booking_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wait_id"], ["booking_wait.id"], name=op.f("fk_message_wait_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_booking_id"), "message", ["booking_id"], unique=False)
    op.create_index(
        "ix_message_due_at",
        "message",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_index(op.f("ix_message_wait_id"), "message", ["wait_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_message_wait_id"), table_name="message")
    op.drop_index(
        "ix_message_due_at",
        table_name="message",
        sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.drop_index(op.f("ix_message_booking_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(
        "ix_booking_seat_hold_hash",
        table_name="booking_seat",
        sqlite_where=sa.text("hold_hash IS NOT NULL"),
        postgresql_where=sa.text("hold_hash IS NOT NULL"),
    )
    op.drop_index(op.f("ix_booking_seat_booking_id"), table_name="booking_seat")
    op.drop_table("booking_seat")
    op.drop_index("ix_booking_wait_point_id_day", table_name="booking_wait")
    op.drop_index(op.f("ix_booking_wait_phone_hash"), table_name="booking_wait")
    op.drop_table("booking_wait")
    op.drop_table("booking_rules")
    op.drop_index("ix_booking_point_id_starts", table_name="booking")
    op.drop_index(op.f("ix_booking_phone_hash"), table_name="booking")
    op.drop_table("booking")
    op.drop_table("booking_slot")
