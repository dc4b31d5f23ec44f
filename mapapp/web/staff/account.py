"""One's own account (我的账号): the password, and the places where one is logged in."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import accounts, audit, logins
from mapapp.editing.passwords import MIN_LENGTH, check_password
from mapapp.errors import InvalidQuery
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now
from mapapp.web.pages.frame import page
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.door import hashed, passwords
from mapapp.web.staff.login import (
    client_address,
    current_staff,
    idle_time,
    longest_time,
    staff_database,
    the_login,
)
from mapapp.web.words import role_name

blueprint = staff_blueprint("account", __name__)


@blueprint.get("/staff/account")
def show() -> Response:
    """Answer with who one is and where one is logged in."""
    return _page({})


@blueprint.post("/staff/account/password")
def change_password() -> AnyResponse:
    """Set another password; all other sessions end."""
    staff, now = current_staff(), current_now()
    old, new = request.form.get("old", ""), request.form.get("password", "")
    faults = password_faults(new, request.form.get("again", ""), staff.name)
    with staff_database().reading() as session:
        found = accounts.account(session, staff.name)
    assert found is not None
    if not passwords().is_right(found.password_hash, old):
        faults["old"] = gettext("This is not your password.")
    if faults:
        return _page(faults, 400)
    stored = hashed(new)
    with staff_database().transaction() as session:
        accounts.set_password(session, staff.name, stored, now, keep_session=the_login().id)
        audit.note(session, staff.person, now, client_address(), audit.Entry(deed="password", key=staff.name))
    flash(gettext("Your password is changed; all other logins have ended."))
    return redirect(url_for("staff_account.show"), 303)


@blueprint.post("/staff/account/sessions/<int:login_id>/end")
def end_session(login_id: int) -> AnyResponse:
    """End one of one's own logins."""
    with staff_database().transaction() as session:
        logins.end_session(session, current_staff(), login_id, current_now())
    flash(gettext("That login has ended."))
    return redirect(url_for("staff_account.show"), 303)


def password_faults(new: str, again: str, name: str) -> dict[str, str]:
    """Return what is wrong with a new password, by field."""
    try:
        check_password(new, {"name": name})
    except InvalidQuery as error:
        sentences = {
            "password_too_short": gettext("At least %(least)d characters, please.", least=MIN_LENGTH),
            "password_too_long": gettext("This is too long."),
            "password_common": gettext("Many people use this or something like it. Please take another one."),
        }
        return {"password": sentences[error.code]}
    return {} if new == again else {"again": gettext("This is not the same as above.")}


def _page(faults: dict[str, str], status: int = 200) -> Response:
    staff, now = current_staff(), current_now()
    with staff_database().reading() as session:
        open_logins = logins.logins(session, staff, now, idle=idle_time(), most=longest_time())
    return page(
        "staff/account.html",
        status=status,
        cache=PRIVATE,
        staff=staff,
        role=role_name(staff.role.value),
        logins=open_logins,
        own=the_login().id,
        has_factor=the_login().has_factor,
        faults=faults,
        least=MIN_LENGTH,
    )
