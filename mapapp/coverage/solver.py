"""Which few of many sets cover most (最大覆盖选址): exact by HiGHS, and by taking the best each time.

Maximal covering location (Church and ReVelle 1974): weights of things to be covered, what each candidate covers
(`sets`, sets x things), and how many candidates may be chosen. Things in exactly the same sets are one thing; without
that 500 candidates over 78,000 cells found no answer in 90 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Numbers of the chosen sets in ascending order, the weight they cover, and the upper bound that was proved."""

    chosen: tuple[int, ...]
    covered: int
    bound: float

    @property
    def gap(self) -> float:
        """Return how far, as a share of what is covered, the optimum may lie above; 0 is proved to be best."""
        if not self.covered:
            return 0.0 if self.bound < 1.0 else 1.0
        return max(0.0, (self.bound - self.covered) / self.covered)


def merged(sets: Marks, weights: Weights | NDArray[np.float64]) -> tuple[Marks, Weights]:
    """Return the things that lie in the same sets as one thing each, their weights added up; those in none left out.

    Weights are made whole only after they are added up.
    """
    useful = sets.any(axis=0) & (weights > 0)
    sets, weights = np.ascontiguousarray(sets[:, useful]), weights[useful]
    if not sets.size:
        return sets, weights.astype(np.int64)
    # sorting one number a thing is ten times quicker than sorting columns; that equal numbers are equal is checked
    names = np.zeros(len(weights), dtype=np.uint64)
    for row, name in zip(sets, _mixed(len(sets)), strict=True):
        names[row] ^= name
    _, first, group = np.unique(names, return_index=True, return_inverse=True)
    if not all(np.array_equal(row[first][group], row) for row in sets):
        _, first, group = np.unique(sets, axis=1, return_index=True, return_inverse=True)
    return sets[:, first], np.rint(np.bincount(group, weights=weights)).astype(np.int64)


def greedy(sets: Marks, weights: Weights, count: int) -> Choice:
    """Return up to `count` sets, each adding most to those before it; ties go to the lower number.

    Never below 1 - 1/e of the best; the bound is what the best sets after each step would add if they did not overlap.
    """
    # whole numbers below 2**24, which 32 bits hold exactly
    shares = sets.astype(np.float32)
    left = weights.astype(np.float32)
    chosen: list[int] = []
    bound = float(weights.sum())
    covered = 0
    for step in range(count + 1):
        gains = shares @ left
        best = np.sort(gains)[::-1][:count]
        bound = min(bound, covered + float(best.sum()))
        if step == count or not len(gains) or gains.max() == 0:
            break
        number = int(np.argmax(gains))
        chosen.append(number)
        covered += int(gains[number])
        left[sets[number]] = 0
    return Choice(chosen=tuple(sorted(chosen)), covered=covered, bound=bound)


def best_cover(sets: Marks, weights: Weights, count: int, seconds: float) -> Choice:
    """Return the `count` sets that cover most weight, or the best found in about `seconds` and the bound proved so far.

    Things should be merged already. Never worse than `greedy`.
    """
    quick = greedy(sets, weights, count)
    if quick.gap == 0.0 or not sets.size or seconds <= 0:
        return quick
    return _solved(sets, weights, count, seconds, quick)


def in_order(sets: Marks, weights: Weights, chosen: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return (set, weight it adds to those before it), the largest addition first; never increasing."""
    left, waiting = weights.copy(), list(chosen)
    steps = []
    while waiting:
        gains = [int(left[sets[number]].sum()) for number in waiting]
        place = int(np.argmax(gains))
        number = waiting.pop(place)
        steps.append((number, gains[place]))
        left[sets[number]] = 0
    return tuple(steps)


def _mixed(count: int) -> NDArray[np.uint64]:
    """Return well mixed 64-bit numbers (splitmix64, Steele and others 2014), the same on every machine."""
    state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)), dtype=np.uint64)


def _without_dominated(sets: Marks) -> NDArray[np.int64]:
    """Return the numbers of the sets that are part of no other one; of equal sets the first."""
    packed = np.packbits(sets, axis=1)
    sizes = sets.sum(axis=1)
    kept: list[int] = []
    for number in np.argsort(-sizes, kind="stable").tolist():
        if sizes[number] and (not kept or (packed[number] & ~packed[kept]).any(axis=1).all()):
            kept.append(number)
    return np.array(sorted(kept), dtype=np.int64)


def _solved(sets: Marks, weights: Weights, count: int, seconds: float, start: Choice) -> Choice:
    """Ask HiGHS; `start` when it found nothing better in time.

    Sets within others are left out first: that takes 30 ms, and the presolving that it replaces took 12 s of 15.
    """
    numbers = _without_dominated(sets)
    model = _quiet_solver(seconds)
    model.passModel(_model(*merged(sets[numbers], weights), count))
    model.run()
    columns = np.array(model.getSolution().col_value[: len(numbers)])
    chosen = tuple(numbers[columns > 0.5].tolist()) if len(columns) == len(numbers) else start.chosen
    covered = int(weights[sets[list(chosen)].any(axis=0)].sum())
    if covered < start.covered or len(chosen) > count:
        chosen, covered = start.chosen, start.covered
    # the objective is whole, so the bound may be rounded down; the solver works within 1e-6
    proved = float(np.floor(model.getInfo().mip_dual_bound + 1e-4))
    bound = min(proved, start.bound) if np.isfinite(proved) else start.bound
    return Choice(chosen=chosen, covered=covered, bound=max(float(covered), bound))


def _quiet_solver(seconds: float) -> Any:
    # 70 ms and 10 MB that only a siting question pays
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802  # its first act, which would print who made it
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    model = Quiet()  # type: ignore[no-untyped-call]
    model.setOptionValue("presolve", "off")
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 1)
    model.setOptionValue("time_limit", float(seconds))
    model.setOptionValue("mip_rel_gap", 0.0)
    # weights are whole: nothing within less than one of the best can be better
    model.setOptionValue("mip_abs_gap", 0.999)
    return model


def _model(sets: Marks, weights: Weights, count: int) -> Any:
    """Return the linear model: a binary column for each set, one in 0..1 for each thing, thing <= sum of its sets."""
    import highspy

    many, things = sets.shape
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = many + things, things + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(many), weights.astype(np.float64)])
    model.col_lower_ = np.zeros(many + things)
    model.col_upper_ = np.ones(many + things)
    model.row_lower_ = np.concatenate([np.zeros(things), [-highspy.kHighsInf]])
    model.row_upper_ = np.concatenate([np.full(things, highspy.kHighsInf), [float(count)]])
    thing, member = np.nonzero(sets.T)
    row = np.concatenate([thing, np.arange(things)])
    column = np.concatenate([member, many + np.arange(things)])
    value = np.concatenate([np.ones(len(thing)), -np.ones(things)])
    order = np.argsort(row, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=things)), [len(row) + many]])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([column[order], np.arange(many)]).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate([value[order], np.ones(many)])
    whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * many + [part] * things
    return model
