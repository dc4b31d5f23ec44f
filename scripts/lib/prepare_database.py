"""Bring the database to this version and load the data folder, saying in one line what happened.

The folder is `MAPAPP_GEODATA`, by default the shipped sample; "none" loads nothing. A database that holds another
district keeps it: the sample is not mixed into it. Exit status 1 with one sentence when something is wrong.
"""

import csv
import os
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mapapp.catalogue.filling import LoadReport, load_geodata
from mapapp.catalogue.rows import DistrictNameRow
from mapapp.database import ZONE, Database, migrated_to, newest_migration, upgrade
from mapapp.errors import MapappError, Refused
from mapapp.operator_words import sentence_of
from mapapp.people import SYSTEM
from mapapp.settings import Settings, from_environ
from mapapp.shipped import shipped

FULL = ("disk is full", "No space left", "could not extend file")


def codes_in(folder: Path) -> set[str]:
    """Return the codes of the districts that a data folder is about; a name not yet given a code has none."""
    with (folder / "district.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)} - {""}


def replica_serves(settings: Settings) -> bool:
    """Return whether there is a read replica that has the tables of this version."""
    if not settings.database_read_url:
        return False
    try:
        return migrated_to(Database(settings.database_read_url)) == newest_migration()
    except (OSError, SQLAlchemyError):
        return False


def prepared(settings: Settings, chosen: str) -> str:
    """Return the line that says what was done."""
    database = Database(settings.resolved_database_url(), settings.database_read_url)
    try:
        upgrade(database)
    except Refused:
        if not replica_serves(settings):
            raise
        return "the database does not answer; its read replica serves until it is back"
    if chosen == "none":
        return "nothing loaded, as MAPAPP_GEODATA says"
    folder = Path(chosen) if chosen else shipped("geodata")
    if not (folder / "district.csv").is_file():
        sys.exit(f"scripts/serve: MAPAPP_GEODATA is '{folder}', which holds no district.csv.")
    with database.transaction() as session:
        held = set(session.scalars(select(DistrictNameRow.code))) - {""}
        if held and not chosen and not held & codes_in(folder):
            return (
                f"another district ({', '.join(sorted(held))}) is in the database and stays; the sample is not loaded"
            )
        report = load_geodata(session, folder, datetime.now(ZONE), SYSTEM, settings.district_tolerance_m)
        return told(report, folder)


def told(report: LoadReport, folder: Path) -> str:
    """Return what loading did; ends the program when the folder has faults."""
    if report.faults:
        first = report.faults[0]
        where = f"{first.file}, line {first.line}" if first.line else first.file
        many = f"{len(report.faults)} faults, the first in {where}"
        sys.exit(
            f"scripts/serve: nothing was loaded from {folder}: {many}; all of them: .venv/bin/mapapp check {folder}"
        )
    if not report.changes:
        return f"nothing new; revision {report.revision}"
    return f"{report.changes} rows loaded; revision {report.revision}"


def main() -> None:
    """Prepare, and turn what goes wrong into one sentence."""
    try:
        print(f"      {prepared(from_environ(), os.environ.get('MAPAPP_GEODATA', ''))}", flush=True)
    except Exception as error:  # whatever it is, an operator reads a sentence first
        text = sentence_of(error) if isinstance(error, MapappError) else f"{type(error).__name__}: {error}"
        if any(sign in text for sign in FULL):
            text = "the disk is full: the database cannot grow. Free some space and start again."
        sys.exit(f"scripts/serve: {text}")


if __name__ == "__main__":
    main()
