"""People on the land: counted by street, in areas and at places."""

import pytest

from mapapp.coverage.analysis import Coverage
from mapapp.coverage.questions import Question
from mapapp.coverage.residents import communities_of
from tests.building import a_catalogue, a_point
from tests.coverage_ground import coverage_of, two_streets

KM = Question(within_m=1000)
WEST = {"lon": 106.52, "lat": 29.58}


def counted(population, geometry=None, **properties):
    said = {"population": population, "year": "2020", "source": "census", **properties}
    return {"type": "Feature", "properties": said, "geometry": geometry}


def at_place(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


def square(west, south, east, north):
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def small(*features, **areas) -> Coverage:
    areas = {"population": {"type": "FeatureCollection", "features": list(features)}, **areas}
    return coverage_of(a_catalogue(points=[a_point(**WEST)], district=two_streets(), areas=areas))


def test_people_of_a_street_live_evenly_on_its_land():
    coverage = small(counted(3000, name_zh="甲街道"), counted(1000, name_zh="乙街道"))
    measured = coverage.measure(KM)

    west = measured.streets[0].share_area
    assert measured.population_share == pytest.approx(west * 3000 / 4000, rel=1e-9)
    assert coverage.population.is_by_street
    assert (coverage.population.year, coverage.population.source) == ("2020", "census")


def test_a_table_that_leaves_out_a_street_says_nothing_about_the_district():
    assert small(counted(3000, name_zh="甲街道")).measure(KM).population_share is None


def test_people_at_places_count_where_the_place_is():
    coverage = small(counted(300, at_place(106.5201, 29.5801)), counted(100, at_place(106.57, 29.59)))

    assert coverage.measure(KM).population_share == pytest.approx(0.75)
    assert coverage.population.people.sum() == 400
    assert not coverage.population.is_by_street


def test_people_far_off_the_land_belong_to_nobody():
    coverage = small(counted(300, at_place(106.5201, 29.5801)), counted(999, at_place(106.9, 29.9)))

    assert coverage.population.people.sum() == 300


def test_people_of_an_area_live_evenly_in_it():
    near, far = square(106.519, 29.579, 106.521, 29.581), square(106.565, 29.585, 106.57, 29.59)

    assert small(counted(10, near), counted(30, far)).measure(KM).population_share == pytest.approx(0.25)


def test_without_a_table_nothing_is_said_about_people():
    coverage = coverage_of(a_catalogue(points=[a_point(**WEST)], district=two_streets()))

    assert coverage.measure(KM).population_share is None


def test_imported_communities_take_the_place_of_those_of_the_gazetteer():
    drawn = {
        "type": "Feature",
        "properties": {"name_zh": "新社区", "name_en": "New", "street": "甲街道"},
        "geometry": square(106.519, 29.579, 106.521, 29.581),
    }
    catalogue = a_catalogue(
        points=[a_point(**WEST)],
        district=two_streets(),
        areas={"communities": {"type": "FeatureCollection", "features": [drawn]}},
    )
    (community,) = communities_of(catalogue)

    assert (community.name("zh"), community.name("en"), community.street) == ("新社区", "New", "甲街道")
    assert community.is_placed
    assert community.coordinate.lon == pytest.approx(106.52, abs=0.001)
    assert coverage_of(catalogue).measure(KM).communities_covered == 1
