"""A server as in production (granian, two workers) on temporary sample data, and wrk against it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
WORKERS = 2
LUA = """
local paths, requests, at = {}, {}, 0
for path in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = path end
function init() for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end end
function request() at = at % #requests + 1 return requests[at] end
"""


@contextmanager
def loaded_data() -> Iterator[Mapping[str, str]]:
    """Yield an environment whose MAPAPP_DATA is a temporary folder with the sample data loaded."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAPAPP_", "DATABASE_"))}
        settings = {"MAPAPP_DATA": folder, "MAPAPP_RATE_LIMITS": "off", "MAPAPP_LOG_LEVEL": "error"}
        environment = {**kept, **settings, "PROMETHEUS_MULTIPROC_DIR": f"{folder}/metrics", "PYTHONPATH": str(ROOT)}
        (Path(folder) / "metrics").mkdir()
        for command in ("upgrade", "load"):
            subprocess.run([PROGRAMS / "mapapp", command], env=environment, cwd=ROOT, check=True, capture_output=True)
        yield environment


# The limits of a new installation count, but let a benchmark through; every request writes its line.
AS_SHIPPED = {"MAPAPP_RATE_LIMITS": "on", "MAPAPP_API_RATE_PER_MINUTE": "900000000", "MAPAPP_LOG_LEVEL": "info"}


@contextmanager
def server(
    application: str = "tests.benchmarks.wsgi_with_ping:app", settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the address of a running server; it and its workers are gone afterwards.

    Unless `settings` say otherwise, limits are off and only errors are logged; the log goes nowhere.
    """
    with loaded_data() as loaded:
        environment = {**loaded, **(settings or {})}
        port = _free_port()
        command = [
            PROGRAMS / "granian",
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--workers",
            str(WORKERS),
            "--no-ws",
        ]
        # as scripts/serve starts it
        options = ["--blocking-threads", "8", "--backpressure", "64", "--log-level", "error"]
        process = subprocess.Popen(
            [*command, *options, application],
            env=environment,
            cwd=ROOT,
            # a log of a hundred thousand lines; what went wrong is said by `load`
            stderr=subprocess.DEVNULL if settings else None,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("scripts/bench: the server did not become ready")


def get_json(address: str) -> object:
    """Return the parsed answer of a GET."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def get_text(address: str) -> str:
    """Return the text of a GET."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode("utf-8"))


@dataclass(frozen=True)
class Load:
    """What one round of wrk saw."""

    per_second: float
    median_ms: float
    p99_ms: float


def load(
    address: str, paths: list[str], seconds: int, connections: int = 16, headers: Mapping[str, str] | None = None
) -> Load:
    """Return what `seconds` of wrk over these paths in turn gave. Any answer but 2xx or 3xx ends the benchmark."""
    wrk = shutil.which("wrk") or sys.exit("scripts/bench: wrk is missing (sudo apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "paths").write_text("\n".join(paths) + "\n", encoding="utf-8")
        (Path(folder) / "turns.lua").write_text(LUA, encoding="utf-8")
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", f"{folder}/turns.lua", address]
        command += [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
        environment = {**os.environ, "BENCH_PATHS": f"{folder}/paths"}
        said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"scripts/bench: not every request was answered\n{said}")
    figures = _milliseconds(_after("50%", said)), _milliseconds(_after("99%", said))
    return Load(float(_after("Requests/sec:", said)), *figures)


def _after(word: str, text: str) -> str:
    # at the start of its line: a column of spreads may end in "99%" too
    found = re.search(rf"^\s*{re.escape(word)}\s+(\S+)", text, re.MULTILINE)
    return found[1] if found else sys.exit(f"scripts/bench: wrk did not say {word}\n{text}")


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}[unit]
