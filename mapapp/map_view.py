"""The view of the service points for QGIS and its like (地图视图): made wherever PostGIS is, kept nowhere.

It shows what residents are shown, and nothing about who entered it: whoever may read it needs no right to any table.
"""

from sqlalchemy import Connection, text

# Where PostGIS is, if this role may use it; an extension can be in any schema.
_POSTGIS = text(
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
    " WHERE extname = 'postgis' AND has_schema_privilege(pg_namespace.oid, 'USAGE')"
)
_IS_THERE = text("SELECT to_regclass('map_point') IS NOT NULL")
_VIEW = """
CREATE OR REPLACE VIEW map_point AS
SELECT
  id AS code, name_zh, name_en, kind, street, address, phone, hours_rule AS hours, verified_at,
  accuracy_m AS position_accuracy_m, place_confidence AS position_confidence, place_provider AS position_provider,
  place_verified_at AS position_verified_at,
  {postgis}.ST_SetSRID({postgis}.ST_MakePoint(lon, lat), 4326)::{postgis}.geometry(Point, 4326) AS geom
FROM point
WHERE lon IS NOT NULL AND withdrawn_at IS NULL
"""


def lacks_map_view(connection: Connection) -> bool:
    """Return whether the view could be there and is not: PostGIS came after the last migration."""
    if connection.dialect.name != "postgresql" or connection.scalar(_IS_THERE):
        return False
    return connection.scalar(_POSTGIS) is not None


def make_map_view(connection: Connection) -> None:
    """Make the view, or bring it to this version; nothing happens without PostGIS.

    A migration that changes a column it shows drops it first: it is made again at the end of the upgrade.
    """
    if connection.dialect.name != "postgresql":
        return
    postgis = connection.scalar(_POSTGIS)
    if postgis is not None:
        connection.exec_driver_sql(_VIEW.format(postgis=postgis))


def drop_map_view(connection: Connection) -> None:
    """Take the view away, if it is there."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP VIEW IF EXISTS map_point")
