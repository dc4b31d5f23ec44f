"""How fast and how safely is booked over HTTP? `scripts/bench booking`: two worker processes, 32 clients, real writes.

Case A: 200 requests at once for 3 seats, 20 rounds: exactly 3 each. Case A50: one slot of 50 seats under 32 clients,
with the variant that checks first and then inserts beside it. Case C: one slot that does not fill. Everything is
measured with full synchronous writes, and PostgreSQL in a cluster of its own on the same disk.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from mapapp.booking.rows import BookingRow, SeatRow
from mapapp.database import Database
from tests.booking_server import Served, a_body, ask, cluster, environment, free_starts, prepare, serving

POINT, MATTER = "JB-001", "M001"
CLIENTS = 32
ROUNDS, REQUESTS, SEATS = 20, 200, 3
# How often each kind of answer is asked for.
ANSWERS = 100
LUA = """
local number, first = 0, tonumber(os.getenv("BENCH_FIRST"))
local start, made = os.getenv("BENCH_START"), 0
function request()
  number = number + 1
  local person = first + number
  local body = string.format(
    '{"point": "%s", "matter": "%s", "start": "%s", "name": "测试", "phone": "13%09d", "id_last4": "0000"}',
    os.getenv("BENCH_POINT"), os.getenv("BENCH_MATTER"), start, person)
  local headers = {["Content-Type"] = "application/json", ["Idempotency-Key"] = "b" .. person}
  return wrk.format("POST", "/api/v1/bookings", headers, body)
end
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measurement: bookings a second, its share of the server's ping, and the slowest 1 % in milliseconds."""

    database: str
    seats: str
    per_second: float
    of_ping: float
    p99_ms: float
    errors: int


@contextmanager
def site(kind: str, seats: str, capacity: int, **settings: str) -> Iterator[tuple[Served, Database]]:
    """Yield a server with two workers on a new database, and the database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = stack.enter_context(cluster()) if kind == "postgresql" else None
        more = {"DATABASE_URL": own.url} if own else {}
        own_settings = {"BENCH_SEATS": seats, "MAPAPP_BOOKING_CAPACITY": str(capacity), **settings}
        environ = environment(folder, **own_settings, **more)
        prepare(environ)
        served = stack.enter_context(serving(environ, application="tests.benchmarks.wsgi_booking:app"))
        database = Database(own.url if own else f"sqlite:///{folder / 'mapapp.sqlite'}")
        stack.callback(database.dispose)
        yield served, database


def rounds_of_three(kind: str) -> list[int]:
    """Return how many of 200 requests at once for 3 seats were booked, in each of 20 rounds."""
    booked = []
    with site(kind, "counter", SEATS) as (served, database):
        starts = free_starts(served.port, POINT, MATTER)[:ROUNDS]
        for number, start in enumerate(starts):
            with ThreadPoolExecutor(64) as threads:
                people = range(number * 1000, number * 1000 + REQUESTS)
                statuses = list(threads.map(lambda person, start=start: book(served.port, start, person), people))
            if set(statuses) > {201, 409}:
                sys.exit(f"scripts/bench: statuses {set(statuses)}")
            booked.append(statuses.count(201))
        check(database, SEATS)
    return booked


def book(port: int, start: str, person: int) -> int:
    """Return the status of one booking."""
    return ask(
        port, "POST", "/api/v1/bookings", a_body(POINT, MATTER, start, person), {"Idempotency-Key": f"r{person}"}
    )[0]


def oversold(kind: str, seats: str, capacity: int = 50) -> int:
    """Return how many more than `capacity` were booked in one slot by 32 clients at once."""
    with site(kind, seats, capacity) as (served, database):
        start = free_starts(served.port, POINT, MATTER)[0]
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda person: book(served.port, start, person), range(400)))
        with database.reading() as session:
            return session.scalars(select(func.count()).select_from(SeatRow)).one() - capacity


def hot_slot(kind: str, seats: str, seconds: int) -> Figure:
    """Return bookings per second of one slot that does not fill."""
    with site(kind, seats, 10_000_000) as (served, database):
        start = free_starts(served.port, POINT, MATTER)[0]
        ping = wrk(served.port, "/bench/ping", 1, "", 0).per_second
        wrk(served.port, None, 1, start, 900_000_000)
        with database.reading() as session:
            before = session.scalars(select(func.count()).select_from(BookingRow)).one()
        began = time.perf_counter()
        load = wrk(served.port, None, seconds, start, 0)
        took = time.perf_counter() - began
        with database.reading() as session:
            after = session.scalars(select(func.count()).select_from(BookingRow)).one()
        check(database, 10_000_000)
    per_second = (after - before) / min(took, seconds + 0.5)
    return Figure(
        database=kind,
        seats=seats,
        per_second=round(per_second),
        of_ping=round(per_second / ping, 3),
        p99_ms=load.p99_ms,
        errors=load.errors,
    )


def disk_writes() -> int:
    """Return how many small writes a second this disk makes durable, one after the other."""
    with tempfile.TemporaryFile() as file:
        count, ends = 0, time.perf_counter() + 2
        while time.perf_counter() < ends:
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            count += 1
    return count // 2


def slots_ms(kind: str) -> float:
    """Return the median milliseconds of asking for the slots of a month of one point, over HTTP."""
    with site(kind, "counter", SEATS) as (served, _):
        took = []
        for _ in range(50):
            began = time.perf_counter()
            ask(served.port, "GET", f"/api/v1/points/{POINT}/slots?matter={MATTER}")
            took.append(time.perf_counter() - began)
        return round(statistics.median(took) * 1000, 1)


def answers_ms(kind: str) -> dict[str, float]:
    """Return the median milliseconds of looking up codes and of asking for forgotten ones, known and unknown in turn.

    Nobody shall learn from the time an answer takes whether there is a booking.
    """
    # messages are written for a gateway; nobody sends them here
    with site(kind, "counter", SEATS, MAPAPP_MESSAGE_WEBHOOK_URL="http://127.0.0.1:9/sms") as (served, _):
        body = a_body(POINT, MATTER, free_starts(served.port, POINT, MATTER)[0], 1)
        _, made = ask(served.port, "POST", "/api/v1/bookings", body, {"Idempotency-Key": "answers"})
        codes = {"known": made["code"], "unknown": "K7M-2QX-9FT-R4B-HJC-8WZ", "mistyped": "K7M"}
        phones = {"known": body["phone"], "unknown": "13999999999"}
        token = re.search(r'name="form" value="([^"]+)"', _form(served.port, {})[1])[1]  # type: ignore[index]
        took: dict[str, list[float]] = {}
        for _ in range(ANSWERS):
            for name, code in codes.items():
                began = time.perf_counter()
                ask(served.port, "GET", f"/api/v1/bookings/{code}")
                took.setdefault(f"code {name}", []).append(time.perf_counter() - began)
            for name, phone in phones.items():
                fields = {"form": token, "phone": phone, "id_last4": body["id_last4"]}
                began = time.perf_counter()
                status, _ = _form(served.port, fields)
                took.setdefault(f"find {name}", []).append(time.perf_counter() - began)
                if status != 200:
                    sys.exit(f"scripts/bench: {status} for a form to find a booking")
    return {name: round(statistics.median(times) * 1000, 2) for name, times in took.items()}


def _form(port: int, fields: dict[str, str]) -> tuple[int, str]:
    """Return status and text of the page for forgotten codes: as it stands, or after sending its form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    connection.request("POST" if fields else "GET", "/booking/find", urlencode(fields) if fields else None, kind)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def check(database: Database, capacity: int) -> None:
    """End the benchmark when a seat was given twice or a slot has more seats than there are."""
    with database.reading() as session:
        most = session.scalars(
            select(func.count()).select_from(SeatRow).group_by(SeatRow.point_id, SeatRow.starts)
        ).all()
        booked = session.scalars(select(func.count()).where(BookingRow.state == "booked")).one()
    if max(most, default=0) > capacity or sum(most) != booked:
        sys.exit(f"scripts/bench: {sum(most)} seats for {booked} bookings, {max(most)} in one slot")


