"""What every page owes: a language, a title, one heading, landmarks, nothing inline, nothing from elsewhere."""

import re

import pytest

from tests.page_reading import ADDRESSES

LANGUAGES = {"zh": "zh-CN", "en": "en"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(params=[(address, language) for address in ADDRESSES for language in LANGUAGES], ids=str)
def shown(request, read):
    """A page in one language: (page, language)."""
    address, language = request.param
    return read(f"{address}{'&' if '?' in address else '?'}lang={language}"), language


def test_a_page_has_language_title_and_one_main_heading(shown):
    page, language = shown

    assert page.all("html")[0]["lang"] == LANGUAGES[language]
    assert len(page.all("title")) == 1
    assert len(page.all("h1")) == 1


def test_a_page_has_landmarks_and_a_link_past_the_header(shown):
    page, _ = shown

    assert [len(page.all(name)) for name in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.all("a", **{"class": "skip"})[0]["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_a_page_holds_no_inline_script_style_or_handler(shown):
    page, _ = shown

    assert page.inline == []


def test_a_page_loads_from_its_own_server_only(shown):
    page, _ = shown

    assert page.loads
    assert [address for address in page.loads if not re.match(r"/(?!/)", address)] == []


def test_a_page_offers_the_other_language_and_the_elder_view(shown):
    page, language = shown
    other = "en" if language == "zh" else "zh"
    links = [row["href"] for row in page.all("a") if "href" in row]

    assert any(f"lang={other}" in link for link in links)
    assert any("view=elder" in link for link in links)


def test_a_page_says_that_the_data_are_a_sample_and_whom_to_call(shown):
    page, language = shown
    sample = "示例数据，待区里核实" if language == "zh" else "Sample data, to be checked by the district"

    assert sample in page.text
    assert page.all("a", href="tel:12345")


def test_ids_occur_once(shown):
    page, _ = shown
    ids = [row["id"] for _, row in page.tags if "id" in row]

    assert len(ids) == len(set(ids))


def test_every_field_has_a_label(shown):
    page, _ = shown
    labelled = {row["for"] for row in page.all("label") if "for" in row}
    fields = [row for name in ("input", "select") for row in page.all(name)]
    free = [row for row in fields if row.get("type") not in ("hidden", "checkbox") and "aria-label" not in row]

    assert [row for row in free if row.get("id") not in labelled] == []


def test_a_link_to_somebody_elses_map_tells_them_nothing_about_the_page(shown):
    page, _ = shown
    foreign = [row for row in page.all("a") if row.get("href", "").startswith("https://")]

    assert all({"noreferrer", "noopener"} <= set(row["rel"].split()) for row in foreign)


@pytest.mark.parametrize("address", ["/nope", "/points/JB-999", "/matters/M999", "/packages/P99", "/data/files/secret"])
def test_an_unknown_address_is_a_useful_404(read, address):
    page = read(address, status=404)

    assert page.all("form", action="/nearest")
    assert page.all("a", href="/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_chinese_on_an_english_page_is_marked_as_chinese(read, address):
    page = read(f"{address}{'&' if '?' in address else '?'}lang=en")
    # what the reader typed is quoted, and one app has only a Chinese name
    quoted = re.compile(r"“[^”]*”|渝快办")

    unmarked = [
        text.strip() for language, text in page.spoken if language == "en" and CHINESE.search(quoted.sub("", text))
    ]

    assert unmarked == []
