"""The door (登录): name and password, out again, and the password once more before what changes accounts.

Whoever has a second factor is asked for its code on the next page (`code.py`).
"""

import threading
from dataclasses import replace
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import accounts, audit, logins, second_factor
from mapapp.editing.passwords import MAX_LENGTH, Passwords
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, current_settings, services
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import safe_next, staff_blueprint
from mapapp.web.staff.login import (
    client_address,
    current_login,
    current_staff,
    enter,
    enter_half,
    leave,
    prove,
    staff_database,
)

blueprint = staff_blueprint("door", __name__)
# A hash takes 64 MiB: a crowd at the door must not use up the memory.
_hashing = threading.BoundedSemaphore(2)
_NAME_LIMIT = 200


@blueprint.get("/staff/login")
def show_login() -> AnyResponse:
    """Answer with the form; whoever is logged in goes on to where they wanted to go."""
    if current_login() is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return _form("", "")


@blueprint.post("/staff/login")
def log_in() -> AnyResponse:
    """Log somebody in. What is said about a wrong name, a wrong password and a closed account is the same."""
    name = request.form.get("username", "").strip()[:_NAME_LIMIT]
    refusal, found = _tried(name, request.form.get("password", ""))
    if found is None:
        return refusal
    wanted = safe_next(request.args.get("next"))
    with staff_database().transaction() as session:
        is_asked = second_factor.is_asked_for(session, found.staff.id)
        if is_asked:
            # the password was right; wrong codes before it are not forgotten
            logins.take_back_failure(session, name, client_address())
    if is_asked:
        enter_half(found)
        return redirect(url_for("staff_code.show", next=wanted), 303)
    welcome(found)
    enter(found.staff)
    return redirect(wanted, 303)


@blueprint.post("/staff/logout")
def log_out() -> AnyResponse:
    """Log out and show the door."""
    leave()
    return redirect(url_for("staff_door.show_login"), 303)


@blueprint.get("/staff/prove")
def show_proof() -> Response:
    """Ask for the password once more."""
    return page("staff/prove.html", cache=PRIVATE, error="", next=safe_next(request.args.get("next")))


@blueprint.post("/staff/prove")
def prove_again() -> AnyResponse:
    """Go on when the password is right."""
    refusal, found = _tried(current_staff().name, request.form.get("password", ""), template="staff/prove.html")
    if found is None:
        return refusal
    welcome(found)
    prove()
    return redirect(safe_next(request.args.get("next")), 303)


def passwords() -> Passwords:
    """Return what makes and checks hashes, with the cost of the settings; the same for the whole application."""
    keeper: Any = services().keeper
    kept: Passwords | None = getattr(keeper, "staff_passwords", None)
    if kept is None:
        kept = keeper.staff_passwords = Passwords(current_settings().password_memory_kib)
    return kept


def hashed(password: str) -> str:
    """Return the hash to store, one of few at a time."""
    with _hashing:
        return passwords().hash(password)


def _tried(name: str, password: str, template: str = "staff/login.html") -> tuple[Response, accounts.Account | None]:
    """Return (what to answer, the account when name and password are right). Each try counts at once."""
    now, address, database = current_now(), client_address(), staff_database()
    with database.transaction() as session:
        wait = logins.wait_of(session, name, address, now)
        if wait == 0:
            logins.note_failure(session, name, address, now)
        found = accounts.account(session, name)
    if wait > 0:
        response = _form(name, gettext("Too many tries. Please wait %(seconds)d seconds.", seconds=wait), 429, template)
        response.headers["Retry-After"] = str(wait)
        return response, None
    stored = found.password_hash if found is not None and found.disabled_at is None else None
    with _hashing:
        is_right = passwords().is_right(stored, password[:MAX_LENGTH])
    if not is_right or found is None:
        return _form(name, gettext("Name or password is wrong."), 400, template), None
    if passwords().is_outdated(found.password_hash):
        renewed = hashed(password)
        with staff_database().transaction() as session:
            accounts.renew_hash(session, name, renewed)
        found = replace(found, password_hash=renewed)
    return Response(), found


def welcome(found: accounts.Account) -> None:
    """Forget the failures of somebody who has shown everything that was asked for, and note the login."""
    address = client_address()
    with staff_database().transaction() as session:
        logins.note_success(session, found.staff.name, address)
        audit.note(session, found.staff.person, current_now(), address, audit.Entry(deed="login"))


def _form(name: str, error: str, status: int = 200, template: str = "staff/login.html") -> Response:
    wanted = safe_next(request.args.get("next"))
    return page(template, status=status, cache=PRIVATE, username=name, error=error, next=wanted)
