"""From a question to the answer: on a phone, by keyboard, without JavaScript, in English, with the own position."""

import re

import pytest

from tests.browser.conftest import DESK
from tests.shipped_catalogue import shipped_catalogue

pytestmark = pytest.mark.browser
ANSWER = "观音桥街道公共服务中心"
HERE = {"latitude": 29.5741, "longitude": 106.5321, "accuracy": 25}


def write(page, where, text):
    """Fill a field and leave it, as who goes on does: its suggestions close, which would cover what comes next."""
    page.fill(where, text)
    page.locator(where).blur()


def test_a_resident_on_a_phone_finds_the_nearest_point(visit):
    page = visit("/")

    write(page, "#q", "社保卡")
    write(page, "#place", "观音桥")
    page.click("text=查最近的办理点")
    page.wait_for_url("**/nearest?*")

    assert page.locator("h1").inner_text() == "最近的办理点"
    assert ANSWER in page.locator(".card").first.inner_text()
    assert "开放至 12:00" in page.locator(".card").first.inner_text()


def test_the_map_behind_the_switch_shows_the_same_numbers(visit):
    page = visit("/nearest?q=社保卡&place=观音桥")
    assert not page.locator("#map").is_visible()

    page.click("[data-view-button=map]")

    assert page.locator("#map").is_visible()
    assert page.locator(".mark.shape-number").count() == 5
    assert all(box["width"] for box in (mark.bounding_box() for mark in page.locator(".mark.shape-number").all()))


def test_the_whole_way_goes_by_keyboard_alone(visit):
    page = visit("/", DESK)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("社保卡")
    page.keyboard.press("Tab")
    page.keyboard.type("观音桥")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?*")

    assert ANSWER in page.locator(".card").first.inner_text()


def test_the_form_answers_without_javascript(visit):
    page = visit("/", java_script_enabled=False)

    write(page, "#q", "社保卡")
    write(page, "#place", "观音桥")
    page.click("text=查最近的办理点")

    assert ANSWER in page.locator(".card").first.inner_text()
    assert not page.locator("#map").is_visible()
    assert not page.locator("[data-position]").is_visible()


def test_the_filters_work_without_javascript(visit):
    page = visit("/", java_script_enabled=False)

    page.select_option("#kind", "sub-tax")
    page.click("text=显示 >> nth=0")

    assert page.locator("[data-point]:visible").count() == 2


def test_a_time_given_without_javascript_counts_though_the_choice_says_now(visit):
    page = visit("/", java_script_enabled=False)

    write(page, "#q", "社保卡")
    write(page, "#place", "观音桥")
    page.fill("[name=day]", "2026-10-01")
    page.click("text=查最近的办理点")

    assert "国庆节" in page.locator(".card").first.inner_text()


def test_the_language_switch_keeps_the_answer(visit):
    page = visit("/nearest?q=社保卡&place=观音桥")

    page.click("text=English")

    assert page.locator("html").get_attribute("lang") == "en"
    assert "Guanyinqiao Subdistrict" in page.locator(".card").first.inner_text()
    assert "Open until 12:00" in page.locator(".card").first.inner_text()


def test_the_elder_view_is_larger_and_stays(visit):
    page = visit("/")
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    page.click("text=长辈版")
    page.click("text=办事事项")

    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 22 > before


