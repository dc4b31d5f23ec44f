"""Messages: written with what causes them, sent once over real local servers, tried again, and the waiting list."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mapapp.booking import arranging, desk, finding, fitting, waiting
from mapapp.booking.channels import channels_of
from mapapp.booking.codes import grouped
from mapapp.booking.keeping import purge
from mapapp.booking.outbox import MOST_TRIES
from mapapp.booking.rows import MessageRow
from mapapp.booking.rules import BookingRules
from mapapp.errors import Conflict, InvalidQuery, NotFound, Refused
from mapapp.hours.opening_hours import Closure
from mapapp.people import Person, Role
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from mapapp.web.sending import send_due
from tests.booking_building import (
    POINT,
    START,
    a_bookable_matter,
    a_code,
    a_request,
    a_visitor,
    an_office,
    bookable_matters,
    doing,
    seats_of,
    slot_at,
)
from tests.building import at
from tests.message_services import Gateway, MailServer, running

EVENING = START.replace(hour=18) - timedelta(days=1)


@pytest.fixture
def office(catalogue):
    return an_office(catalogue, sends_messages=True)


@pytest.fixture
def gateway():
    with running(Gateway()) as server:
        yield server


@pytest.fixture
def book(loaded_database, office, catalogue, now):
    return lambda **changes: doing(loaded_database, desk.book, office, now, a_request(catalogue, **changes))


@pytest.fixture
def send(loaded_database, office, gateway):
    """A function (moment, settings) -> tally of one look into the box."""
    app = create_app(Settings(database_url=str(loaded_database.url), rate_limits="off", log_level="error"))

    def send(moment, office=office, **settings):
        # a busy machine may be slow to answer: only what a server says decides here, never how long it takes
        chosen = Settings(**{"message_webhook_url": gateway.url, "message_timeout_s": 300, **settings})
        with app.app_context():
            return send_due(loaded_database, office, channels_of(chosen), "https://map.example", lambda: moment)

    yield send
    app.extensions[EXTENSION].keeper.close()


def test_a_booking_is_told_at_once_and_reminded_of_the_evening_before(book, send, gateway, now):
    visitor = a_visitor()
    code = book(visitor=visitor, number="654321").code

    send(now)
    send(EVENING - timedelta(minutes=1))
    assert [letter["phone"] for letter in gateway.letters] == [visitor.phone]
    send(EVENING)

    told, reminder = gateway.letters
    grouped = "-".join(code[place : place + 3] for place in range(0, 18, 3))
    assert f"https://map.example/booking/{grouped}" in told["text"]
    assert "11月26日 星期四 9:00" in told["text"] and "654321" in told["text"]
    assert "654321" not in reminder["text"] and "9:00" in reminder["text"]


def test_words_are_in_the_language_of_the_booking(book, send, gateway, now):
    book(language="en")

    send(now)

    assert gateway.letters[0]["text"].startswith("Booked: Thursday 26 November 9:00")


def test_moving_and_cancelling_are_told_and_replace_the_reminder(loaded_database, book, office, send, gateway, now):
    code = book().code
    send(now)
    doing(loaded_database, desk.move, office, now, code, slot_at(2))
    send(now)
    doing(loaded_database, desk.cancel, office, now, code)
    send(now)
    send(EVENING)

    texts = [letter["text"] for letter in gateway.letters]
    assert len(texts) == 3
    assert "10:00" in texts[1]


def test_a_message_is_sent_once_by_many_senders(book, send, gateway, now):
    for _ in range(3):
        book()

    with ThreadPoolExecutor(4) as threads:
        tallies = list(threads.map(lambda _: send(now), range(4)))

    assert sum(tally.sent for tally in tallies) == 3
    assert len({letter["id"] for letter in gateway.letters}) == len(gateway.letters) == 3


def test_what_did_not_go_through_is_tried_again_later_and_later(loaded_database, book, send, gateway, now):
    gateway.statuses = [500, 503]
    book()

    assert (send(now).sent, send(now).sent) == (0, 0)
    assert send(now + timedelta(minutes=1)).failed == 1
    assert send(now + timedelta(minutes=2)).sent == 0
    assert send(now + timedelta(minutes=3)).sent == 1
    assert len(gateway.letters) == 1


def test_after_a_day_a_message_is_given_up(loaded_database, book, send, gateway, now):
    book(start=START + timedelta(days=7))
    gateway.statuses = [500] * 50
    moment = now
    for _ in range(MOST_TRIES + 2):
        send(moment)
        moment += timedelta(days=1)

    with loaded_database.reading() as session:
        given_up = select(MessageRow.trouble).where(MessageRow.given_up_at.is_not(None), MessageRow.kind == "booked")
        assert session.scalars(given_up).all() == ["gateway answered 500"]


def test_a_claim_that_was_never_finished_is_free_again(loaded_database, book, send, gateway, now):
    from mapapp.booking import outbox

    book()
    doing(loaded_database, outbox.claim, now)

    assert send(now + timedelta(minutes=1)).sent == 0
    assert send(now + timedelta(minutes=2)).sent == 1


def test_the_gateway_gets_the_secret_and_an_id_that_stays(book, send, gateway, now):
    book()

    send(now, message_webhook_token="secret")

    assert gateway.headers[0]["Authorization"] == "Bearer secret"
    assert gateway.headers[0]["Idempotency-Key"] == gateway.letters[0]["id"]


def test_a_redirect_of_the_gateway_is_not_followed(book, send, gateway, now):
    gateway.statuses = [302]
    book()

    assert send(now).failed == 1
    assert gateway.letters == []


def test_a_mail_server_takes_messages_too(book, send, now):
    visitor = a_visitor()
    book(visitor=visitor)

    with running(MailServer()) as server:
        tally = send(
            now,
            message_webhook_url="",
            message_smtp_url=server.url,
            message_smtp_from="map@example.cn",
            message_smtp_to="{phone}@sms.example.cn",
        )

    (mail,) = server.mails
    assert tally.sent == 1
    assert (mail["To"], mail["From"]) == (f"{visitor.phone}@sms.example.cn", "map@example.cn")
    assert "11月26日" in mail.get_content()


def test_the_second_channel_takes_what_the_first_does_not(book, send, gateway, now):
    gateway.statuses = [500]
    book()

    with running(MailServer()) as server:
        assert send(now, message_smtp_url=server.url).sent == 1

    assert (len(server.mails), len(gateway.letters)) == (1, 0)


def test_what_a_channel_says_never_holds_the_number(loaded_database, book, send, now, capsys):
    visitor = a_visitor()
    book(visitor=visitor)

    with running(MailServer()) as server:
        server.refuses = True
        send(now, message_webhook_url="http://127.0.0.1:9/", message_smtp_url=server.url)

    with loaded_database.reading() as session:
        troubles = session.scalars(select(MessageRow.trouble)).all()
    assert "gateway: URLError; mail server: SMTPRecipientsRefused" in troubles
    assert visitor.phone not in f"{troubles}{capsys.readouterr()}"


@pytest.mark.parametrize("setting", [{"message_webhook_url": "ftp://x"}, {"message_smtp_url": "http://x"}])
def test_an_address_that_cannot_be_one_is_refused(setting):
    with pytest.raises(InvalidQuery, match="invalid_setting"):
        channels_of(Settings(**setting))


def test_without_a_channel_nothing_is_put_into_the_box(loaded_database, catalogue, now):
    doing(loaded_database, desk.book, an_office(catalogue), now, a_request(catalogue))

    with loaded_database.reading() as session:
        assert session.scalars(select(func.count()).select_from(MessageRow)).one() == 0


# ---- the waiting list


@pytest.fixture
def small(catalogue):
    """An office whose slots have one seat, on a day of which every slot is taken."""
    return an_office(catalogue, sends_messages=True, rules={"capacity": 1})


@pytest.fixture
def full_day(loaded_database, small, catalogue, now):
    """Codes of the bookings of a full day by time."""
    codes = []
    while True:
        with loaded_database.reading() as session:
            from mapapp.booking.loading import free_slots

            matter = (a_bookable_matter(catalogue),)
            free = [
                slot for slot in free_slots(session, small, now, POINT, matter, START.date(), START.date()) if slot.free
            ]
        if not free:
            return codes
        request = a_request(catalogue, start=free[0].start)
        codes.append(doing(loaded_database, desk.book, small, now, request).code)


@pytest.fixture
def join(loaded_database, small, catalogue, now):
    def join(**changes):
        code = a_code()
        facts = {
            "point_id": POINT,
            "matters": (a_bookable_matter(catalogue),),
            "day": START.date(),
            "visitor": a_visitor(),
            "code": code,
            "language": "zh",
        }
        doing(loaded_database, waiting.join, small, now, **{**facts, **changes})
        return code

    return join


def test_a_freed_seat_is_offered_to_the_first_in_line(loaded_database, small, full_day, join, now):
    first, second = join(), join()

    doing(loaded_database, desk.cancel, small, now, full_day[2])

    places = [doing(loaded_database, waiting.place_of_code, small, now, code) for code in (first, second)]
    assert [(place.state, place.ahead) for place in places] == [("offered", 0), ("waiting", 0)]
    assert places[0].start == slot_at(2)
    assert places[0].until == now + timedelta(minutes=30)


def test_nobody_slips_in_before_the_first_in_line(loaded_database, small, catalogue, full_day, join, now):
    join()
    doing(loaded_database, desk.cancel, small, now, full_day[2])

    with pytest.raises(Conflict, match="slot_full"):
        doing(loaded_database, desk.book, small, now, a_request(catalogue, start=slot_at(2)))


def test_a_seat_of_a_blocked_slot_is_passed_to_nobody(loaded_database, small, full_day, join, now):
    code = join()
    clerk = Person(name="窗口三", role=Role.EDITOR)
    doing(loaded_database, arranging.block_slot, small, clerk, POINT, START, "培训")

    doing(loaded_database, desk.cancel, small, now, full_day[0])

    assert doing(loaded_database, waiting.place_of_code, small, now, code).state is waiting.WaitState.WAITING
    assert seats_of(loaded_database) == []


def test_an_offer_becomes_a_booking_under_the_same_code(loaded_database, small, full_day, join, now):
    code = join()
    doing(loaded_database, desk.cancel, small, now, full_day[2])

    booking = doing(loaded_database, waiting.accept, small, now, code)

    assert booking.start == slot_at(2)
    assert seats_of(loaded_database, slot_at(2)) == [1]
    assert doing(loaded_database, desk.move, small, now, code, slot_at(2)).start == slot_at(2)
    with pytest.raises(NotFound):
        doing(loaded_database, waiting.place_of_code, small, now, code)


def test_an_offer_that_ran_out_goes_to_the_next(loaded_database, small, office, full_day, join, send, gateway, now):
    first, second = join(), join()
    doing(loaded_database, desk.cancel, small, now, full_day[2])
    later = now + timedelta(minutes=31)

    with pytest.raises(Conflict, match="offer_over"):
        doing(loaded_database, waiting.accept, small, later, first)
    doing(loaded_database, lambda session: waiting.end_offers(session, later))
    assert doing(loaded_database, waiting.offer_next, small, later) is True

    assert doing(loaded_database, waiting.place_of_code, small, later, second).state == "offered"
    assert doing(loaded_database, waiting.accept, small, later, second).start == slot_at(2)


def test_an_offer_is_told(loaded_database, small, full_day, join, send, gateway, now):
    visitor = a_visitor()
    join(visitor=visitor)
    doing(loaded_database, desk.cancel, small, now, full_day[2])

    send(now)

    (offer,) = [letter for letter in gateway.letters if letter["phone"] == visitor.phone]
    assert "10:30" in offer["text"] and "10:00" in offer["text"]


def test_whoever_leaves_the_line_gives_the_offer_back(loaded_database, small, full_day, join, now):
    code = join()
    doing(loaded_database, desk.cancel, small, now, full_day[2])

    doing(loaded_database, waiting.leave, small, code)

    assert seats_of(loaded_database, slot_at(2)) == []


def test_a_moved_booking_frees_its_seat_for_the_line(loaded_database, small, full_day, join, now):
    code = join()

    doing(loaded_database, desk.move, small, now, full_day[2], START + timedelta(days=1))

    assert doing(loaded_database, waiting.place_of_code, small, now, code).state == "offered"


def test_there_is_no_line_for_a_day_with_a_free_time(loaded_database, small, join, now):
    with pytest.raises(Refused, match="no_waiting_list"):
        join()


def test_there_is_no_line_without_a_channel(loaded_database, catalogue, full_day, now):
    office = an_office(catalogue, rules={"capacity": 1})
    facts = {"point_id": POINT, "matters": (a_bookable_matter(catalogue),), "day": START.date(), "language": "zh"}

    with pytest.raises(Refused, match="no_waiting_list"):
        doing(loaded_database, waiting.join, office, now, visitor=a_visitor(), code=a_code(), **facts)


def test_a_number_waits_once_for_a_day(full_day, join):
    visitor = a_visitor()
    join(visitor=visitor)

    with pytest.raises(Refused, match="limit_reached"):
        join(visitor=visitor)


# ---- bookings whose time is gone


@pytest.fixture
def closed(catalogue):
    """An office that works with a closure of the whole of START's day."""
    closure = Closure(starts=at("2026-11-26 00:00"), ends=at("2026-11-27 00:00"), reason_zh="停电", reason_en="No gas")
    return an_office(replace(catalogue, closures={POINT: (closure,)}), sends_messages=True)


