"""A view of the service points for QGIS, where PostGIS is there.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

from mapapp.map_view import drop_map_view, make_map_view

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the view; where PostGIS comes later, the next upgrade makes it."""
    make_map_view(op.get_bind())


def downgrade() -> None:
    """Drop the view."""
    drop_map_view(op.get_bind())
