"""Commands about bookings (预约): `mapapp send-messages | purge | rotate-key`."""

import signal
import threading
from datetime import datetime

import click

from mapapp.commands.common import Told, database_of
from mapapp.database import ZONE
from mapapp.settings import from_environ


@click.command("send-messages", cls=Told)
@click.option("--loop", is_flag=True, help="Stay, and look again every few seconds, until stopped.")
@click.option("--every", default=10.0, show_default=True, type=click.FloatRange(min=0.1), help="Seconds between looks.")
def send_messages_command(loop: bool, every: float) -> None:
    """Send the messages that are due, reminders of the evening before included.

    Run it every minute, or once with --loop. Several may run at a time; each message is sent by one of them.
    """
    from mapapp.booking.channels import channels_of
    from mapapp.web.app import create_app
    from mapapp.web.context import EXTENSION
    from mapapp.web.office import current_office
    from mapapp.web.sending import send_due

    settings = from_environ()
    channels = channels_of(settings)
    if not channels:
        click.echo("No channel is set up: MAPAPP_MESSAGE_WEBHOOK_URL or MAPAPP_MESSAGE_SMTP_URL.", err=True)
        raise click.exceptions.Exit(1)
    app, database = create_app(settings), database_of(settings)
    click.get_current_context().call_on_close(app.extensions[EXTENSION].keeper.close)
    stopped = threading.Event()
    if loop:
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    while True:
        # a context for each look: catalogue, rules and keys may have changed
        with app.app_context():
            tally = send_due(database, current_office(), channels, settings.public_url, lambda: datetime.now(ZONE))
        if tally.sent or tally.failed or not loop:
            click.echo(f"{tally.sent} messages sent, {tally.failed} to be tried again.")
        if not loop or stopped.wait(every):
            return


@click.command("purge", cls=Told)
def purge_command() -> None:
    """Delete personal data and counted searches whose time is over. Run it every night."""
    from mapapp.booking.keeping import purge
    from mapapp.booking.rules import district_rules
    from mapapp.catalogue.search_misses import forget_old

    settings, now = from_environ(), datetime.now(ZONE)
    with database_of(settings).transaction() as session:
        report = purge(session, now, settings.booking_keep_days, district_rules(settings))
        forget_old(session, now.date())
    click.echo(report.as_text())


@click.command("rotate-key", cls=Told)
def rotate_key_command() -> None:
    """Seal all personal data with a new key; the server may run meanwhile.

    With keys from MAPAPP_BOOKING_KEYS: put the new one first there, restart the server, then run this.
    """
    from mapapp.booking.keeping import seal_bookings_again, seal_the_rest_again
    from mapapp.booking.sealing import Keys

    settings = from_environ()
    database, keys = database_of(settings), Keys(settings)
    sealer = keys.sealer() if keys.are_given else keys.add_new()
    # twice: a request that had the old key in hand may have booked while the first round went by
    for _ in range(2):
        after: int | None = 0
        while after is not None:
            with database.transaction() as session:
                after = seal_bookings_again(session, sealer, after)
    with database.transaction() as session:
        seal_the_rest_again(session, sealer)
    keys.keep_first()
    click.echo(
        "Everything is sealed with the first key; the others can be taken out of MAPAPP_BOOKING_KEYS."
        if keys.are_given
        else "Everything is sealed with a new key; the old one is gone."
    )
