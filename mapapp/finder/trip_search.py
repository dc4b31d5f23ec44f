"""Which points, in which order, make the shortest trip (路线): exact set cover and order, stop by stop.

For a given number of stops all ways are followed at once, one stop after the other. A way is left as soon as the walk
so far plus what must follow is longer than the known best. Of two ways to the same place at the same minute with the
same matters done, the shorter one stands for both. First only the most promising ways are followed, which soon finds
good trips; then ever more of them, until none had to be left out: what is known then is proven.
"""

from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from mapapp.finder.trip_problem import ROUNDED_DM, START, Floats, Numbers, Path, Problem
from mapapp.finder.trip_remaining import Remaining

Pairs = tuple[Numbers, Numbers, Floats]

# So many ways are followed after each stop, in the first attempt and in the further ones.
WIDTHS = (32, 400, 2_500, 30_000)
# What remains is worked out, which takes a while, from this attempt on.
_REMAINING_FROM = 2
# So many continuations (a way and a next point) are looked at in one table; more would only cost memory.
_MOST_AT_ONCE = 400_000
# So many are looked at in all before the search gives up proving that nothing is better.
MOST_CONTINUED = 20_000_000
# Another first stop is worth offering up to so many times the best walk and so many decimetres more.
_TIMES_THE_BEST = 2
_BEYOND_THE_BEST_DM = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """Ways of equally many stops, in order of their points: the first and last of these, the matters not done yet,
    minutes and decimetres so far, and which of the ways with one stop less each continues."""

    first: Numbers
    last: Numbers
    rest: Numbers
    minutes: Numbers
    walk_dm: Numbers
    above: Numbers

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> "Ways":
        """Return some of them."""
        return Ways(
            first=self.first[rows],
            last=self.last[rows],
            rest=self.rest[rows],
            minutes=self.minutes[rows],
            walk_dm=self.walk_dm[rows],
            above=self.above[rows],
        )