@pytest.mark.parametrize(("language", "words"), [("zh", ("已不能办理", "停电")), ("en", ("Nobody", "No gas"))])
def test_whose_time_is_gone_is_told_once_and_not_reminded(book, send, gateway, closed, now, language, words):
    book(language=language)
    send(now)

    for _ in range(2):
        send(now, office=closed)
    send(EVENING, office=closed)

    _, told = gateway.letters
    assert all(word in told["text"] for word in (*words, "9:00", "https://map.example/booking/"))


def test_many_senders_tell_whose_time_is_gone_once(book, send, gateway, closed, now):
    for _ in range(3):
        book()
    send(now)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: send(now, office=closed), range(4)))

    assert sum("停电" in letter["text"] for letter in gateway.letters) == 3


def test_whoever_was_moved_since_is_told_again_when_that_time_goes_too(
    loaded_database, book, office, catalogue, send, gateway, closed, now
):
    code = book().code
    send(now, office=closed)
    later = now + timedelta(minutes=1)
    doing(loaded_database, desk.move, office, later, code, START + timedelta(days=1))
    weeks = Closure(starts=at("2026-11-26 00:00"), ends=None, reason_zh="搬迁", reason_en="")
    moved_away = an_office(replace(catalogue, closures={POINT: (weeks,)}), sends_messages=True)

    send(later, office=closed)
    send(later, office=moved_away)

    assert ["停电" in letter["text"] for letter in gateway.letters] == [False, True, False, False]
    assert "搬迁" in gateway.letters[-1]["text"]


