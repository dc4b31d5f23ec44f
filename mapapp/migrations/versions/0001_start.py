"""The catalogue: points, matters, offers, packages, places, calendar, closures, areas and the revision.

Revision ID: 0001
Revises:
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the one row of the revision."""
    op.create_table(
        "about",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_about")),
    )
    op.create_table(
        "area",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("geojson", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_area")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_calendar_day_kind_known")),
        sa.CheckConstraint("follows BETWEEN 0 AND 6", name=op.f("ck_calendar_day_follows_a_weekday")),
        sa.CheckConstraint("kind = 'workday' OR follows IS NULL", name=op.f("ck_calendar_day_only_workdays_follow")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "district_name",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("short_zh", sa.String(length=50), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_district_name_ends_after_start")),
        sa.PrimaryKeyConstraint("code", "name_zh", name=op.f("pk_district_name")),
    )
    op.create_table(
        "matter",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("is_instant", sa.Boolean(), nullable=False),
        sa.Column("legal_days", sa.Integer(), nullable=True),
        sa.Column("promised_days", sa.Integer(), nullable=True),
        sa.Column("day_unit", sa.String(length=10), nullable=False),
        sa.Column("fee", sa.String(length=200), nullable=True),
        sa.Column("point_kinds", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("day_unit IN ('working', 'calendar')", name=op.f("ck_matter_day_unit_known")),
        sa.CheckConstraint("name_zh <> ''", name=op.f("ck_matter_name_not_empty")),
        sa.CheckConstraint("legal_days >= 0", name=op.f("ck_matter_legal_days_not_negative")),
        sa.CheckConstraint("promised_days >= 0", name=op.f("ck_matter_promised_days_not_negative")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_matter")),
    )
    op.create_table(
        "named_place",
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (accuracy_m IS NULL)",
            name=op.f("ck_named_place_place_whole_or_absent"),
        ),
        sa.CheckConstraint("accuracy_m > 0", name=op.f("ck_named_place_accuracy_positive")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_named_place_lat_in_range")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_named_place_lon_in_range")),
        sa.PrimaryKeyConstraint("name_zh", "kind", name=op.f("pk_named_place")),
    )
    op.create_table(
        "package",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("lead_department", sa.String(length=100), nullable=False),
        sa.Column("named_in_source", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name_zh <> ''", name=op.f("ck_package_name_not_empty")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_package")),
    )
    op.create_table(
        "point",
        sa.Column("id", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("hours_rule", sa.String(length=1000), nullable=True),
        sa.Column("windows", sa.Text(), nullable=False),
        sa.Column("accessibility", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=100), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("place_provider", sa.String(length=50), nullable=True),
        sa.Column("place_confidence", sa.String(length=10), nullable=True),
        sa.Column("place_source", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_verified_by", sa.String(length=100), nullable=True),
        sa.Column("address_geocoded", sa.String(length=200), nullable=True),
        sa.Column("file_lon", sa.Double(), nullable=True),
        sa.Column("file_lat", sa.Double(), nullable=True),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name_zh <> ''", name=op.f("ck_point_name_not_empty")),
        sa.CheckConstraint(
            "(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (accuracy_m IS NULL)",
            name=op.f("ck_point_place_whole_or_absent"),
        ),
        sa.CheckConstraint("accuracy_m > 0", name=op.f("ck_point_accuracy_positive")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_point_lat_in_range")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_point_lon_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_revision_only_one")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_revision_number_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.String(length=30), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_zh", sa.String(length=200), nullable=False),
        sa.Column("reason_en", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_closure_ends_after_start")),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_closure_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_point_id"), "closure", ["point_id"], unique=False)
    op.create_table(
        "folk_name",
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_code"], ["matter.code"], name=op.f("fk_folk_name_matter_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_code", "position", name=op.f("pk_folk_name")),
        sa.UniqueConstraint("matter_code", "name", name=op.f("uq_folk_name_matter_code_name")),
    )
    op.create_table(
        "material",
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("may_follow", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_code"], ["matter.code"], name=op.f("fk_material_matter_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_code", "position", name=op.f("pk_material")),
        sa.UniqueConstraint("matter_code", "name", name=op.f("uq_material_matter_code_name")),
    )
    op.create_table(
        "offer",
        sa.Column("point_id", sa.String(length=30), nullable=False),
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("hours_rule", sa.String(length=1000), nullable=True),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("loaded_digest", sa.String(length=32), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('finish', 'forward', 'print')", name=op.f("ck_offer_mode_known")),
        sa.ForeignKeyConstraint(["matter_code"], ["matter.code"], name=op.f("fk_offer_matter_code")),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_offer_point_id")),
        sa.PrimaryKeyConstraint("point_id", "matter_code", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_matter_code"), "offer", ["matter_code"], unique=False)
    op.create_table(
        "package_member",
        sa.Column("package_code", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter_code", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["matter_code"], ["matter.code"], name=op.f("fk_package_member_matter_code")),
        sa.ForeignKeyConstraint(
            ["package_code"], ["package.code"], name=op.f("fk_package_member_package_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("package_code", "position", name=op.f("pk_package_member")),
        sa.UniqueConstraint("package_code", "matter_code", name=op.f("uq_package_member_package_code_matter_code")),
    )
    op.create_index(op.f("ix_package_member_matter_code"), "package_member", ["matter_code"], unique=False)
    # random, so that two databases never give the same name to different content
    revision_table = sa.table("revision", sa.column("id"), sa.column("number"), sa.column("epoch"))
    op.execute(revision_table.insert().values(id=1, number=0, epoch=secrets.token_hex(8)))


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("package_member")
    op.drop_table("offer")
    op.drop_table("material")
    op.drop_table("folk_name")
    op.drop_table("closure")
    op.drop_table("revision")
    op.drop_table("point")
    op.drop_table("package")
    op.drop_table("named_place")
    op.drop_table("matter")
    op.drop_table("district_name")
    op.drop_table("calendar_day")
    op.drop_table("area")
    op.drop_table("about")
