"""Booking in a real browser: on a phone, without JavaScript, by keyboard alone; and axe on every page of it."""

import re

import pytest

from mapapp.settings import Settings
from mapapp.web.app import create_app
from tests.booking_building import POINT
from tests.browser.conftest import PHONE, Served
from tests.browser.test_accessibility import RUN
from tests.conftest import NOW, _migrate_and_load
from tests.page_reading import compile_translations
from tests.structure.sources import ROOT

pytestmark = pytest.mark.browser
TIMES = f"/book/{POINT}?matter=M001"
WHO = f"/book/{POINT}?matter=M001&slot=2026-11-26T11:30"


@pytest.fixture
def serve(templates, tmp_path):
    """A function (settings) -> address of a server whose bookings are this test's alone."""
    compile_translations()
    running = []

    def serve(**settings):
        facts = {"database_url": templates.copy("loaded", _migrate_and_load), "rate_limits": "off"}
        app = create_app(Settings(data=tmp_path, log_level="error", **facts, **settings), now=lambda: NOW)
        running.append(Served(app))
        return running[-1].address

    yield serve
    for served in running:
        served.stop()


@pytest.fixture
def own(serve):
    return serve()


@pytest.fixture
def told(serve):
    """As `own`, where messages are written for a gateway; nobody sends them here."""
    return serve(message_webhook_url="http://127.0.0.1:9/sms")


@pytest.fixture
def open_page(visit, request):
    def open_page(address, size=PHONE, own=None, **options):
        return visit(address, size, own=own or request.getfixturevalue("own"), **options)

    return open_page


def field(page, name):
    return page.get_by_role("textbox", name=name)


def fill_in(page, name="张三"):
    field(page, "姓名").fill(name)
    field(page, "手机号").fill("138 1234 5678")
    field(page, "证件号码后四位").fill("123x")
    page.get_by_role("checkbox", name="我同意").check()


def booked(page):
    """Book the next free time from the page of times, and return the code."""
    page.get_by_role("button", name="最近可约").click()
    fill_in(page)
    page.get_by_role("button", name="确认预约").click()
    page.get_by_role("heading", level=1, name="预约成功").wait_for()
    return page.locator(".code").inner_text()


def test_a_visit_is_booked_moved_and_cancelled_on_a_phone(open_page):
    page = open_page(f"/book/{POINT}")
    page.locator("#matter").select_option("M001")
    page.get_by_role("button", name="下一步").click()

    code = booked(page)
    assert re.fullmatch(r"[2-9A-Z]{3}(-[2-9A-Z]{3}){5}", code)

    page.get_by_role("link", name="换个时间").click()
    page.get_by_role("link", name="11月27日").click()
    page.get_by_role("button", name="10:00–10:30").click()
    page.get_by_text("11月27日 星期五 10:00").wait_for()

    page.get_by_text("取消预约").click()
    page.get_by_role("button", name="确定取消").click()
    page.get_by_role("status").get_by_text("已取消").wait_for()


