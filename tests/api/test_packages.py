"""GET /api/v1/packages, /packages/{code}."""

from mapapp.web.api.matter_shapes import PackageDetailsShape, PackagesShape

PACKAGES = "/api/v1/packages"


def test_all_packages_are_listed_by_code(ask, catalogue):
    answer = ask(PACKAGES)

    PackagesShape.model_validate(answer)
    assert [package["code"] for package in answer["packages"]] == sorted(catalogue.packages)


def test_a_package_has_each_material_once(ask, catalogue):
    for code, package in catalogue.packages.items():
        answer = ask(f"{PACKAGES}/{code}")

        PackageDetailsShape.model_validate(answer)
        names = [row["name"] for row in answer["materials"]]
        needed = {row.name for member in package.members for row in catalogue.matters[member].materials}
        assert len(names) == len(set(names))
        assert set(names) == needed


def test_the_points_of_a_package_take_all_of_it(ask, catalogue):
    for code, package in catalogue.packages.items():
        told = {point["id"] for point in ask(f"{PACKAGES}/{code}")["points"]}

        doing = [set(catalogue.offers_by_matter[member]) for member in package.members]
        assert told == set.intersection(*doing)


def test_an_unknown_package_is_not_found(refuse):
    assert refuse(f"{PACKAGES}/P99", status=404)["code"] == "unknown_package"