@dataclass(frozen=True)
class Load:
    """What one round of wrk saw."""

    per_second: float
    p99_ms: float
    errors: int


def wrk(port: int, path: str | None, seconds: int, start: str, first: int) -> Load:
    """Return what 32 clients saw: of GET `path`, or of bookings when it is None."""
    program = shutil.which("wrk") or sys.exit("scripts/bench: wrk is missing (sudo apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
        if path is None:
            (Path(folder) / "book.lua").write_text(LUA, encoding="utf-8")
            command += ["-s", f"{folder}/book.lua"]
        names = {"BENCH_START": start, "BENCH_FIRST": str(first), "BENCH_POINT": POINT, "BENCH_MATTER": MATTER}
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{path or '/'}"],
            env={**os.environ, **names},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    return Load(rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit], int(failed[1]) if failed else 0)


def measure(seconds: int, kinds: list[str]) -> dict[str, object]:
    """Return every figure."""
    hot = []
    for kind in kinds:
        variants = ("counter", "no_queue") if kind == "sqlite" else ("counter", "for_update")
        hot += [hot_slot(kind, seats, seconds) for seats in variants]
    return {
        "disk_writes_per_second": disk_writes(),
        "answers_ms": {kind: answers_ms(kind) for kind in kinds},
        "slots_ms": {kind: slots_ms(kind) for kind in kinds},
        "rounds": {kind: rounds_of_three(kind) for kind in kinds},
        "oversold": {kind: {seats: oversold(kind, seats) for seats in ("counter", "check")} for kind in kinds},
        "hot": [asdict(figure) for figure in hot],
    }


def main() -> None:
    """Print the figures, as JSON with `--json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    kinds = [asked.database] if asked.database else ["sqlite", "postgresql"]
    figures = measure(asked.seconds, kinds)
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"the disk makes {figures['disk_writes_per_second']} writes a second durable")
    for kind, took in figures["slots_ms"].items():  # type: ignore[attr-defined]
        print(f"{kind}: slots of a month {took} ms")
    for kind, medians in figures["answers_ms"].items():  # type: ignore[attr-defined]
        print(f"{kind}: answers, median ms: {', '.join(f'{name} {took}' for name, took in medians.items())}")
    for kind, booked in figures["rounds"].items():  # type: ignore[attr-defined]
        print(f"{kind}: 200 requests at once for 3 seats, {len(booked)} rounds: booked {sorted(set(booked))}")
    for kind, over in figures["oversold"].items():  # type: ignore[attr-defined]
        print(f"{kind}: oversold of 50 seats: {over['counter']}; check, then insert: {over['check']}")
    for row in figures["hot"]:  # type: ignore[attr-defined]
        print(
            f"{row['database']:>10} {row['seats']:<10} {row['per_second']:>6.0f} bookings/s"
            f"  {row['of_ping']:.2f} of ping  p99 {row['p99_ms']:.0f} ms  errors {row['errors']}"
        )


if __name__ == "__main__":
    main()
