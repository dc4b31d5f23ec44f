"""How far is it from stop to stop (每一段路): walks between the points of one trip, exact and at least."""

from collections.abc import Callable
from copy import copy

import numpy as np

from mapapp.finder.trip_problem import ROUNDED_DM, START, Floats, Numbers


class KnownLegs:
    """Legs all of which are known: `walks_dm` between points (a table) and `from_start_dm`.

    `least_dm` is the shortest way between points by whatever other points: less than the walk where a bend of the
    river lies between, which no straight line may cross.
    """

    def __init__(self, walks_dm: Numbers, least_dm: Floats, from_start_dm: Numbers) -> None:
        # the start is the last row of both
        self._walks_dm = np.vstack([walks_dm, from_start_dm])
        self._least_dm = np.vstack([least_dm, (from_start_dm[:, None] + least_dm).min(axis=0)])

    def among(self, numbers: Numbers) -> "KnownLegs":
        """Return the legs between some of the points, which are named by their place in `numbers`."""
        ends = numbers[:, None], numbers
        return KnownLegs(self._walks_dm[ends], self._least_dm[ends], self._walks_dm[START, numbers])

    def exact_dm(self, lasts: Numbers, numbers: Numbers) -> Numbers:
        """Return the walks, pair by pair."""
        return self._walks_dm[lasts, numbers]

    def at_least_dm(self, lasts: Numbers) -> Floats:
        """Return the walks from each of these to each point."""
        return self._walks_dm[lasts].astype(np.float64)

    def between_dm(self, here: Numbers, there: Numbers) -> Floats:
        """Return the shortest ways from each of the former to each of the latter."""
        return self._least_dm[here[:, None], there]


class DistantLegs:
    """Legs too many to know: `exact` works out those asked for, all others are at least straight lines.

    `places` are x, y, z in metres, the start in the last row; a walk has `metres_at_least` for each straight metre.
    """

    def __init__(self, places: Floats, metres_at_least: float, exact: Callable[[Numbers, Numbers], Numbers]) -> None:
        # near their middle no digits are lost in squares
        self._places = (places - places.mean(axis=0)) * (metres_at_least * 10)
        self._squares = (self._places**2).sum(axis=1)
        self._numbers = np.append(np.arange(len(places) - 1), START)
        self._exact = exact

    def among(self, numbers: Numbers) -> "DistantLegs":
        """Return the legs between some of the points, which are named by their place in `numbers`."""
        some = copy(self)
        rows = np.append(numbers, START)
        some._places, some._squares, some._numbers = self._places[rows], self._squares[rows], self._numbers[rows]
        return some

    def exact_dm(self, lasts: Numbers, numbers: Numbers) -> Numbers:
        """Return the walks, pair by pair."""
        return self._exact(self._numbers[lasts], self._numbers[numbers])

    def at_least_dm(self, lasts: Numbers) -> Floats:
        """Return the straight lines from each of these to each point, shortened by what rounding may take away."""
        legs_dm = self.between_dm(lasts, np.arange(len(self._places) - 1))
        legs_dm -= ROUNDED_DM
        return np.maximum(legs_dm, 0.0, out=legs_dm)

    def between_dm(self, here: Numbers, there: Numbers) -> Floats:
        """Return the straight lines from each of the former to each of the latter."""
        squares = self._places[here] @ self._places[there].T
        squares *= -2
        squares += self._squares[here][:, None]
        squares += self._squares[there]
        legs_dm: Floats = np.sqrt(np.maximum(squares, 0.0, out=squares), out=squares)
        return legs_dm


def shortest_ways_dm(walks_dm: Numbers) -> Floats:
    """Return the length of the shortest way between any two points, by whatever points (Floyd, Warshall)."""
    least_dm = walks_dm.astype(np.float64)
    for by in range(len(least_dm)):
        np.minimum(least_dm, least_dm[:, by, None] + least_dm[by], out=least_dm)
    return least_dm
