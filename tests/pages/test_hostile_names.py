"""A name from the data is a text everywhere: title, list, popup data, map."""

import pytest

from tests.building import a_catalogue, a_matter, a_point, an_offer
from tests.page_reading import read_page
from tests.pages.conftest import app_showing

HOSTILE = "</script><img src=x onerror=alert(1)>\"'`${alert(1)}"


@pytest.fixture(scope="module")
def client():
    point = a_point(name_zh=HOSTILE, name_en=HOSTILE, address=HOSTILE, source=HOSTILE, note=HOSTILE, phone=HOSTILE)
    matter = a_matter(name_zh=HOSTILE, name_en=HOSTILE, department=HOSTILE, folk_names=(HOSTILE,), source=HOSTILE)
    catalogue = a_catalogue(points=[point], matters=[matter], offers=[an_offer()])
    return app_showing(catalogue).test_client()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "address", ["/", "/points/P1", "/matters", "/matters/M1", "/nearest?matter=M1&place=P1", "/matters?q=img"]
)
def test_a_hostile_name_adds_no_element_and_no_handler(client, address, language):
    html = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}").get_data(as_text=True)

    page = read_page(html)

    assert "<img src=x" not in html
    assert page.inline == []
    assert {row["src"].split("?")[0] for row in page.all("img")} == {"/static/favicon.svg"}


def test_the_hostile_name_is_shown_as_it_stands(client):
    page = read_page(client.get("/points/P1").get_data(as_text=True))

    assert HOSTILE in page.text


@pytest.mark.parametrize("text", [HOSTILE, "a" * 201, "\x00", "%ED%A0%80"])
def test_what_is_typed_is_no_element_either(client, text):
    response = client.get("/nearest", query_string={"q": text, "place": text})

    assert response.status_code in (200, 303, 400)
    assert "<img src=x" not in response.get_data(as_text=True)
