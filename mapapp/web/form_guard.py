"""Whether a form came from our own page (表单校验), without a session and without a cookie on pages that are only read.

A form carries the time it was made, signed; a browser says from which site it was sent. Nobody is logged in here, so
what this keeps off is other sites booking through a visitor's browser, and programs that never opened the page.
"""

import re
from datetime import datetime
from urllib.parse import urlsplit

from flask import request

from mapapp.booking.visits import Office
from mapapp.errors import Forbidden, InvalidQuery

# Longer than anybody needs to fetch a document and type three fields.
FORM_KEPT_S = 12 * 3600
# The clocks of two servers differ: a form may come back before the second one thinks it was made.
CLOCK_SKEW_S = 300
TRAP = "website"
_TOKEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})", re.ASCII)


def form_token(office: Office, now: datetime) -> str:
    """Return what a form carries: when it was made, signed."""
    made = str(int(now.timestamp()))
    return f"{made}.{office.sealer.hash('form', made)}"


def check_form(office: Office, now: datetime) -> None:
    """Refuse a form that another site sent, that is too old, or whose hidden field was filled in.

    Raises Forbidden `cross_site`; InvalidQuery `old_form`.
    """
    check_site()
    match = _TOKEN.fullmatch(request.form.get("form", ""))
    is_ours = match is not None and office.sealer.matches("form", match[1], match[2])
    if not is_ours or match is None or not -CLOCK_SKEW_S <= now.timestamp() - int(match[1]) <= FORM_KEPT_S:
        raise InvalidQuery("old_form")
    if request.form.get(TRAP):
        raise InvalidQuery("old_form")


def check_site() -> None:
    """Raise Forbidden `cross_site` for a request that a browser sends on behalf of another site.

    Our own pages send no referrer, so a browser says `Origin: null` even to ourselves; then only `Sec-Fetch-Site`
    tells, which every current browser sends.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("cross_site")
        return
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.host:
        raise Forbidden("cross_site")
