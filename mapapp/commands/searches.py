"""`mapapp searches` (搜索): which words found nothing, so that they can become folk names."""

from dataclasses import asdict
from datetime import datetime, timedelta

import click

from mapapp.commands.common import Told, database_of, print_json
from mapapp.database import ZONE
from mapapp.settings import from_environ


@click.command("searches", cls=Told)
@click.option("--empty", is_flag=True, required=True, help="Searches that found no matter.")
@click.option("--days", type=click.IntRange(1, 90), default=90, show_default=True, help="Only of the last days.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def searches_command(empty: bool, days: int, limit: int, as_json: bool) -> None:
    """List the words that found no matter on three days at least, the most frequent first."""
    from mapapp.catalogue.search_misses import most_frequent

    today = datetime.now(ZONE).date()
    with database_of(from_environ()).reading() as session:
        misses = most_frequent(session, today - timedelta(days=days), limit)
    if as_json:
        rows = (asdict(miss) for miss in misses)
        print_json([row | {name: row[name].isoformat() for name in ("first_day", "last_day")} for row in rows])
        return
    for miss in misses:
        click.echo(f"{miss.times:>6}  {miss.days:>3} days  {miss.last_day}  {miss.text}")
    if not misses:
        click.echo("No words that found nothing came on three days or more.")
