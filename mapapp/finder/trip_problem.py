"""What is to be done where (行程问题): sets of matters as numbers, and what a trip costs at least."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Path = tuple[int, ...]

START = -1
# A walk is rounded to 0.1 m, which may take half a decimetre away from each leg.
ROUNDED_DM = 0.6
# Minutes by which a bound on time may err for the same reason.
_SLACK = 0.1


class Legs(Protocol):
    """Walks in decimetres between the points of a trip, by number, and from its `START`."""

    def among(self, numbers: Numbers) -> "Legs":
        """Return the same for some of the points, which are named by their place in `numbers`."""
        ...

    def exact_dm(self, lasts: Numbers, numbers: Numbers) -> Numbers:
        """Return the walks from points or the start to points, pair by pair."""
        ...

    def at_least_dm(self, lasts: Numbers) -> Floats:
        """Return what the walk from each of these to each point is at least; shape (lasts, points)."""
        ...

    def between_dm(self, here: Numbers, there: Numbers) -> Floats:
        """Return what any walk, by whatever points, from each of the former to each of the latter is at least."""
        ...


class Rows:
    """A table with a row for each set of matters, worked out when first asked for, many at once."""

    def __init__(self, sets: int, columns: int, work_out: Callable[[Numbers], Floats]) -> None:
        self._work_out = work_out
        self._row_of = np.full(sets, -1, dtype=np.int64)
        self._table: Floats = np.empty((0, columns))

    def of(self, matters: Numbers, columns: Numbers | slice) -> Floats:
        """Return what stands in the rows of these sets in these columns, set by set."""
        asked = np.zeros(len(self._row_of), dtype=bool)
        asked[matters] = True
        new = np.flatnonzero(asked & (self._row_of < 0))
        if len(new):
            worked_out = self._work_out(new)
            self._row_of[new] = np.arange(len(self._table), len(self._table) + len(new))
            self._table = np.concatenate([self._table, worked_out])
        found: Floats = self._table[self._row_of[matters], columns]
        return found


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is to be done where. A set of matters is a number, one bit for each; a point is a number from 0.

    `names` are the points by number, `masks` holds for each the matters it takes, at least one. `near_dm` holds for
    each matter and each point what a walk to a point that takes it is at least. `stay` tells which of some matters
    get done by those who arrive at points (by name) at minutes, and when they leave, one by one. `latest` is for each
    matter the last minute at which its turn may begin anywhere, `service` the minutes of a turn.
    """

    wanted: int
    names: Numbers
    masks: Numbers
    legs: Legs
    near_dm: Floats
    stay: Callable[[Numbers, Numbers, Numbers], tuple[Numbers, Numbers]]
    latest: Numbers
    service: int
    metres_a_minute: float
    is_timed: bool

    def within(self, most_dm: float) -> "Problem":
        """Return the same with those points only that a trip of `most_dm` decimetres can pass at most.

        Of any matter it passes a taker before or after the point: from the start there and on, or there and back out.
        """
        start_dm = self.legs.between_dm(np.array([START]), np.arange(len(self.masks)))[0]
        least_dm = start_dm.copy()
        for bit, near_dm in enumerate(self.near_dm):
            first_dm = start_dm[self.masks >> bit & 1 == 1].min()
            np.maximum(least_dm, near_dm + np.minimum(start_dm, first_dm), out=least_dm)
        some = np.flatnonzero(least_dm <= most_dm + ROUNDED_DM * len(self.near_dm))
        if len(some) == len(self.masks) or np.bitwise_or.reduce(self.masks[some]) != self.wanted:
            return self
        near_dm = self.near_dm[:, some]
        return replace(
            self, names=self.names[some], masks=self.masks[some], legs=self.legs.among(some), near_dm=near_dm
        )

    @property
    def minutes_a_dm(self) -> float:
        """Return how many minutes one walks for a decimetre."""
        return 1 / (10 * self.metres_a_minute)

    @cached_property
    def needed(self) -> Numbers:
        """Return for each set of matters how few stops can take it, if all were open; one more than all if none."""
        kinds = _largest(np.unique(self.masks))
        every = np.arange(self.wanted + 1)
        bits = self.wanted.bit_length()
        needed = np.full(self.wanted + 1, bits + 1)
        needed[0] = 0
        for stops in range(1, bits + 1):
            before = needed < stops
            reached = np.zeros(self.wanted + 1, dtype=bool)
            for kind in kinds:
                reached |= before[every & ~kind]
            needed[reached & (needed > stops)] = stops
        return needed

    @cached_property
    def follows(self) -> Rows:
        """Return at least how many decimetres follow each point when a set of matters is left there.

        One goes to the farthest of them; and to one of them first, and then along a tree that joins them all.
        """
        return Rows(self.wanted + 1, len(self.masks), self._follow_dm)

    @cached_property
    def until(self) -> Rows:
        """Return until which minute one must be at each point for a set of matters to be done before all close.

        Each must be reached in time; where it is done at once, and what is done elsewhere, is left open.
        """
        return Rows(self.wanted + 1, len(self.masks), self._until)

    @cached_property
    def closes(self) -> Numbers:
        """Return for each set of matters the minute at which its first turn must begin: one after the other."""
        closes = np.full(self.wanted + 1, -1)
        for bit, last in enumerate(self.latest):
            closes[1 << bit : 2 << bit] = np.maximum(closes[: 1 << bit], last)
        turns = np.bitwise_count(np.arange(self.wanted + 1)).astype(np.int64)
        return closes - self.service * (turns - 1)

    def _follow_dm(self, sets: Numbers) -> Floats:
        shape = len(sets), len(self.masks)
        farthest, nearest = np.zeros(shape), np.full(shape, inf)
        for bit, near_dm in enumerate(self.near_dm):
            rows = np.flatnonzero(sets >> bit & 1)
            farthest[rows] = np.maximum(farthest[rows], near_dm)
            nearest[rows] = np.minimum(nearest[rows], near_dm)
        nearest[sets == 0] = 0.0
        return np.maximum(farthest, nearest + self._joined_dm(sets)[:, None])

    def _joined_dm(self, sets: Numbers) -> Floats:
        """Return the length of the shortest tree that joins takers of each set of matters (Prim, all sets at once)."""
        every = np.arange(len(sets))
        left = (sets[:, None] >> np.arange(len(self.near_dm)) & 1).astype(bool)
        joined_dm = np.zeros(len(sets))
        begin = left.argmax(axis=1)
        left[every, begin] = False
        away = self._gaps_dm[begin].copy()
        for _ in range(left.shape[1] - 1):
            reachable = np.where(left, away, inf)
            nearest = reachable.argmin(axis=1)
            leg_dm = reachable[every, nearest]
            joined_dm += np.where(leg_dm < inf, leg_dm, 0.0)
            left[every, nearest] = False
            away = np.minimum(away, self._gaps_dm[nearest])
        return joined_dm

    @cached_property
    def _gaps_dm(self) -> Floats:
        """Return at least how far apart takers of two matters are; 0 where one point takes both."""
        takers = [np.flatnonzero(self.masks >> bit & 1) for bit in range(len(self.near_dm))]
        return np.array([[near_dm[numbers].min() for numbers in takers] for near_dm in self.near_dm])

    def _until(self, sets: Numbers) -> Floats:
        until = np.full((len(sets), len(self.masks)), inf)
        for bit, near_dm in enumerate(self.near_dm):
            rows = np.flatnonzero(sets >> bit & 1)
            in_time = self.latest[bit] - np.maximum(near_dm - ROUNDED_DM * len(self.near_dm), 0) * self.minutes_a_dm
            until[rows] = np.minimum(until[rows], in_time + _SLACK)
        return until


def bits_of(matters: int) -> list[int]:
    """Return the numbers of the matters in a set."""
    return [bit for bit in range(matters.bit_length()) if matters >> bit & 1]


def _largest(masks: Numbers) -> Numbers:
    """Return the sets that are not part of another one."""
    kept: list[int] = []
    for mask in sorted(map(int, masks), key=lambda mask: -mask.bit_count()):
        if mask and all(mask & ~other for other in kept):
            kept.append(mask)
    return np.array(kept, dtype=np.int64)
