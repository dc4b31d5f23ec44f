"""The quick answer "no river on this line" never differs from the exact one."""

import numpy as np
import pytest

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District
from tests.shipped_catalogue import shipped_catalogue


@pytest.fixture(scope="module")
def district() -> District:
    return shipped_catalogue().district


def test_a_line_settled_without_looking_is_one_that_crosses_nothing(district):
    west, south, east, north = district.bounds
    random = np.random.default_rng(7)
    positions = random.uniform((west - 0.05, south - 0.05), (east + 0.05, north + 0.05), size=(600, 2))
    spots = [district.spot(Coordinate(float(lon), float(lat))) for lon, lat in positions]
    pairs = [(spots[a], spots[b]) for a, b in random.integers(0, len(spots), size=(4000, 2))]

    quick = [district.crosses_river(start, end) for start, end in pairs]

    starts, ends = (np.array([(pair[side].x, pair[side].y) for pair in pairs]) for side in (0, 1))
    exact = district.crossings(starts, ends)
    assert quick == exact.tolist()
    assert 0.1 < np.mean(exact) < 0.9
