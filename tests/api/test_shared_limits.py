"""Limits counted together in Redis by several machines; while it is away each counts by itself, without a 500."""

import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from limits import parse

from mapapp.web.rates import SharedCounts

LIMIT = 5
# Seconds for what takes a hundredth of them on an idle machine.
PATIENCE_S = 30

pytestmark = pytest.mark.postgresql


@contextmanager
def redis_server(folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Yield a Redis that is reachable only through the socket in a folder, at `address_in`."""
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
        yield process
    finally:
        # also where it was stopped
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait()


def address_in(folder: Path) -> str:
    return f"redis+unix://{folder}/redis"


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mapapp", dir="/tmp") as name:
        yield Path(name)


def test_two_machines_count_together_and_each_alone_while_redis_is_away(
    make_app: Callable[..., object], folder: Path
) -> None:
    with redis_server(folder):
        settings = {"rate_limits": "on", "rate_limit_storage": address_in(folder), "api_rate_per_minute": LIMIT}
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


def allowed(counts: SharedCounts, limit: str, name: str, times: int) -> int:
    """Return how many of so many deeds one machine allows."""
    return [counts.seconds_to_wait(parse(limit), (name,)) for _ in range(times)].count(0)


def count_together(one: SharedCounts, other: SharedCounts, name: str) -> bool:
    """Return whether the only deed that is allowed to a name at one machine is the only one at both."""
    return allowed(one, "1/hour", name, 1) == 1 and allowed(other, "1/hour", name, 1) == 0


def within_patience(one: SharedCounts, other: SharedCounts) -> bool:
    """Return whether both come to count together again by themselves."""
    until, tries = time.monotonic() + PATIENCE_S, 0
    while not count_together(one, other, f"again {tries}"):
        if time.monotonic() > until:
            return False
        tries += 1
        threading.Event().wait(0.05)
    return True


@pytest.fixture
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapapp.web.rates._REST_S", 0.2)


def test_machines_count_together_again_when_redis_is_back(folder: Path, short_rest: None) -> None:
    one, other = SharedCounts(address_in(folder)), SharedCounts(address_in(folder))
    with redis_server(folder):
        before = count_together(one, other, "before")

    alone = [allowed(counts, "3/hour", "while away", 5) for counts in (one, other)]
    with redis_server(folder):
        after = within_patience(one, other)

    assert before
    assert alone == [3, 3]
    assert after


def test_a_redis_that_hangs_delays_one_request_and_comes_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapapp.web.rates._REST_S", 1.0)
    one, other = SharedCounts(address_in(folder)), SharedCounts(address_in(folder))
    with redis_server(folder) as process:
        assert count_together(one, other, "before")
        process.send_signal(signal.SIGSTOP)

        began = time.monotonic()
        alone = allowed(one, "3/hour", "while it hangs", 5)
        waited = time.monotonic() - began
        process.send_signal(signal.SIGCONT)
        after = within_patience(one, other)

    assert alone == 3
    # five that each tried it twice would wait 2.5 s
    assert 0.2 < waited < 2.5
    assert after


def test_a_redis_that_was_never_there_is_found_when_it_comes(folder: Path, short_rest: None) -> None:
    one, other = SharedCounts(address_in(folder)), SharedCounts(address_in(folder))
    assert allowed(one, "3/hour", "before", 5) == allowed(other, "3/hour", "before", 5) == 3

    with redis_server(folder):
        assert within_patience(one, other)
