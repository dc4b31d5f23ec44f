"""Which right each page of staff asks for (页面权限): one table of endpoints; what is not in it is open to nobody."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.editing.roles import Deed, demand
from mapapp.errors import Forbidden
from mapapp.web.context import current_settings
from mapapp.web.staff.login import check_form_token, current_login, is_fresh, note_use

# Pages for somebody who is not logged in.
OPEN = frozenset(("staff_door.show_login", "staff_door.log_in", "staff_code.show", "staff_code.check"))
# endpoint -> the right it asks for; where the right is for one's own, the desk asks again for the point in question.
ENDPOINTS: Mapping[str, Deed] = {
    "staff_door.log_out": Deed.ACCOUNT,
    "staff_door.show_proof": Deed.ACCOUNT,
    "staff_door.prove_again": Deed.ACCOUNT,
    "staff_home.show": Deed.ACCOUNT,
    "staff_account.show": Deed.ACCOUNT,
    "staff_account.change_password": Deed.ACCOUNT,
    "staff_account.end_session": Deed.ACCOUNT,
    "staff_factor.show": Deed.ACCOUNT,
    "staff_factor.act": Deed.ACCOUNT,
    "staff_people.show": Deed.PEOPLE,
    "staff_people.add": Deed.PEOPLE,
    "staff_people.show_one": Deed.PEOPLE,
    "staff_people.change": Deed.PEOPLE,
    "staff_points.show_all": Deed.LOOK,
    "staff_points.show": Deed.LOOK,
    "staff_points.confirm": Deed.CONFIRM,
    "staff_points.show_new": Deed.COMMON,
    "staff_points.add": Deed.COMMON,
    "staff_details.edit": Deed.DRAFT,
    "staff_details.save_form": Deed.DRAFT,
    "staff_hours.edit": Deed.DRAFT,
    "staff_hours.save_form": Deed.DRAFT,
    "staff_closures.edit": Deed.DRAFT,
    "staff_closures.save_form": Deed.DRAFT,
    "staff_position.edit": Deed.DRAFT,
    "staff_position.save_form": Deed.DRAFT,
    "staff_offers.edit": Deed.DRAFT,
    "staff_offers.save_form": Deed.DRAFT,
    "staff_announcements.edit": Deed.DRAFT,
    "staff_announcements.save_form": Deed.DRAFT,
    "staff_visits.show": Deed.VISITS,
    "staff_visits.act": Deed.VISITS,
    "staff_slots.show": Deed.ARRANGE,
    "staff_slots.arrange": Deed.ARRANGE,
    "staff_slots.edit": Deed.ARRANGE,
    "staff_slots.save_rules": Deed.ARRANGE,
    "staff_changes.show_all": Deed.LOOK,
    "staff_changes.show": Deed.LOOK,
    "staff_changes.act": Deed.NOTE,
    "staff_preview.show": Deed.LOOK,
    "staff_reports.show_all": Deed.LOOK,
    "staff_reports.answer": Deed.ANSWER,
    "staff_matters.show_all": Deed.LOOK,
    "staff_matters.show_new": Deed.COMMON,
    "staff_matters.add": Deed.COMMON,
    "staff_matters.edit": Deed.DRAFT,
    "staff_matters.save_form": Deed.DRAFT,
    "staff_packages.show_all": Deed.LOOK,
    "staff_packages.show_new": Deed.COMMON,
    "staff_packages.add": Deed.COMMON,
    "staff_packages.edit": Deed.COMMON,
    "staff_packages.save_form": Deed.COMMON,
    "staff_calendar.edit": Deed.COMMON,
    "staff_calendar.save_form": Deed.COMMON,
    "staff_exchange.show": Deed.LOOK,
    "staff_exchange.take_in": Deed.IMPORT,
    "staff_exchange.give": Deed.LOOK,
    "staff_audit.show": Deed.AUDIT,
    "staff_audit.give_out": Deed.AUDIT,
    "staff_searches.show": Deed.LOOK,
    "staff_searches.act": Deed.FOLK,
    "staff_geocodes.show_all": Deed.LOOK,
    "staff_geocodes.show": Deed.DRAFT,
    "staff_geocodes.decide": Deed.DRAFT,
    "staff_freshness.show": Deed.OVERSEE,
    "staff_freshness.give_out": Deed.OVERSEE,
    "staff_quality.show": Deed.OVERSEE,
    "staff_quality.give_out": Deed.OVERSEE,
}
# Pages that change accounts: only for whoever typed the password a short while ago.
SENSITIVE = frozenset(
    ("staff_factor.act", *(endpoint for endpoint, deed in ENDPOINTS.items() if deed in (Deed.PEOPLE, Deed.IMPORT)))
)
# What is open to whoever must get a second factor first.
_ENROLLING = frozenset(
    (
        *("staff_factor.show", "staff_factor.act"),
        *("staff_door.log_out", "staff_door.show_proof", "staff_door.prove_again"),
    )
)


def staff_blueprint(name: str, module: str) -> Blueprint:
    """Return a blueprint whose pages ask for a login and the right of their endpoint, and are never kept."""
    blueprint = Blueprint(f"staff_{name}", module)
    blueprint.before_request(_guard)
    blueprint.after_request(_never_kept)
    return blueprint


def safe_next(address: str | None) -> str:
    """Return an address of ours under /staff to go to, the start page of staff for anything else."""
    home = url_for("staff_home.show")
    if not address or not address.startswith("/staff/") or "\\" in address or "//" in address:
        return home
    return address if address.isprintable() else home


def _guard() -> AnyResponse | None:
    endpoint = request.endpoint or ""
    if endpoint in OPEN:
        if request.method == "POST":
            check_form_token()
        return None
    login = current_login()
    if login is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("staff_door.show_login", next=wanted), 303)
    if request.method == "POST":
        check_form_token()
    deed = ENDPOINTS.get(endpoint)
    if deed is None:
        raise Forbidden("role_forbids")
    demand(login.staff, deed)
    if current_settings().second_factor == "required" and not login.has_factor and endpoint not in _ENROLLING:
        return redirect(url_for("staff_factor.show"), 303)
    if endpoint in SENSITIVE and not is_fresh():
        back = request.full_path.rstrip("?") if request.method == "GET" else request.path
        return redirect(url_for("staff_door.show_proof", next=back), 303)
    note_use()
    return None


def _never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
