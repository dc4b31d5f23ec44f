"""The start page is drawn once and again only when a state has changed, so it is never behind the clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mapapp.hours.opening_hours import Closure
from mapapp.web.context import EXTENSION
from mapapp.web.pages import start
from tests.building import a_catalogue, a_point
from tests.page_reading import read_page
from tests.pages.conftest import app_showing

ZONE = ZoneInfo("Asia/Shanghai")


class Clock:
    """A clock that a test sets."""

    def __init__(self, text: str) -> None:
        self.set(text)

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def clock():
    return Clock("2026-11-25T10:00:00")


@pytest.fixture
def client(clock):
    closure = Closure(
        starts=datetime(2026, 11, 25, 20, tzinfo=ZONE), ends=datetime(2026, 11, 26, 20, tzinfo=ZONE), reason_zh="防汛"
    )
    catalogue = a_catalogue(points=[a_point("P1"), a_point("P2")], closures={"P2": (closure,)})
    app = app_showing(catalogue)
    object.__setattr__(app.extensions[EXTENSION], "now", lambda: clock.now)
    return app.test_client()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2026-11-25T11:45:00", "2026-11-25T11:45:01", "即将关门，开放至 12:00"),
        ("2026-11-25T11:59:59", "2026-11-25T12:00:00", "午休，14:00 开门"),
        ("2026-11-25T13:59:59", "2026-11-25T14:00:00", "开放至 18:00"),
        ("2026-11-25T19:59:59", "2026-11-25T20:00:00", "临时停办：防汛"),
        ("2026-11-25T23:59:59", "2026-11-26T00:00:00", "尚未开门，9:00 开门"),
    ],
)
def test_the_words_change_at_the_second_they_should(client, clock, before, after, words):
    clock.set(before)
    old = read_page(client.get("/").get_data(as_text=True)).text
    clock.set(after)
    new = read_page(client.get("/").get_data(as_text=True)).text

    assert words not in old
    assert words in new


def test_between_two_changes_nothing_is_drawn_again(client, clock, monkeypatch):
    first = client.get("/").data
    monkeypatch.setattr(start, "start_values", lambda arguments: pytest.fail("drawn again"))
    clock.now += timedelta(minutes=90)

    assert client.get("/").data == first


@pytest.mark.parametrize("other", ["/?lang=en", "/?kind=street", "/?view=elder"])
def test_another_language_filter_or_view_is_another_page(client, other):
    assert client.get("/").data != client.get(other).data


def test_a_clock_that_is_set_back_is_believed(client, clock):
    clock.set("2026-11-25T12:30:00")
    client.get("/")
    clock.set("2026-11-25T10:00:00")

    assert "开放至 12:00" in client.get("/").get_data(as_text=True)
