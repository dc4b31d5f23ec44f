"""`mapapp check` on the stored data: what it lists, and with which exit status."""

import json

import pytest
from click.testing import CliRunner

from mapapp.catalogue.rows import PointRow
from mapapp.commands.check import check_command


@pytest.fixture
def run(loaded_database, monkeypatch, tmp_path):
    """A function arguments -> result of the command on the shipped data, which can be changed before."""
    monkeypatch.setenv("DATABASE_URL", loaded_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MAPAPP_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(check_command, arguments)


def break_phone(database, phone="67560000"):
    with database.transaction() as session:
        session.get_one(PointRow, "JB-001").phone = phone


def test_positions_that_nobody_verified_are_listed_and_nothing_is_wrong(run):
    result = run()

    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 52
    assert all("(unverified_position)" in line for line in lines[:-1])
    assert lines[-1] == "51 points in use checked: 0 wrong, 51 to be looked at."


def test_what_is_wrong_is_named_with_its_rule_and_ends_with_status_1(run, loaded_database):
    break_phone(loaded_database)

    result = run("--rule", "phone_format", "--rule", "too_close")

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "JB-001: '67560000' cannot be dialled from everywhere (phone_format)",
        "51 points in use checked: 1 wrong, 0 to be looked at.",
    ]


def test_the_findings_are_json_too(run, loaded_database):
    break_phone(loaded_database)

    result = run("--json", "--rule", "phone_format")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "points": 51,
        "findings": [
            {
                "rule": "phone_format",
                "subject": "JB-001",
                "detail": {"phone": "67560000"},
                "text": "'67560000' cannot be dialled from everywhere",
                "is_hint": False,
            }
        ],
    }


def test_a_rule_that_is_not_known_is_refused_with_those_that_are(run):
    result = run("--rule", "ugly")

    assert result.exit_code == 2
    assert "too_close" in result.stderr
