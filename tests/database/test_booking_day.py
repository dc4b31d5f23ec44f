"""What staff do with the bookings of a day, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mapapp.booking import arranging, day, desk, fitting
from mapapp.booking.day import NOBODY, Arrival
from mapapp.booking.loading import free_slots, read_rulebook
from mapapp.booking.outbox import MessageKind
from mapapp.booking.rows import MessageRow
from mapapp.booking.rules import BookingRules, Rulebook
from mapapp.booking.visits import BookingState
from mapapp.catalogue.revision import current_revision
from mapapp.errors import Conflict, InvalidQuery, NotFound, Refused
from mapapp.people import Person, Role
from tests.booking_building import (
    POINT,
    START,
    a_bookable_matter,
    a_code,
    a_request,
    a_visitor,
    an_office,
    doing,
    seats_of,
    slot_at,
)
from tests.building import a_closure, at

CLERK = Person(name="窗口三", role=Role.EDITOR)


@pytest.fixture
def office(catalogue):
    return an_office(catalogue)


@pytest.fixture
def book(loaded_database, office, catalogue, now):
    return lambda **changes: doing(loaded_database, desk.book, office, now, a_request(catalogue, **changes))


def test_the_list_of_a_day_is_in_order_of_time_with_its_people(loaded_database, office, book):
    for number, name in ((2, "乙"), (0, "甲"), (1, "丙")):
        book(start=slot_at(number), visitor=a_visitor(name=name))
    book(start=START + timedelta(days=1))

    entries = doing(loaded_database, day.day_list, office, POINT, START.date())

    assert [entry.visitor.name for entry in entries] == ["甲", "丙", "乙"]


@pytest.mark.parametrize(
    ("minutes", "arrival"),
    [(-60, Arrival.EARLY), (-15, Arrival.ON_TIME), (15, Arrival.ON_TIME), (16, Arrival.LATE)],
)
def test_check_in_says_whether_somebody_came_in_time(loaded_database, office, book, minutes, arrival):
    code = book().code

    booking, when = doing(loaded_database, day.check_in, office, START + timedelta(minutes=minutes), CLERK, code)

    assert (booking.state, when) == (BookingState.ARRIVED, arrival)


def test_what_the_qr_code_says_checks_in(loaded_database, office, book):
    code = book().code

    booking, _ = doing(loaded_database, day.check_in, office, START, CLERK, f"https://map.example/booking/{code}")

    assert booking.state is BookingState.ARRIVED


def test_nobody_checks_in_on_another_day_or_with_another_code(loaded_database, office, book):
    code = book().code

    with pytest.raises(Refused, match="not_today"):
        doing(loaded_database, day.check_in, office, START + timedelta(days=1), CLERK, code)
    with pytest.raises(NotFound, match="unknown_booking"):
        doing(loaded_database, day.check_in, office, START, CLERK, a_code())


def test_a_visit_is_done(loaded_database, office, book):
    booking = book().booking

    assert doing(loaded_database, day.note_done, START, CLERK, booking.id).state is BookingState.DONE


def test_a_visit_is_missed_only_after_its_window(loaded_database, office, book):
    booking = book().booking

    with pytest.raises(Refused, match="too_early"):
        doing(loaded_database, day.note_no_show, office, START + timedelta(minutes=15), CLERK, booking.id)
    later = START + timedelta(minutes=16)
    assert doing(loaded_database, day.note_no_show, office, later, CLERK, booking.id).state is BookingState.NO_SHOW


def test_whoever_was_there_did_not_miss(loaded_database, office, book):
    receipt = book()
    doing(loaded_database, day.check_in, office, START, CLERK, receipt.code)

    with pytest.raises(Refused, match="came"):
        doing(loaded_database, day.note_no_show, office, START + timedelta(hours=1), CLERK, receipt.booking.id)


@pytest.mark.parametrize("deed", [day.note_done, day.note_no_show])
def test_a_cancelled_booking_stays_cancelled(loaded_database, office, book, now, deed):
    receipt = book()
    doing(loaded_database, desk.cancel, office, now, receipt.code)
    arguments = (office,) if deed is day.note_no_show else ()

    with pytest.raises(Refused, match="cancelled"):
        doing(loaded_database, deed, *arguments, START + timedelta(hours=1), CLERK, receipt.booking.id)


def test_a_walk_in_gets_the_next_free_seat_of_today(loaded_database, office, book, catalogue):
    for _ in range(3):
        book()
    facts = {"point_id": POINT, "matters": (a_bookable_matter(catalogue),)}

    booking = doing(loaded_database, day.walk_in, office, START + timedelta(minutes=5), CLERK, code=a_code(), **facts)

    assert (booking.start, booking.state, booking.is_walk_in) == (slot_at(1), BookingState.ARRIVED, True)
    (entry,) = [
        entry for entry in doing(loaded_database, day.day_list, office, POINT, START.date()) if entry.booking.is_walk_in
    ]
    assert entry.visitor == NOBODY


def test_a_walk_in_after_the_last_slot_is_refused(loaded_database, office, catalogue):
    facts = {"point_id": POINT, "matters": (a_bookable_matter(catalogue),), "code": a_code()}

    with pytest.raises(Conflict, match="slot_full"):
        doing(loaded_database, day.walk_in, office, at("2026-11-26 18:00"), CLERK, **facts)


def test_a_blocked_slot_gives_no_more_seats_and_says_who_has_one(loaded_database, office, book):
    mine = book().booking

    beyond = doing(loaded_database, arranging.block_slot, office, CLERK, POINT, START, "培训")

    assert [entry.booking.id for entry in beyond] == [mine.id]
    assert seats_of(loaded_database) == [1]
    with pytest.raises(Conflict, match="slot_full"):
        book()


def test_a_block_is_lifted(loaded_database, office, book):
    doing(loaded_database, arranging.block_slot, office, CLERK, POINT, START, "培训")
    doing(loaded_database, arranging.set_capacity, office, CLERK, POINT, START, None, "")

    assert book().is_new


def test_a_slot_may_have_more_seats_than_the_rules_say(loaded_database, office, book, catalogue, now):
    doing(loaded_database, arranging.set_capacity, office, CLERK, POINT, START, 5, "加窗")
    for _ in range(5):
        book()

    with pytest.raises(Conflict):
        book()
    with loaded_database.reading() as session:
        first = free_slots(session, office, now, POINT, (a_bookable_matter(catalogue),))[0]
    assert (first.capacity, first.free) == (5, 0)


def test_seats_beyond_rules_that_allow_none_are_each_given_once(loaded_database, catalogue, now):
    none, some = (an_office(catalogue, rules={"capacity": seats}) for seats in (0, 3))
    doing(loaded_database, arranging.set_capacity, none, CLERK, POINT, START, 2, "")
    for _ in range(2):
        doing(loaded_database, desk.book, none, now, a_request(catalogue))
    doing(loaded_database, arranging.set_capacity, none, CLERK, POINT, START, None, "")

    doing(loaded_database, desk.book, some, now, a_request(catalogue))

    assert seats_of(loaded_database) == [1, 2, 3]


def test_a_capacity_that_was_lowered_gives_seats_only_below_it(loaded_database, office, book, now):
    codes = [book().code for _ in range(3)]
    doing(loaded_database, arranging.set_capacity, office, CLERK, POINT, START, 1, "")
    doing(loaded_database, desk.cancel, office, now, codes[0])

    with pytest.raises(Conflict):
        book()

    doing(loaded_database, desk.cancel, office, now, codes[1])
    doing(loaded_database, desk.cancel, office, now, codes[2])
    assert book().is_new
    assert seats_of(loaded_database) == [1]


def test_rules_of_a_point_hold_from_the_next_revision(loaded_database, office, now):
    with loaded_database.reading() as session:
        before = current_revision(session)

    doing(
        loaded_database, arranging.set_rules, office, now, CLERK, POINT, {"capacity": 7, "weekday_capacity": {"4": 1}}
    )

    with loaded_database.reading() as session:
        rulebook = read_rulebook(session, BookingRules())
        assert current_revision(session) == before + 1
    assert (rulebook.of_point(POINT).capacity, rulebook.of_point(POINT).capacity_on(4)) == (7, 1)
    assert rulebook.of_point("JB-002") == BookingRules()


def test_rules_that_make_no_sense_are_not_kept(loaded_database, office, now):
    with pytest.raises(InvalidQuery, match="invalid_booking_rule"):
        doing(loaded_database, arranging.set_rules, office, now, CLERK, POINT, {"capacity": -1})


def test_a_closure_lists_who_is_booked_and_they_are_moved_with_a_word(loaded_database, catalogue, now):
    office = an_office(catalogue, sends_messages=True)
    receipt = doing(loaded_database, desk.book, office, now, a_request(catalogue))
    doing(loaded_database, desk.book, office, now, a_request(catalogue, start=slot_at(2)))
    closures = {POINT: (a_closure(START, START + timedelta(minutes=30)),)}
    closed = replace(office, catalogue=replace(catalogue, closures=closures))

    (entry,) = doing(loaded_database, fitting.misfits, closed, now, POINT)
    assert entry.booking.id == receipt.booking.id
    moved = doing(loaded_database, day.move_for, closed, now, CLERK, entry.booking.id, slot_at(1), "消防演练")

    assert (moved.start, moved.reason) == (slot_at(1), "消防演练")
    assert doing(loaded_database, fitting.misfits, closed, now, POINT) == ()
    with loaded_database.reading() as session:
        kinds = session.scalars(select(MessageRow.kind).where(MessageRow.booking_id == moved.id)).all()
    assert MessageKind.MOVED in kinds


def test_hours_that_shrink_list_who_no_longer_fits(loaded_database, office, catalogue, now):
    booking = doing(loaded_database, desk.book, office, now, a_request(catalogue)).booking
    later = dict(catalogue.points) | {POINT: replace(catalogue.points[POINT], hours_rule="Mo-Fr 10:00-12:00")}
    shorter = replace(office, catalogue=replace(catalogue, points=later))

    assert [entry.booking.id for entry in doing(loaded_database, fitting.misfits, shorter, now, POINT)] == [booking.id]


def test_staff_cancel_with_a_reason(loaded_database, office, book, now):
    booking = book().booking

    cancelled = doing(loaded_database, day.cancel_for, office, now, CLERK, booking.id, "停电")

    assert (cancelled.state, cancelled.reason) == (BookingState.CANCELLED, "停电")
    assert seats_of(loaded_database) == []


def test_rulebook_of_the_district_holds_where_a_point_has_none():
    assert Rulebook(BookingRules(capacity=2), {}).of_point("any").capacity == 2


def test_a_day_without_bookings_is_empty(loaded_database, office):
    assert doing(loaded_database, day.day_list, office, POINT, date(2026, 11, 27)) == ()
