"""The land in cells: where they are, in which street, and how sets of them are counted."""

import numpy as np
import pytest
import shapely

from mapapp.coverage.cells import Grid
from tests.coverage_ground import two_streets
from tests.shipped_catalogue import shipped_catalogue

DISTRICT = shipped_catalogue().district
GRID = Grid(DISTRICT)
SMALL = Grid(two_streets())


def everything(grid):
    return grid.pack(np.arange(len(grid)))


def test_the_cells_are_the_land_without_the_rivers():
    assert len(GRID) * GRID.cell_km2 * 1e6 == pytest.approx(DISTRICT.land.area, rel=0.001)
    assert len(GRID) * GRID.cell_km2 == pytest.approx(205.2, abs=0.2)


def test_a_cell_counts_where_its_centre_is_on_land():
    flat = GRID.spots.flat
    frame = GRID.frame
    rows, columns = np.nonzero(GRID.table < 0)
    x, y = frame.west_m + (columns + 0.5) * frame.cell_m, frame.south_m + (rows + 0.5) * frame.cell_m

    assert shapely.contains_xy(DISTRICT.land, flat[:, 0], flat[:, 1]).all()
    assert not shapely.contains_xy(DISTRICT.land, x, y).any()


def test_the_street_of_a_cell_is_that_of_its_centre():
    dice = np.random.default_rng(1)

    for number in dice.choice(len(GRID), 500, replace=False):
        name = DISTRICT.street_of(GRID.spots.coordinate(int(number)))
        assert GRID.streets[GRID.street[number]] == name


def test_the_streets_add_up_to_the_district():
    assert GRID.counts.sum() == len(GRID)
    assert GRID.count_by_street(everything(GRID)).tolist() == GRID.counts.tolist()


def test_two_equal_streets_have_equal_land():
    first, second = SMALL.counts.tolist()

    assert SMALL.streets == ("甲街道", "乙街道")
    assert first == pytest.approx(second, rel=0.02)


def test_land_on_which_no_street_is_drawn_is_counted_without_a_name():
    from tests.building import a_district

    grid = Grid(a_district(), cell_m=200)

    assert grid.streets == ("观音桥街道", None)
    assert grid.counts.sum() == len(grid)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 5000])
def test_a_set_of_cells_survives_being_packed(count):
    chosen = np.sort(np.random.default_rng(count).choice(len(GRID), count, replace=False))
    row = GRID.pack(chosen)

    assert np.flatnonzero(GRID.unpack(row)).tolist() == chosen.tolist()
    assert GRID.count_by_street(row).tolist() == np.bincount(GRID.street[chosen], minlength=12).tolist()


def test_cells_near_a_place_are_all_that_are_near():
    x, y = GRID.spots.flat[40_000]
    near = set(GRID.near(x, y, 700).tolist())
    away = np.hypot(GRID.spots.flat[:, 0] - x, GRID.spots.flat[:, 1] - y)

    assert set(np.flatnonzero(away <= 700).tolist()) <= near
    assert away[list(near)].max() < 1200


def test_nothing_is_near_a_place_far_outside():
    assert len(GRID.near(1e6, 1e6, 5000)) == 0


def test_the_line_round_a_disc_of_cells_is_about_as_long_as_the_circle():
    x, y = GRID.spots.flat[60_000]
    away = np.hypot(GRID.spots.flat[:, 0] - x, GRID.spots.flat[:, 1] - y)
    disc = np.flatnonzero(away <= 1500)

    assert GRID.edge_m(GRID.pack(disc)) == pytest.approx(2 * np.pi * 1500, rel=0.05)
