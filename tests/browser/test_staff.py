"""Staff at work in a real browser: hours with a live preview, the pin, two people on one row, undo, files, a report."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mapapp.catalogue.rows import PointRow
from mapapp.catalogue.search_misses import record
from mapapp.database import Database
from mapapp.editing import desk, drafting
from mapapp.editing.changes import SubjectKind, version_of
from mapapp.editing.drafting import Actor
from mapapp.editing.reading import read_values
from mapapp.editing.roles import Staff
from mapapp.editing.rows import SecondFactorRow, StaffRow
from mapapp.people import Role
from tests.browser.conftest import DESK, PHONE, Served
from tests.browser.test_accessibility import RUN
from tests.conftest import NOW, _migrate_and_load
from tests.staff_pages import PASSWORD, Clock, close_apps, staff_app
from tests.structure.sources import ROOT

pytestmark = pytest.mark.browser
POINT = "/staff/points/JB-001"
PAGES = (
    *("/staff/", "/staff/points", POINT, f"{POINT}/details", f"{POINT}/hours", f"{POINT}/closures"),
    *(
        f"{POINT}/position",
        f"{POINT}/offers",
        f"{POINT}/announcements",
        f"{POINT}/visits",
        f"{POINT}/slots",
        f"{POINT}/rules",
    ),
    *(
        "/staff/changes",
        "/staff/reports",
        "/staff/matters",
        "/staff/matters/M001",
        "/staff/packages",
        "/staff/packages/P01",
    ),
    *(
        "/staff/quality",
        "/staff/freshness",
        "/staff/geocodes",
        "/staff/searches",
        "/staff/calendar/2026",
        "/staff/exchange",
        "/staff/people",
        "/staff/people/wang",
        "/staff/audit",
    ),
    *("/staff/account", "/staff/account/second-factor", "/staff/new-point", "/staff/new-matter", "/staff/new-package"),
    *("/staff/matters?show=retired", "/points/JB-001/report", f"{POINT}/geocode"),
    # retired, with what helps instead
    *("/points/JB-051", "/matters/M002"),
)


@pytest.fixture(scope="module")
def axe():
    return (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def findings(axe):
    """A function page -> what axe finds."""

    def run(page):
        page.evaluate(axe)
        return page.evaluate(RUN, True)

    return run


@pytest.fixture
def staff_database(templates):
    """A database of its own for the server with accounts."""
    database = Database(templates.copy("loaded", _migrate_and_load))
    yield database
    database.dispose()


@pytest.fixture
def staff_server(staff_database, tmp_path):
    """The address of a server with accounts."""
    served = Served(staff_app(staff_database, tmp_path, Clock()))
    yield served.address
    served.stop()
    close_apps()


@pytest.fixture
def much_waits(staff_server, staff_database):
    """Something in every list of the work queue; the number of a draft of the office."""
    office = Actor(staff=Staff(id=1, name="office", role=Role.OFFICE), now=NOW)
    with staff_database.transaction() as session:
        moved = session.get_one(PointRow, "JB-001")
        moved.lon, moved.lat, moved.place_provider, moved.phone = 106.572, 29.61, "amap", "67560000"
        for point_id, days in (("JB-002", 1), ("JB-003", 80), ("JB-004", 91)):
            session.get_one(PointRow, point_id).verified_at = NOW.date() - timedelta(days=days)
        for days in (2, 1, 0):
            record(session, "遛狗证", NOW.date() - timedelta(days=days))
        for kind, key in ((SubjectKind.MATTER, "M002"), (SubjectKind.POINT, "JB-051")):
            before = read_values(session, kind, key)
            row = drafting.save_draft(session, office, kind, key, {"retired": True}, version_of(before))
            desk.publish(session, office, row)
        before = read_values(session, SubjectKind.POINT, "JB-002")
        row = drafting.save_draft(
            session, office, SubjectKind.POINT, "JB-002", {"note": "从东门进"}, version_of(before)
        )
        return row.id


@pytest.fixture
def enter(visit, staff_server):
    """A function (name, address, size) -> page of somebody who is logged in."""

    def open_as(name, address="/staff/", size=PHONE, **options):
        page = visit("/staff/login", size, own=staff_server, **options)
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.locator("main button.primary").click()
        page.wait_for_url("**/staff/")
        page.goto(staff_server + address)
        if options.get("java_script_enabled", True) and page.locator("#map").count():
            page.wait_for_function("document.documentElement.dataset.map === 'ready'")
        return page

    return open_as


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_of_staff_has_a_finding_or_scrolls_sideways(enter, findings, staff_server, much_waits, size):
    # a browser calls the page of what is retired an error
    page = enter("office", "/staff/", size, status=410)
    found = {}
    for address in (*PAGES, f"/staff/changes/{much_waits}", f"/staff/changes/{much_waits}/preview"):
        page.goto(staff_server + address)
        if page.locator("#map").count():
            page.wait_for_function("document.documentElement.dataset.map === 'ready'")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[address] = [*findings(page), *([f"{overflow} px too wide"] if overflow else [])]

    assert {address: faults for address, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"cookies": {"view": "elder"}}, {"cookies": {"lang": "en"}}], ids=str
)
def test_no_finding_in_the_dark_in_the_elder_view_and_in_english(enter, findings, staff_server, options):
    page = enter("office", "/staff/", PHONE, **options)
    found = {}
    for address in ("/staff/", POINT, f"{POINT}/hours", f"{POINT}/closures", "/staff/people", "/staff/calendar/2026"):
        page.goto(staff_server + address)
        found[address] = findings(page)

    assert {address: faults for address, faults in found.items() if faults} == {}


def test_the_door_and_the_question_for_the_second_factor_have_no_finding(visit, findings, staff_server, staff_database):
    page = visit("/staff/login", PHONE, own=staff_server)
    assert findings(page) == []
    with staff_database.transaction() as session:
        staff_id = session.scalars(select(StaffRow.id).where(StaffRow.name == "wang")).one()
        session.add(SecondFactorRow(staff_id=staff_id, secret="sealed", made_at=NOW, confirmed_at=NOW))

    page.fill("#username", "wang")
    page.fill("#password", PASSWORD)
    page.locator("main button.primary").click()

    page.wait_for_url(re.compile("/staff/code"))
    assert findings(page) == []


def test_hours_are_edited_with_a_live_preview_and_published(enter, staff_server):
    page = enter("wang", f"{POINT}/hours")

    page.fill("#we1_from", "10:00")
    page.locator("#preview", has_text="10:00–12:00").wait_for()
    page.get_by_role("button", name="立即公布").click()

    page.wait_for_url("**/staff/changes/*")
    page.goto(f"{staff_server}/points/JB-001")
    assert "10:00–12:00" in page.locator("table").first.inner_text()


def test_what_is_typed_is_saved_as_a_draft_by_itself(enter, staff_server):
    page = enter("wang", f"{POINT}/details")

    page.fill("#phone", "023-7654321")
    page.get_by_text("已自动存为草稿").wait_for()
    page.reload()

    assert page.input_value("#phone") == "023-7654321"
    assert page.locator("main", has_text="草稿，未公布").count() == 1
    page.get_by_role("link", name="变更后的公开页面").click()
    assert page.locator(".preview-bar").count() == 1
    assert page.locator("main a[href='tel:023-7654321']").count() > 0
    page.goto(f"{staff_server}/points/JB-001")
    assert page.locator("main a[href='tel:023-7654321']").count() == 0


def test_hours_are_edited_without_javascript(enter, staff_server):
    page = enter("wang", f"{POINT}/hours", java_script_enabled=False)

    page.fill("#we1_from", "10:00")
    page.get_by_role("button", name="预览").click()
    assert "10:00–12:00" in page.locator("#preview").inner_text()
    page.get_by_role("button", name="立即公布").click()

    page.goto(f"{staff_server}/points/JB-001")
    assert "10:00–12:00" in page.locator("table").first.inner_text()


def test_the_rule_itself_is_written_by_an_expert(enter):
    page = enter("wang", f"{POINT}/hours")
    assert not page.locator("#rule").is_visible()

    page.get_by_label("写规则").check()

    assert page.locator("#rule").is_visible()
    assert not page.locator("#mo1_from").is_visible()


def test_a_dragged_pin_writes_its_position_and_a_typed_one_moves_the_pin(enter):
    page = enter("office", f"{POINT}/position", DESK)
    before = page.input_value("#lat"), page.input_value("#lon")
    pin = page.locator(".staff-pin")
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()

    page.mouse.move(box["x"] + 22, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 62, box["y"] + 60, steps=5)
    page.mouse.up()

    dragged = page.input_value("#lat"), page.input_value("#lon")
    assert float(dragged[0]) < float(before[0])
    assert float(dragged[1]) > float(before[1])
    where = pin.bounding_box()
    page.fill("#lat", before[0])
    page.locator("#lat").blur()
    assert pin.bounding_box() != where


def test_two_people_on_one_row_and_the_second_is_shown_both(enter, staff_server):
    # a browser calls the answer to the second one an error
    wang = enter("wang", f"{POINT}/details", status=409)
    office = enter("office", f"{POINT}/details", DESK)
    office.fill("#phone", "023-22222222")
    office.get_by_role("button", name="立即公布").click()
    office.wait_for_url("**/staff/changes/*")

    wang.fill("#phone", "023-11111111")
    wang.get_by_role("button", name=re.compile("公布")).click()

    wang.wait_for_selector("text=其间有他人改动")
    assert {"023-11111111", "023-22222222"} <= set(re.findall(r"023-\d+", wang.locator("main").inner_text()))


def test_what_was_published_is_undone(enter, staff_server):
    page = enter("wang", f"{POINT}/details")
    page.fill("#phone", "023-67560000")
    page.get_by_role("button", name=re.compile("公布")).click()
    page.wait_for_url("**/staff/changes/*")

    page.get_by_role("button", name=re.compile("撤回")).click()

    page.wait_for_selector("text=已撤回")
    page.goto(f"{staff_server}/points/JB-001")
    assert "023-67560000" not in page.locator("main").inner_text()


def test_one_tap_confirms_a_point(enter, staff_server):
    page = enter("wang", POINT)

    page.get_by_role("button", name="全部无误").click()

    page.wait_for_selector("text=谢谢")
    page.goto(f"{staff_server}/points/JB-001")
    assert "2026-11-25 由办理点维护员核实" in page.locator("main").inner_text()


def test_a_report_of_a_resident_is_answered(enter, visit, staff_server):
    resident = visit("/points/JB-001/report", own=staff_server)
    resident.select_option("#topic", "closed")
    resident.fill("#text", "周三上午没有开门")
    resident.get_by_role("button", name="提交").click()
    resident.wait_for_selector("text=谢谢")

    page = enter("wang", "/staff/reports")
    assert "周三上午没有开门" in page.locator("article").inner_text()
    page.select_option("article select", "mended")
    page.fill("article textarea", "当天培训，已补登停办")
    page.get_by_role("button", name="保存答复").click()

    page.wait_for_selector("text=答复已保存")
    assert page.locator("article").count() == 0


def test_a_file_with_faults_is_shown_and_the_rest_is_taken_over(enter, staff_server, tmp_path):
    file = Path(tmp_path) / "points.csv"
    file.write_text("编号,联系电话,办理时间\nJB-001,023-1234567,Mo-Fr 09:00-17:00\nJB-002,,随时\n", encoding="gb18030")
    page = enter("office", "/staff/exchange", DESK)

    page.set_input_files("#file", file)
    page.get_by_role("button", name="查看会改动什么").click()
    page.wait_for_selector("h1:has-text('会改动什么')")
    text = page.locator("main").inner_text()
    assert "办理时间写法有误" in text
    assert "023-1234567" in text
    page.get_by_role("button", name="导入并公布合格的行").click()

    page.wait_for_selector("text=已导入")
    page.goto(f"{staff_server}/points/JB-001")
    assert "023-1234567" in page.locator("main").inner_text()


def test_the_keyboard_alone_logs_in_and_confirms(visit, staff_server):
    page = visit("/staff/login", own=staff_server)
    page.locator("#username").focus()
    page.keyboard.type("wang")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/")

    page.goto(staff_server + POINT)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "全部无误":
            break
    page.keyboard.press("Enter")

    page.wait_for_selector("text=谢谢")


def test_somebody_is_checked_in_served_and_taken_in_line_at_the_counter(enter, staff_server):
    today = "2026-11-25T10:30"
    page = enter("wang", f"{POINT}/rules")
    page.get_by_label("最早可约几个工作日后").fill("0")
    page.get_by_role("button", name="保存规则").click()
    body = {"point": "JB-001", "matter": "M001", "start": f"{today}:00+08:00", "name": "张三丰"}
    body |= {"phone": "13912345678", "id_last4": "123X"}
    made = page.request.post(f"{staff_server}/api/v1/bookings", data=body, headers={"Idempotency-Key": "counter"})
    code = made.json()["code"]

    page.goto(f"{staff_server}{POINT}/visits")
    page.get_by_label("凭预约码签到").fill(code.lower())
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="张**")
    row.get_by_text("已到").wait_for()
    row.get_by_role("button", name="已办").click()
    page.get_by_role("row").filter(has_text="张**").get_by_text("已办").wait_for()

    page.get_by_role("button", name="取号").click()
    page.locator("td").get_by_text("现场取号").wait_for()
    page.emulate_media(media="print")
    assert page.get_by_role("row").filter(has_text="张**").is_visible()
    assert not page.get_by_label("凭预约码签到").is_visible()
