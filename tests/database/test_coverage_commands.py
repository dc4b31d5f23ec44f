"""`mapapp coverage` and `mapapp import streets | communities | population` on a real database."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import geopandas
import pytest
from click.testing import CliRunner, Result

from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.loading import read_catalogue
from mapapp.commands.coverage import coverage_command, with_progress
from mapapp.commands.exchange import import_command
from mapapp.coverage.desk import past
from mapapp.coverage.residents import communities_of
from mapapp.database import Database
from mapapp.editing import audit
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from tests.conftest import NOW
from tests.database.test_coverage_record import recorded
from tests.page_reading import compile_translations
from tests.shipped_catalogue import shipped_catalogue

STREETS = [feature["properties"] for feature in shipped_catalogue().district.streets_geojson["features"]]


@pytest.fixture
def loaded(loaded_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.setenv("DATABASE_URL", loaded_database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path / "instance"))
    return loaded_database


def covered(*arguments: str) -> Result:
    return CliRunner().invoke(coverage_command, arguments)


def imported(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(import_command, [*arguments, "--json"])
    return result.exit_code, json.loads(result.stdout)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def people(folder: Path, leave_out: int = 0) -> Path:
    path = folder / "people.csv"
    lines = [f"{street['code']},{1000 * number},2020" for number, street in enumerate(STREETS, start=1)]
    path.write_text("\n".join(["code,population,year", *lines[leave_out:]]), encoding="utf-8")
    return path


@pytest.mark.usefixtures("loaded")
def test_the_table_says_how_sure_it_is() -> None:
    result = covered()

    assert result.exit_code == 0, result.output
    assert "whole district" in result.stdout
    assert "94 of 132" in result.stdout
    assert "counting is off by at most" in result.stdout


@pytest.mark.usefixtures("loaded")
def test_csv_holds_every_street_and_says_what_was_asked() -> None:
    rows = rows_of(covered("--matter", "M061", "--format", "csv", "--within", "1500").stdout)

    assert [row["street"] for row in rows] == [*(street["name_zh"] for street in STREETS), "*"]
    assert {(row["matter"], row["within_m"], row["revision"]) for row in rows} == {("M061", "1500", "1")}


@pytest.mark.usefixtures("loaded")
def test_all_matters_come_worst_first() -> None:
    rows = rows_of(covered("--all", "--format", "csv").stdout)
    shares = [float(row["share_area"]) for row in rows]

    assert len(rows) == 255
    assert shares == sorted(shares)


@pytest.mark.usefixtures("loaded")
def test_at_night_nothing_is_covered() -> None:
    assert rows_of(covered("--format", "csv", "--at", "2026-11-25T03:00:00+08:00").stdout)[-1]["share_area"] == "0.0"


@pytest.mark.usefixtures("loaded")
def test_a_package_is_measured_at_one_point_and_by_trip() -> None:
    one = rows_of(covered("--package", "P03", "--format", "csv").stdout)[-1]
    trip = rows_of(covered("--package", "P03", "--mode", "trip", "--format", "csv").stdout)[-1]

    assert (one["package"], one["mode"], float(one["share_area"])) == ("P03", "one_point", 0.0)
    assert (trip["package"], trip["mode"]) == ("P03", "trip")
    assert float(trip["share_area"]) > 0


@pytest.mark.usefixtures("loaded")
def test_a_kind_of_point_is_measured() -> None:
    row = rows_of(covered("--kind", "sub-tax", "--format", "csv").stdout)[-1]

    assert row["kind"] == "sub-tax"
    assert 0 < int(row["points"]) < 51


def test_the_bar_moves_as_things_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown as done before the first is measured tells nothing."""
    done: list[int] = []
    shown: list[int] = []

    class Bar:
        def __init__(self, items: list[int], **_: object) -> None:
            self.items = items

        def __enter__(self) -> Any:
            return self.moving()

        def __exit__(self, *_: object) -> None: ...

        def moving(self) -> Any:
            for item in self.items:
                yield item
                shown.append(len(done))

    monkeypatch.setattr("click.progressbar", Bar)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    for item in with_progress([1, 2, 3], "things"):
        done.append(item)

    assert shown == [1, 2, 3]