@dataclass(kw_only=True)
class Search:
    """One search for trips of exactly `stops` stops, the best for each first stop, `keep` of them, each at most
    `most_dm` decimetres and none beginning at one of `without`."""

    problem: Problem
    stops: int
    keep: int
    most_dm: float = inf
    without: frozenset[int] = frozenset()
    was_cut: bool = False
    is_proven: bool = True
    best: dict[int, tuple[int, Path]] = field(default_factory=dict)
    _continued: int = 0
    _remaining: Remaining | None = None

    def run(self) -> list[tuple[int, Path]]:
        """Return (decimetres, points in order) of the best trips, best first; ties by the numbers of the points."""
        for attempt, width in enumerate(WIDTHS):
            # what is known so far leaves fewer points
            most_dm = self._base()
            self.problem = self.problem.within(most_dm)
            if attempt >= _REMAINING_FROM:
                self._remaining = Remaining(self.problem, most_dm + ROUNDED_DM * self.stops)
            self.is_proven = self._follow(width)
            if self.is_proven or self._continued > MOST_CONTINUED:
                break
        most_dm = self._worth_offering_dm()
        return [trip for trip in sorted(self.best.values()) if trip[0] <= most_dm][: self.keep]

    def _follow(self, width: int) -> bool:
        """Follow `width` ways after each stop; return whether these were all that could count."""
        none = np.zeros(1, dtype=np.int64)
        wanted = none + self.problem.wanted
        ways = Ways(first=none + START, last=none + START, rest=wanted, minutes=none, walk_dm=none, above=none)
        followed, is_all = [ways], True
        for left in range(self.stops - 1, 0, -1):
            rows, numbers, least_dm = self._continuations(ways, left)
            if len(rows) > width:
                first = numbers if len(followed) == 1 else ways.first[rows]
                some, is_all = _promising(first, least_dm, width), False
                rows, numbers = rows[some], numbers[some]
            ways = self._continued_by(ways, rows, numbers, left)
            if not len(ways.last):
                break
            followed.append(ways)
        else:
            self._finish(followed)
        return is_all and self._continued <= MOST_CONTINUED

    def _continuations(self, ways: Ways, left: int) -> Pairs:
        """Return rows of `ways`, the points that may come next, and the least decimetres of such a trip.

        `left` stops follow the next one.
        """
        rests, kinds = np.unique(ways.rest, return_inverse=True)
        follows_dm, until = self._outlook(rests, left)
        bounds = self._bounds()
        found: list[Pairs] = []
        step = max(_MOST_AT_ONCE // follows_dm.shape[1], 1)
        for begin in range(0, len(kinds), step):
            some = slice(begin, begin + step)
            self._continued += follows_dm.shape[1] * len(kinds[some])
            if self._continued > MOST_CONTINUED:
                break
            rows, numbers, least_dm = self._worth_it(ways.of(some), follows_dm, until, kinds[some], bounds)
            found.append((rows + begin, numbers, least_dm))
        if not found:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        rows, numbers, least_dm = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, numbers, least_dm

    def _worth_it(self, ways: Ways, follows_dm: Floats, until: Floats, kinds: Numbers, bounds: Floats) -> Pairs:
        """Return those continuations that may still become a trip that counts; `kinds` are the rows of each way in
        `follows_dm` and `until`."""
        lasts, rows = np.unique(ways.last, return_inverse=True)
        least_dm = self.problem.legs.at_least_dm(lasts)[rows]
        good = ways.last[:, None] != np.arange(least_dm.shape[1])
        if self.problem.is_timed:
            good &= ways.minutes[:, None] + least_dm * self.problem.minutes_a_dm <= until[kinds]
        least_dm += ways.walk_dm[:, None]
        least_dm += follows_dm[kinds]
        at_start = len(ways.first) == 1 and ways.first[0] == START
        good &= least_dm <= (bounds if at_start else bounds[ways.first][:, None])
        good &= least_dm < inf
        rows, numbers = np.nonzero(good)
        return rows, numbers, least_dm[rows, numbers]

    def _outlook(self, rests: Numbers, left: int) -> tuple[Floats, Floats]:
        """Return for each of these sets of matters not done and each next point at least how many decimetres follow
        it (inf: it cannot come next) and until which minute one must be there, or a later one."""
        problem = self.problem
        after = rests[:, None] & ~problem.masks
        useful = after != rests[:, None]
        enough = problem.needed[after] <= left
        self.was_cut |= bool((useful & ~enough).any())
        after[~(useful & enough)] = 0
        points = np.arange(after.shape[1])
        follows_dm = self._follows_dm(after, points, left)
        follows_dm[~(useful & enough)] = inf
        if not problem.is_timed:
            return follows_dm, np.empty((0, 0))
        walk_dm = problem.follows.of(after, points) - ROUNDED_DM * left
        until = problem.closes[rests][:, None] - walk_dm * problem.minutes_a_dm
        return follows_dm, np.minimum(until, problem.until.of(rests, slice(None)))

    def _follows_dm(self, rests: Numbers, numbers: Numbers, left: int) -> Floats:
        """Return at least how many decimetres follow these points when these matters are left there."""
        follows = self.problem.follows if self._remaining is None else self._remaining.follows(left)
        return np.maximum(follows.of(rests, numbers) - ROUNDED_DM * left, 0.0)

    def _continued_by(self, ways: Ways, rows: Numbers, numbers: Numbers, left: int) -> Ways:
        """Return the ways continued to these points, after what gets done there."""
        new, done = self._gone(ways, rows, numbers)
        useful = (done != 0) & (new.rest != 0)
        enough = self.problem.needed[new.rest] <= left
        self.was_cut |= bool((useful & ~enough).any())
        new = new.of(useful & enough)
        least_dm = new.walk_dm + self._follows_dm(new.rest, new.last, left)
        return _best_ways(new.of(least_dm <= self._bounds()[new.first]), is_timed=self.problem.is_timed)

    def _gone(self, ways: Ways, rows: Numbers, numbers: Numbers) -> tuple[Ways, Numbers]:
        """Return the ways after these points and what got done there."""
        problem = self.problem
        legs_dm = problem.legs.exact_dm(ways.last[rows], numbers)
        arrive = ways.minutes[rows] + np.ceil(legs_dm / 10 / problem.metres_a_minute).astype(np.int64)
        done, leave = problem.stay(problem.names[numbers], arrive, ways.rest[rows])
        first = ways.first[rows]
        new = Ways(
            first=np.where(first == START, numbers, first),
            last=numbers,
            rest=ways.rest[rows] & ~done,
            minutes=leave if problem.is_timed else np.zeros_like(leave),
            walk_dm=ways.walk_dm[rows] + legs_dm,
            above=rows,
        )
        return new, done

    def _finish(self, followed: list[Ways]) -> None:
        """Note the trips that end with one more stop, looking at the most promising first."""
        ways = followed[-1]
        rows, numbers, least_dm = self._continuations(ways, 0)
        step = 16
        while True:
            first = numbers if len(followed) == 1 else ways.first[rows]
            good = least_dm <= self._bounds()[first]
            rows, numbers, least_dm = rows[good], numbers[good], least_dm[good]
            if not len(rows):
                break
            some = _least(least_dm, step)
            new, _ = self._gone(ways, rows[some], numbers[some])
            self.was_cut |= bool(new.rest.any())
            self._note(followed, new.of(new.rest == 0))
            others = np.delete(np.arange(len(rows)), some)
            rows, numbers, least_dm = rows[others], numbers[others], least_dm[others]
            step *= 4

    def _note(self, followed: list[Ways], ends: Ways) -> None:
        names = self.problem.names
        for row in np.lexsort((ends.above, ends.walk_dm)).tolist():
            walk_dm, first = int(ends.walk_dm[row]), int(names[ends.first[row]])
            if walk_dm > min(self._base(), self.best.get(first, (inf,))[0]) or first in self.without:
                continue
            path, above = [ends.last[row]], ends.above[row]
            for ways in followed[:0:-1]:
                path.append(ways.last[above])
                above = ways.above[above]
            trip = (walk_dm, tuple(names[path[::-1]].tolist()))
            self.best[first] = min(trip, self.best.get(first, trip))

    def _base(self) -> float:
        """Return the most decimetres that a trip may have and still count, whatever its first stop."""
        base = min(self._worth_offering_dm(), self.most_dm)
        if len(self.best) >= self.keep:
            base = min(base, sorted(walk for walk, _ in self.best.values())[self.keep - 1])
        return base

    def _bounds(self) -> Floats:
        """Return the same for each first stop."""
        base = self._base()
        names = self.problem.names
        bounds = np.full(len(names), base)
        for first, (walk_dm, _) in self.best.items():
            bounds[names == first] = min(base, walk_dm)
        if self.without:
            bounds[np.isin(names, list(self.without))] = -1.0
        return bounds

    def _worth_offering_dm(self) -> float:
        least_dm = min((walk for walk, _ in self.best.values()), default=inf)
        return _TIMES_THE_BEST * least_dm + _BEYOND_THE_BEST_DM


def _least(values: Floats, count: int) -> Numbers:
    """Return which are the `count` smallest values, in no particular order."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.argpartition(values, count)[:count]


def _promising(first: Numbers, least_dm: Floats, count: int) -> Numbers:
    """Return which `count` continuations to follow: the shortest, but of one first stop no more than a quarter while
    there are others. Else all alternatives would be sought last."""
    some = _least(least_dm, 8 * count)
    some = some[np.lexsort((some, least_dm[some], first[some]))]
    firsts = first[some]
    begins = np.flatnonzero(np.append(True, firsts[1:] != firsts[:-1]))
    place = np.arange(len(some)) - np.repeat(begins, np.diff(np.append(begins, len(some))))
    return some[np.lexsort((some, least_dm[some], place >= count // 4))][:count]


def _best_ways(ways: Ways, *, is_timed: bool) -> Ways:
    """Return for each first and last stop, rest and minute the shortest way, in order of their points."""
    keys = (ways.first, ways.last, ways.rest, *((ways.minutes,) if is_timed else ()))
    order = np.lexsort((ways.last, ways.above, ways.walk_dm, *keys))
    ways = ways.of(order)
    begins = np.zeros(len(order), dtype=bool)
    begins[:1] = True
    for key in (ways.first, ways.last, ways.rest, *((ways.minutes,) if is_timed else ())):
        begins[1:] |= key[1:] != key[:-1]
    ways = ways.of(begins)
    return ways.of(np.lexsort((ways.last, ways.above)))
