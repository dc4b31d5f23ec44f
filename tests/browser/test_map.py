"""The map: the same points as the list, reachable by keyboard, tied to the list, and quiet."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.building import a_catalogue, a_matter, a_point

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=alert(1)>"
KINDS = ("", "district", "street", "town", "sub-police", "sub-tax", "sub-archive")
STREETS = ("", "观音桥街道", "鱼嘴镇")


def on_map(page):
    """Return the ids of the points on the map, and how many the marks and clusters seen say they are."""
    ids = page.evaluate("mapapp.shownIds()")
    said = page.evaluate(
        """() => document.querySelectorAll('#map .mark[data-id]').length
        + Array.from(document.querySelectorAll('#map .cluster'))
            .reduce((sum, node) => sum + Number(node.textContent), 0)"""
    )
    return set(ids), said


def in_list(page):
    return set(page.eval_on_selector_all("[data-point]:not([hidden])", "rows => rows.map(row => row.dataset.point)"))


def test_every_filter_shows_the_same_points_in_list_and_map(visit):
    page = visit("/", DESK)

    for kind in KINDS:
        for street in STREETS:
            page.select_option("#kind", kind)
            page.select_option("#street", street)
            ids, said = on_map(page)
            assert (kind, street, ids) == (kind, street, in_list(page))
            assert (kind, street, said) == (kind, street, len(ids))


def test_a_filter_gives_the_same_set_with_and_without_a_new_page(visit):
    page = visit("/", DESK)
    page.select_option("#kind", "sub-police")
    page.check("[name=open][value=now]")
    here = in_list(page)

    page.reload()
    page.wait_for_function("document.documentElement.dataset.map === 'ready'")

    assert page.url.endswith("?kind=sub-police&open=now")
    assert in_list(page) == here == on_map(page)[0]
    assert len(here) == 14


@pytest.mark.parametrize(
    "address", ["/nearest?q=社保卡&place=观音桥", "/matters/M076", "/points/JB-020", "/nearest?place=鱼嘴&k=20"]
)
def test_an_answer_shows_its_points_and_no_others(visit, address):
    page = visit(address, DESK)
    listed = in_list(page) or {"JB-020"}

    assert on_map(page)[0] == listed


def test_what_is_focused_in_the_list_lights_up_on_the_map(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)

    page.locator('[data-point="JB-020"] h2 a').focus()

    assert page.locator('#map .mark.is-lit[data-id="JB-020"]').count() == 1


def test_what_is_pointed_at_on_the_map_lights_up_in_the_list(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)

    page.locator('#map .mark[data-id="JB-020"]').hover()
    assert page.locator('.card.is-lit[data-point="JB-020"]').count() == 1

    page.locator('#map .mark[data-id="JB-007"]').focus()
    assert page.locator(".card.is-lit").get_attribute("data-point") == "JB-007"


def test_a_point_in_a_cluster_lights_its_cluster_up(visit):
    page = visit("/", DESK)

    page.locator('[data-point="JB-020"] a').hover()

    assert page.locator("#map .cluster.is-lit").count() == 1


def test_a_popup_opens_and_closes_by_keyboard_and_gives_the_focus_back(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)
    mark = page.locator('#map .mark[data-id="JB-020"]')

    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup .popup")
    text = page.locator(".leaflet-popup .popup").inner_text()
    assert "江北区社会保险事务中心" in text
    assert "开放至 12:00" in text
    assert "9:00–12:00，14:00–18:00" in text
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/points/JB-020"

    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert page.evaluate("document.activeElement.dataset.id") == "JB-020"


def test_the_link_in_a_popup_leads_to_the_point(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)
    page.locator('#map .mark[data-id="JB-020"]').focus()
    page.keyboard.press("Enter")

    # the map makes room for the popup first
    page.wait_for_selector(".leaflet-popup .popup a")
    page.wait_for_selector(".leaflet-pan-anim, .leaflet-zoom-anim .leaflet-zooming", state="detached")
    page.click(".leaflet-popup .popup a")
    page.wait_for_url("**/points/JB-020")

    assert page.locator("h1").inner_text() == "江北区社会保险事务中心"


def test_every_mark_and_cluster_says_what_it_is(visit):
    page = visit("/", DESK)
    names = page.eval_on_selector_all("#map [role=button]", "all => all.map(node => node.getAttribute('aria-label'))")

    assert all(names)
    assert any("个办理点，放大查看" in name for name in names)


def test_a_cluster_opened_by_keyboard_leads_on_to_its_marks(visit):
    page = visit("/", DESK)
    before = page.locator("#map .mark[data-id]").count()

    page.locator("#map .cluster").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#map .leaflet-marker-pane :focus")

    assert page.locator("#map .mark[data-id]").count() != before


def test_kinds_differ_by_shape(visit):
    page = visit("/", DESK)
    shapes = page.eval_on_selector_all(".points .badge", "all => all.map(node => node.getAttribute('class'))")

    assert {shape.split("shape-")[1] for shape in shapes} == {"star", "house", "circle"}


def test_the_start_and_the_kilometre_are_drawn(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)

    assert page.locator("#map .shape-start").count() == 1
    assert page.locator("#map path.map-reach").count() == 1
    assert page.locator("#map path.map-doubt").count() == 1


def test_names_of_stations_appear_when_near_enough(visit):
    page = visit("/", DESK)
    assert not page.locator(".label-station span", has_text="观音桥站").is_visible()

    page.goto(page.url + "points/JB-007")
    page.wait_for_function("document.documentElement.dataset.map === 'ready'")
    for _ in range(2):
        page.click(".leaflet-control-zoom-in")
        page.wait_for_selector(".leaflet-zoom-anim", state="detached")

    assert page.locator(".label-station span:visible").count() > 0


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_hostile_name_is_harmless_in_title_list_popup_and_data(visit, server_of, size):
    own = server_of(a_catalogue(points=[a_point(name_zh=HOSTILE, name_en=HOSTILE)], matters=[a_matter()]))
    page = visit("/", size, own=own)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))

    if size == PHONE:
        page.click("[data-view-button=map]")
    page.locator("#map .mark[data-id]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup .popup h2")

    assert page.locator(".leaflet-popup .popup h2").inner_text() == HOSTILE
    assert page.locator("img[src=x]").count() == 0
    page.goto(own + "/points/P1")
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.title().startswith(HOSTILE)
    assert alerts == []


def test_the_map_goes_on_without_a_network_once_it_is_there(visit):
    page = visit("/", DESK)

    page.context.set_offline(True)
    page.select_option("#kind", "sub-tax")
    page.click(".leaflet-control-zoom-in")

    assert on_map(page)[0] == in_list(page)
