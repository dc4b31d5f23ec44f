"""The catalogue of the shipped data, loaded once for a whole run; for tests that only read."""

from datetime import datetime
from functools import lru_cache
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.loading import read_catalogue
from mapapp.database import Database, upgrade
from mapapp.people import SYSTEM
from mapapp.shipped import shipped

WEDNESDAY_TEN = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@lru_cache(maxsize=1)
def shipped_catalogue() -> Catalogue:
    """Return what `mapapp load` makes of the shipped files, by way of a real database."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/shipped.sqlite")
        try:
            upgrade(database)
            with database.transaction() as session:
                report = load_geodata(session, shipped("geodata"), WEDNESDAY_TEN, SYSTEM)
                assert not report.faults, report.faults
            with database.reading() as session:
                return read_catalogue(session, WEDNESDAY_TEN)
        finally:
            database.dispose()
