"""How a message reaches a phone (通道): the operator's SMS gateway over HTTP, or a mail server before a gateway.

Both are plain protocols of the standard library. A channel says what went wrong in a few words that never hold the
number or the text.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from mapapp.errors import InvalidQuery
from mapapp.settings import Settings


class NotSent(Exception):
    """A channel did not take a message; the text says why, without the number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What is sent: `id` is the same at every try of one message, so that a gateway can drop a second copy."""

    id: str
    phone: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return f"Letter(id={self.id})"


Channel = Callable[[Letter], None]


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """Return the channels that are set up; raise InvalidQuery `invalid_setting` for an address that cannot be one."""
    channels: list[Channel] = []
    if settings.message_webhook_url:
        if urlsplit(settings.message_webhook_url).scheme not in ("http", "https"):
            raise InvalidQuery("invalid_setting", field="MAPAPP_MESSAGE_WEBHOOK_URL", value="…", kind="an http address")
        channels.append(lambda letter: post_to_gateway(settings, letter))
    if settings.message_smtp_url:
        if urlsplit(settings.message_smtp_url).scheme not in ("smtp", "smtps"):
            raise InvalidQuery("invalid_setting", field="MAPAPP_MESSAGE_SMTP_URL", value="…", kind="an smtp address")
        channels.append(lambda letter: mail(settings, letter))
    return tuple(channels)


def post_to_gateway(settings: Settings, letter: Letter) -> None:
    """Post a letter to the SMS gateway as JSON with `id`, `phone`, `text`; raise NotSent unless it answers 2xx."""
    body = json.dumps({"id": letter.id, "phone": letter.phone, "text": letter.text}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.id}
    if settings.message_webhook_token:
        headers["Authorization"] = f"Bearer {settings.message_webhook_token}"
    # the scheme was checked when the channel was made
    request = urllib.request.Request(settings.message_webhook_url, body, headers, method="POST")  # noqa: S310
    try:
        with _OPENER.open(request, timeout=settings.message_timeout_s) as answer:
            if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                raise NotSent(f"gateway answered {answer.status}")
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSent(f"gateway answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise NotSent(f"gateway: {type(error).__name__}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that sends us elsewhere is not followed: a number goes only where the operator said."""

    def redirect_request(self, *_: object) -> None:
        """Return nothing to follow."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def mail(settings: Settings, letter: Letter) -> None:
    """Mail a letter to the address of the number; raise NotSent when the server does not take it."""
    address = urlsplit(settings.message_smtp_url)
    message = EmailMessage()
    message["From"] = settings.message_smtp_from or "mapapp@localhost"
    message["To"] = settings.message_smtp_to.format(phone=letter.phone)
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{letter.id}@mapapp>"
    message.set_content(letter.text)
    host, timeout = address.hostname or "localhost", settings.message_timeout_s
    try:
        if address.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or 465, timeout=timeout, context=_tls())
        else:
            server = smtplib.SMTP(host, address.port or 25, timeout=timeout)
        with server:
            server.ehlo()
            if address.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=_tls())
                server.ehlo()
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # the class alone: the server's own words may repeat the address
        raise NotSent(f"mail server: {type(error).__name__}") from None


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
