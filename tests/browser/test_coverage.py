"""The coverage pages in a browser: hatched land, sites by number, the same with the keyboard and without scripts."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import RUN, axe, findings  # noqa: F401  # fixtures

pytestmark = pytest.mark.browser


def drawn(page):
    page.wait_for_selector("html[data-area=ready]")
    return page


def test_uncovered_land_is_hatched_and_points_are_dots(visit):
    page = drawn(visit("/coverage?matter=M061", DESK))

    assert page.locator(".map-uncovered").count() >= 1
    assert page.locator(".map-uncovered").first.get_attribute("fill") == "url(#hatch)"
    assert page.locator("pattern#hatch line").count() == 1
    assert page.locator("path.map-dot").count() == page.evaluate(
        "JSON.parse(document.getElementById('page-data').textContent).dots.length"
    )


def test_all_of_the_district_is_in_view(visit):
    page = drawn(visit("/coverage", DESK))

    inside = page.evaluate(
        """() => { const map = document.getElementById('map').getBoundingClientRect();
          return Array.from(document.querySelectorAll('.map-uncovered')).every(path => {
            const box = path.getBoundingClientRect();
            return box.left >= map.left && box.right <= map.right && box.top >= map.top && box.bottom <= map.bottom;
          }); }"""
    )
    assert inside


def test_a_question_is_asked_with_the_keyboard_alone(visit):
    page = drawn(visit("/coverage", DESK))

    page.focus("#q")
    page.keyboard.type("无犯罪记录证明")
    page.keyboard.press("Enter")

    page.wait_for_url("**/coverage?q=*")
    assert "办“无犯罪记录证明”" in page.locator("h1").inner_text()


def test_sites_stand_on_the_map_with_their_numbers_and_names(visit):
    page = drawn(visit("/coverage/siting?q=M061&new=3", DESK))

    marks = page.locator(".site-mark")
    names = page.locator("tbody th").all_inner_texts()
    assert marks.all_inner_texts() == ["1", "2", "3"]
    assert [marks.nth(i).get_attribute("aria-label") for i in range(3)] == [
        f"新增地点 {i + 1}：{names[i]}" for i in range(3)
    ]


def test_without_scripts_sentence_table_and_form_are_there(visit):
    page = visit("/coverage", PHONE, java_script_enabled=False)

    assert "步行 1000 米内有办理点" in page.locator("h1").inner_text()
    assert page.locator("tbody tr").count() == 12
    page.fill("#q", "M061")
    page.select_option("#within", "1500")
    page.click("form.search button")
    assert "步行 1500 米内" in page.locator("h1").inner_text()


def test_when_the_area_cannot_be_loaded_the_page_says_so(visit):
    page = drawn(visit("/coverage", DESK))
    page.route("**/api/v1/coverage.geojson*", lambda route: route.fulfill(status=200, body="not JSON"))
    page.reload()
    page.wait_for_selector("html[data-area=failed]")

    assert page.locator("[data-area-status]").inner_text() == "斜线区域没有载入；表格内容相同。"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"cookies": {"view": "elder"}}], ids=str)
@pytest.mark.parametrize("address", ["/coverage?matter=M061", "/coverage/siting?q=M061&new=3", "/coverage?within=17"])
def test_axe_finds_nothing_once_the_map_is_drawn(visit, findings, address, options, size):  # noqa: F811
    status = 400 if "17" in address else 200

    assert findings(drawn(visit(address, size, status=status, **options))) == []


def test_hatched_and_plain_differ_in_lightness_not_only_in_colour(visit):
    """The lines of the hatching against the plain land, in light and in dark: 3:1, as shapes need."""
    for scheme in ("light", "dark"):
        page = drawn(visit("/coverage", DESK, color_scheme=scheme))
        line, land = page.evaluate(
            """() => ['--hatch-line', '--map-land'].map(
              name => getComputedStyle(document.documentElement).getPropertyValue(name).trim())"""
        )
        assert contrast(line, land) >= 3, scheme


def contrast(first: str, second: str) -> float:
    def light(text: str) -> float:
        parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
