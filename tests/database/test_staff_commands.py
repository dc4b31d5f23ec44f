"""`mapapp staff`, `mapapp import` and `mapapp export`, as an operator calls them."""

import json

import pytest
from click.testing import CliRunner

from mapapp.catalogue.loading import read_catalogue
from mapapp.commands.exchange import export_command, import_command
from mapapp.commands.staff import staff_group
from mapapp.editing import accounts, audit, second_factor
from mapapp.people import Role

PASSWORD = "kettle-moon-47-quarry"


@pytest.fixture(autouse=True)
def _environ(loaded_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", loaded_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MAPAPP_PASSWORD_MEMORY_KIB", "8")


def staff(*arguments, password=PASSWORD):
    return CliRunner().invoke(staff_group, arguments, input=f"{password}\n")


def add(name="wang", role="editor", *more, password=PASSWORD):
    return staff("add", name, "--role", role, *more, "--password-stdin", password=password)


def test_the_first_account_is_made_on_the_command_line(loaded_database):
    result = add("wang", "editor", "--point", "JB-001", "--point", "JB-002")

    assert (result.exit_code, result.stdout) == (0, "Added wang (editor).\n")
    with loaded_database.reading() as session:
        found = accounts.account(session, "wang").staff
        entry = audit.entries(session)[0]
    assert (found.role, found.points) == (Role.EDITOR, frozenset({"JB-001", "JB-002"}))
    assert (entry.by, entry.deed, entry.key) == ("system", "account_add", "wang")


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("wang", "editor"), "short", "at least 10 characters"),
        (("wang", "editor"), "password2026", "Many people use"),
        (("wang", "editor", "--point", "JB-999"), PASSWORD, "no service point JB-999"),
        (("a/b", "editor"), PASSWORD, "1 to 50 characters"),
        (("wang", "editor", "--department", "区人力社保局"), PASSWORD, "Only a chief representative"),
        (("wang", "system"), PASSWORD, "Invalid value for '--role'"),
    ],
)
def test_an_account_that_cannot_be_is_told_in_a_sentence(arguments, password, said):
    result = add(*arguments, password=password)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_lost_second_factor_is_taken_away_on_the_command_line(loaded_database, now):
    add("wang", "office")
    with loaded_database.transaction() as session:
        second_factor.begin(session, accounts.account(session, "wang").staff.id, "sealed", now)

    result = staff("remove-second-factor", "wang")

    assert (result.exit_code, result.stdout) == (0, "wang logs in with the password alone.\n")
    with loaded_database.reading() as session:
        assert second_factor.state_of(session, accounts.account(session, "wang").staff.id) is None
        assert audit.entries(session)[0].deed == "factor_off"
    assert "no second factor" in staff("remove-second-factor", "wang").stderr


def test_a_name_is_given_once():
    add()

    result = add()

    assert result.exit_code == 1
    assert "already" in result.stderr


def test_the_last_office_stays():
    add("office", "office")

    result = staff("disable", "office")

    assert result.exit_code == 1
    assert "last account of the district office" in result.stderr


def test_accounts_are_closed_opened_reset_and_listed():
    add()
    staff("disable", "wang")
    closed = json.loads(staff("list", "--json").stdout)
    staff("enable", "wang")
    reset = staff("reset", "wang", "--password-stdin", password="the old ferry at Huaxin street")

    assert [(row["name"], row["disabled"]) for row in closed] == [("wang", True)]
    assert reset.exit_code == 0
    assert staff("list").stdout == "wang: editor\n"


def test_an_unknown_account_is_told():
    result = staff("disable", "nobody")

    assert result.exit_code == 1
    assert "no account of the name nobody" in result.stderr


def take(kind, path, *options):
    return CliRunner().invoke(import_command, [kind, str(path), "--json", *options])


def test_a_dry_run_prints_the_difference_as_the_interface_fixes_it(tmp_path, loaded_database, now):
    file = tmp_path / "points.csv"
    file.write_text("code,phone,hours\nJB-001,023-1234567,\nJB-002,,whenever\n", encoding="utf-8-sig")

    result = take("points", file, "--dry-run")

    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert list(report) == ["added", "changed", "unchanged", "rejected", "warnings"]
    assert {"id": "JB-001", "field": "phone", "before": None, "after": "023-1234567"} in report["changed"]
    assert [sorted(row) for row in report["rejected"]] == [["code", "field", "id", "line", "reason"]]
    with loaded_database.reading() as session:
        assert read_catalogue(session, now).points["JB-001"].phone is None


def test_accepted_rows_become_drafts_where_that_is_asked_for(tmp_path, loaded_database, now):
    file = tmp_path / "points.csv"
    file.write_text("code,phone\nJB-001,023-1234567\n", encoding="utf-8")

    result = CliRunner().invoke(import_command, ["points", str(file), "--as", "drafts"])
    areas = CliRunner().invoke(import_command, ["streets", str(file), "--as", "drafts"])

    assert (result.exit_code, "1 changed, 0 unchanged were the result as drafts" in result.stdout) == (0, True)
    assert (areas.exit_code, "there are no drafts" in areas.stderr) == (2, True)
    with loaded_database.reading() as session:
        assert read_catalogue(session, now).points["JB-001"].phone is None


def test_accepted_rows_are_applied_and_published(tmp_path, loaded_database, now):
    file = tmp_path / "points.csv"
    file.write_text("code,phone\nJB-001,023-1234567\n", encoding="utf-8")

    result = take("points", file)

    assert result.exit_code == 0
    with loaded_database.reading() as session:
        catalogue = read_catalogue(session, now)
    assert (catalogue.revision, catalogue.points["JB-001"].phone) == (2, "023-1234567")


def test_what_is_given_out_is_taken_in_without_a_difference(tmp_path):
    file = tmp_path / "offers.xlsx"
    result = CliRunner().invoke(export_command, ["offers", "--format", "xlsx", "--output", str(file)])

    report = json.loads(take("offers", file).stdout)

    assert result.exit_code == 0
    assert (report["added"], report["changed"], report["rejected"]) == ([], [], [])
    assert report["unchanged"] > 1000


def test_points_are_given_out_on_standard_output_with_the_columns_of_the_sample():
    text = CliRunner().invoke(export_command, ["points"]).stdout

    header = text.lstrip("\ufeff").splitlines()[0].split(",")
    assert header[:3] == ["code", "name_zh", "name_en"]
    assert {"hours", "phone", "lon", "lat", "datum"} <= set(header)
    assert len(text.splitlines()) == 52


def test_a_kind_that_nobody_knows_is_told(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name\n", encoding="utf-8")

    result = take("people", file)

    assert result.exit_code == 2
    assert "no data of the kind people" in result.stderr