class Keyboard:
    """A page that is used by Tab, Enter, Space and letters alone."""

    MOST = 150

    def __init__(self, page):
        self.page = page

    def reach(self, target):
        """Press Tab until the target has the focus: an element that nobody reaches by Tab fails here."""
        for _ in range(self.MOST):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by Tab")

    def press(self, target):
        self.reach(target)
        self.page.keyboard.press("Enter")

    def type(self, name, text):
        self.reach(self.page.locator(f"#{name}"))
        self.page.keyboard.type(text)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_keyboard_alone_books_moves_finds_again_and_cancels_on_a_phone(open_page, told, script):
    page = open_page(f"/book/{POINT}", own=told, java_script_enabled=script)
    keys, status = Keyboard(page), page.get_by_role("status")

    keys.reach(page.locator("#matter"))
    page.keyboard.press("ArrowDown")
    keys.press(page.get_by_role("button", name="下一步"))
    page.get_by_role("button", name="最近可约").wait_for()
    keys.press(page.get_by_role("button", name="最近可约"))
    page.locator("#name").wait_for()
    for name, text in (("name", "张三"), ("phone", "13812345678"), ("id_last4", "123X")):
        keys.type(name, text)
    keys.reach(page.get_by_role("checkbox", name="我同意"))
    page.keyboard.press("Space")
    keys.press(page.get_by_role("button", name="确认预约"))
    page.get_by_role("heading", level=1, name="预约成功").wait_for()
    code = page.locator(".code").inner_text()

    keys.press(page.get_by_role("link", name="换个时间"))
    page.get_by_role("link", name="11月27日").wait_for()
    keys.press(page.get_by_role("link", name="11月27日"))
    page.get_by_role("heading", name="11月27日").wait_for()
    keys.press(page.get_by_role("button", name="10:00–10:30"))
    page.get_by_text("11月27日 星期五 10:00").wait_for()

    keys.press(page.get_by_role("link", name="查找预约"))
    keys.type("phone", "13812345678")
    keys.type("id_last4", "123x")
    keys.press(page.get_by_role("button", name="把预约码发到这部手机"))
    status.get_by_text("正发往那部手机").wait_for()
    assert code not in page.content()

    keys.type("code", code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.get_by_text("11月27日 星期五 10:00").wait_for()
    keys.press(page.locator("summary", has_text="取消预约"))
    keys.press(page.get_by_role("button", name="确定取消"))
    status.get_by_text("已取消").wait_for()


def test_the_time_that_is_kept_is_shown(open_page):
    page = open_page(TIMES)

    page.get_by_role("button", name="最近可约").click()

    assert page.locator("[data-until]").inner_text().startswith("为您保留")
    assert page.evaluate("document.cookie") == ""


def test_a_double_click_books_once(open_page):
    page = open_page(WHO)
    fill_in(page)

    page.get_by_role("button", name="确认预约").dblclick()

    page.get_by_role("heading", level=1, name="预约成功").wait_for()
    page.goto(page.url.partition("/booking/")[0] + f"/book/{POINT}?matter=M001&day=2026-11-26")
    assert "余 2" in page.get_by_role("button", name="11:30–12:00").inner_text()


def test_what_is_wrong_is_shown_where_it_is_and_nothing_typed_is_lost(open_page):
    page = open_page(WHO, status=422)
    fill_in(page, name="<b>张三</b>")

    page.get_by_role("button", name="确认预约").click()

    page.get_by_role("alert").wait_for()
    wrong = field(page, "姓名")
    assert wrong.get_attribute("aria-invalid") == "true"
    assert wrong.input_value() == "<b>张三</b>"
    assert field(page, "手机号").input_value() == "138 1234 5678"


def test_a_booking_is_found_again_by_its_code(open_page):
    code = booked(open_page(TIMES))

    again = open_page("/booking/find")
    field(again, "预约码").fill(code.lower().replace("-", " "))
    field(again, "预约码").press("Enter")

    assert again.locator(".code").inner_text() == code


def test_ones_data_are_erased_in_two_steps(open_page):
    page = open_page(TIMES, status=404)
    booked(page)
    address = page.url

    page.get_by_text("立即删除我的信息").click()
    page.get_by_role("button", name="确定，删除").click()

    page.get_by_role("heading", name="您的信息已删除").wait_for()
    assert page.goto(address).status == 404


@pytest.mark.parametrize("address", ["/points/JB-001", "/matters/M061", "/nearest?q=社保卡&place=观音桥"])
def test_booking_begins_where_a_place_is_shown(open_page, address):
    page = open_page(address)

    page.get_by_role("link", name="预约办理").first.click()

    page.get_by_role("heading", level=1, name="预约办理").wait_for()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("address", [f"/book/{POINT}", TIMES, WHO, "/booking/find"])
def test_no_page_is_wider_than_the_phone(open_page, address, width):
    page = open_page(address, (width, 800))

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"cookies": {"view": "elder"}}], ids=str)
def test_axe_finds_nothing_on_the_pages_of_booking(open_page, options):
    axe = (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")

    def findings(page):
        page.evaluate(axe)
        found = page.evaluate(RUN, False)
        page.set_viewport_size({"width": 390, "height": page.evaluate("document.documentElement.scrollHeight")})
        return found + page.evaluate(RUN, True)

    for address in (f"/book/{POINT}", TIMES, WHO, "/booking/find"):
        assert (address, findings(open_page(address, **options))) == (address, [])
    page = open_page(TIMES, **options)
    booked(page)
    assert findings(page) == []
    page.goto(page.url.partition("?")[0] + "?move=1")
    assert findings(page) == []
