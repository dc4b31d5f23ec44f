"""Language and elder view: in the header of every page, remembered by a cookie."""

import pytest

from tests.page_reading import read_page


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_the_browser_chooses_the_language_at_first(read, header, language):
    page = read("/", **{"Accept-Language": header})

    assert page.all("html")[0]["lang"] == language


def test_the_language_that_was_chosen_is_remembered(client):
    client.get("/?lang=en")

    assert 'lang="en"' in client.get("/matters").get_data(as_text=True)


def test_the_elder_view_is_remembered_until_it_is_left(client):
    client.get("/?view=elder")
    first = read_page(client.get("/data").get_data(as_text=True))
    client.get("/data?view=plain")
    second = read_page(client.get("/data").get_data(as_text=True))

    assert first.all("html")[0].get("class") == "elder"
    assert "class" not in second.all("html")[0]


def test_a_switch_keeps_the_question(read):
    page = read("/nearest?q=社保卡&place=观音桥&k=20")
    (switch,) = [row["href"] for row in page.all("a") if "lang=en" in row.get("href", "")]

    assert switch.startswith("/nearest?q=")
    assert "k=20" in switch


def test_a_switch_after_a_position_sends_it_again_in_the_body(client):
    page = read_page(client.post("/nearest", data={"lat": "29.57411", "lon": "106.53213"}).get_data(as_text=True))

    assert page.all("form", method="post", action="/nearest?lang=en")


def test_a_cookie_of_unknown_value_changes_nothing(client):
    client.set_cookie("lang", "xx")
    client.set_cookie("view", '"><script>')

    page = read_page(client.get("/").get_data(as_text=True))

    assert page.all("html") == [{"lang": "zh-CN"}]


@pytest.mark.parametrize("path", ["/%5Cevil.example", "/%09/evil.example", "//evil.example"])
def test_a_switch_never_leads_to_another_site(client, path):
    page = read_page(client.get(path).get_data(as_text=True))

    addresses = [row["href"] for row in page.all("a") if "evil" in row.get("href", "")]
    assert addresses
    for address in addresses:
        # as a browser reads it: no backslash, no tab, and one / at the beginning
        assert address.isprintable()
        assert "\\" not in address
        assert not address.startswith("//")
