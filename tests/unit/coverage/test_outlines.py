"""Covered and uncovered land as areas for the map."""

import pytest
from shapely.geometry import shape

from mapapp.coverage.outlines import covered_outline, uncovered_outline
from mapapp.coverage.questions import Question
from tests.coverage_ground import shipped_coverage
from tests.shipped_catalogue import shipped_catalogue

DISTRICT = shipped_catalogue().district
GRID = shipped_coverage().ground.grid


def km2(geometry):
    return DISTRICT.plane.flatten(shape(geometry)).area / 1e6


@pytest.mark.parametrize("matter", [None, "M061", "M242"])
def test_the_areas_are_as_large_as_the_share_says(matter):
    measured = shipped_coverage().measure(Question(within_m=1000, matter=matter))
    covered = covered_outline(GRID, measured.cells, DISTRICT)
    uncovered = uncovered_outline(GRID, measured.cells, DISTRICT)

    assert km2(covered) / measured.land_km2 == pytest.approx(measured.share_area, abs=0.001)
    assert km2(covered) + km2(uncovered) == pytest.approx(DISTRICT.land.area / 1e6, rel=1e-4)
    assert shape(covered).is_valid
    assert shape(uncovered).is_valid
    assert shape(covered).intersection(shape(uncovered)).area < 1e-9


def test_no_cells_are_no_polygon_and_all_land_is_uncovered():
    nothing = shipped_coverage().ground.nowhere

    assert covered_outline(GRID, nothing, DISTRICT) == {"type": "MultiPolygon", "coordinates": []}
    assert km2(uncovered_outline(GRID, nothing, DISTRICT)) == pytest.approx(DISTRICT.land.area / 1e6, rel=1e-4)


def test_rings_turn_as_geojson_demands_and_have_six_decimals():
    drawn = shape(uncovered_outline(GRID, shipped_coverage().measure(Question(within_m=1000)).cells, DISTRICT))

    assert all(part.exterior.is_ccw for part in drawn.geoms)
    assert all(not hole.is_ccw for part in drawn.geoms for hole in part.interiors)
    lon, lat = drawn.geoms[0].exterior.coords[0]
    assert (lon, lat) == (round(lon, 6), round(lat, 6))


@pytest.mark.parametrize("within_m", [500, 1470, 1990, 2330, 4000])
@pytest.mark.parametrize("matter", ["M061", "M129", "M133", "M195", "M243", "M246"])
def test_however_ragged_the_land_the_area_is_valid_and_as_large_as_it_should_be(matter, within_m):
    measured = shipped_coverage().measure(Question(within_m=within_m, matter=matter))
    for outline, share in ((covered_outline, measured.share_area), (uncovered_outline, 1 - measured.share_area)):
        drawn = outline(GRID, measured.cells, DISTRICT)

        assert shape(drawn).is_valid
        assert km2(drawn) / measured.land_km2 == pytest.approx(share, abs=0.001)