class TestPosition:
    """The own position: asked on a click, sent in the body, and nothing breaks without it."""

    def test_it_is_used_for_the_answer_and_stands_in_no_address(self, visit):
        page = visit("/", geolocation=HERE, permissions=["geolocation"])

        write(page, "#q", "社保卡")
        page.click("[data-position]")
        page.wait_for_selector("text=已取得您的位置")
        page.click("text=查最近的办理点")
        page.wait_for_selector(".card")

        assert page.url.endswith("/nearest")
        assert ANSWER in page.locator(".cards").inner_text()

    def test_it_is_not_asked_for_before_the_click(self, visit):
        page = visit("/")

        assert page.evaluate("navigator.permissions.query({name: 'geolocation'}).then(p => p.state)") in (
            "prompt",
            "denied",
        )
        assert page.locator("[data-position-status]").inner_text() == ""

    def test_a_refusal_leads_to_typing(self, visit):
        page = visit("/")

        write(page, "#q", "社保卡")
        page.click("[data-position]")
        page.wait_for_selector("text=请输入您在哪里")
        page.keyboard.type("观音桥")
        page.click("text=查最近的办理点")
        page.wait_for_url("**/nearest?*")

        assert ANSWER in page.locator(".card").first.inner_text()

    def test_typing_a_place_afterwards_forgets_it(self, visit):
        page = visit("/", geolocation=HERE, permissions=["geolocation"])

        page.click("[data-position]")
        page.wait_for_selector("text=已取得您的位置")
        write(page, "#place", "鱼嘴")
        page.click("text=查最近的办理点")
        page.wait_for_url("**/nearest?*")

        assert "29.5" not in page.url
        assert "鱼嘴" in page.locator(".card").first.inner_text()

    def test_the_answer_can_be_shown_in_english_without_asking_again(self, visit):
        page = visit("/", geolocation=HERE, permissions=["geolocation"])
        page.click("[data-position]")
        page.wait_for_selector("text=已取得您的位置")
        page.click("text=查最近的办理点")
        page.wait_for_selector(".card")

        page.click("text=English")

        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator(".card").count() == 5


class TestSuggestions:
    """Suggestions while typing: chosen by keyboard or finger, heard by a screen reader, quiet when not wanted."""

    def test_a_choice_by_keyboard_leads_to_the_answer(self, visit):
        page = visit("/", DESK)

        page.focus("#q")
        page.keyboard.type("luohu")
        page.wait_for_selector("[role=option]")
        assert page.locator("#q").get_attribute("aria-expanded") == "true"
        assert page.locator("[role=option] mark").first.inner_text() == "落户"
        page.keyboard.press("ArrowDown")
        first = page.locator("[role=option][aria-selected=true]")
        assert page.locator("#q").get_attribute("aria-activedescendant") == first.get_attribute("id")
        page.keyboard.press("Enter")
        assert page.locator("#q").input_value().startswith("户口")
        page.fill("#place", "观音桥")
        page.keyboard.press("Enter")
        page.wait_for_url("**/nearest?*")

        assert page.locator(".card").count() >= 1

    def test_on_a_phone_a_tap_chooses_and_a_place_goes_to_its_own_field(self, visit):
        page = visit("/")

        page.locator("#q").press_sequentially("观音桥")
        page.wait_for_selector("[role=option]")
        assert all(box["height"] >= 44 for box in (row.bounding_box() for row in page.locator("[role=option]").all()))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("[role=listbox] [role=group]").last.locator("[role=option]").first.click()

        assert page.locator("#place").input_value().startswith("观音桥")
        assert page.locator("#q").input_value() == ""
        assert page.locator("[role=listbox]").first.is_hidden()

    def test_a_choice_keeps_the_place_and_the_time_of_the_words_in_their_own_fields(self, visit):
        page = visit("/", DESK)

        page.locator("#q").press_sequentially("观音桥周六办社保卡")
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        assert "社会保障卡" in page.locator("#q").input_value()
        assert page.locator("#place").input_value() == "观音桥"
        assert page.locator("#when").input_value() == "leave"
        assert page.locator("[name=day]").input_value() == "2026-11-28"
        assert page.locator("[name=day]").is_visible()

    def test_escape_closes_the_list_and_keeps_the_words(self, visit):
        page = visit("/matters", DESK)

        page.locator("#q").press_sequentially("社保")
        page.wait_for_selector("[role=option]")
        page.keyboard.press("Escape")

        assert page.locator("[role=listbox]").is_hidden()
        assert page.locator("#q").input_value() == "社保"
        page.keyboard.press("ArrowDown")
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/matters/M*")


def test_the_longest_list_of_papers_prints_on_one_page_without_javascript(visit):
    catalogue = shipped_catalogue()
    longest = max(catalogue.matters.values(), key=lambda matter: sum(len(each.name) for each in matter.materials))
    largest = max(catalogue.packages.values(), key=lambda package: len(package.members))
    page = visit(f"/matters/{longest.code}", java_script_enabled=False)
    own = page.url.partition("/matters/")[0]

    page.click("text=打印一页材料清单")
    page.wait_for_url("**/materials")
    pages = [len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))]
    page.goto(f"{own}/packages/{largest.code}/materials")
    pages.append(len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))))

    assert pages == [1, 1]
