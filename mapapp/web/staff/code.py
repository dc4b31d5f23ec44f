"""The second door (动态口令): the code of the second factor, after the password; a recovery code does as well."""

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import accounts, logins, second_factor
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import safe_next, staff_blueprint
from mapapp.web.staff.door import welcome
from mapapp.web.staff.login import client_address, enter, half_entered, staff_database
from mapapp.web.staff.second_factor import open_secret

blueprint = staff_blueprint("code", __name__)
_LONGEST = 50


@blueprint.get("/staff/code")
def show() -> AnyResponse:
    """Ask for the code; whoever did not type a password just now goes to the door."""
    return _to_the_door() if half_entered(_account) is None else _form("")


@blueprint.post("/staff/code")
def check() -> AnyResponse:
    """Log somebody in when the code is right. Each try counts, as at the door."""
    found = half_entered(_account)
    if found is None:
        return _to_the_door()
    name, now, address = found.staff.name, current_now(), client_address()
    with staff_database().transaction() as session:
        wait = logins.wait_of(session, name, address, now)
        if wait == 0:
            logins.note_failure(session, name, address, now)
            is_right = _is_right(session, found.staff.id)
    if wait > 0:
        response = _form(gettext("Too many tries. Please wait %(seconds)d seconds.", seconds=wait), 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not is_right:
        return _form(gettext("This code is wrong, or was used before."), 400)
    welcome(found)
    enter(found.staff)
    return redirect(safe_next(request.args.get("next")), 303)


def _is_right(session: Any, staff_id: int) -> bool:
    state = second_factor.state_of(session, staff_id)
    if state is None or not state.is_confirmed:
        # taken away by the office a moment ago: the password alone is enough again, at the door
        return False
    code = request.form.get("code", "")[:_LONGEST]
    return second_factor.is_right(session, staff_id, code, open_secret(state.sealed), current_now())


def _account(name: str) -> accounts.Account | None:
    with staff_database().reading() as session:
        return accounts.account(session, name)


def _to_the_door() -> AnyResponse:
    return redirect(url_for("staff_door.show_login", next=safe_next(request.args.get("next"))), 303)


def _form(error: str, status: int = 200) -> Response:
    wanted = safe_next(request.args.get("next"))
    return page("staff/code.html", status=status, cache=PRIVATE, error=error, next=wanted)
