"""`mapapp import KIND FILE` and `mapapp export KIND` (导入导出)."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from mapapp.commands.areas import AREA_KINDS, import_areas
from mapapp.commands.common import Told, database_of
from mapapp.database import ZONE
from mapapp.errors import InvalidQuery
from mapapp.settings import from_environ

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for pyproj and shapely
    from mapapp.editing.take_over_report import TakeOver


@click.command("import", cls=Told)
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--as",
    "outcome",
    type=click.Choice(["published", "drafts"]),
    default="published",
    help="What accepted rows become.",
)
@click.option("--datum", default="", help="Datum of the positions when the file has no such column.")
@click.option("--crs", help="Reference system of a file of areas that names none, such as EPSG:4547.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(
    kind: str, file: Path, dry_run: bool, outcome: str, datum: str, crs: str | None, as_json: bool
) -> None:
    """Take over FILE (CSV or XLSX) of the KIND points, matters, offers, packages, hours or calendar.

    Or of the KIND streets, communities, population or candidates: GeoJSON, GeoPackage, shapefile or CSV, in any
    reference system.

    Rows without a fault are applied in one transaction and published, or drafted for the district office to look at;
    exit status 1 when any row was rejected.
    """
    from mapapp.editing.drafting import Actor
    from mapapp.editing.roles import Staff
    from mapapp.editing.taking_over import take_over
    from mapapp.people import SYSTEM

    if kind in AREA_KINDS:
        if outcome == "drafts":
            raise InvalidQuery("areas_are_not_drafted", field="as", value=kind)
        import_areas(kind, file, dry_run=dry_run, datum=datum, crs=crs, as_json=as_json)
        return
    settings = from_environ()
    actor = Actor(staff=Staff(id=0, name=SYSTEM.name, role=SYSTEM.role), now=datetime.now(ZONE))
    database = database_of(settings)
    with (
        database.reading() if dry_run else database.transaction() as session,
        file.open("rb") as stream,
        _progress(stream) as progress,
    ):
        report = take_over(
            session,
            actor,
            kind,
            stream,
            file.name,
            dry_run=dry_run,
            tolerance_m=settings.district_tolerance_m,
            datum=datum,
            as_drafts=outcome == "drafts",
            progress=progress,
        )
    if as_json:
        for piece in report.json_pieces():
            click.echo(piece, nl=False)
    else:
        _print(report, dry_run)
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


@contextmanager
def _progress(stream: IO[bytes]) -> Iterator[Callable[[int], None]]:
    """Yield what is told the number of rows read: a bar of the file on a terminal, else a line for each 10,000."""
    if not sys.stderr.isatty():
        yield lambda rows: click.echo(f"{rows} rows read", err=True) if rows % 10_000 == 0 else None
        return
    size = os.fstat(stream.fileno()).st_size
    with click.progressbar(length=size, label="reading", file=sys.stderr, item_show_func=_rows) as bar:
        # an XLSX is read in no order: the bar never goes back
        yield lambda rows: bar.update(max(0, stream.tell() - bar.pos), rows)
        bar.update(size - bar.pos)


def _rows(count: int | None) -> str | None:
    return None if count is None else f"{count:,} rows"


def _print(report: "TakeOver", dry_run: bool) -> None:
    for change in report.changed:
        click.echo(f"{change['id']} {change['field']}: {change['before']!r} -> {change['after']!r}")
    for entries, sign in ((report.rejected, "rejected"), (report.warnings, "warning")):
        for each in entries:
            place = ", ".join(str(part) for part in (f"line {each['line']}", each["id"], each["field"]) if part)
            click.echo(f"{sign}: {place}: {each['reason']} ({each['code']})", err=True)
    words = f"{'would be' if dry_run else 'were'} the result{' as drafts' if report.as_drafts else ''}"
    click.echo(
        f"{len(report.added)} added, {report.changed.ids} changed, {report.unchanged} unchanged {words}; "
        f"{len(report.rejected)} faults rejected rows."
    )
