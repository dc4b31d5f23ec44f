"""Which points, in which order, make the shortest trip (路线): exact set cover and order, by branch and bound.

For a given number of stops every order of points is followed, nearest first, and left as soon as it cannot become
better than what is known: the walk so far, plus the straight line to the farthest of the matters still open, each
at its own nearest point, is already longer. Straight lines are chords through the earth, never longer than a walk.
Of two ways to the same place at the same minute with the same matters done, the shorter one stands for both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Path = tuple[int, ...]

START = -1
# So many times a way is continued before the search gives up proving that nothing is better.
MOST_STEPS = 8_000
# Another first stop is worth offering up to so many times the best walk and so many decimetres more.
_TIMES_THE_BEST = 2
_BEYOND_THE_BEST_DM = 10_000
# Minutes by which a bound on time may err: walks are rounded to 0.1 m.
_SLACK = 0.1


@dataclass(frozen=True, slots=True)
class Leg:
    """A walk between two points: decimetres, as ranked, and whole minutes."""

    walk_dm: int
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is to be done where. A set of matters is a number, one bit for each.

    `masks` holds for each point the matters it takes, `places` its x, y, z in metres, `near_m` for each matter and
    each point the metres straight to the nearest point that takes it. `leg` tells a walk, from `START` or a point.
    `stay` tells which of some matters get done by one who arrives at a point at a minute, and when they leave;
    `latest` is for each matter the last minute at which its turn may begin anywhere, `service` the minutes of a turn.
    """

    wanted: int
    masks: Numbers
    places: Floats
    start: Floats
    near_m: Floats
    metres_at_least: float
    leg: Callable[[int, int], Leg]
    stay: Callable[[int, int, int], tuple[int, int]]
    latest: Numbers
    service: int
    metres_a_minute: float
    timed: bool
    _joined: dict[int, float] = field(default_factory=dict)

    @property
    def minutes_at_least(self) -> float:
        """Return how many minutes one walks at least for each metre of straight line."""
        return self.metres_at_least / self.metres_a_minute

    @cached_property
    def _gaps_m(self) -> Floats:
        """Return the straight metres between the nearest takers of two matters; 0 where one point takes both."""
        takers = [np.flatnonzero(self.masks >> bit & 1) for bit in range(len(self.near_m))]
        return np.array([[near[numbers].min() for numbers in takers] for near in self.near_m])

    def joined_m(self, matters: int) -> float:
        """Return the straight metres of the shortest tree that joins takers of these matters (Prim)."""
        known = self._joined.get(matters)
        if known is None:
            first, *others = _bits(matters)
            away = self._gaps_m[first].copy()
            known = 0.0
            while others:
                nearest = min(others, key=lambda bit: away[bit])
                known += float(away[nearest])
                others.remove(nearest)
                np.minimum(away, self._gaps_m[nearest], out=away)
            self._joined[matters] = known
        return known

    def stops_needed(self) -> Numbers:
        """Return for each set of matters how few stops can take it, if all were open; one more than all if none."""
        kinds = _largest(np.unique(self.masks & self.wanted))
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


def _bits(matters: int) -> list[int]:
    return [bit for bit in range(matters.bit_length()) if matters >> bit & 1]


def _largest(masks: Numbers) -> Numbers:
    """Return the sets that are not part of another one."""
    kept: list[int] = []
    for mask in sorted(map(int, masks), key=lambda mask: -mask.bit_count()):
        if mask and all(mask & ~other for other in kept):
            kept.append(mask)
    return np.array(kept, dtype=np.int64)


