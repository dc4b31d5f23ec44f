"""What a message to a phone says (短信): short, with what the visit needs, in the language it was booked in."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale, format_date

from mapapp.booking.codes import grouped
from mapapp.booking.outbox import MessageKind
from mapapp.web.spoken import gettext

_LOCALES = {"zh": "zh_Hans", "en": "en"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a message needs to know. `end` is when an offer is over; `number` confirms a phone; `reason` is staff's."""

    kind: MessageKind
    language: str
    where: str
    what: tuple[str, ...]
    start: datetime
    code: str
    link: str
    number: str = ""
    reason: str = ""
    until: datetime | None = None


def message_text(said: Said) -> tuple[str, str]:
    """Return subject and text of a message."""
    with force_locale(_LOCALES[said.language]):
        lines = [_first(said), *_more(said)]
        return gettext("Service-point booking"), "\n".join(line for line in lines if line)


def visit_words(start: datetime) -> str:
    """Return 11月26日 星期四 9:30."""
    return f"{long_day_words(start.date())} {start.hour}:{start.minute:02}"


def long_day_words(day: date) -> str:
    """Return 11月26日 星期四, or Thursday 26 November."""
    return str(format_date(day, gettext("EEEE d MMMM")))


def _first(said: Said) -> str:
    facts = {"when": visit_words(said.start), "where": said.where, "what": gettext(", ").join(said.what)}
    if said.kind is MessageKind.BOOKED:
        return gettext("Booked: %(when)s, %(where)s, %(what)s.", **facts)
    if said.kind is MessageKind.MOVED:
        return gettext("Your visit was moved to: %(when)s, %(where)s, %(what)s.", **facts)
    if said.kind is MessageKind.CANCELLED:
        return gettext("Your visit was cancelled: %(when)s, %(where)s, %(what)s.", **facts)
    if said.kind is MessageKind.REMINDER:
        return gettext("Tomorrow: %(when)s, %(where)s, %(what)s.", **facts)
    if said.kind is MessageKind.OFFER:
        return gettext("A time has become free: %(when)s, %(where)s, %(what)s.", **facts)
    if said.kind is MessageKind.LOST:
        return gettext("Nobody can serve you at this time any more: %(when)s, %(where)s, %(what)s.", **facts)
    return gettext("Your booking: %(when)s, %(where)s, %(what)s.", **facts)


def _more(said: Said) -> list[str]:
    until = said.until and f"{said.until.hour}:{said.until.minute:02}"
    return [
        gettext("Reason: %(reason)s", reason=said.reason) if said.reason else "",
        gettext("It is kept for you until %(until)s; accept it on the page.", until=until) if until else "",
        gettext("Number to confirm your phone: %(number)s", number=said.number) if said.number else "",
        gettext("Code: %(code)s", code=grouped(said.code)),
        gettext("Look, move or cancel: %(link)s", link=said.link) if said.link else "",
    ]
