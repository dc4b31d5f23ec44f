"""Which sets cover most: against trying every choice, and what is said when time is too short."""

from itertools import combinations

import numpy as np
import pytest

from mapapp.coverage.solver import best_cover, greedy, in_order, merged


def problem(seed, sets=9, things=40):
    dice = np.random.default_rng(seed)
    return dice.random((sets, things)) < 0.25, dice.integers(1, 20, things)


def every_choice(sets, weights, count):
    return max(int(weights[sets[list(chosen)].any(axis=0)].sum()) for chosen in combinations(range(len(sets)), count))


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("seed", range(12))
def test_the_best_choice_equals_trying_every_one(seed, count):
    sets, weights = problem(seed)
    choice = best_cover(*merged(sets, weights), count, seconds=20)

    assert choice.covered == every_choice(sets, weights, count)
    assert choice.gap == 0.0
    assert int(weights[sets[list(choice.chosen)].any(axis=0)].sum()) == choice.covered


# the two halves cover everything; the first step of the greedy takes neither
TRAP = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 0]], dtype=bool)
ONES = np.ones(6, dtype=np.int64)


def test_where_taking_the_best_each_time_fails_the_solver_finds_the_best():
    assert greedy(TRAP, ONES, 2).covered == 5
    assert best_cover(TRAP, ONES, 2, seconds=20).chosen == (0, 1)


@pytest.mark.parametrize("seed", range(20))
def test_the_greedy_bound_is_never_below_the_best(seed):
    sets, weights = problem(seed)
    quick = greedy(sets, weights, 3)

    assert quick.covered <= every_choice(sets, weights, 3) <= quick.bound
    assert quick.covered >= (1 - 1 / np.e) * every_choice(sets, weights, 3)


def test_without_time_the_greedy_answer_says_how_far_it_may_be_off():
    choice = best_cover(TRAP, ONES, 2, seconds=0)

    assert (choice.covered, choice.bound) == (5, 6.0)
    assert choice.gap == pytest.approx(0.2)


@pytest.mark.parametrize("seed", range(6))
def test_merging_changes_no_answer(seed):
    sets, weights = problem(seed, sets=5, things=200)
    together, totals = merged(sets, weights)

    assert together.shape[1] <= 2**5
    assert len({column.tobytes() for column in together.T}) == together.shape[1]
    assert totals.sum() == weights[sets.any(axis=0)].sum()
    assert every_choice(together, totals, 2) == every_choice(sets, weights, 2)


def test_things_without_weight_or_in_no_set_are_left_out():
    sets = np.array([[True, False, True]])
    together, totals = merged(sets, np.array([5, 7, 0]))

    assert (together.tolist(), totals.tolist()) == ([[True]], [5])


def test_nothing_to_cover_is_done_at_once():
    empty = np.zeros((3, 0), dtype=bool)
    choice = best_cover(*merged(empty, np.zeros(0, dtype=np.int64)), 2, seconds=20)

    assert (choice.chosen, choice.covered, choice.gap) == ((), 0, 0.0)


def test_gains_in_order_never_grow_and_add_up():
    sets, weights = problem(3)
    choice = best_cover(sets, weights, 4, seconds=20)
    gains = [gain for _, gain in in_order(sets, weights, choice.chosen)]

    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == choice.covered


def test_the_solver_prints_nothing(capfd):
    best_cover(TRAP, ONES, 2, seconds=20)

    assert capfd.readouterr() == ("", "")


def test_more_sets_than_there_are_may_be_asked_for():
    assert best_cover(TRAP, ONES, 10, seconds=20).covered == 6