@dataclass(kw_only=True)
class Search:
    """One search for trips of exactly `stops` stops, the best for each first stop, `keep` of them, each at most
    `most_dm` decimetres."""

    problem: Problem
    needed: Numbers
    stops: int
    keep: int
    most_dm: float = inf
    without: frozenset[int] = frozenset()
    steps: int = 0
    was_cut: bool = False
    best: dict[int, tuple[int, Path]] = field(default_factory=dict)
    _seen: dict[tuple[int, ...], tuple[int, Path]] = field(default_factory=dict)

    @property
    def is_proven(self) -> bool:
        """Return whether the search came to its end."""
        return self.steps <= MOST_STEPS

    def run(self) -> list[tuple[int, Path]]:
        """Return (decimetres, points in order) of the best trips, best first; ties by the numbers of the points."""
        self._extend((), self.problem.wanted, 0, 0)
        most_dm = self._worth_offering_dm()
        return [trip for trip in sorted(self.best.values()) if trip[0] <= most_dm][: self.keep]

    def _extend(self, path: Path, rest: int, minutes: int, walk_dm: int) -> None:
        """Follow all ways on from here; `rest` is not done yet."""
        self.steps += 1
        left = self.stops - len(path) - 1
        last = path[-1] if path else START
        for number, at_least_dm, after_dm in self._candidates(path, rest, left, minutes, walk_dm):
            if not self.is_proven:
                return
            first = path[0] if path else number
            if number == last or at_least_dm > self._bound(first):
                continue
            leg = self.problem.leg(last, number)
            walked = walk_dm + leg.walk_dm
            if walked + after_dm > self._bound(first):
                continue
            done, leaves = self.problem.stay(number, minutes + leg.minutes, rest)
            if done and (new := rest & ~done) == 0:
                self._note(first, walked, (*path, number))
            elif done and self.needed[new] <= left:
                self._go_on((*path, number), new, leaves, walked)
            else:
                self.was_cut = True

    def _go_on(self, path: Path, rest: int, minutes: int, walk_dm: int) -> None:
        key = (path[0], len(path), path[-1], rest, minutes if self.problem.timed else 0)
        known = self._seen.get(key)
        if known is None or (walk_dm, path) < known:
            self._seen[key] = (walk_dm, path)
            self._extend(path, rest, minutes, walk_dm)

    def _note(self, first: int, walk_dm: int, path: Path) -> None:
        if len(path) == self.stops and walk_dm <= self.most_dm:
            known = self.best.get(first)
            if known is None or (walk_dm, path) < known:
                self.best[first] = (walk_dm, path)

    def _bound(self, first: int) -> float:
        """Return the most decimetres that a trip with this first stop may have and still count."""
        if first in self.without:
            return -1.0
        bound = self.best[first][0] if first in self.best else self._worth_offering_dm()
        if len(self.best) >= self.keep:
            bound = min(bound, sorted(walk for walk, _ in self.best.values())[self.keep - 1])
        return min(bound, self.most_dm)

    def _worth_offering_dm(self) -> float:
        least_dm = min((walk for walk, _ in self.best.values()), default=inf)
        return _TIMES_THE_BEST * least_dm + _BEYOND_THE_BEST_DM

    def _candidates(
        self, path: Path, rest: int, left: int, minutes: int, walk_dm: int
    ) -> Sequence[tuple[int, float, float]]:
        """Return (point, least decimetres of the whole trip, of what follows the point) in order of the former."""
        problem = self.problem
        useful = np.flatnonzero(problem.masks & rest)
        after = rest & ~problem.masks[useful]
        enough = self.needed[after] <= left
        self.was_cut |= not enough.all()
        numbers, after = useful[enough], after[enough]
        here = problem.places[path[-1]] if path else problem.start
        leg_m = np.sqrt(((problem.places[numbers] - here) ** 2).sum(axis=1))
        follows_m = self._follows_m(numbers, after)
        if problem.timed:
            soon = self._in_time(numbers, after, rest, minutes + leg_m * problem.minutes_at_least, follows_m)
            numbers, leg_m, follows_m = numbers[soon], leg_m[soon], follows_m[soon]
        # a walk is rounded to 0.1 m, which may take half a decimetre away from each leg
        leg_dm = leg_m * problem.metres_at_least * 10 - 0.6
        follows_dm = np.maximum(follows_m * problem.metres_at_least * 10 - 0.6 * left, 0.0)
        total = walk_dm + leg_dm + follows_dm
        bound = self._bound(path[0]) if path else self.most_dm
        order = np.lexsort((numbers, total))
        order = order[total[order] <= bound]
        return list(zip(numbers[order].tolist(), total[order].tolist(), follows_dm[order].tolist(), strict=True))

    def _follows_m(self, numbers: Numbers, after: Numbers) -> Floats:
        """Return at least how many straight metres follow each point when the matters in `after` are left there.

        One goes to the farthest of them; and to one of them first, and then along a tree that joins them all.
        """
        follows_m = np.zeros(len(numbers))
        for rest in np.unique(after).tolist():
            if rest:
                rows = after == rest
                near = self.problem.near_m[_bits(rest)][:, numbers[rows]]
                follows_m[rows] = np.maximum(near.max(axis=0), near.min(axis=0) + self.problem.joined_m(rest))
        return follows_m

    def _in_time(
        self, numbers: Numbers, after: Numbers, rest: int, arrives: Floats, follows_m: Floats
    ) -> NDArray[np.bool_]:
        """Return at which points one can arrive at the earliest minute given and still do the rest before all close."""
        problem = self.problem
        ends = max(int(problem.latest[bit]) for bit in range(len(problem.latest)) if rest >> bit & 1)
        last_turn = arrives + problem.service * (rest.bit_count() - 1) + follows_m * problem.minutes_at_least
        soon = last_turn <= ends + _SLACK
        for bit, near in enumerate(problem.near_m):
            if rest >> bit & 1:
                there = arrives + np.where(after >> bit & 1, near[numbers] * problem.minutes_at_least, 0.0)
                soon &= there <= problem.latest[bit] + _SLACK
        return soon
