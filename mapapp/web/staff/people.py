"""Accounts of staff (人员): the district office adds, changes, closes and resets them."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing import accounts, audit, second_factor
from mapapp.editing.roles import ROLES
from mapapp.errors import InvalidQuery, MapappError, NotFound
from mapapp.people import Role
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_now
from mapapp.web.pages.frame import page
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.account import password_faults
from mapapp.web.staff.door import hashed
from mapapp.web.staff.login import client_address, current_staff, staff_database
from mapapp.web.words import role_name

blueprint = staff_blueprint("people", __name__)


@blueprint.get("/staff/people")
def show() -> Response:
    """Answer with all accounts and the form for a new one."""
    return _list({})


@blueprint.post("/staff/people")
def add() -> AnyResponse:
    """Add an account."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    faults = password_faults(password, password, name.strip())
    try:
        role, points, department = _rights()
        if not faults:
            stored = hashed(password)
            with staff_database().transaction() as session:
                staff = accounts.add(
                    session, name, role, points, department, stored, now=current_now(), by=current_staff().name
                )
                _note(session, "account_add", staff.name, {"role": role.value, "points": points})
            flash(gettext("The account %(name)s is added.", name=staff.name))
            return redirect(url_for("staff_people.show"), 303)
    except MapappError as error:
        faults[error.field or "name"] = sentence_of(error, 400)[1]
    return _list(faults, 400)


@blueprint.get("/staff/people/<name>")
def show_one(name: str) -> Response:
    """Answer with one account."""
    return _one(name, {})


@blueprint.post("/staff/people/<name>")
def change(name: str) -> AnyResponse:
    """Change rights, close, open again or reset; one's own rights stay as they are."""
    action, now, database = request.form.get("action", ""), current_now(), staff_database()
    if name == current_staff().name:
        return _one(name, {"action": gettext("Somebody else of the district office must do this for you.")}, 400)
    password = request.form.get("password", "")
    if action == "reset" and (faults := password_faults(password, password, name)):
        return _one(name, faults, 400)
    stored = hashed(password) if action == "reset" else ""
    try:
        with database.transaction() as session:
            if action == "rights":
                role, points, department = _rights()
                accounts.change(session, name, role, points, department, now)
                _note(session, "account_change", name, {"role": role.value, "points": points})
            elif action == "disable":
                accounts.disable(session, name, now)
                _note(session, "account_disable", name)
            elif action == "enable":
                accounts.enable(session, name)
                _note(session, "account_enable", name)
            elif action == "reset":
                accounts.set_password(session, name, stored, now, keep_session=None)
                _note(session, "account_reset", name)
            elif action == "factor_off":
                accounts.remove_second_factor(session, name)
                _note(session, "factor_off", name)
            else:
                raise InvalidQuery("wrong_parameter", field="action")
    except NotFound:
        raise
    except MapappError as error:
        return _one(name, {error.field or "action": sentence_of(error, 400)[1]}, 400)
    flash(gettext("The account %(name)s is changed.", name=name))
    return redirect(url_for("staff_people.show"), 303)


def _rights() -> tuple[Role, list[str], str]:
    text = request.form.get("role", "")
    if text not in {role.value for role in ROLES}:
        raise InvalidQuery("unknown_role", field="role", value=text)
    role = Role(text)
    department = request.form.get("department", "").strip() if role is Role.REPRESENTATIVE else ""
    if department and department not in _departments():
        raise InvalidQuery("unknown_department", field="department", value=department)
    return role, sorted(set(request.form.getlist("points"))), department


def _departments() -> list[str]:
    return sorted({matter.department for matter in current_bundle().catalogue.matters.values()})


def _note(session: object, deed: str, name: str, after: dict[str, object] | None = None) -> None:
    entry = audit.Entry(deed=deed, kind="account", key=name, after=audit.json_text(after) if after else "")
    audit.note(session, current_staff().person, current_now(), client_address(), entry)  # type: ignore[arg-type]


def _list(faults: dict[str, str], status: int = 200) -> Response:
    with staff_database().reading() as session:
        rows = accounts.accounts(session)
    return page(
        "staff/people.html", status=status, cache=PRIVATE, accounts=rows, faults=faults, form=request.form, **_choices()
    )


def _one(name: str, faults: dict[str, str], status: int = 200) -> Response:
    with staff_database().reading() as session:
        found = accounts.account(session, name)
        has_factor = found is not None and second_factor.is_asked_for(session, found.staff.id)
    if found is None:
        raise NotFound("unknown_account", value=name)
    return page(
        "staff/person.html",
        status=status,
        cache=PRIVATE,
        account=found,
        staff=found.staff,
        has_factor=has_factor,
        is_own=name == current_staff().name,
        faults=faults,
        **_choices(),
    )


def _choices() -> dict[str, object]:
    catalogue = current_bundle().catalogue
    return {
        "roles": [(role.value, role_name(role.value)) for role in ROLES],
        "role_name": role_name,
        "departments": _departments(),
        "points": list(catalogue.points.values()),
    }
