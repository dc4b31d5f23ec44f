"""`mapapp check` (检查): faults of the files in a folder, or what is probably wrong in the stored data."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapapp.commands.common import FOLDER, Told, database_of, plain_faults, print_faults, print_json
from mapapp.database import ZONE, Database
from mapapp.settings import Settings, from_environ
from mapapp.shipped import shipped

if TYPE_CHECKING:
    from mapapp.catalogue.quality import Finding

# rule -> what is said of a subject; pages translate by rule
_SENTENCES: Mapping[str, str] = {
    "wrong_street": "the position is %(metres)d m outside %(street)s as it is drawn",
    "too_close": "the position is only %(metres)d m from that of %(other)s",
    "no_matters": "takes no matter at all",
    "never_open": "the hours %(hours)r open on no day of the coming year",
    "phone_format": "%(phone)r cannot be dialled from everywhere",
    "retired_matter": "still takes %(matter)s, which is retired",
    "empty_package": "every matter of the package is retired",
    "no_position": "has no position, so it is on no map",
    "unverified_position": "nobody has verified the position, sure to %(metres)d m",
}
_RULES = click.Choice(tuple(_SENTENCES))


@click.command("check", cls=Told)
@click.argument("folder", required=False, type=FOLDER)
@click.option("--rule", "rules", multiple=True, type=_RULES, help="Only this rule; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check_command(folder: Path | None, rules: tuple[str, ...], as_json: bool) -> None:
    """Check the stored data by the rules of data quality, or the files in FOLDER without loading them.

    Before there is a database, the shipped sample is checked. Exit status 1 when something is wrong; a position that
    nobody has verified yet is listed, but is nothing wrong.
    """
    settings = from_environ()
    database = database_of(settings) if folder is None else None
    # reading would make an empty file
    if database is None or (database.is_sqlite and not database.sqlite_path.exists()):
        _check_files(folder or shipped("geodata"), settings, as_json)
    else:
        _check_stored(database, rules, as_json)


def _check_files(folder: Path, settings: Settings, as_json: bool) -> None:
    from mapapp.catalogue.importing import checked_folder

    checked = checked_folder(folder, settings.district_tolerance_m)
    rows = {name: len(records) for name, records in checked.tables.items()}
    if as_json:
        print_json({"rows": rows, "faults": plain_faults(checked.faults)})
    else:
        print_faults(checked.faults, "Not fit to be loaded")
        if not checked.faults:
            click.echo("No fault in " + ", ".join(f"{count} {name}" for name, count in rows.items()) + ".")
    sys.exit(1 if checked.faults else 0)


def _check_stored(database: Database, rules: tuple[str, ...], as_json: bool) -> None:
    from mapapp.catalogue.loading import read_catalogue
    from mapapp.catalogue.quality import findings
    from mapapp.catalogue.quality_reading import read_stored

    with database.reading() as session:
        stored = read_stored(session, read_catalogue(session))
    found = [each for each in findings(stored, datetime.now(ZONE).date()) if not rules or each.rule in rules]
    if as_json:
        print_json({"points": len(stored.points), "findings": [_plain(each) for each in found]})
    else:
        _print_findings(found, len(stored.points))
    sys.exit(1 if any(not each.rule.is_hint for each in found) else 0)


def _plain(finding: "Finding") -> dict[str, object]:
    return {
        "rule": finding.rule.value,
        "subject": finding.subject,
        "detail": dict(finding.detail),
        "text": _SENTENCES[finding.rule] % finding.detail,
        "is_hint": finding.rule.is_hint,
    }


def _print_findings(found: Sequence["Finding"], points: int) -> None:
    for each in found:
        click.echo(f"{each.subject}: {_SENTENCES[each.rule] % each.detail} ({each.rule.value})")
    wrong = sum(not each.rule.is_hint for each in found)
    click.echo(f"{points} points in use checked: {wrong} wrong, {len(found) - wrong} to be looked at.")