@pytest.mark.usefixtures("loaded")
def test_geodata_are_written(tmp_path: Path) -> None:
    geojson = json.loads(covered("--matter", "M061", "--format", "geojson").stdout)
    package = tmp_path / "coverage.gpkg"
    assert covered("--matter", "M061", "--format", "gpkg", "--output", str(package)).exit_code == 0

    told = geojson["features"][0]["properties"]
    assert (told["matter"], told["package"], told["kind"], told["mode"]) == ("M061", None, None, "one_point")
    assert {name: len(geopandas.read_file(package, layer=name)) for name in ("covered", "uncovered", "points")} == {
        "covered": 1,
        "uncovered": 1,
        "points": 51,
    }


@pytest.mark.usefixtures("loaded")
def test_the_report_is_one_file_that_loads_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    result = covered("--format", "html", "--output", str(report))
    html = report.read_text(encoding="utf-8")

    assert result.exit_code == 0, result.output
    assert "<h1>" in html
    assert "@media print" in html
    assert re.findall(r'(?:src|href)="(?!#|tel:)[^"]*"', html) == []
    assert "<script" not in html


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--matter", "M999"), 1, "There is no matter with the code M999."),
        (("--matter", "M061", "--all"), 2, "Give only one of: matter, all."),
        (("--package", "P99"), 1, "There is no package with the code P99."),
        (("--package", "P03", "--matter", "M061"), 2, "Give only one of: matter, package."),
        (("--kind", "castle"), 2, "There is no kind of point castle."),
        (("--mode", "trip"), 2, "name the --package"),
        (("--format", "html", "--matter", "M999"), 1, "There is no matter with the code M999."),
        (("--within", "17"), 2, "out of range: 17"),
        (("--within", "0"), 2, "out of range: 0"),
        (("--record", "--matter", "M061"), 2, "--record takes no other option"),
        (("--format", "csv", "--output", "nowhere/file.csv"), 1, "No such file or directory"),
        (("--format", "gpkg", "--output", "nowhere/file.gpkg"), 1, "unable to open database file"),
        (("--at", "noon"), 2, "is not a time with an offset"),
        (("--format", "gpkg"), 2, "needs --output"),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_what_was_typed_wrong_is_said(arguments: tuple[str, ...], status: int, words: str) -> None:
    result = covered(*arguments)

    assert result.exit_code == status
    assert words in result.stderr


def test_people_are_taken_over_and_counted(loaded: Database, tmp_path: Path) -> None:
    status, report = imported("population", str(people(tmp_path)))
    again = imported("population", str(people(tmp_path)))[1]
    rows = rows_of(covered("--all", "--format", "csv").stdout)

    assert (status, len(report["added"]), report["rejected"]) == (0, 12, [])
    assert (again["added"], again["changed"], again["unchanged"]) == ([], [], 12)
    assert all(row["population_share"] for row in rows)
    assert rows[-1]["revision"] == "2"


def test_a_dry_run_changes_nothing(loaded: Database, tmp_path: Path) -> None:
    report = imported("population", str(people(tmp_path)), "--dry-run")[1]
    with loaded.reading() as session:
        catalogue = read_catalogue(session, NOW)

    assert len(report["added"]) == 12
    assert catalogue.revision == 1
    assert "population" not in catalogue.areas


def test_rejected_rows_are_told_and_the_others_applied(loaded: Database, tmp_path: Path) -> None:
    path = people(tmp_path, leave_out=1)
    path.write_text(path.read_text(encoding="utf-8") + "\n999,5,2020\n", encoding="utf-8")

    status, report = imported("population", str(path))

    assert status == 1
    assert [(row["id"], row["code"]) for row in report["rejected"]] == [("999", "unknown_street")]
    assert [row["code"] for row in report["warnings"]] == ["street_not_counted"]
    with loaded.reading() as session:
        assert len(read_catalogue(session, NOW).areas["population"]["features"]) == 11


