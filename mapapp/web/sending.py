"""Sending what is in the box (发送): one message at a time, claimed, sent, marked; nobody waits for a gateway.

Runs inside an application context, as the words need the catalogue and the language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from mapapp.booking import finding, fitting, outbox, waiting
from mapapp.booking.channels import Channel, Letter, NotSent
from mapapp.booking.codes import grouped
from mapapp.booking.outbox import Message, MessageKind, Occasion
from mapapp.booking.visits import Office
from mapapp.database import Database
from mapapp.errors import Refused
from mapapp.web.context import current_settings
from mapapp.web.message_words import Said, message_text
from mapapp.web.pages.booking_views import matters_to_do, place_name

_log = structlog.get_logger("mapapp.messages")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages went through, and how many did not this time."""

    sent: int = 0
    failed: int = 0


def send_due(
    database: Database, office: Office, channels: tuple[Channel, ...], public_url: str, now: Callable[[], datetime]
) -> Tally:
    """Offer what became free to whoever waits, tell whose time is gone, send what is due; return how many.

    A message goes to the first channel that takes it.
    """
    with database.transaction() as session:
        waiting.end_offers(session, now())
    if office.sends_messages:
        with database.transaction() as session:
            fitting.tell_lost(session, office, now())
    offered = office.sends_messages
    while offered:
        with database.transaction() as session:
            offered = waiting.offer_next(session, office, now())
    sent = failed = 0
    while True:
        with database.transaction() as session:
            message = outbox.claim(session, now())
        if message is None:
            return Tally(sent, failed)
        if message.kind is MessageKind.FIND:
            with database.transaction() as session:
                finding.answer(session, office, now(), message, current_settings().booking_find_per_day)
            continue
        if _send(database, office, channels, public_url, now, message):
            sent += 1
        else:
            failed += 1


def _send(
    database: Database,
    office: Office,
    channels: tuple[Channel, ...],
    public_url: str,
    now: Callable[[], datetime],
    message: Message,
) -> bool:
    try:
        letter = _letter(database, office, public_url, message, now())
    except Refused as error:
        with database.transaction() as session:
            outbox.give_up(session, message, now(), error.code)
        _log.error("message given up", message=message.id, kind=message.kind.value, reason=error.code)
        return False
    troubles = []
    for channel in channels:
        try:
            channel(letter)
        except NotSent as trouble:
            troubles.append(str(trouble))
            continue
        with database.transaction() as session:
            outbox.mark_sent(session, message, now())
        return True
    with database.transaction() as session:
        outbox.mark_failed(session, message, now(), "; ".join(troubles))
    _log.warning("message not sent", message=message.id, kind=message.kind.value, reason="; ".join(troubles))
    return False


def _letter(database: Database, office: Office, public_url: str, message: Message, now: datetime) -> Letter:
    """Return the letter of a message; raise Refused when there is nothing left to say, or it is no longer so."""
    facts = office.sealer.open(message.sealed)
    link = f"{public_url.rstrip('/')}/booking/{grouped(facts['code'])}" if public_url else ""
    with database.reading() as session:
        about = outbox.occasion_of(session, message)
        lost = _lost_reason(session, office, now, message.kind, about)
    if about is None:
        raise Refused("nothing_to_say")
    said = Said(
        kind=message.kind,
        language=message.language,
        where=place_name(office, about.point_id, message.language)[0],
        what=tuple(matter.name for matter in matters_to_do(office, about.matters, message.language)),
        start=about.start,
        code=facts["code"],
        link=link,
        number=facts.get("number", ""),
        reason=about.reason if lost is None else lost,
        until=about.until,
    )
    subject, text = message_text(said)
    return Letter(id=f"mapapp-{message.id}", phone=facts["phone"], subject=subject, text=text)


def _lost_reason(session: Any, office: Office, now: datetime, kind: MessageKind, about: Occasion | None) -> str | None:
    """Return why a booking no longer fits, for what is said of that; raise Refused when it is no longer so.

    Nobody is reminded of a visit at which nobody could serve them, and nobody is sent away once it fits again.
    """
    if about is None or about.booking is None or kind not in (MessageKind.REMINDER, MessageKind.LOST):
        return None
    lost = fitting.lost_reason(session, office, now, about.booking)
    if (lost is None) is (kind is MessageKind.LOST):
        raise Refused("nothing_to_say")
    return lost
