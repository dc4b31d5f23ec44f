"""Booking, moving and cancelling on real databases: never more than there is, never lost, never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from mapapp.booking import desk, holds
from mapapp.booking.loading import alternatives, booking_of_code, free_slots, row_of_code
from mapapp.booking.rows import BookingRow
from mapapp.booking.visits import BookingState
from mapapp.errors import Conflict, InvalidQuery, MapappError, NotFound, Refused
from tests.booking_building import (
    OTHER_POINT,
    POINT,
    START,
    a_bookable_matter,
    a_request,
    a_visitor,
    an_office,
    bookable_matters,
    doing,
    seats_of,
    slot_at,
    states,
)
from tests.building import at


@pytest.fixture
def office(catalogue):
    return an_office(catalogue)


@pytest.fixture
def book(loaded_database, office, catalogue, now):
    def book(**changes):
        moment, whose = changes.pop("now", now), changes.pop("office", office)
        return doing(loaded_database, desk.book, whose, moment, a_request(catalogue, **changes))

    return book


def test_a_booking_takes_the_next_seat(loaded_database, book):
    receipt = book()

    assert receipt.is_new
    assert (receipt.booking.start, receipt.booking.end) == (START, START + timedelta(minutes=30))
    assert seats_of(loaded_database) == [1]


def test_a_full_slot_refuses(loaded_database, book):
    for _ in range(3):
        book()

    with pytest.raises(Conflict, match="slot_full"):
        book()

    assert seats_of(loaded_database) == [1, 2, 3]
    assert states(loaded_database) == {"booked": 3}


def test_the_matters_of_a_point_share_one_grid(book, catalogue):
    for matter in bookable_matters(catalogue)[:3]:
        book(matters=(matter,))

    with pytest.raises(Conflict, match="slot_full"):
        book(matters=(bookable_matters(catalogue)[3],))


def test_fifty_threads_for_three_seats_make_three_bookings(loaded_database, book):
    def attempt(_):
        try:
            return book().code
        except MapappError as refused:
            return refused.code

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(attempt, range(50)))

    assert answers.count("slot_full") == 47
    assert seats_of(loaded_database) == [1, 2, 3]


def test_a_cancelled_seat_is_given_again(loaded_database, book, office, now):
    codes = [book().code for _ in range(3)]

    doing(loaded_database, desk.cancel, office, now, codes[1])
    book()

    assert seats_of(loaded_database) == [1, 2, 3]
    assert states(loaded_database) == {"booked": 3, "cancelled": 1}


def test_cancelling_twice_is_cancelling_once(loaded_database, book, office, now):
    code = book().code

    for _ in range(2):
        assert doing(loaded_database, desk.cancel, office, now, code).state is BookingState.CANCELLED

    assert seats_of(loaded_database) == []


def test_moving_takes_the_new_seat_and_gives_up_the_old(loaded_database, book, office, now):
    code = book().code

    moved = doing(loaded_database, desk.move, office, now, code, slot_at(1))

    assert moved.start == slot_at(1)
    assert (seats_of(loaded_database), seats_of(loaded_database, slot_at(1))) == ([], [1])


def test_moving_to_a_full_slot_keeps_the_old_seat(loaded_database, book, office, now):
    for _ in range(3):
        book(start=slot_at(1))
    code = book().code

    with pytest.raises(Conflict, match="slot_full"):
        doing(loaded_database, desk.move, office, now, code, slot_at(1))

    assert seats_of(loaded_database) == [1]
    with loaded_database.reading() as session:
        assert booking_of_code(session, office.sealer, code).start == START


def test_moving_to_where_it_is_changes_nothing(loaded_database, book, office, now):
    code = book().code

    assert doing(loaded_database, desk.move, office, now, code, START).start == START
    assert seats_of(loaded_database) == [1]


def test_a_cancelled_booking_cannot_be_moved(loaded_database, book, office, now):
    code = book().code
    doing(loaded_database, desk.cancel, office, now, code)

    with pytest.raises(Refused, match="cancelled"):
        doing(loaded_database, desk.move, office, now, code, slot_at(1))


@pytest.mark.parametrize("deed", ["move", "cancel"])
def test_two_hours_before_it_is_too_late_to_change(deed, loaded_database, book, office):
    code = book().code
    arguments = (slot_at(1),) if deed == "move" else ()

    with pytest.raises(Refused, match="too_late"):
        doing(loaded_database, getattr(desk, deed), office, START - timedelta(minutes=119), code, *arguments)


def test_exactly_two_hours_before_it_can_still_be_cancelled(loaded_database, book, office):
    code = book().code

    assert doing(loaded_database, desk.cancel, office, START - timedelta(hours=2), code).state == "cancelled"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (at("2026-11-24 09:00"), "too_late"),
        (at("2026-11-25 14:00"), "too_late"),
        (at("2026-11-28 09:00"), "not_bookable"),
        (at("2026-11-26 12:30"), "not_bookable"),
        (at("2026-11-26 09:10"), "not_bookable"),
        (at("2026-12-10 09:00"), "not_bookable"),
    ],
    ids=["past", "today", "closed day", "lunch", "between slots", "too far ahead"],
)
def test_a_time_that_cannot_be_had_says_why(start, code, book):
    with pytest.raises(Refused) as refused:
        book(start=start)

    assert (refused.value.code, refused.value.field) == (code, "start")


def test_a_time_in_another_zone_is_the_same_time(book):
    assert book(start=START.astimezone(tz=None)).booking.start == START


def test_a_matter_that_is_not_booked_online_is_refused(book, catalogue):
    offer = next(offer for offer in catalogue.offers_by_point[POINT] if not offer.bookable)

    with pytest.raises(Refused, match="not_bookable"):
        book(matters=(offer.matter_code,))


def test_unknown_points_and_matters_are_not_found(book, catalogue):
    with pytest.raises(NotFound, match="unknown_point"):
        book(point_id="nowhere", matters=(a_bookable_matter(catalogue),))
    with pytest.raises(NotFound, match="unknown_matter"):
        book(matters=("nothing",))


def test_the_same_request_again_finds_its_booking(loaded_database, book):
    visitor = a_visitor()
    first = book(visitor=visitor, key="once")

    again = book(visitor=visitor, key="once")

    assert (again.code, again.booking, again.is_new) == (first.code, first.booking, False)
    assert seats_of(loaded_database) == [1]


def test_the_same_request_finds_its_booking_when_the_rules_no_longer_allow_it(book, now):
    visitor = a_visitor()
    first = book(visitor=visitor, key="once")

    assert book(visitor=visitor, key="once", now=now + timedelta(hours=23, minutes=30)).code == first.code


def test_a_day_later_the_key_is_free_again(book, now):
    first = book(visitor=a_visitor(), key="once", start=at("2026-11-27 09:00"))

    second = book(visitor=a_visitor(), key="once", start=at("2026-12-01 09:00"), now=now + timedelta(hours=24))

    assert second.is_new
    assert second.code != first.code


@pytest.mark.parametrize(
    "other", [{"start": slot_at(1)}, {"visitor": a_visitor(name="李四")}, {"point_id": OTHER_POINT}], ids=str
)
def test_the_same_key_for_something_else_is_refused(other, book, catalogue):
    same = {"visitor": a_visitor(), "key": "once", "matters": (a_bookable_matter(catalogue, OTHER_POINT),)}
    same["matters"] = (next(m for m in bookable_matters(catalogue) if m in bookable_matters(catalogue, OTHER_POINT)),)
    book(**same)

    with pytest.raises(InvalidQuery, match="idempotency_mismatch"):
        book(**same | other)


def test_the_same_request_from_many_threads_makes_one_booking(loaded_database, book):
    visitor = a_visitor()

    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(lambda _: book(visitor=visitor, key="double click").code, range(8)))

    assert len(set(codes)) == 1
    assert seats_of(loaded_database) == [1]


def test_a_person_has_two_bookings_at_most(book, catalogue):
    visitor, matters = a_visitor(), bookable_matters(catalogue)
    for number in range(2):
        book(visitor=visitor, start=slot_at(number), matters=(matters[number],))

    with pytest.raises(Refused, match=r"limit_reached \(phone\)"):
        book(visitor=visitor, start=slot_at(2), matters=(matters[2],))


def test_a_person_has_one_booking_for_a_matter_and_day(book):
    visitor = a_visitor()
    book(visitor=visitor)

    with pytest.raises(Refused, match=r"limit_reached \(matter\)"):
        book(visitor=visitor, start=slot_at(1))

    assert book(visitor=visitor, start=at("2026-11-27 09:00")).is_new


def test_a_parent_can_be_booked_from_the_same_phone(book):
    book(visitor=a_visitor(5, name="张三", id_last4="0001"))

    assert book(visitor=a_visitor(5, name="张大爷", id_last4="0002")).is_new


def test_a_cancelled_booking_no_longer_counts(loaded_database, book, office, now):
    visitor = a_visitor()
    code = book(visitor=visitor).code
    doing(loaded_database, desk.cancel, office, now, code)

    assert book(visitor=visitor).is_new


def test_threads_of_one_person_get_no_more_than_one_person_may_have(book, catalogue):
    visitor, matters = a_visitor(), bookable_matters(catalogue)

    def attempt(number):
        try:
            return book(visitor=visitor, start=slot_at(number % 6), matters=(matters[number],)).code
        except MapappError as refused:
            return refused.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(12)))

    assert answers.count("limit_reached") == 10


def test_nobody_confirmed_means_a_stranger_cannot_use_up_a_number(book, catalogue):
    office, matters = an_office(catalogue, sends_messages=True), bookable_matters(catalogue)
    for number in range(2):
        stranger = a_visitor(7, id_last4="0000")
        book(office=office, visitor=stranger, matters=(matters[number],), start=slot_at(number))

    assert book(office=office, visitor=a_visitor(7, id_last4="9999")).is_new


def test_confirmed_bookings_count_against_the_number(loaded_database, book, catalogue, now):
    office, matters = an_office(catalogue, sends_messages=True), bookable_matters(catalogue)
    for number in range(2):
        receipt = book(
            office=office,
            visitor=a_visitor(7, id_last4=f"000{number}"),
            number="123456",
            matters=(matters[number],),
            start=slot_at(number),
        )
        doing(loaded_database, desk.confirm, office, now, receipt.code, "123456")

    with pytest.raises(Refused, match="limit_reached"):
        book(office=office, visitor=a_visitor(7, id_last4="9999"), start=slot_at(3))


def test_a_wrong_number_confirms_nothing_and_five_are_enough(loaded_database, book, catalogue, now):
    office = an_office(catalogue, sends_messages=True)
    code = book(office=office, number="123456").code
    for _ in range(5):
        with pytest.raises(InvalidQuery, match="wrong_number"):
            doing(loaded_database, desk.confirm, office, now, code, "000000")
        doing(loaded_database, desk.count_wrong_number, office, code)

    with pytest.raises(InvalidQuery, match="wrong_number"):
        doing(loaded_database, desk.confirm, office, now, code, "123456")


@pytest.mark.parametrize(("confirmed", "refused"), [(True, True), (False, False)])
def test_three_missed_visits_pause_only_a_confirmed_number(confirmed, refused, loaded_database, book, catalogue, now):
    office, visitor = an_office(catalogue, sends_messages=True), a_visitor()
    for number in range(3):
        receipt = book(office=an_office(catalogue, rules={"active_limit": 9, "matter_day_limit": 9}), visitor=visitor)
        with loaded_database.transaction() as session:
            row = row_of_code(session, office.sealer, receipt.code)
            row.state, row.starts = "no_show", now - timedelta(days=10 + number)
            row.confirmed_at = now if confirmed else None

    if refused:
        with pytest.raises(Refused, match="booking_paused"):
            book(office=office, visitor=visitor, start=slot_at(1))
        later = now + timedelta(days=21)
        assert book(office=office, visitor=visitor, now=later, start=at("2026-12-17 09:00")).is_new
    else:
        assert book(office=office, visitor=visitor, start=slot_at(1)).is_new


def test_several_matters_take_consecutive_seats(loaded_database, book, catalogue):
    receipt = book(matters=tuple(bookable_matters(catalogue)[:3]))

    assert receipt.booking.end - receipt.booking.start == timedelta(hours=1)
    assert (seats_of(loaded_database), seats_of(loaded_database, slot_at(1))) == ([1], [1])


def test_a_visit_does_not_reach_over_lunch(book, catalogue):
    with pytest.raises(Refused, match="not_bookable"):
        book(matters=tuple(bookable_matters(catalogue)[:3]), start=at("2026-11-26 11:30"))


def test_a_long_visit_moves_by_one_slot_and_keeps_what_it_has(loaded_database, book, office, catalogue, now):
    code = book(matters=tuple(bookable_matters(catalogue)[:3])).code

    doing(loaded_database, desk.move, office, now, code, slot_at(1))

    assert [seats_of(loaded_database, slot_at(number)) for number in range(3)] == [[], [1], [1]]


def test_a_hold_counts_until_it_expires(loaded_database, book, office, catalogue, now):
    matter = (a_bookable_matter(catalogue),)
    for browser in range(3):
        doing(loaded_database, holds.hold, office, now, f"browser {browser}", POINT, matter, START)

    with pytest.raises(Conflict, match="slot_full"):
        book(now=now + timedelta(minutes=4))

    assert book(now=now + timedelta(minutes=5)).is_new


def test_a_browser_books_what_it_holds(loaded_database, book, office, catalogue, now):
    matter = (a_bookable_matter(catalogue),)
    for browser in range(3):
        doing(loaded_database, holds.hold, office, now, f"browser {browser}", POINT, matter, START)

    assert book(hold="browser 1").is_new
    assert seats_of(loaded_database) == [1, 2, 3]


def test_a_browser_has_one_hold(loaded_database, office, catalogue, now):
    matter = (a_bookable_matter(catalogue),)

    for number in range(3):
        doing(loaded_database, holds.hold, office, now, "browser", POINT, matter, slot_at(number))

    assert [seats_of(loaded_database, slot_at(number)) for number in range(3)] == [[], [], [1]]


def test_only_its_owner_drops_a_hold(loaded_database, office, catalogue, now):
    doing(loaded_database, holds.hold, office, now, "mine", POINT, (a_bookable_matter(catalogue),), START)

    assert doing(loaded_database, holds.release, office, "somebody else's") is False
    assert seats_of(loaded_database) == [1]
    assert doing(loaded_database, holds.release, office, "mine") is True
    assert seats_of(loaded_database) == []


def test_what_is_free_is_what_can_be_booked(loaded_database, book, office, catalogue, now):
    for _ in range(3):
        book()
    book(start=slot_at(1))

    with loaded_database.reading() as session:
        slots = free_slots(session, office, now, POINT, (a_bookable_matter(catalogue),))

    assert [(slot.start, slot.free) for slot in slots[:3]] == [(START, 0), (slot_at(1), 2), (slot_at(2), 3)]
    assert {slot.start.date().isoformat() for slot in slots} >= {"2026-11-26", "2026-12-09"}
    assert not any(slot.start.date().isoformat() in ("2026-11-25", "2026-11-28", "2026-12-10") for slot in slots)


def test_a_long_visit_is_as_free_as_its_fullest_slot(loaded_database, book, office, catalogue, now):
    for _ in range(2):
        book(start=slot_at(1))

    with loaded_database.reading() as session:
        slots = free_slots(session, office, now, POINT, tuple(bookable_matters(catalogue)[:3]))

    assert [slot.free for slot in slots[:3]] == [1, 1, 3]


def test_alternatives_are_the_next_free_times(loaded_database, book, office, catalogue, now):
    for _ in range(3):
        book()

    with loaded_database.reading() as session:
        offered = alternatives(session, office, now, POINT, (a_bookable_matter(catalogue),), START)

    assert [slot.start for slot in offered] == [slot_at(number) for number in (1, 2, 3, 4, 5)]


def test_a_code_is_found_in_any_spelling_and_no_other(loaded_database, book, office):
    code = book().code

    with loaded_database.reading() as session:
        assert booking_of_code(session, office.sealer, f" {code[:9].lower()}-{code[9:]} ").start == START
        for text_of_nobody in ("", "x", "2" * 18, "\x00" * 18, code[:-1], "'; DROP TABLE booking; --"):
            with pytest.raises(NotFound, match="unknown_booking"):
                booking_of_code(session, office.sealer, text_of_nobody)


def test_erasing_leaves_nothing_of_a_person(loaded_database, book, office, now):
    code = book(key="once").code

    doing(loaded_database, desk.erase, office, now, code)

    assert seats_of(loaded_database) == []
    with loaded_database.reading() as session:
        row = session.scalars(select(BookingRow)).one()
        assert [row.code_hash, row.sealed, row.phone_hash, row.person_hash, row.request_hash] == [None] * 5
        with pytest.raises(NotFound):
            booking_of_code(session, office.sealer, code)


def test_no_table_holds_a_person_in_the_clear(loaded_database, book, catalogue):
    office = an_office(catalogue, sends_messages=True)
    visitor = a_visitor(name="欧阳测试", id_last4="9Z8Y")
    code = book(office=office, visitor=visitor, key="the key").code

    with loaded_database.reading() as session:
        rows = [
            session.execute(text(f"SELECT * FROM {table}")).all() for table in ("booking", "booking_seat", "message")
        ]

    written = repr(rows)
    assert rows[2]
    assert not [part for part in (visitor.name, visitor.phone, "9Z8Y", code, "the key") if part in written]
