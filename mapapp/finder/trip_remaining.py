"""How long is the rest of a trip at least (余下路程): through every order of the points within reach.

`Remaining` knows what `Problem.follows` only guesses. It looks at those points alone that a trip no longer than
the known one can pass.
"""

from math import inf

import numpy as np

from mapapp.finder.trip_problem import START, Floats, Numbers, Problem, Rows, bits_of

# Beyond so many pairs of points the guess has to do.
_MOST_PAIRS = 1_000_000


class Remaining:
    """The least decimetres that follow a point, by matters left there and stops left; inf: more than `most_dm`."""

    def __init__(self, problem: Problem, most_dm: float) -> None:
        self._problem, self._most_dm = problem, most_dm
        every = np.arange(len(problem.masks))
        self._from_start_dm = problem.legs.between_dm(np.array([START]), every)[0]
        # from the start to the nearest taker of each matter
        takers = [problem.masks >> bit & 1 == 1 for bit in range(len(problem.near_dm))]
        self._first_dm = np.array([self._from_start_dm[each].min() for each in takers])
        self._by_left: dict[int, Rows] = {}

    def follows(self, left: int) -> Rows:
        """Return at least how many decimetres follow each point, with so many stops left, by matters left there."""
        rows = self._by_left.get(left)
        if rows is None:
            problem = self._problem

            def work_out(sets: Numbers) -> Floats:
                return np.stack([self._work_out(int(rest), left) for rest in sets])

            rows = self._by_left[left] = Rows(problem.wanted + 1, len(problem.masks), work_out)
        return rows

    def _work_out(self, rest: int, left: int) -> Floats:
        problem = self._problem
        if not rest:
            return np.zeros(len(problem.masks))
        least_dm = np.full(len(problem.masks), inf)
        there = np.flatnonzero(problem.masks & rest)
        after = rest & ~problem.masks[there]
        there, after = there[problem.needed[after] < left], after[problem.needed[after] < left]
        if not len(there):
            return least_dm
        onward_dm = self.follows(left - 1).of(after, there)
        there, onward_dm = there[onward_dm < inf], onward_dm[onward_dm < inf]
        guess_dm = problem.follows.of(np.array([rest]), slice(None))[0]
        here = np.flatnonzero(self._so_far_dm(rest) + guess_dm <= self._most_dm)
        if not len(there):
            return least_dm
        if len(here) * len(there) > _MOST_PAIRS:
            least_dm[here] = guess_dm[here]
        else:
            ways_dm = problem.legs.between_dm(here, there)
            ways_dm += onward_dm
            least_dm[here] = np.maximum(ways_dm.min(axis=1), guess_dm[here])
        return least_dm

    def _so_far_dm(self, rest: int) -> Floats:
        """Return at least how many decimetres it takes to be at each point with all but `rest` behind one."""
        problem = self._problem
        so_far: Floats = self._from_start_dm.copy()
        for bit in bits_of(problem.wanted & ~rest):
            detour = np.where(problem.masks >> bit & 1, 0.0, self._first_dm[bit] + problem.near_dm[bit])
            np.maximum(so_far, detour, out=so_far)
        return so_far
