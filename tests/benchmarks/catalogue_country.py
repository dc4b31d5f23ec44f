"""A database of any size for measurements: the sample data, and beside them made-up points, matters and offers."""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, make_url, select

from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.matters import OfferMode
from mapapp.catalogue.points import PointKind
from mapapp.catalogue.rows import MatterRow
from mapapp.database import Database, upgrade
from mapapp.people import SYSTEM
from mapapp.shipped import shipped
from tests.benchmarks.engine_country import rules

SAMPLE_POINTS, SAMPLE_MATTERS = 51, 255
OFFERS_OF_A_POINT = 35
_TOWNS = 400
AT = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_RULES = rules()
_HANS = "观音桥华新大石坝五里店石马河寸滩郭家沱铁山坪鱼嘴复盛双溪兴隆新民红旗和平长安龙头寺人三洞天云白沙"


@contextmanager
def country_database(points: int, matters: int, server: str = "") -> Iterator[Database]:
    """Yield a database with so many points and matters, 35 offers a point: SQLite, or on the PostgreSQL `server`."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"mapapp_bench_{points}"
        url = f"sqlite:///{folder}/mapapp.sqlite"
        if server:
            home = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
            with home.connect() as connection:
                connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
            url = home.url.set(database=name).render_as_string(hide_password=False)
        database = Database(url)
        try:
            fill(database, points, matters)
            yield database
        finally:
            database.dispose()
            if server:
                with home.connect() as connection:
                    connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
                home.dispose()


def fill(database: Database, points: int, matters: int) -> None:
    """Make the tables, load the sample and add what is missing to the numbers asked for."""
    upgrade(database)
    with database.transaction() as session:
        load_geodata(session, shipped("geodata"), AT, SYSTEM)
    with database.reading() as session:
        sample = list(session.scalars(select(MatterRow.code).order_by(MatterRow.code)))
    dice = random.Random(points)
    more = [f"Y{number:05}" for number in range(max(points - SAMPLE_POINTS, 0))]
    codes = [f"X{number:05}" for number in range(max(matters - SAMPLE_MATTERS, 0))]
    if more:
        _insert(database, "matter", _MATTER, (_matter(code, dice) for code in codes))
        _insert(database, "point", _POINT, (_point(point_id, dice) for point_id in more))
        _insert(database, "offer", _OFFER, _offers(more, sample + codes, dice))


_MATTER = (
    *("code", "name_zh", "name_en", "type", "department", "is_instant", "legal_days", "promised_days", "day_unit"),
    *("fee", "point_kinds", "source", "confidence", "note"),
)
_POINT = (
    *("id", "name_zh", "name_en", "kind", "street", "address", "phone", "hours_rule", "windows", "accessibility"),
    *("source", "confidence", "note", "lon", "lat", "accuracy_m", "place_provider", "place_confidence", "place_source"),
)
_OFFER = ("point_id", "matter_code", "mode", "hours_rule", "bookable", "note")


def _matter(code: str, dice: random.Random) -> tuple[Any, ...]:
    subject = "".join(dice.choices(_HANS, k=4))
    name = f"{subject}{dice.choice(('登记', '变更', '注销', '备案', '许可', '补领', '查询', '证明'))}"
    facts = (name, f"{code.casefold()} registration", "公共服务", "区人力社保局", True, None, 5, "working", None, "[]")
    return (code, *facts, "made up", "C", "")


def _point(point_id: str, dice: random.Random) -> tuple[Any, ...]:
    town = dice.randrange(_TOWNS)
    street = f"{_HANS[town % 41]}{_HANS[town % 37]}街道"
    village = "".join(dice.choices(_HANS, k=2))
    name = f"{street}{village}社区便民服务站{point_id[-3:]}"
    rule = None if dice.random() < 0.02 else dice.choice(_RULES)
    lon, lat = (
        105.0 + town * 7919 % 401 / 100 + dice.gauss(0, 0.03),
        28.0 + town * 104729 % 401 / 100 + dice.gauss(0, 0.03),
    )
    address = f"重庆市{street}{village}路{dice.randrange(900)}号"
    facts = (name, f"Service station {point_id}", PointKind.STREET.value, street, address, None, rule, "[]", "[]")
    return (point_id, *facts, "made up", "C", "", round(lon, 6), round(lat, 6), 100.0, "file", "low", "")


def _offers(points: Sequence[str], codes: Sequence[str], dice: random.Random) -> Iterator[tuple[Any, ...]]:
    common = codes[: max(len(codes) // 50, 1)]
    for point_id in points:
        # a third of the offers is of the matters that nearly everybody takes
        taken = {*dice.choices(common, k=OFFERS_OF_A_POINT // 3), *dice.choices(codes, k=OFFERS_OF_A_POINT)}
        for code in sorted(taken)[:OFFERS_OF_A_POINT]:
            rule = dice.choice(_RULES) if dice.random() < 0.01 else None
            yield point_id, code, OfferMode.FINISH.value, rule, False, ""


def _insert(database: Database, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(columns)
    with database.writing_engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        if database.is_sqlite:
            marks = ", ".join("?" * len(columns))
            raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
