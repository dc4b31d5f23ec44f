"""Storms of booking: never more seats than there are, never a booking lost, whatever happens in between.

First as a state machine on one database, then over HTTP with several worker processes, some of them killed.
"""

import os
import random
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from mapapp.booking import desk, holds
from mapapp.booking.rows import BookingRow, SeatRow
from mapapp.database import Database
from mapapp.errors import MapappError
from tests.booking_building import (
    POINT,
    a_bookable_matter,
    a_request,
    an_office,
    bookable_matters,
    doing,
    slot_at,
)
from tests.booking_server import a_body, ask, cluster, environment, free_starts, serving, wait_until
from tests.conftest import NOW, _migrate_and_load

CAPACITY, SLOTS = 2, 3
MATTER = "M001"


def check_seats(database: Database, capacity: int) -> None:
    """Every slot has at most its seats taken, each by one booking that is still booked, and none without."""
    with database.reading() as session:
        seats = session.execute(select(SeatRow.point_id, SeatRow.starts, SeatRow.seat, SeatRow.booking_id)).all()
        bookings = session.execute(select(BookingRow.id, BookingRow.state)).all()
    counted = Counter((point, start) for point, start, _, _ in seats)
    assert max(counted.values(), default=0) <= capacity
    active = {number for number, state in bookings if state != "cancelled"}
    assert {number for *_, number in seats if number is not None} == active


