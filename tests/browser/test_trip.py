"""The page of a trip in a browser: by keyboard alone, on a phone, and without JavaScript."""

import pytest

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser
PLANNED = "/trip?matter=M001&matter=M017&place=观音桥&open=arrival"


def test_matters_are_added_and_the_trip_is_planned_by_keyboard(visit):
    page = visit("/trip", PHONE)
    page.locator("#q").focus()
    page.keyboard.type("社保卡")
    page.keyboard.press("Tab")
    page.keyboard.type("观音桥")
    page.keyboard.press("Enter")
    page.locator("ol.cards > li").first.wait_for()

    assert "matter=" in page.url
    assert "到达" in page.locator("ol.cards > li").first.inner_text()


def test_the_map_has_the_numbers_of_the_list(visit):
    page = visit("/trip?package=P01&place=观音桥", DESK)
    listed = page.locator("ol.cards > li").evaluate_all("rows => rows.map(row => row.dataset.point)")
    for number, point in enumerate(listed, start=1):
        mark = page.locator(f"#map [data-id='{point}']")
        assert mark.get_attribute("aria-label").startswith(f"{number}, ")
    assert listed


def test_the_trip_stands_in_the_page_without_javascript(visit):
    page = visit(PLANNED, PHONE, java_script_enabled=False)

    assert "到达" in page.locator("ol.cards > li").first.inner_text()
    assert page.locator("[data-print]").is_hidden()


def test_a_matter_is_taken_out_of_the_basket(visit):
    page = visit(PLANNED, PHONE)
    page.locator("section .chips .chip").first.click()
    page.wait_for_url("**/trip?**")

    assert page.locator("section .chips .chip").count() == 1
