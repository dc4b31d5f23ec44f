"""Limits counted together in Redis by several machines; while it is away each counts by itself, without a 500."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LIMIT = 5

pytestmark = pytest.mark.postgresql


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Yield the address of a Redis that is reachable only through the socket in a folder."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("Redis is missing: install the package redis-server")
    socket = folder / "redis"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not socket.exists():
            assert process.poll() is None and time.monotonic() < until
            threading.Event().wait(0.01)
        yield f"redis+unix://{socket}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mapapp", dir="/tmp") as name:
        yield Path(name)


def test_two_machines_count_together_and_each_alone_while_redis_is_away(
    make_app: Callable[..., object], folder: Path
) -> None:
    with redis_server(folder) as address:
        settings = {"rate_limits": "on", "rate_limit_storage": address, "api_rate_per_minute": LIMIT}
        machines = [make_app(log_level="critical", **settings).test_client() for _ in range(2)]

        together = [machines[number % 2].get("/api/v1/points").status_code for number in range(LIMIT + 2)]

    alone = [[machine.get("/api/v1/points").status_code for _ in range(LIMIT + 1)] for machine in machines]

    # a minute may begin in between, which gives each side at most one more round
    assert together == [200] * LIMIT + [429] * 2 or together.count(200) > LIMIT
    assert alone == [[200] * LIMIT + [429]] * 2


def test_deeds_of_booking_go_on_while_redis_is_away(make_app: Callable[..., object], folder: Path) -> None:
    away = f"redis+unix://{folder}/nothing"
    client = make_app(log_level="critical", rate_limits="on", rate_limit_storage=away, booking_rate_per_minute=3)
    client = client.test_client()

    answers = [client.delete("/api/v1/holds/unknown").status_code for _ in range(5)]

    assert 500 not in answers
    assert answers[-1] in (404, 204, 429)
