"""The menu of staff (菜单): what somebody may open."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from mapapp.editing.roles import may
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import ENDPOINTS
from mapapp.web.staff.login import current_login, is_staff_path


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuItem:
    """An entry of the menu."""

    url: str
    label: str
    is_here: bool


def staff_surroundings() -> dict[str, Any]:
    """Give the templates of staff their menu; nothing to any other page."""
    if not is_staff_path(request.path):
        return {}
    login = current_login()
    if login is None:
        return {"staff_menu": ()}
    here = (request.endpoint or "").partition(".")[0]
    items = tuple(
        MenuItem(url=url_for(endpoint), label=label, is_here=endpoint.startswith(f"{here}."))
        for endpoint, label in _entries()
        if may(login.staff, ENDPOINTS[endpoint])
    )
    return {"staff_menu": items}


def _entries() -> tuple[tuple[str, str], ...]:
    return (
        ("staff_home.show", gettext("Work queue")),
        ("staff_points.show_all", gettext("Service points")),
        ("staff_changes.show_all", gettext("Changes")),
        ("staff_reports.show_all", gettext("Reports")),
        ("staff_matters.show_all", gettext("Matters")),
        ("staff_exchange.show", gettext("Files")),
        ("staff_people.show", gettext("People")),
        ("staff_audit.show", gettext("Who did what")),
        ("staff_account.show", gettext("My account")),
    )
