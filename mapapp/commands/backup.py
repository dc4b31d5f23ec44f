"""`mapapp backup FILE` and `mapapp restore FILE` (备份与恢复): everything in one file, for both databases."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapapp.commands.common import Told, database_of
from mapapp.database import ZONE
from mapapp.settings import from_environ

if TYPE_CHECKING:
    from mapapp.catalogue.backup_files import Summary

# What is named one by one; the rest is only counted.
_NAMED = {"point": "points", "matter": "matters", "change": "changes", "booking": "bookings", "staff": "accounts"}


@click.command("backup", cls=Told)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Write everything in the database into FILE, which only you can read; the server may go on meanwhile.

    Names and numbers of residents stay sealed in it: without the keys of booking nobody can read them.
    """
    from mapapp.catalogue.backups import write_backup
    from mapapp.web.version import released

    rows = write_backup(database_of(from_environ()), file, datetime.now(ZONE), released())
    click.echo(f"Wrote {file}: {_counted(rows)}, {file.stat().st_size / 1e6:.1f} MB.")
    if rows["booking"]:
        click.echo("To read the bookings again their keys are needed too, which are not in the file; keep them apart.")


@click.command("restore", cls=Told)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Give up what the database holds now.")
@click.option("--check", is_flag=True, help="Only say whether the file is whole, and what it holds.")
def restore_command(file: Path, replace: bool, check: bool) -> None:
    """Make the database what FILE says: all of it, or nothing. The server may go on meanwhile.

    Everybody of the staff has to log in again. Entries of the audit log are never lost.
    """
    from mapapp.catalogue.backup_files import summary_of
    from mapapp.catalogue.restoring import restore

    if check:
        summary = summary_of(file)
        heading = summary.heading
        click.echo(f"{file} is whole: {_counted(summary.rows)}, made at {heading.made_at} by {heading.program}.")
        return

    def note(session: Any, summary: "Summary") -> None:
        from mapapp.editing import audit
        from mapapp.people import SYSTEM

        told = audit.json_text({"made_at": summary.heading.made_at, "rows": summary.total})
        entry = audit.Entry(deed="restore", kind="backup", key=file.name[:100], after=told)
        audit.note(session, SYSTEM, datetime.now(ZONE), "", entry)

    restored = restore(database_of(from_environ()), file, replace=replace, note=note)
    click.echo(f"Restored {_counted(restored.summary.rows)}; now at revision {restored.revision}.")
    click.echo("Now run: mapapp purge")


def _counted(rows: Mapping[str, int]) -> str:
    named = ", ".join(f"{rows.get(table, 0)} {words}" for table, words in _NAMED.items())
    return f"{sum(rows.values())} rows ({named})"
