"""`mapapp import KIND FILE` and `mapapp export KIND` (导入导出)."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mapapp.commands.areas import AREA_KINDS, import_areas
from mapapp.commands.common import Told, database_of, print_json
from mapapp.database import ZONE
from mapapp.settings import from_environ


@click.command("import", cls=Told)
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--datum", default="", help="Datum of the positions when the file has no such column.")
@click.option("--crs", help="Reference system of a file of areas that names none, such as EPSG:4547.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(kind: str, file: Path, dry_run: bool, datum: str, crs: str | None, as_json: bool) -> None:
    """Take over FILE (CSV or XLSX) of the KIND points, matters, offers, packages, hours or calendar.

    Or of the KIND streets, communities, population or candidates: GeoJSON, GeoPackage, shapefile or CSV, in any
    reference system.

    Rows without a fault are applied in one transaction and published; exit status 1 when any row was rejected.
    """
    from mapapp.editing.drafting import Actor
    from mapapp.editing.roles import Staff
    from mapapp.editing.taking_over import take_over
    from mapapp.people import SYSTEM

    if kind in AREA_KINDS:
        import_areas(kind, file, dry_run=dry_run, datum=datum, crs=crs, as_json=as_json)
        return
    settings = from_environ()
    actor = Actor(staff=Staff(id=0, name=SYSTEM.name, role=SYSTEM.role), now=datetime.now(ZONE))
    database = database_of(settings)
    with database.reading() if dry_run else database.transaction() as session, file.open("rb") as stream:
        report = take_over(
            session,
            actor,
            kind,
            stream,
            file.name,
            dry_run=dry_run,
            tolerance_m=settings.district_tolerance_m,
            datum=datum,
            progress=_progress,
        )
    if as_json:
        print_json(report.as_dict())
    else:
        _print(report.as_dict(), dry_run)
    sys.exit(1 if report.rejected else 0)


@click.command("export", cls=Told)
@click.argument("kind")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "geojson", "gpkg"]), default="csv")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output.")
def export_command(kind: str, form: str, output: Path | None) -> None:
    """Give out everything public of the KIND points, matters, offers, packages, hours or calendar."""
    from mapapp.editing.giving_out import give_out

    with database_of(from_environ()).reading() as session:
        if output is None:
            give_out(session, kind, form, sys.stdout.buffer)
        else:
            with output.open("wb") as file:
                give_out(session, kind, form, file)


def _progress(rows: int) -> None:
    # a bar of known length would need the file to be read twice
    if rows % 10_000 == 0:
        click.echo(f"{rows} rows read", err=True)


def _print(report: dict[str, Any], dry_run: bool) -> None:
    for each in report["changed"]:
        click.echo(f"{each['id']} {each['field']}: {each['before']!r} -> {each['after']!r}")
    for name, sign in (("rejected", "rejected"), ("warnings", "warning")):
        for each in report[name]:
            place = ", ".join(str(part) for part in (f"line {each['line']}", each["id"], each["field"]) if part)
            click.echo(f"{sign}: {place}: {each['reason']} ({each['code']})", err=True)
    changed = len({each["id"] for each in report["changed"]})
    words = "would be" if dry_run else "were"
    click.echo(
        f"{len(report['added'])} added, {changed} changed, {report['unchanged']} unchanged {words} the result; "
        f"{len(report['rejected'])} faults rejected rows."
    )
