"""What every command of operators shares (命令行公用): how failures are told, the database, and JSON on the screen."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapapp.database import Database
from mapapp.errors import InvalidQuery, MapappError
from mapapp.operator_words import sentence_of
from mapapp.settings import Settings

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for pyproj and shapely
    from mapapp.catalogue.checking import Fault

# A folder of data that is there.
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_OF_THE_WORLD = frozenset(("wrong_database_url", "wrong_read_url", "invalid_setting"))


class Told(click.Command):
    """A command whose failures are told as one sentence."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; exit status 2 for what was typed, 1 for everything else."""
        try:
            return super().invoke(context)
        except MapappError as error:
            is_typed = isinstance(error, InvalidQuery) and error.code not in _OF_THE_WORLD
            kind = click.UsageError if is_typed else click.ClickException
            raise kind(sentence_of(error)) from error


def database_of(settings: Settings) -> Database:
    """Return the database of the settings; its connections are closed when the command ends, however it ends."""
    database = Database(settings.resolved_database_url())
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(database.dispose)
    return database


def print_json(value: object) -> None:
    """Print a value as JSON that people can read too."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def plain_faults(faults: "Sequence[Fault]") -> list[dict[str, object]]:
    """Return faults as JSON can hold them, each with its reason in words."""
    from mapapp.catalogue.fault_codes import MEANINGS

    return [{**asdict(fault), "reason": MEANINGS.get(fault.code, fault.code)} for fault in faults]


def print_faults(faults: "Sequence[Fault]", what: str) -> None:
    """Print every fault on standard error, and at the end `what` follows from them."""
    from mapapp.catalogue.fault_codes import MEANINGS

    for fault in faults:
        line = f"{fault.file} line {fault.line}" if fault.line else fault.file
        place = ", ".join(part for part in (line, fault.id, fault.field) if part)
        shown = f": {fault.value!r}" if fault.value else ""
        click.echo(f"{place}: {MEANINGS.get(fault.code, fault.code)} ({fault.code}){shown}", err=True)
    if faults:
        click.echo(f"{what}: {len(faults)} faults.", err=True)