def test_a_closure_that_was_taken_back_before_anybody_was_told_is_not_told(
    loaded_database, book, office, send, gateway, closed, now
):
    book()
    send(now)
    doing(loaded_database, fitting.tell_lost, closed, now)

    send(now)
    send(EVENING)

    assert len(gateway.letters) == 2
    assert gateway.letters[1]["text"].startswith("明天")


# ---- a forgotten code


def test_codes_are_sent_again_to_that_phone_alone_three_times_a_day(
    loaded_database, book, office, send, gateway, catalogue, now
):
    mine, father = a_visitor(7), a_visitor(7, id_last4="9999")
    code, other = book(visitor=mine).code, book(visitor=father, matters=(bookable_matters(catalogue)[1],)).code
    send(now)
    gateway.letters.clear()

    for minute in range(4):
        moment = now + timedelta(minutes=minute)
        doing(loaded_database, finding.ask_for_codes, office, moment, mine.phone, mine.id_last4)
        send(moment)

    texts = [letter["text"] for letter in gateway.letters]
    assert {letter["phone"] for letter in gateway.letters} == {mine.phone}
    assert [grouped(code) in text for text in texts] == [True] * 3
    assert not [text for text in texts if grouped(other) in text]


def test_asking_for_nobodys_codes_sends_nothing_and_leaves_nothing(loaded_database, office, send, gateway, now):
    doing(loaded_database, finding.ask_for_codes, office, now, "13999999999", "0000")

    send(now)

    assert gateway.letters == []
    with loaded_database.reading() as session:
        assert session.scalars(select(func.count()).select_from(MessageRow)).one() == 0


def test_what_nobody_sent_is_not_asked_for_for_ever(loaded_database, office, now):
    doing(loaded_database, finding.ask_for_codes, office, now, "13999999999", "0000")

    report = doing(loaded_database, purge, now + timedelta(days=1), 30, BookingRules())

    assert report.messages == 1
