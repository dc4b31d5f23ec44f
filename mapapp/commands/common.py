"""What every command of operators shares (命令行公用): how failures are told, the database, and JSON on the screen."""

import json
from typing import Any

import click

from mapapp.database import Database
from mapapp.errors import InvalidQuery, MapappError
from mapapp.operator_words import sentence_of
from mapapp.settings import Settings

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
