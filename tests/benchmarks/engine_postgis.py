"""PostgreSQL with PostGIS, asked in its best way and in the usual one, on the links of a few matters."""

import statistics
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.selection import Groups
from tests.benchmarks.engine_country import Country
from tests.postgresql import server

_TABLES = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE place (id integer, schedule integer, geog geography(Point, 4326));
CREATE TABLE link (matter integer, place integer, schedule integer, geog geography(Point, 4326));
"""
_INDEXES = (
    "CREATE INDEX ON link USING gist (matter, geog)",
    "ALTER TABLE place ADD PRIMARY KEY (id)",
    "CREATE INDEX ON place USING gist (geog)",
    "CREATE INDEX ON link (matter, place)",
    "VACUUM ANALYZE link",
    "VACUUM ANALYZE place",
)
# The index orders by the sphere, at most 0.6 % off: a few more are taken and put in order by the spheroid.
_BEST = """
SELECT metres, place FROM (
  SELECT place, ST_Distance(geog, %(here)s::geography) AS metres FROM link
  WHERE matter = %(matter)s {open} ORDER BY geog <-> %(here)s::geography LIMIT %(more)s
) AS near ORDER BY metres, place LIMIT %(k)s
"""
# What an object-relational mapper makes of "those that take it, ordered by their distance".
_USUAL = """
SELECT ST_Distance(place.geog, %(here)s::geography) AS metres, place.id FROM place
JOIN link ON link.place = place.id WHERE link.matter = %(matter)s {open} ORDER BY metres, place.id LIMIT %(k)s
"""


class PostGis:
    """One connection, statements prepared, a plan of its own for each question: the fastest way found."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def nearest(self, matter: int, origin: Coordinate, groups: Groups | None, k: int) -> list[tuple[float, int]]:
        """Return the `k` nearest (metres, number) by the index over (matter, geography)."""
        return self._asked(_BEST, "AND schedule = ANY(%(open)s)", matter, origin, groups, k)

    def ordered_by_distance(
        self, matter: int, origin: Coordinate, groups: Groups | None, k: int
    ) -> list[tuple[float, int]]:
        """Return the same by a join that orders everything."""
        return self._asked(_USUAL, "AND place.schedule = ANY(%(open)s)", matter, origin, groups, k)

    def round_trip_us(self) -> float:
        """Return the median microseconds of `SELECT 1`."""
        times = []
        for _ in range(500):
            begin = time.perf_counter_ns()
            self._connection.execute("SELECT 1", prepare=True).fetchone()
            times.append((time.perf_counter_ns() - begin) / 1000)
        return round(statistics.median(times), 1)

    def _asked(
        self, query: str, condition: str, matter: int, origin: Coordinate, groups: Groups | None, k: int
    ) -> list[tuple[float, int]]:
        values: dict[str, Any] = {"here": _point(origin.lon, origin.lat), "matter": matter, "k": k, "more": k + 5}
        if groups is not None:
            values["open"] = np.flatnonzero(groups.mask).tolist()
        text = query.replace("{open}", condition if groups is not None else "")
        return self._connection.execute(text, values, prepare=True).fetchall()


@contextmanager
def postgis(country: Country, matters: tuple[int, ...]) -> Iterator[PostGis]:
    """Yield a database with the points and the links of these matters alone, which is in its favour."""
    with server() as address, psycopg.connect(address, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS mapapp_engine")
        admin.execute("CREATE DATABASE mapapp_engine")
        try:
            with psycopg.connect(address, dbname="mapapp_engine", autocommit=True) as connection:
                _fill(connection, country, matters)
                connection.execute("SET plan_cache_mode = force_custom_plan")
                connection.execute("SET jit = off")
                yield PostGis(connection)
        finally:
            admin.execute("DROP DATABASE IF EXISTS mapapp_engine")


def _fill(connection: psycopg.Connection[Any], country: Country, matters: tuple[int, ...]) -> None:
    connection.execute(_TABLES)
    groups = country.groups.tolist()
    places = [_point(lon, lat) for lon, lat in zip(country.lon.tolist(), country.lat.tolist(), strict=True)]
    with connection.cursor() as cursor:
        with cursor.copy("COPY place FROM STDIN") as copy:
            for number, place in enumerate(places):
                copy.write_row((number, groups[number], place))
        with cursor.copy("COPY link FROM STDIN") as copy:
            for matter in matters:
                for number in country.takers[matter].tolist():
                    copy.write_row((matter, number, groups[number], places[number]))
    connection.execute("SET maintenance_work_mem = '512MB'")
    for statement in _INDEXES:
        connection.execute(statement)


def _point(lon: float, lat: float) -> str:
    """Return a point as extended well-known binary in hexadecimal."""
    return struct.pack("<BIIdd", 1, 0x20000001, 4326, lon, lat).hex()
