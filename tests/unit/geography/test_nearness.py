"""The nearest of some places, for many at once, is what looking at each of them says."""

import pytest

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import chord_m, geodesic_m, to_ecef
from mapapp.geography.nearness import ecef_of, nearest_chords_m

PLACES = [Coordinate(106.5 + step * 0.013 % 0.09, 29.55 + step * 0.007 % 0.05) for step in range(20)]
AMONG = (3, 8, 11)


def test_the_nearest_chord_equals_looking_at_every_place():
    found = nearest_chords_m(ecef_of(PLACES), AMONG)

    for place, chord in zip(PLACES, found, strict=True):
        assert chord == pytest.approx(min(chord_m(to_ecef(place), to_ecef(PLACES[number])) for number in AMONG))


def test_a_chord_is_never_longer_than_the_geodesic():
    found = nearest_chords_m(ecef_of(PLACES), AMONG)

    for place, chord in zip(PLACES, found, strict=True):
        assert chord <= min(geodesic_m(place, PLACES[number]) for number in AMONG) + 1e-6


def test_no_places_have_no_rows():
    assert ecef_of(()).shape == (0, 3)