def test_official_streets_replace_the_drawn_ones_and_loading_leaves_them(loaded: Database, tmp_path: Path) -> None:
    drawn = shipped_catalogue().district.streets_geojson["features"]
    frame = geopandas.GeoDataFrame.from_features(drawn, crs="EPSG:4326")[["code", "name_zh", "geometry"]].head(2)
    frame.to_crs("EPSG:4547").to_file(tmp_path / "streets.gpkg")

    status, report = imported("streets", str(tmp_path / "streets.gpkg"), "--datum", "wgs84")
    with loaded.transaction() as session:
        load_geodata(session, shipped("geodata"), NOW, SYSTEM)
    with loaded.reading() as session:
        streets = read_catalogue(session, NOW).district.streets_geojson["features"]

    assert status == 0
    assert {row["id"] for row in report["changed"]} == {row["code"] for row in STREETS[:2]}
    assert [street["properties"]["schematic"] for street in streets[:3]] == [False, False, True]


def test_imported_communities_are_those_that_are_counted(loaded: Database, tmp_path: Path) -> None:
    path = tmp_path / "communities.csv"
    path.write_text("code,name_zh,lon,lat\n1,新社区,106.5141,29.5734\n2,远社区,107.5,29.574\n", encoding="utf-8")

    status, report = imported("communities", str(path), "--datum", "wgs84")
    with loaded.reading() as session:
        communities = communities_of(read_catalogue(session, NOW))

    assert status == 1
    assert [row["code"] for row in report["rejected"]] == ["outside_district"]
    assert [(each.name_zh, each.street) for each in communities] == [("新社区", "观音桥街道")]


def test_official_streets_are_nowhere_called_schematic(loaded: Database, tmp_path: Path) -> None:
    compile_translations()
    drawn = shipped_catalogue().district.streets_geojson["features"]
    frame = geopandas.GeoDataFrame.from_features(drawn, crs="EPSG:4326")[["code", "name_zh", "geometry"]]
    frame.to_file(tmp_path / "streets.gpkg")
    address = loaded.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=address, data=tmp_path, log_level="error"), now=lambda: NOW)
    client = app.test_client()
    before = client.get("/coverage").get_data(as_text=True)
    recorded(app)

    assert imported("streets", str(tmp_path / "streets.gpkg"), "--datum", "wgs84")[0] == 0
    after = client.get("/coverage").get_data(as_text=True)
    place = client.get("/api/v1/reverse?lat=29.5734&lon=106.5141").get_json(force=True)
    recorded(app)
    app.extensions[EXTENSION].keeper.close()

    assert before.count("示意") >= 2
    assert "示意" not in after
    assert (place["street"], place["street_is_schematic"]) == ("观音桥街道", False)


def test_an_import_of_areas_is_in_the_audit_log(loaded: Database, tmp_path: Path) -> None:
    imported("population", str(people(tmp_path)), "--dry-run")
    imported("population", str(people(tmp_path)))
    imported("population", str(people(tmp_path)))
    with loaded.reading() as session:
        rows = [(row.deed, row.kind, row.key, json.loads(row.after)) for row in audit.entries(session)]

    told = {"file": "people.csv", "added": 12, "changed": 0, "unchanged": 0, "rejected": 0}
    assert rows == [("import", "population", "people.csv", told)]


def test_a_revision_is_written_down_by_command_once(loaded: Database) -> None:
    first, again = covered("--record"), covered("--record")
    with loaded.reading() as session:
        (today,) = past(session, 1000, before=99)
    told = rows_of(covered("--matter", "M061", "--format", "csv").stdout)[-1]

    assert (first.stdout, again.stdout) == ("Revision 1: written down.\n", "Revision 1: was written down before.\n")
    assert today.shares["M061"] == (float(told["share_area"]), int(told["communities_covered"]))
    assert "trip P03" in today.shares


@pytest.mark.usefixtures("loaded")
def test_below_all_matters_stands_the_largest_error_of_any() -> None:
    rows = rows_of(covered("--all", "--format", "csv").stdout)
    last = covered("--all").stdout.splitlines()[-1]

    assert f"off by at most {max(float(row['error']) for row in rows):.2%}" in last
    assert f"may move it by {max(float(row['place_error']) for row in rows):.1%}" in last
