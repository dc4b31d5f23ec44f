"""The drawn map: the same bytes every time, an empty head, and texts that stay texts."""

import json
import re

import pytest
from folium.plugins import Fullscreen

from mapapp.settings import Settings
from mapapp.web.folium_map import PlainMap, _script_of, map_script
from tests.building import a_catalogue, a_matter, a_point
from tests.shipped_catalogue import shipped_catalogue

HOSTILE = "</script><img src=x onerror=alert(1)>`${alert(1)}\\`"


def escaped(text):
    """Return a text as it stands in the script: only ASCII."""
    return json.dumps(text)[1:-1]


@pytest.fixture
def draw(pages_app):
    def drawn(catalogue, settings=None, language="zh"):
        with pages_app.test_request_context(f"/?lang={language}"):
            return map_script(catalogue, settings or Settings(), language).body.decode()

    return drawn


def test_two_drawings_are_the_same_bytes(draw):
    assert draw(shipped_catalogue()) == draw(shipped_catalogue())


def test_every_point_is_drawn_once_with_its_page(draw):
    addresses = re.findall(r'"url": "/points/(JB-\d+)"', draw(shipped_catalogue()))

    assert len(addresses) == 51
    assert len(set(addresses)) == 51


def test_the_languages_differ_in_names_only(draw):
    chinese, english = draw(shipped_catalogue()), draw(shipped_catalogue(), language="en")

    assert escaped("观音桥街道公共服务中心") in chinese
    assert "Guanyinqiao Subdistrict Public Service Centre" in english
    assert escaped("公共服务中心") not in english


def test_a_hostile_name_stays_inside_its_json_text(draw):
    catalogue = a_catalogue(points=[a_point(name_zh=HOSTILE)], matters=[a_matter()])

    script = draw(catalogue)

    assert "<img" not in script
    assert "</script" not in script
    assert r"\u003cimg src=x onerror=alert(1)\u003e" in script


def test_a_plugin_that_brings_a_foreign_link_is_refused():
    drawn = PlainMap(location=[29.6, 106.5], zoom_start=12)
    Fullscreen().add_to(drawn)

    with pytest.raises(AssertionError, match="foreign link"):
        _script_of(drawn)


def test_no_tile_service_is_named_without_a_key(draw):
    assert "tianditu" not in draw(shipped_catalogue())
    assert "http" not in draw(shipped_catalogue())


def test_the_operators_key_brings_the_tile_layers(draw):
    script = draw(shipped_catalogue(), Settings(tianditu_tile_key="KEY"))

    assert script.count("tianditu.gov.cn") == 2
    assert "tk=KEY" in script
    assert "map-land" not in script


def test_a_page_links_the_script_that_is_served_for_a_year(client):
    (address,) = re.findall(r'src="(/map/[^"]+)"', client.get("/").get_data(as_text=True))

    response = client.get(address)

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.mimetype == "text/javascript"


def test_an_older_page_gets_the_current_script_and_may_not_keep_it(client):
    response = client.get("/map/0123456789abcdef0123.js")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "mapapp.ready" in response.get_data(as_text=True)


def test_the_review_number_of_the_map_is_shown_when_there_is_one():
    from tests.page_reading import read_page
    from tests.pages.conftest import SETTINGS, app_showing

    settings = Settings(data=SETTINGS.data, rate_limits="off", log_level="error", map_review_number="渝S(2026)001号")
    client = app_showing(shipped_catalogue(), settings).test_client()

    page = read_page(client.get("/").get_data(as_text=True))

    assert "渝S(2026)001号" in page.data["words"]["map_note"]
