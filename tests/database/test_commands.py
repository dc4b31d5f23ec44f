"""What the operators' commands print, and with which exit status."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click import Command
from click.testing import CliRunner, Result
from flask import Flask

from mapapp import cli
from mapapp.database import Database, newest_migration, upgrade
from tests.building import OFFICE_HOURS
from tests.data_folder import change_cell, write_folder

NOON = "2026-11-25T12:30:00+08:00"


@pytest.fixture
def environ(bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", bare_database_url)
    return bare_database_url


@pytest.fixture
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path / "instance"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "geodata")


def run(command: Command, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def answer(command: Command, *arguments: str) -> Any:
    result = run(command, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.usefixtures("environ")
def test_upgrade_makes_the_tables_and_then_has_nothing_to_do() -> None:
    first = run(cli.upgrade_command)
    second = run(cli.upgrade_command)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "there were none" in first.stdout
    assert second.stdout == f"The tables are at {newest_migration()}.\n"


@pytest.mark.usefixtures("environ")
def test_load_fills_a_bare_database_and_then_has_nothing_to_do(folder: Path) -> None:
    first = answer(cli.load_command, str(folder))
    second = answer(cli.load_command, str(folder))

    assert first["tables"]["point"]["added"] == ["P1", "P2"]
    assert (first["revision"], second["revision"]) == (1, 1)
    assert second["tables"]["point"] == {
        "added": [],
        "changed": [],
        "unchanged": 2,
        "kept": [],
        "missing_in_file": [],
    }


@pytest.mark.usefixtures("environ")
def test_load_tells_every_fault_and_loads_nothing(folder: Path) -> None:
    change_cell(folder, "service_points.csv", 3, "kind", "palace")
    change_cell(folder, "offers.csv", 2, "matter", "M9")

    result = run(cli.load_command, str(folder))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "offers.csv line 2, P1/M9, matter: matters.csv has no such matter (unknown_matter): 'M9'",
        "service_points.csv line 3, P2, kind: no such kind is known (unknown_kind): 'palace'",
        "Nothing was loaded: 2 faults.",
    ]


@pytest.mark.usefixtures("environ")
def test_the_faults_are_json_too(folder: Path) -> None:
    change_cell(folder, "service_points.csv", 3, "kind", "palace")

    result = run(cli.check_command, str(folder), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["faults"] == [
        {
            "file": "service_points.csv",
            "line": 3,
            "id": "P2",
            "field": "kind",
            "code": "unknown_kind",
            "value": "palace",
            "reason": "no such kind is known",
        }
    ]


def test_check_finds_nothing_in_the_shipped_data_and_needs_no_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path / "instance"))

    result = run(cli.check_command)

    assert result.exit_code == 0
    assert "51 point" in result.stdout
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "is not the address of a SQLite or PostgreSQL database"),
        ("mysql://localhost/x", "is not the address of a SQLite or PostgreSQL database"),
        ("postgresql://127.0.0.1:1/x", "The database cannot be used"),
        ("sqlite:////proc/nothing/x.sqlite", "The database cannot be used"),
    ],
)
@pytest.mark.parametrize("command", [cli.load_command, cli.upgrade_command], ids=["load", "upgrade"])
def test_a_wrong_database_is_one_plain_sentence(
    monkeypatch: pytest.MonkeyPatch, command: Command, address: str, words: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)

    result = run(command)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_GOAL_M", "far")

    result = run(cli.check_command)

    assert result.exit_code == 1
    assert "MAPAPP_GOAL_M" in result.stderr


@pytest.mark.usefixtures("no_database")
def test_hours_answers_one_object_for_one_time() -> None:
    assert answer(cli.hours_command, OFFICE_HOURS, "--at", NOON) == {
        "at": NOON,
        "state": "closed",
        "until": None,
        "opens_at": "2026-11-25T14:00:00+08:00",
        "reason": "outside_hours",
        "reason_detail": "lunch",
        "calendar_unknown": False,
    }


@pytest.mark.usefixtures("no_database")
def test_hours_answers_a_list_for_several_times() -> None:
    holiday, open_now = answer(
        cli.hours_command, OFFICE_HOURS, "--at", "2026-10-01T10:00:00+08:00", "--at", "2026-11-25T02:00:00Z"
    )

    assert (holiday["state"], holiday["reason"]) == ("closed", "holiday")
    assert open_now == {
        "at": "2026-11-25T10:00:00+08:00",
        "state": "open",
        "until": "2026-11-25T12:00:00+08:00",
        "opens_at": None,
        "reason": None,
        "reason_detail": None,
        "calendar_unknown": False,
    }


@pytest.mark.usefixtures("no_database")
def test_hours_reads_a_space_before_the_offset_as_plus() -> None:
    assert answer(cli.hours_command, OFFICE_HOURS, "--at", NOON.replace("+", " "))["at"] == NOON


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("rule", "moment"),
    [
        ("Mo-Fr 9-25", NOON),
        ("", NOON),
        (OFFICE_HOURS, "2026-11-25T12:30:00"),
        (OFFICE_HOURS, "noon"),
        (OFFICE_HOURS, "0001-01-01T00:00:00+08:00"),
        (OFFICE_HOURS, "9999-12-31T23:59:59-12:00"),
    ],
)
def test_hours_refuses_what_it_cannot_read(rule: str, moment: str) -> None:
    result = run(cli.hours_command, rule, "--at", moment, "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_hours_goes_by_the_calendar_that_staff_keep(environ: str, folder: Path) -> None:
    with (folder / "work_calendar.csv").open("a", encoding="utf-8") as lines:
        lines.write("2026-11-25,holiday,区庆,District day,,test\n")
    run(cli.load_command, str(folder))

    told = answer(cli.hours_command, OFFICE_HOURS, "--at", NOON)

    assert (told["state"], told["reason"]) == ("closed", "holiday")


def test_geocode_without_data_says_what_to_do(environ: str) -> None:
    database = Database(environ)
    upgrade(database)
    database.dispose()

    result = run(cli.geocode_command)

    assert result.exit_code == 1
    assert "mapapp load" in result.stderr


@pytest.mark.usefixtures("environ")
def test_geocode_reports_as_json(folder: Path) -> None:
    run(cli.load_command, str(folder))

    report = answer(cli.geocode_command, "--dry-run")

    assert [point["id"] for point in report["points"]] == ["P1", "P2"]
    assert report["written"] == []


def test_every_command_is_known_to_flask_too() -> None:
    app = Flask("test")

    cli.register(app)

    assert {"upgrade", "load", "check", "geocode", "hours"} <= set(app.cli.commands)


def test_the_console_script_lists_the_commands_without_loading_the_web() -> None:
    program = "import sys; sys.argv[1:] = ['--help']; from mapapp.cli import main\n"
    program += (
        "try: main()\nfinally: print([name for name in ('mapapp.web.app', 'pyproj', 'alembic') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "upgrade" in done.stdout
    assert done.stdout.endswith("[]\n")
