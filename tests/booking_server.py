"""The real server with several worker processes, a PostgreSQL cluster of one's own, and clients that keep count."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import postgresql

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
READY_S = 60


class Cluster:
    """A PostgreSQL cluster in a temporary folder that writes as a production one does and can be killed."""

    def __init__(self) -> None:
        self._programs = postgresql.programs()
        self.folder = Path(tempfile.mkdtemp(prefix="mapapp", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._data = str(self.folder / "data")
        arguments = ("-D", self._data, "-A", "trust", "-U", "mapapp", "-E", "UTF8", "--locale=C.UTF-8")
        postgresql._run(self._programs / "initdb", *arguments)
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://mapapp@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=100"
        log = str(self.folder / "log")
        postgresql._run(self._programs / "pg_ctl", "-D", self._data, "-l", log, "-w", "-o", options, "start")

    def kill(self) -> None:
        """Kill the server and all its processes at once, as a power cut would."""
        pid = int((Path(self._data) / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        for each in (pid, *map(int, children)):
            # some children end by themselves as soon as the first is gone
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in (pid, *children)))

    def remove(self) -> None:
        subprocess.run(
            [*_as_postgres(), self._programs / "pg_ctl", "-D", self._data, "-m", "immediate", "stop"],
            cwd="/",
            capture_output=True,
        )
        shutil.rmtree(self.folder, ignore_errors=True)


def _as_postgres() -> list[str]:
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a cluster that is gone afterwards."""
    made = Cluster()
    try:
        yield made
    finally:
        made.remove()


def wait_until(is_so: Any, timeout_s: float = READY_S) -> None:
    """Wait until something is so; fail after `timeout_s`."""
    pause, deadline = threading.Event(), time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        pause.wait(0.05)


@dataclass
class Served:
    """A running server: where it listens and its first process."""

    port: int
    process: "subprocess.Popen[bytes]"

    def workers(self) -> list[int]:
        """Return the ids of the worker processes."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(pid) for pid in found.split() if "resource_tracker" not in _command_of(int(pid))]

    def is_ready(self) -> bool:
        try:
            return ask(self.port, "GET", "/readyz")[0] == 200
        except OSError:
            return False


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return "resource_tracker"


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a server whose data are in `folder`, without limits per address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAPAPP_", "DATABASE_"))}
    own = {"MAPAPP_DATA": str(folder), "MAPAPP_RATE_LIMITS": "off", "MAPAPP_LOG_LEVEL": "error"}
    return {**kept, **own, "PYTHONPATH": str(ROOT), **settings}


def prepare(environ: Mapping[str, str]) -> None:
    """Make the tables and load the sample data."""
    for command in ("upgrade", "load"):
        subprocess.run([PROGRAMS / "mapapp", command], env=environ, cwd=ROOT, check=True, capture_output=True)


@contextmanager
def serving(environ: Mapping[str, str], *, workers: int = 2, application: str = "wsgi:app") -> Iterator[Served]:
    """Yield a running server; it and its workers are gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [PROGRAMS / "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers)]
    options = ["--blocking-threads", "8", "--backpressure", "64", "--no-ws", "--respawn-failed-workers"]
    process = subprocess.Popen(
        [*command, *options, "--log-level", "critical", application], env=dict(environ), cwd=ROOT
    )
    served = Served(port, process)
    try:
        wait_until(served.is_ready)
        yield served
    finally:
        workers = served.workers()
        process.terminate()
        # a server that lost a worker does not always end by itself
        timer = threading.Timer(5, process.kill)
        timer.start()
        process.wait()
        timer.cancel()
        for worker in workers:
            if "granian" in _command_of(worker) or "multiprocessing" in _command_of(worker):
                os.kill(worker, signal.SIGKILL)


def ask(
    port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, timeout_s: float = 60
) -> tuple[int, Any]:
    """Return status and JSON of one request on a connection of its own; raises OSError when it breaks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, sent, {**kind, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else None
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def free_starts(port: int, point: str, matter: str) -> list[str]:
    """Return the times that can be booked now, by the clock of the server."""
    _, answer = ask(port, "GET", f"/api/v1/points/{point}/slots?matter={matter}")
    return [slot["start"] for slot in answer["slots"] if slot["free"]]


def a_body(point: str, matter: str, start: str, number: int) -> dict[str, str]:
    """Return a request by the person of that number."""
    phone = f"138{number:08d}"
    return {"point": point, "matter": matter, "start": start, "name": "测试", "phone": phone, "id_last4": "0000"}
