"""Which six digits an authenticator shows at a moment (动态口令): RFC 6238 over RFC 4226, as every such app does it.

SHA-1, 30 seconds, six digits: what apps take when nothing is said, and some take nothing else.
"""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

SECRET_BYTES = 20
PERIOD_S = 30
DIGITS = 6
# Steps that the clock of a telephone may be early or late.
_DRIFT = 1


def step_at(moment: datetime) -> int:
    """Return the number of the 30 seconds that an aware moment lies in."""
    return int(moment.timestamp()) // PERIOD_S


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226, section 5.3: dynamic truncation)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the step whose code this is, now or 30 seconds to either side; None for any other code."""
    here = step_at(now)
    # all of them are compared, so that the time says nothing
    found = [step for step in range(here - _DRIFT, here + _DRIFT + 1) if _is_same(code_of(secret, step), code)]
    return max(found, default=None)


def typed_code(text: str) -> str:
    """Return what was typed without the spaces that apps show between the digits."""
    return "".join(text.split())


def key_text(secret: bytes) -> str:
    """Return the secret as apps want it typed: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_address(secret: bytes, issuer: str, account: str) -> str:
    """Return what the QR code says: the otpauth address that authenticator apps read."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    facts = urlencode({"secret": key_text(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{facts}"


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
