"""A PostgreSQL server for tests: the one scripts/test started, else a temporary cluster of our own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = "MAPAPP_TEST_POSTGRESQL"


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a server on which databases may be created; a cluster started here is removed afterwards."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    programs = _programs()
    # a short folder: the path of a socket is limited to about 100 bytes
    folder = Path(tempfile.mkdtemp(prefix="mapapp", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = str(folder / "data")
        _run(
            programs / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "mapapp",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        _run(programs / "pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql://mapapp@/postgres?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.fail(f"PostgreSQL is missing: install the package postgresql, or name a server in {VARIABLE}")
    return Path(on_path).parent


def _run(program: Path, *arguments: str) -> None:
    # the server refuses to run as root
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
    # no pipes: the server inherits them and would keep them open
    with tempfile.TemporaryFile() as said:
        done = subprocess.run([*become, program, *arguments], cwd="/", stdout=said, stderr=said, check=False)
        if done.returncode != 0:
            said.seek(0)
            pytest.fail(f"{program.name} failed: {said.read().decode(errors='replace')[-500:]}")
