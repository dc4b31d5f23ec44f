"""How pages fit: nothing scrolls sideways, targets and type are large enough, whatever the screen."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.page_reading import ADDRESSES

pytestmark = pytest.mark.browser
# 640 x 450 is what is left of 1280 x 900 at a zoom of 200 %.
SIZES = {"320": (320, 700), "phone": PHONE, "zoom200": (640, 450), "desk": DESK}
SMALL_TARGETS = """
(least) => Array.from(document.querySelectorAll('a, button, input, select, summary'))
  .filter(node => node.checkVisibility({visibilityProperty: true}))
  .filter(node => node.type !== 'hidden' && !node.classList.contains('skip'))
  // a link inside a sentence takes the height of the line (WCAG 2.5.8)
  .filter(node => !(node.tagName === 'A' && getComputedStyle(node).display === 'inline'))
  .map(node => ({node, box: (node.closest('label') || node).getBoundingClientRect()}))
  .filter(({box}) => box.width && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(({node, box}) => node.outerHTML.slice(0, 120) + ' ' + box.width + 'x' + box.height)
"""
SMALL_TEXT = """
() => { const found = new Set(); const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || holder.closest('script, noscript, #map, svg') || !holder.checkVisibility()) continue;
    if (parseFloat(getComputedStyle(holder).fontSize) < 16) found.add(node.data.trim().slice(0, 60));
  } return Array.from(found); }
"""


@pytest.mark.parametrize("view", ["plain", "elder"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_scrolls_sideways(visit, view, language):
    page = visit("/privacy", cookies={"view": view, "lang": language})
    own = page.url.removesuffix("/privacy")

    wide = {}
    for address in ADDRESSES:
        page.goto(own + address)
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            needed = page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                wide[address, name] = needed

    assert wide == {}


@pytest.mark.parametrize("address", ADDRESSES)
def test_targets_on_a_phone_are_large_enough_for_a_thumb(visit, address):
    assert visit(address).evaluate(SMALL_TARGETS, 44) == []


@pytest.mark.parametrize("address", ["/", "/nearest?q=社保卡&place=观音桥", "/points/JB-020", "/matters/M076", "/data"])
def test_targets_in_the_elder_view_are_larger_still(visit, address):
    assert visit(address, cookies={"view": "elder"}).evaluate(SMALL_TARGETS, 60) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_text_is_smaller_than_sixteen_pixels(visit, address):
    assert visit(address).evaluate(SMALL_TEXT) == []


def test_list_and_map_stand_side_by_side_on_a_wide_screen(visit):
    page = visit("/", DESK)
    listed, drawn = page.locator(".split-list").bounding_box(), page.locator("#map").bounding_box()

    assert listed["width"] == 420
    assert drawn["x"] == listed["x"] + listed["width"] + 1


def test_the_map_stays_while_the_list_scrolls(visit):
    page = visit("/", DESK)

    page.locator('[data-point="JB-051"]').scroll_into_view_if_needed()

    assert page.locator("#map").bounding_box()["y"] == 0


def test_print_leaves_out_what_paper_cannot_do(visit):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)

    page.emulate_media(media="print")

    assert not page.locator("#map").is_visible()
    assert not page.locator(".switches").is_visible()
    assert page.locator(".card").first.is_visible()


def test_the_focus_can_be_seen(visit):
    page = visit("/", DESK)

    for _ in range(6):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
