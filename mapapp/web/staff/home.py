"""The start page of staff (工作台): what waits for me."""

from flask import Response

from mapapp.web.bodies import PRIVATE
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.words import role_name

blueprint = staff_blueprint("home", __name__)


@blueprint.get("/staff/")
def show() -> Response:
    """Answer with what waits for whoever is logged in."""
    staff = current_staff()
    return page("staff/home.html", cache=PRIVATE, staff=staff, role=role_name(staff.role.value))