class Booking(RuleBasedStateMachine):
    """Book, move, cancel, hold, let time pass, in any order; the model counts what each slot must have."""

    database: Database
    catalogue = None

    @initialize()
    def begin(self):
        self.now = NOW
        with self.database.transaction() as session:
            for table in (SeatRow, BookingRow):
                session.query(table).delete()
            from mapapp.booking.rows import SlotRow

            session.query(SlotRow).delete()
        self.office = an_office(self.catalogue, rules={"capacity": CAPACITY})
        self.booked = {}
        self.held = {}

    def full(self, number, browser=None):
        mine = [code for code, (first, length) in self.booked.items() if first <= number < first + length]
        holding = [
            who for who, (slot, until) in self.held.items() if slot == number and until > self.now and who != browser
        ]
        return len(mine) + len(holding) >= CAPACITY

    def attempt(self, deed, *arguments):
        try:
            return doing(self.database, deed, self.office, self.now, *arguments), None
        except MapappError as refused:
            return None, refused.code

    @rule(number=st.integers(0, SLOTS - 1), length=st.integers(1, 2), browser=st.sampled_from([None, "a", "b"]))
    def book(self, number, length, browser):
        matters = tuple(bookable_matters(self.catalogue)[: 2 * length - 1])
        request = a_request(self.catalogue, start=slot_at(number), matters=matters, hold=browser)
        receipt, refused = self.attempt(desk.book, request)
        expected = any(self.full(number + step, browser) for step in range(length))
        assert (refused == "slot_full") is expected, (refused, self.booked, self.held)
        if receipt is not None:
            self.booked[receipt.code] = (number, length)
            self.held.pop(browser, None)

    @rule(data=st.data(), number=st.integers(0, SLOTS - 1))
    def move(self, data, number):
        if not self.booked:
            return
        code = data.draw(st.sampled_from(sorted(self.booked)))
        first, length = self.booked.pop(code)
        expected = any(self.full(number + step) for step in range(length)) and number != first
        _, refused = self.attempt(desk.move, code, slot_at(number))
        self.booked[code] = (first if refused else number, length)
        assert (refused == "slot_full") is expected

    @rule(data=st.data())
    def cancel(self, data):
        if self.booked:
            code = data.draw(st.sampled_from(sorted(self.booked)))
            self.attempt(desk.cancel, code)
            del self.booked[code]

    @rule(number=st.integers(0, SLOTS - 1), browser=st.sampled_from(["a", "b"]))
    def hold(self, number, browser):
        expected = self.full(number, browser)
        kept, refused = self.attempt(holds.hold, browser, POINT, (a_bookable_matter(self.catalogue),), slot_at(number))
        assert (refused == "slot_full") is expected
        if kept is not None:
            self.held[browser] = (number, kept.until)

    @rule(minutes=st.sampled_from([1, 4, 5]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @invariant()
    def seats_are_right(self):
        if hasattr(self, "office"):
            check_seats(self.database, CAPACITY)


@pytest.fixture
def loaded_sqlite(templates):
    database = Database(templates.copy("loaded", _migrate_and_load))
    yield database
    database.dispose()


def test_any_order_of_deeds_keeps_the_seats_right(loaded_sqlite, catalogue):
    machine = type("Machine", (Booking,), {"database": loaded_sqlite, "catalogue": catalogue})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# ---- over HTTP, with worker processes


@pytest.fixture
def a_site(templates, tmp_path):
    """A function (kind, settings) -> (environment, database, cluster or None) with the sample data."""

    @contextmanager
    def made(kind: str, **more: str):
        with ExitStack() as stack:
            own = stack.enter_context(cluster()) if kind == "postgresql" else None
            address = own.url if own else templates.copy("loaded", _migrate_and_load)
            environ = environment(tmp_path, DATABASE_URL=address, **more)
            database = Database(address)
            stack.callback(database.dispose)
            if own:
                _migrate_and_load(database)
            yield environ, database, own

    return made


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=KINDS)
def site(request, a_site):
    with a_site(request.param) as made:
        yield made


def book_all(port: int, start: str, numbers: range) -> list[int]:
    """Return the statuses of one request for `start` by each of these persons, all at once."""

    def attempt(number: int) -> int:
        headers = {"Idempotency-Key": f"storm-{start}-{number}"}
        return ask(port, "POST", "/api/v1/bookings", a_body(POINT, MATTER, start, number), headers)[0]

    with ThreadPoolExecutor(50) as threads:
        return list(threads.map(attempt, numbers))


def test_200_requests_at_once_for_3_seats_make_3_bookings(site):
    environ, database, _ = site
    with serving(environ) as served:
        for round_number, start in enumerate(free_starts(served.port, POINT, MATTER)[:3]):
            numbers = range(round_number * 1000, round_number * 1000 + 200)

            statuses = Counter(book_all(served.port, start, numbers))

            assert statuses == {201: 3, 409: 197}
    check_seats(database, 3)


def storm(port: int, starts: list[str], seed: int, rounds: int) -> list[str]:
    """Book, move and cancel at random for a while; return the codes that must still be booked."""
    chance, mine = random.Random(seed), []
    for number in range(rounds):
        deed = chance.random()
        if deed < 0.5 or not mine:
            body = a_body(POINT, MATTER, chance.choice(starts), seed * 10_000 + number)
            status, answer = ask(port, "POST", "/api/v1/bookings", body, {"Idempotency-Key": f"s{seed}-{number}"})
            assert status in (201, 409), answer
            mine += [answer["code"]] if status == 201 else []
        elif deed < 0.8:
            path = f"/api/v1/bookings/{chance.choice(mine)}"
            assert ask(port, "PATCH", path, {"start": chance.choice(starts)})[0] in (200, 409)
        else:
            code = mine.pop(chance.randrange(len(mine)))
            assert ask(port, "DELETE", f"/api/v1/bookings/{code}")[0] == 204
    return mine


def test_a_storm_of_booking_moving_and_cancelling_keeps_every_seat_right(site):
    environ, database, _ = site
    with serving(environ) as served:
        starts = free_starts(served.port, POINT, MATTER)[:4]

        with ThreadPoolExecutor(16) as threads:
            kept = list(threads.map(lambda seed: storm(served.port, starts, seed, 15), range(1, 17)))

        for code in (code for codes in kept for code in codes):
            assert ask(served.port, "GET", f"/api/v1/bookings/{code}")[1]["state"] == "booked"
    check_seats(database, 3)
    with database.reading() as session:
        booked = session.scalars(select(func.count()).where(BookingRow.state == "booked")).one()
    assert booked == sum(map(len, kept))


def stream(port: int, starts: list[str], seed: int, count: int, acknowledged: list[str], after: int, strike) -> None:
    """Book one after the other, each until it is answered, with the same key; `strike` in the middle."""
    for number in range(count):
        person = seed * 1000 + number
        body = a_body(POINT, MATTER, starts[person % len(starts)], person)
        if seed == 1 and number == after:
            strike()

        def answered(body=body, person=person) -> bool:
            try:
                status, answer = ask(port, "POST", "/api/v1/bookings", body, {"Idempotency-Key": f"k{person}"}, 10)
            except OSError:
                return False
            if status in (200, 201):
                acknowledged.append(answer["code"])
            return status in (200, 201, 409)

        wait_until(answered)


def check_acknowledged(port: int, database: Database, acknowledged: list[str], capacity: int) -> None:
    assert len(acknowledged) == len(set(acknowledged)) > 0
    for code in acknowledged:
        assert ask(port, "GET", f"/api/v1/bookings/{code}")[1]["state"] == "booked"
    check_seats(database, capacity)
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(BookingRow)).one() == len(acknowledged)


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(kind, a_site):
    with a_site(kind, MAPAPP_BOOKING_CAPACITY="40") as (environ, database, _), serving(environ) as served:
        starts, acknowledged = free_starts(served.port, POINT, MATTER)[:4], []

        def strike():
            os.kill(served.workers()[0], signal.SIGKILL)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda seed: stream(served.port, starts, seed, 12, acknowledged, 5, strike), range(1, 9)))

        check_acknowledged(served.port, database, acknowledged, 40)


@pytest.mark.postgresql
def test_a_database_killed_in_the_middle_loses_and_doubles_nothing(a_site):
    site = a_site("postgresql", MAPAPP_BOOKING_CAPACITY="40")
    with site as (environ, database, own), serving(environ) as served:
        starts, acknowledged = free_starts(served.port, POINT, MATTER)[:4], []

        def strike():
            own.kill()
            own.start()

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda seed: stream(served.port, starts, seed, 12, acknowledged, 5, strike), range(1, 9)))

        wait_until(served.is_ready)
        database.dispose()
        check_acknowledged(served.port, database, acknowledged, 40)
