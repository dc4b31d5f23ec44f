"""A second visit is cheap: the page is asked whether it changed, everything else is kept."""

import re

import pytest

FIRST_BYTES, SECOND_BYTES = 250_000, 30_000
BROWSER = {"Accept-Encoding": "gzip, br"}


def assets_of(html):
    return sorted(set(re.findall(r'(?:src|href)="(/(?:static|map)/[^"]+)"', html)))


def test_the_first_visit_is_small_and_the_second_smaller(client):
    page = client.get("/", headers=BROWSER)
    html = client.get("/").get_data(as_text=True)
    files = [client.get(address, headers=BROWSER) for address in assets_of(html)]
    again = client.get("/", headers={**BROWSER, "If-None-Match": page.headers["ETag"]})

    assert len(files) >= 8
    assert len(page.data) + sum(len(file.data) for file in files) <= FIRST_BYTES
    assert again.status_code == 304
    assert len(again.data) <= SECOND_BYTES


def test_every_file_of_a_page_may_be_kept_for_a_year(client):
    html = client.get("/nearest?q=社保卡&place=观音桥").get_data(as_text=True)

    kept = {address: client.get(address).headers["Cache-Control"] for address in assets_of(html)}

    assert set(kept.values()) == {"public, max-age=31536000, immutable"}


@pytest.mark.parametrize(
    "address", ["/", "/matters", "/matters/M076", "/packages/P08", "/data", "/privacy", "/points/JB-020"]
)
def test_an_unchanged_page_is_not_sent_again(client, address):
    etag = client.get(address).headers["ETag"]

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_a_page_in_another_language_or_view_is_another_page(client):
    etags = {
        client.get(f"/matters/M076?{query}").headers["ETag"] for query in ("lang=zh", "lang=en", "view=elder&lang=zh")
    }

    assert len(etags) == 3


def test_a_shared_cache_is_told_what_the_words_depend_on(client):
    varies = client.get("/").headers["Vary"]

    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in varies.split(",")}


def test_a_public_page_sets_no_cookie_by_itself(client):
    assert "Set-Cookie" not in client.get("/").headers
