"""One's own second factor (两步验证): begun with a QR code, confirmed by the first code, renewed, taken away."""

import base64
import secrets
from hashlib import blake2b
from io import BytesIO
from typing import Any

import segno
from cryptography.fernet import Fernet, InvalidToken
from flask import Response, current_app, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import accounts, audit, second_factor
from mapapp.editing.time_codes import SECRET_BYTES, enrolment_address, key_text
from mapapp.errors import Forbidden, InvalidQuery
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import client_address, current_staff, staff_database, the_login

blueprint = staff_blueprint("factor", __name__)
# 10 codes of 16 signs out of 32: 80 random bits each.
_CODES, _GROUPS, _SIGNS = 10, 4, "abcdefghijklmnopqrstuvwxyz234567"
_PURPOSE = b"mapapp second factor"


@blueprint.get("/staff/account/second-factor")
def show() -> Response:
    """Answer with how far one is: not begun, waiting for the first code, or in use."""
    return _page({})


@blueprint.post("/staff/account/second-factor")
def act() -> AnyResponse:
    """Begin, confirm, make new recovery codes, or take the second factor away."""
    action = request.form.get("action", "")
    if action == "confirm":
        return _confirm()
    if action == "renew":
        return _renew()
    if action == "begin":
        with staff_database().transaction() as session:
            second_factor.begin(session, current_staff().id, _sealed(secrets.token_bytes(SECRET_BYTES)), current_now())
    elif action == "stop":
        if current_settings().second_factor == "required":
            raise Forbidden("factor_required")
        with staff_database().transaction() as session:
            second_factor.remove(session, current_staff().id)
            _note(session, "factor_off")
        flash(gettext("The second factor is off."))
    else:
        raise InvalidQuery("wrong_parameter", field="action")
    return redirect(url_for("staff_factor.show"), 303)


def open_secret(sealed: str) -> bytes | None:
    """Return the secret, None when the key of this installation is another one by now."""
    try:
        return _fernet().decrypt(sealed.encode())
    except InvalidToken:
        return None


def _confirm() -> Response:
    staff, now, codes = current_staff(), current_now(), _new_codes()
    with staff_database().transaction() as session:
        state = second_factor.state_of(session, staff.id)
        secret = open_secret(state.sealed) if state else None
        is_right = second_factor.confirm(session, staff.id, request.form.get("code", "")[:50], secret, now)
        if is_right:
            second_factor.put_recovery_codes(session, staff.id, codes)
            accounts.end_sessions(session, staff.id, now, keep=the_login().id)
            _note(session, "factor_on")
    if not is_right:
        return _page(
            {"code": gettext("This is not the code of this moment. Is the clock of the telephone right?")}, 400
        )
    return _page({}, codes=codes)


def _renew() -> Response:
    codes = _new_codes()
    with staff_database().transaction() as session:
        if not second_factor.is_asked_for(session, current_staff().id):
            raise InvalidQuery("wrong_parameter", field="action")
        second_factor.put_recovery_codes(session, current_staff().id, codes)
        _note(session, "factor_codes")
    return _page({}, codes=codes)


def _page(faults: dict[str, str], status: int = 200, codes: tuple[str, ...] = ()) -> Response:
    staff = current_staff()
    with staff_database().reading() as session:
        state = second_factor.state_of(session, staff.id)
    secret = open_secret(state.sealed) if state is not None and not state.is_confirmed else None
    return page(
        "staff/second_factor.html",
        status=status,
        cache=PRIVATE,
        state=state,
        codes=codes,
        key=key_text(secret) if secret else "",
        qr=_qr(enrolment_address(secret, request.host, staff.name)) if secret else "",
        is_required=current_settings().second_factor == "required",
        faults=faults,
    )


def _qr(address: str) -> Markup:
    out = BytesIO()
    # a picture inside the page: no address of its own, so no copy of the secret anywhere
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=False, nl=False
    )
    # lines of a drawing, nothing that anybody typed
    return Markup(out.getvalue().decode())  # noqa: S704


def _note(session: Any, deed: str) -> None:
    staff = current_staff()
    entry = audit.Entry(deed=deed, kind="account", key=staff.name)
    audit.note(session, staff.person, current_now(), client_address(), entry)


def _new_codes() -> tuple[str, ...]:
    def group() -> str:
        return "".join(secrets.choice(_SIGNS) for _ in range(4))

    return tuple("-".join(group() for _ in range(_GROUPS)) for _ in range(_CODES))


def _sealed(secret: bytes) -> str:
    return _fernet().encrypt(secret).decode()


def _fernet() -> Fernet:
    """Return what seals and opens secrets: derived from the key of the cookie, so that there is one to look after."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return Fernet(base64.urlsafe_b64encode(blake2b(key, key=_PURPOSE, digest_size=32).digest()))
