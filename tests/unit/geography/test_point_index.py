"""The order of the index is the order of the exact geodesics."""

from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.point_index import PointIndex

GEOD = Geod(ellps="WGS84")
in_the_city = st.builds(Coordinate, st.floats(106.4, 106.95), st.floats(29.5, 29.75))
anywhere = st.builds(Coordinate, st.floats(-180, 180), st.floats(-90, 90))


def brute(origin, coordinates):
    """All (metres, number), by one geodesic each."""
    return sorted(
        (GEOD.inv(origin.lon, origin.lat, there.lon, there.lat)[2], number) for number, there in enumerate(coordinates)
    )


@given(origin=in_the_city, coordinates=st.lists(in_the_city, max_size=60))
def test_every_point_comes_once_in_the_order_of_the_geodesic(origin, coordinates):
    index = PointIndex(coordinates)

    assert list(index.nearest_first(origin)) == brute(origin, coordinates)


@given(origin=anywhere, coordinates=st.lists(anywhere, max_size=20))
def test_the_order_holds_all_over_the_earth(origin, coordinates):
    index = PointIndex(coordinates)

    assert list(index.nearest_first(origin)) == brute(origin, coordinates)


@given(origin=in_the_city, coordinates=st.lists(in_the_city, min_size=3, max_size=30), data=st.data())
def test_a_selection_keeps_its_order(origin, coordinates, data):
    among = data.draw(st.sets(st.integers(0, len(coordinates) - 1)))
    index = PointIndex(coordinates)

    assert list(index.nearest_first(origin, among)) == [row for row in brute(origin, coordinates) if row[1] in among]


def test_points_at_the_same_place_come_in_order_of_their_number():
    here = Coordinate(106.53, 29.57)
    index = PointIndex([here, here, here])

    assert [number for _, number in index.nearest_first(here)] == [0, 1, 2]


def test_an_empty_index_answers_nothing():
    assert list(PointIndex([]).nearest_first(Coordinate(106.53, 29.57))) == []
    assert len(PointIndex([])) == 0
