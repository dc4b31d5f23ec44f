"""`mapapp load-network`: what it prints, with which exit status, and that nothing changes when the file is wrong."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mapapp import cli
from mapapp.catalogue.revision import current_revision
from mapapp.database import Database
from tests.osm_files import HELSINKI


@pytest.fixture
def environ(loaded_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    address = loaded_database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", address)
    return loaded_database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.load_network_command, arguments)


def revision(database: Database) -> int:
    with database.reading() as session:
        return current_revision(session)


def test_a_network_is_loaded_and_removed(environ: Database) -> None:
    loaded, removed, again = run(str(HELSINKI)), run("--remove"), run("--remove")

    assert (loaded.exit_code, removed.exit_code, again.exit_code) == (0, 0, 0)
    assert "6874 nodes, 8577 edges" in loaded.stdout
    assert "ways read" in loaded.stderr
    assert removed.stdout == "The walking network was removed.\n"
    assert again.stdout == "There was no walking network.\n"
    assert revision(environ) == 3


@pytest.mark.parametrize("content", [b"", b"hello", HELSINKI.read_bytes()[:100_000], None])
def test_a_file_that_cannot_be_read_is_one_sentence(environ: Database, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.osm.pbf"
    if content is not None:
        path.write_bytes(content)

    result = run(str(path))

    assert result.exit_code != 0
    assert result.stdout == ""
    said = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    assert len(said) == 1
    assert said[0].endswith("Nothing was changed.")
    assert "Traceback" not in result.stderr
    assert revision(environ) == 1


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize("arguments", [(), (str(HELSINKI), "--remove")])
def test_a_file_or_remove_is_needed(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert "--remove" in result.stderr
