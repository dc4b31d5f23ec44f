"""The line of one kilometre on the answer page is the area that the interface tells."""

import pytest

from mapapp.finder.nearest import Finder
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.isochrone import reach_area
from mapapp.settings import Settings
from mapapp.web.context import bundle_of
from mapapp.web.reach_line import reach_line

HERE = Coordinate(106.5141, 29.5734)


@pytest.fixture(scope="module")
def bundle():
    from shipped_catalogue import shipped_catalogue

    return bundle_of(shipped_catalogue(), Settings())


def test_the_line_is_that_of_the_area(bundle):
    areas = reach_line(bundle, HERE, Settings())

    area = reach_area(Finder.of(bundle.catalogue, Settings()).reach, HERE, 1000).geometry
    outer = [[round(lat, 5), round(lon, 5)] for lon, lat in area["coordinates"][0]]
    assert areas == [[outer]]


def test_a_start_beside_a_bridge_has_a_line_beyond_the_river(bundle):
    bridge = next(n for n in bundle.catalogue.named_places if n.kind.startswith("bridge_mid_river")).place.coordinate
    north = Coordinate(bridge.lon, bridge.lat + 0.003)

    areas = reach_line(bundle, north, Settings())

    latitudes = [lat for area in areas for ring in area for lat, _ in ring]
    assert min(latitudes) < bridge.lat < max(latitudes)
