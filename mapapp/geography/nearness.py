"""How far is the nearest of some places (最近距离): lower bounds for many places at once, in straight chords."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import to_ecef


def ecef_of(coordinates: Iterable[Coordinate]) -> NDArray[np.float64]:
    """Return x, y, z in metres, earth-centred, of each coordinate; shape (coordinates, 3)."""
    return np.array([to_ecef(coordinate) for coordinate in coordinates], dtype=np.float64).reshape(-1, 3)


def nearest_chords_m(ecef: NDArray[np.float64], among: Sequence[int]) -> NDArray[np.float64]:
    """Return for each row of `ecef` the chord in metres, never above the geodesic, to the nearest row in `among`.

    `among` must not be empty.
    """
    # loaded when first needed: a start that plans no trip does not pay for it
    from scipy.spatial import KDTree

    distances, _ = KDTree(ecef[list(among)]).query(ecef)
    return np.asarray(distances, dtype=np.float64)
