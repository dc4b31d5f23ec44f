"""The local plane is true to a tenth of a percent in the district, and goes there and back."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m
from mapapp.geography.plane import Plane

PLANE = Plane.at(106.67, 29.62)
in_the_district = st.builds(Coordinate, st.floats(106.44, 106.9), st.floats(29.55, 29.69))


@given(a=in_the_district, b=in_the_district)
def test_lengths_are_true_to_a_tenth_of_a_percent(a, b):
    (ax, ay), (bx, by) = PLANE.flat(a), PLANE.flat(b)

    assert hypot(ax - bx, ay - by) == pytest.approx(geodesic_m(a, b), rel=1e-3, abs=1e-3)


@given(place=in_the_district)
def test_there_and_back_is_the_same_place(place):
    assert geodesic_m(place, PLANE.round_again(*PLANE.flat(place))) < 1e-6


def test_a_geometry_is_flattened_like_a_coordinate():
    flat = PLANE.flatten(Point(106.7, 29.6))

    assert (flat.x, flat.y) == PLANE.flat(Coordinate(106.7, 29.6))
