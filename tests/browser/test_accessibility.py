"""axe-core finds nothing: each page, both widths, light and dark, elder view, popup open.

No rule is switched off. The rules that axe leaves off by itself run too, on a window as high as the page, where
nothing is half covered by the bar at the bottom; but for the contrast of level AAA (7:1): the colours of these pages
are those of level AA.
"""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.page_reading import ADDRESSES

pytestmark = pytest.mark.browser
RUN = """
async (more) => {
  const ids = more ? axe.getRules().map(rule => rule.ruleId).filter(id => id !== 'color-contrast-enhanced') : [];
  const rules = Object.fromEntries(ids.map(id => [id, {enabled: true}]));
  const result = await axe.run(document, {rules, resultTypes: ['violations']});
  return result.violations.map(found => found.id + ': ' + found.nodes.map(node => node.html.slice(0, 140)).join(' | '));
}
"""


@pytest.fixture(scope="module")
def axe():
    from tests.structure.sources import ROOT

    return (ROOT / "tests/vendor/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def findings(axe):
    """A function page -> what axe finds. Evaluated by the driver, so the content policy stays as it is."""

    def run(page):
        page.evaluate(axe)
        found = page.evaluate(RUN, False)
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({**page.viewport_size, "height": max(page.viewport_size["height"], whole)})
        return found + page.evaluate(RUN, True)

    return run


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("address", [*ADDRESSES, "/api/docs"])
def test_a_page_has_no_finding(visit, findings, address, size):
    assert findings(visit(address, size)) == []


@pytest.mark.parametrize("address", ["/", "/nearest?q=社保卡&place=观音桥", "/points/JB-020", "/matters/M076"])
@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"cookies": {"view": "elder"}}, {"cookies": {"lang": "en"}}], ids=str
)
def test_no_finding_in_the_dark_in_the_elder_view_and_in_english(visit, findings, address, options):
    assert findings(visit(address, PHONE, **options)) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("address", ["/?kind=sub-tax", "/nearest?q=社保卡&place=观音桥"])
def test_no_finding_with_a_popup_open(visit, findings, address, size):
    page = visit(address, size)
    if size == PHONE:
        page.click("[data-view-button=map]")

    page.locator("#map .mark[data-id]").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup .popup")

    assert findings(page) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_finding_on_the_page_of_an_error(visit, findings, size):
    page = visit("/points/JB-999", size, status=404)

    assert page.locator("h1").inner_text() == "没有这个办理点"
    assert findings(page) == []


@pytest.mark.parametrize("summary", ["修改查询", "不是这件事？", "路线"])
def test_no_finding_with_a_fold_open(visit, findings, summary):
    page = visit("/nearest?q=社保卡&place=观音桥", DESK)

    page.locator("summary", has_text=summary).first.click()

    assert findings(page) == []


def test_no_finding_with_suggestions_open(visit, findings):
    page = visit("/", PHONE)
    page.locator("#q").press_sequentially("观音桥")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")

    assert findings(page) == []
