"""A walking network in a running server: used from the next request on, told as one, and gone when it is removed."""

import pytest

from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.network_loading import load_network, remove_network
from mapapp.database import Database
from mapapp.people import SYSTEM
from mapapp.web.context import EXTENSION
from tests.conftest import NOW
from tests.osm_files import write_extract


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def database(app):
    """A connection of its own to the database of the running application."""
    database = Database(app.extensions[EXTENSION].keeper.database.url.render_as_string(hide_password=False))
    yield database
    database.dispose()


@pytest.fixture
def start(database):
    """The position of the first point, moved 300 m east along the street that the network knows."""
    with database.reading() as session:
        here = next(iter(read_catalogue(session).points.values())).place.coordinate
    return {"lat": str(here.lat), "lon": str(here.lon + 0.003)}, here


def load(database, here, path):
    nodes = {number: (here.lon + 0.001 * (number - 1), here.lat) for number in range(1, 8)}
    street = write_extract(path / "street.osm.pbf", nodes, {1: (list(nodes), {"highway": "footway"})})
    load_network(database, street, now=NOW, person=SYSTEM, outside_m=20_000, snap_limit_m=200)


def nearest(app, position):
    return app.test_client().get("/api/v1/nearest", query_string={**position, "k": "50"}).get_json()


def walk_kinds(answer):
    return {result["walk_kind"] for result in answer["results"]}


def test_a_running_server_walks_by_the_network_until_it_is_removed(app, database, start, tmp_path):
    position, here = start
    before = nearest(app, position)

    load(database, here, tmp_path)
    during = nearest(app, position)
    with database.transaction() as session:
        remove_network(session)
    after = nearest(app, position)

    assert walk_kinds(before) == walk_kinds(after) == {"estimate"}
    assert walk_kinds(during) == {"network", "estimate"}
    at_start = {"lat": here.lat, "lon": here.lon}
    (along,) = [each for each in during["results"] if at_start.items() <= each["point"].items()]
    assert along["walk_kind"] == "network"
    # straight along the street
    assert along["walk_m"] == along["distance_m"]
    assert [answer["revision"] for answer in (before, during, after)] == [1, 2, 3]


def test_the_area_follows_the_network(app, database, start, tmp_path):
    position, here = start
    load(database, here, tmp_path)

    feature = app.test_client().get("/api/v1/reach.geojson", query_string=position).get_json(force=True)["features"][0]

    assert feature["properties"]["walk_kind"] == "network"
    # a street from west to east, and nothing beside it
    latitudes = [lat for _, lat in feature["geometry"]["coordinates"][0]]
    assert (max(latitudes) - min(latitudes)) * 110_800 < 80


def test_the_page_names_whose_paths_they_are(app, database, start, tmp_path):
    _, here = start
    query = {"place": "观音桥商圈", "lang": "en"}
    before = app.test_client().get("/nearest", query_string=query).get_data(as_text=True)
    load(database, here, tmp_path)
    after = app.test_client().get("/nearest", query_string=query).get_data(as_text=True)

    assert "OpenStreetMap contributors" not in before
    assert "OpenStreetMap contributors" in after
