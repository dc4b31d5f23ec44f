"""The operators' command line (命令行): `mapapp upgrade | load | check | geocode | hours | load-network | staff`.

Every command has the settings of the server and works while it runs. Whatever goes wrong is one plain sentence on
standard error; exit status 1 for the state of the world, 2 for what was typed.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import FlaskGroup

from mapapp.commands.backup import backup_command, restore_command
from mapapp.commands.booking import purge_command, rotate_key_command, send_messages_command
from mapapp.commands.check import check_command
from mapapp.commands.common import FOLDER, Told, database_of, plain_faults, print_faults, print_json
from mapapp.commands.coverage import coverage_command
from mapapp.commands.exchange import export_command, import_command
from mapapp.commands.searches import searches_command
from mapapp.commands.staff import staff_group
from mapapp.database import MIGRATIONS, ZONE, Base
from mapapp.database import upgrade as upgraded
from mapapp.errors import InvalidQuery, Refused
from mapapp.settings import from_environ
from mapapp.shipped import shipped

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for pyproj and shapely
    from mapapp.hours.opening_hours import Status
    from mapapp.hours.work_calendar import WorkCalendar


class Operators(FlaskGroup):
    """The group of `mapapp`: other commands of the application can be called, but are not listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return our own commands; asking the application for its own would load all of it for a page of help."""
        return click.Group.list_commands(self, ctx)


@click.command("upgrade", cls=Told)
def upgrade_command() -> None:
    """Bring the tables of the database to this version."""
    before, after = upgraded(database_of(from_environ()))
    click.echo(f"The tables are at {after}" + ("." if before == after else f", before {before or 'there were none'}."))


@click.command("load", cls=Told)
@click.argument("folder", required=False, type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print what happened as JSON.")
def load_command(folder: Path | None, as_json: bool) -> None:
    """Load the data in FOLDER (default: the shipped sample) into the database: all of it, or nothing.

    What people changed since stays as they left it. Running it twice changes nothing.
    """
    from mapapp.catalogue.filling import load_geodata
    from mapapp.people import SYSTEM

    settings = from_environ()
    database = database_of(settings)
    upgraded(database)
    folder, tolerance_m = folder or shipped("geodata"), settings.district_tolerance_m
    with database.transaction() as session:
        report = load_geodata(session, folder, datetime.now(ZONE), SYSTEM, tolerance_m)
    if as_json:
        print_json({**report.as_dict(), "faults": plain_faults(report.faults)})
    else:
        print_faults(report.faults, "Nothing was loaded")
        if not report.faults:
            click.echo(report.as_text())
    sys.exit(1 if report.faults else 0)


@click.command("geocode", cls=Told)
@click.option("--provider", help="Ask only this geocoder of those online.")
@click.option("--point", help="Place only the point with this id.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--force", is_flag=True, help="Also points that have a position; verified pins stay.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def geocode_command(provider: str | None, point: str | None, dry_run: bool, force: bool, as_json: bool) -> None:
    """Find positions for points without one, or whose address changed."""
    from mapapp.geocoding.report import run

    settings = from_environ()
    report = run(
        database_of(settings),
        settings,
        now=datetime.now(ZONE),
        provider=provider,
        point=point,
        dry_run=dry_run,
        force=force,
        echo=lambda line: click.echo(line, err=True),
    )
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(report.as_text())


@click.command("hours", cls=Told)
@click.argument("rule")
@click.option(
    "--at", "moments", multiple=True, help="A time with its offset; may be given several times. Default: now."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object, or a list for several times.")
def hours_command(rule: str, moments: Sequence[str], as_json: bool) -> None:
    """Say whether a place with the opening hours RULE is open, by the work calendar in use."""
    from mapapp.hours.opening_hours import Schedule

    times = [_moment(text) for text in moments] or [datetime.now(ZONE).replace(microsecond=0)]
    schedule = Schedule.of(rule, _calendar(), ())
    answers = [_answer(moment, schedule.status_at(moment)) for moment in times]
    if as_json:
        print_json(answers[0] if len(answers) == 1 else answers)
        return
    for answer in answers:
        click.echo(", ".join(f"{name} {value}" for name, value in answer.items() if value is not None))


@click.command("load-network", cls=Told)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Take the network out; walks are estimated again.")
def load_network_command(file: Path | None, remove: bool) -> None:
    """Make the OpenStreetMap extract FILE (.osm.pbf) the walking network, in place of any before."""
    from mapapp.catalogue.network_loading import load_network, remove_network
    from mapapp.people import SYSTEM

    if (file is None) != remove:
        raise InvalidQuery("no_network_file", field="file")
    settings = from_environ()
    database = database_of(settings)
    if file is None:
        with database.transaction() as session:
            removed = remove_network(session)
        click.echo("The walking network was removed." if removed else "There was no walking network.")
    else:
        report = load_network(
            database,
            file,
            now=datetime.now(ZONE),
            person=SYSTEM,
            outside_m=settings.outside_m,
            snap_limit_m=settings.snap_limit_m,
            progress=lambda ways: click.echo(f"{ways} ways read", err=True),
        )
        click.echo(report.as_text())
    database.dispose()


COMMANDS: tuple[click.Command, ...] = (
    upgrade_command,
    load_command,
    check_command,
    geocode_command,
    hours_command,
    load_network_command,
    staff_group,
    import_command,
    export_command,
    coverage_command,
    searches_command,
    send_messages_command,
    purge_command,
    rotate_key_command,
    backup_command,
    restore_command,
)


def register(app: Flask) -> None:
    """Make every command known to `flask --app wsgi ...` as well."""
    for command in COMMANDS:
        app.cli.add_command(command)


def main() -> None:
    """Run `mapapp`, the console script."""
    group = Operators(
        add_default_commands=False,
        create_app=_application,
        name="mapapp",
        help="The operators' command line of the service-point map; settings come from the environment.",
    )
    for command in COMMANDS:
        group.add_command(command)
    group.main(prog_name="mapapp")


def _application() -> Flask:
    """Return the web application, for a command that is not one of ours, with `db` for making migrations."""
    from flask_alembic import Alembic

    from mapapp.web.app import create_app

    settings = from_environ()
    app = create_app(settings)
    app.config["ALEMBIC"] = {"script_location": str(MIGRATIONS), "version_locations": [str(MIGRATIONS / "versions")]}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True}
    Alembic(app, run_mkdir=False, metadatas=Base.metadata, engines=database_of(settings).writing_engine)
    return app


def _calendar() -> "WorkCalendar":
    """Return the calendar of the database, which staff can edit; the shipped one while there is none."""
    from mapapp.hours.work_calendar import read_work_calendar

    database = database_of(from_environ())
    # reading would make an empty file
    if not database.is_sqlite or database.sqlite_path.exists():
        from mapapp.catalogue.loading import read_calendar

        try:
            with database.reading() as session:
                calendar = read_calendar(session)
            if calendar.days:
                return calendar
        except Refused:
            # a rule can be tried before there is a database
            pass
    with (shipped("geodata") / "work_calendar.csv").open(encoding="utf-8-sig", newline="") as lines:
        return read_work_calendar(lines)


def _moment(text: str) -> datetime:
    try:
        # a shell or a browser may have made a space of the +
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        if moment.tzinfo is not None:
            return moment.astimezone(ZONE)
    except (ValueError, OverflowError):
        # OverflowError: in the zone of the district it would lie before the year 1 or after 9999
        pass
    raise InvalidQuery("wrong_time", field="at", value=text)


def _answer(moment: datetime, status: "Status") -> dict[str, str | bool | None]:
    return {
        "at": moment.isoformat(),
        "state": status.state.value,
        "until": None if status.until is None else status.until.isoformat(),
        "opens_at": None if status.opens_at is None else status.opens_at.isoformat(),
        "reason": None if status.reason is None else status.reason.value,
        "reason_detail": None if status.reason_detail is None else status.reason_detail.value,
        "calendar_unknown": status.calendar_unknown,
    }
