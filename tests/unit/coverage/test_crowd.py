"""All matters at once: the same counts as a union for each of them, however they are found."""

import numpy as np
import pytest

from mapapp.coverage import crowd
from mapapp.coverage.cells import Grid
from mapapp.coverage.crowd import covered_counts, is_crowded, lone_counts
from mapapp.coverage.ranking import closure_harms, matter_shares
from tests.coverage_ground import shipped_coverage, two_streets

GRID = Grid(two_streets(), cell_m=100.0)


def some(points, matters, seed, reached=40):
    """Return which cells points reach, as numbers, and which points take matters; one matter has no taker."""
    dice = np.random.default_rng(seed)
    cells = [dice.choice(len(GRID), reached, replace=False) for _ in range(points)]
    takers = [np.flatnonzero(dice.random(points) < 0.3).tolist() for _ in range(matters - 1)]
    return cells, [*takers, []]


def packed(cells):
    return [GRID.pack(numbers) for numbers in cells]


@pytest.mark.parametrize(("points", "matters", "block"), [(5, 3, 2048), (30, 70, 2048), (60, 130, 64), (9, 1, 2048)])
@pytest.mark.parametrize("turned_round", [True, False])
def test_the_counts_are_those_of_the_unions(monkeypatch, points, matters, block, turned_round):
    monkeypatch.setattr(crowd, "BLOCK", block)
    monkeypatch.setattr(crowd, "is_crowded", lambda *_: turned_round)
    cells, takers = some(points, matters, seed=points)

    counts = covered_counts(GRID, packed(cells), takers)

    assert counts == [len({cell for number in numbers for cell in cells[number].tolist()}) for numbers in takers]


@pytest.mark.parametrize(("points", "matters", "block"), [(5, 3, 2048), (40, 70, 64)])
def test_lone_cells_are_those_that_no_other_taker_reaches(monkeypatch, points, matters, block):
    monkeypatch.setattr(crowd, "BLOCK", block)
    cells, takers = some(points, matters, seed=7)
    expected = {}
    for matter, numbers in enumerate(takers):
        for number in numbers:
            others = {cell for each in numbers if each != number for cell in cells[each].tolist()}
            alone = len(set(cells[number].tolist()) - others)
            if alone:
                expected[number, matter] = alone

    found = {(point, matter): count for point, matter, count in lone_counts(GRID, packed(cells), takers)}

    assert found == expected


def test_more_cells_than_a_byte_can_count_are_counted():
    grid = Grid(two_streets(), cell_m=80.0)
    rows = [grid.pack(np.arange(len(grid)))]

    assert len(grid) > 255 * 16
    assert list(lone_counts(grid, rows, [[0], [], [0]])) == [(0, 0, len(grid)), (0, 2, len(grid))]


def test_many_points_of_many_matters_are_a_crowd_and_few_are_not():
    few, many = some(10, 20, seed=1), some(100, 6000, seed=1, reached=4)

    assert not is_crowded(GRID, packed(few[0]), few[1])
    assert is_crowded(GRID, packed(many[0]), many[1])


def test_rankings_are_the_same_either_way(monkeypatch):
    coverage = shipped_coverage()
    shares, harms = matter_shares(coverage, 1000), closure_harms(coverage, 1000)
    monkeypatch.setattr(crowd, "is_crowded", lambda *_: True)
    monkeypatch.setattr("mapapp.coverage.ranking.is_crowded", lambda *_: True)

    assert matter_shares(coverage, 1000) == shares
    assert closure_harms(coverage, 1000) == harms
