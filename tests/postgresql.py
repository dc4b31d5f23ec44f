"""A PostgreSQL server for tests: the one scripts/test started, else a temporary cluster of our own."""

import configparser
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import make_url

VARIABLE = "MAPAPP_TEST_POSTGRESQL"


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a server on which databases may be created; a cluster started here is removed afterwards."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    with _short_folder() as folder:
        cluster = Cluster(folder)
        cluster.make()
        cluster.start()
        try:
            yield cluster.address
        finally:
            cluster.stop("immediate")


class Cluster:
    """One PostgreSQL server in a folder, reachable only through the socket in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = str(folder / "data")

    @property
    def address(self) -> str:
        """The address of its database postgres."""
        return f"postgresql://mapapp@/postgres?host={self._folder}"

    def make(self) -> None:
        """Make the files of a new server."""
        options = ("-A", "trust", "-U", "mapapp", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        _run(programs() / "initdb", "-D", self._data, *options)

    def copy(self, primary: "Cluster") -> None:
        """Make the files of a replica that follows the primary by streaming."""
        reached = ("-h", str(primary._folder), "-U", "mapapp")
        _run(programs() / "pg_basebackup", *reached, "-D", self._data, "-R", "-c", "fast", "--no-sync")

    def start(self) -> None:
        """Start the server and return when it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        # a replica looks for its primary again ten times a second rather than every 5 s
        options += " -c wal_retrieve_retry_interval=100"
        log = str(self._folder / "log")
        _run(programs() / "pg_ctl", "-D", self._data, "-l", log, "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server and return when it is gone."""
        _run(programs() / "pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def is_running(self) -> bool:
        """Return whether the server runs."""
        return (Path(self._data) / "postmaster.pid").exists()


@contextmanager
def primary_and_replica() -> Iterator[tuple[Cluster, Cluster]]:
    """Yield two running servers of our own, the second one following the first by streaming."""
    with _short_folder() as folder:
        pair = (Cluster(folder / "p"), Cluster(folder / "r"))
        for cluster in pair:
            cluster._folder.mkdir()
            _give_away(cluster._folder)
        primary, replica = pair
        try:
            primary.make()
            primary.start()
            replica.copy(primary)
            replica.start()
            yield pair
        finally:
            for cluster in pair:
                if cluster.is_running():
                    cluster.stop("immediate")


@contextmanager
def pooler(address: str, settings: Path, **changes: str) -> Iterator[str]:
    """Yield the address of a PgBouncer in front of a database, with the pool settings of a file."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists():
        pytest.fail("PgBouncer is missing: install the package pgbouncer")
    server = make_url(address)
    with _short_folder() as folder:
        chosen = configparser.ConfigParser(interpolation=None)
        chosen.read(settings, encoding="utf-8")
        behind = f"host={server.query['host']} dbname={server.database} user={server.username}"
        chosen["databases"] = {"mapapp": behind}
        own = {"unix_socket_dir": str(folder), "listen_addr": "", "auth_type": "any", "logfile": str(folder / "log")}
        own |= {"pidfile": str(folder / "pid"), **changes}
        chosen["pgbouncer"].update(own)
        del chosen["pgbouncer"]["auth_file"]
        with (folder / "pgbouncer.ini").open("w", encoding="utf-8") as file:
            chosen.write(file)
        with tempfile.TemporaryFile() as said:
            command = [*_become(), program, str(folder / "pgbouncer.ini")]
            process = subprocess.Popen(command, cwd="/", stdout=said, stderr=said)
            try:
                pooled = server.set(database="mapapp", query={"host": str(folder), "port": "6432"})
                _await(folder / ".s.PGSQL.6432", process, said)
                yield pooled.render_as_string(hide_password=False)
            finally:
                process.terminate()
                process.wait()


def _await(socket: Path, process: "subprocess.Popen[bytes]", said: IO[bytes]) -> None:
    until = time.monotonic() + 20
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            said.seek(0)
            pytest.fail(f"the program did not start: {said.read().decode(errors='replace')[-500:]}")
        threading.Event().wait(0.01)


@contextmanager
def _short_folder() -> Iterator[Path]:
    # the path of a socket is limited to about 100 bytes
    folder = Path(tempfile.mkdtemp(prefix="mapapp", dir="/tmp"))
    try:
        _give_away(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def programs() -> Path:
    """Return the folder of initdb and pg_ctl, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.fail(f"PostgreSQL is missing: install the package postgresql, or name a server in {VARIABLE}")
    return Path(on_path).parent


def _run(program: Path, *arguments: str) -> None:
    # no pipes: the server inherits them and would keep them open
    with tempfile.TemporaryFile() as said:
        done = subprocess.run([*_become(), program, *arguments], cwd="/", stdout=said, stderr=said, check=False)
        if done.returncode != 0:
            said.seek(0)
            pytest.fail(f"{program.name} failed: {said.read().decode(errors='replace')[-500:]}")


def _become() -> list[str]:
    # these servers refuse to run as root
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
