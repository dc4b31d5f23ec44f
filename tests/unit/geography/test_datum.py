"""Datum conversion against published vectors and its own inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import from_wgs84, to_wgs84
from mapapp.geography.distance import geodesic_m

# lon, lat in; lon, lat out. Test vectors of the public projects eviltransform and coordtransform.
WGS84_TO_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
]
GCJ02_TO_BD09 = [((116.404, 39.915), (116.41036949371029, 39.92133699351021))]
# computed for this district with the same formulas, six decimals
IN_JIANGBEI = [
    ((106.532, 29.575), (106.535760, 29.572201), (106.542242, 29.578298)),
    ((106.75, 29.62), (106.754001, 29.617310), (106.760549, 29.623067)),
]


@pytest.mark.parametrize(("given_pair", "expected"), WGS84_TO_GCJ02)
def test_wgs84_to_gcj02_reproduces_the_published_vectors(given_pair, expected):
    assert from_wgs84(Coordinate(*given_pair), Datum.GCJ02) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("given_pair", "expected"), GCJ02_TO_BD09)
def test_bd09_of_a_gcj02_pair_reproduces_the_published_vector(given_pair, expected):
    place = to_wgs84(*given_pair, Datum.GCJ02)

    assert from_wgs84(place, Datum.BD09) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), IN_JIANGBEI)
def test_the_three_datums_agree_in_the_district(wgs84, gcj02, bd09):
    place = Coordinate(*wgs84)

    assert from_wgs84(place, Datum.GCJ02) == pytest.approx(gcj02, abs=6e-7)
    assert from_wgs84(place, Datum.BD09) == pytest.approx(bd09, abs=6e-7)
    assert geodesic_m(place, to_wgs84(*gcj02, Datum.WGS84)) == pytest.approx(483, abs=6)


@given(
    lon=st.floats(106.3, 107.0),
    lat=st.floats(29.4, 29.8),
    datum=st.sampled_from(list(Datum)),
)
def test_there_and_back_is_the_same_place_to_a_micrometre(lon, lat, datum):
    place = Coordinate(lon, lat)

    assert geodesic_m(place, to_wgs84(*from_wgs84(place, datum), datum)) < 1e-6


@given(lon=st.floats(73.0, 135.0), lat=st.floats(4.0, 53.0), datum=st.sampled_from(list(Datum)))
def test_there_and_back_holds_in_the_whole_country(lon, lat, datum):
    place = Coordinate(lon, lat)

    assert geodesic_m(place, to_wgs84(*from_wgs84(place, datum), datum)) < 1e-6


def test_nothing_is_shifted_outside_the_country():
    assert from_wgs84(Coordinate(2.3, 48.9), Datum.GCJ02) == (2.3, 48.9)


@pytest.mark.parametrize(("lon", "lat", "field"), [(181, 0, "lon"), (0, 91, "lat"), (float("nan"), 0, "lon")])
def test_a_pair_that_is_no_position_is_refused_by_name(lon, lat, field):
    with pytest.raises(InvalidQuery) as refused:
        to_wgs84(lon, lat, Datum.GCJ02)

    assert (refused.value.code, refused.value.field) == ("wrong_parameter", field)
