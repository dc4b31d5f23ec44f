"""GET /packages, /packages/{code}: several matters that one event in life needs together (一件事)."""

from apiflask import APIBlueprint
from flask import Response

from mapapp.web.api.documented import arguments, documented
from mapapp.web.api.shapes import PackageDetailsShape, PackagesShape
from mapapp.web.api.unchanging import answer_unchanging
from mapapp.web.context import current_bundle, current_language
from mapapp.web.details import package_details, package_listed
from mapapp.web.questions import ONE

blueprint = APIBlueprint("packages", __name__, tag="Find")


@blueprint.get("/packages")
@documented(ONE, PackagesShape)
def packages() -> Response:
    """Return all packages by code."""
    arguments(ONE)
    bundle, language = current_bundle(), current_language()
    listed = bundle.catalogue.packages.values()
    return answer_unchanging(
        bundle, language, "packages", lambda: {"packages": [package_listed(row, language) for row in listed]}
    )


@blueprint.get("/packages/<code>")
@documented(ONE, PackageDetailsShape)
def package(code: str) -> Response:
    """Return a package: its matters, all their materials once, and the points that take all of it."""
    arguments(ONE)
    bundle, language = current_bundle(), current_language()
    found = bundle.catalogue.package(code)
    return answer_unchanging(
        bundle, language, f"package {code}", lambda: package_details(bundle.catalogue, found, language)
    )
