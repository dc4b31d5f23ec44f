"""GET /packages, /packages/{code}: several matters that one event in life needs together (一件事)."""

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from mapapp.web.api.asking import asked
from mapapp.web.api.documented import documented
from mapapp.web.api.matter_shapes import PackageDetailsShape, PackagesShape
from mapapp.web.api.unchanging import answer_unchanging
from mapapp.web.details import package_details, package_listed
from mapapp.web.questions import ONE

blueprint = APIBlueprint("packages", __name__, tag="Find")


@blueprint.get("/packages")
@documented(_("All packages."), ONE, PackagesShape)
def packages() -> Response:
    """Return all packages by code."""
    here = asked(ONE)
    listed = here.bundle.catalogue.packages.values()
    return answer_unchanging(
        here, "packages", lambda: {"packages": [package_listed(row, here.language) for row in listed]}
    )


@blueprint.get("/packages/<code>")
@documented(
    _("One package: its matters, all their materials once, the points that take all of it."), ONE, PackageDetailsShape
)
def package(code: str) -> Response:
    """Return a package: its matters, all their materials once, and the points that take all of it."""
    here = asked(ONE)
    catalogue = here.bundle.catalogue
    found = catalogue.package(code)
    return answer_unchanging(here, f"package {code}", lambda: package_details(catalogue, found, here.language))
