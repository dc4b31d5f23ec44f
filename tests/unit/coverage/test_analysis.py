"""Shares of land, communities and people: small cases computed by hand, and the shipped data by two methods."""

from math import pi

import pytest
import shapely
from shapely.geometry import shape

from mapapp.catalogue.points import PointKind
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.ground import Ground
from mapapp.coverage.questions import Mode, Question
from mapapp.errors import InvalidQuery, NotFound
from mapapp.geography.isochrone import reach_area
from mapapp.geography.reach import WalkKind
from tests.building import a_catalogue, a_closure, a_matter, a_named_place, a_package, a_point, an_offer, at
from tests.coverage_ground import coverage_of, network_reach, shipped_coverage, shipped_reach, two_streets
from tests.shipped_catalogue import shipped_catalogue

KM = Question(within_m=1000)
# straight metres of a walk of one kilometre with the usual detour
RADIUS_KM = 1.0 / 1.3
WEST = {"lon": 106.52, "lat": 29.58}
EAST = {"lon": 106.56, "lat": 29.58}


def small(*points, **facts):
    facts.setdefault("district", two_streets())
    return coverage_of(a_catalogue(points=points, **facts))


def union_share(coverage, question):
    """The same share by another way: the areas that can be reached, drawn and united."""
    reach, district = coverage.ground.reach, coverage.catalogue.district
    _, targets = coverage.targets(question)
    areas = [district.plane.flatten(shape(reach_area(reach, place, metres).geometry)) for place, metres in targets]
    return shapely.union_all(areas).intersection(district.land).area / district.land.area if areas else 0.0


def test_one_point_covers_a_circle():
    measured = small(a_point(**WEST)).measure(KM)

    covered_km2 = measured.share_area * measured.land_km2
    assert covered_km2 == pytest.approx(pi * RADIUS_KM**2, rel=0.01)
    assert measured.points == ("P1",)


def test_two_points_far_apart_cover_two_circles_and_two_together_one():
    apart = small(a_point("P1", **WEST), a_point("P2", **EAST)).measure(KM)
    together = small(a_point("P1", **WEST), a_point("P2", **WEST)).measure(KM)

    assert apart.share_area * apart.land_km2 == pytest.approx(2 * pi * RADIUS_KM**2, rel=0.01)
    assert together.share_area == small(a_point(**WEST)).measure(KM).share_area


def test_a_point_on_the_seam_covers_half_a_circle_in_each_street():
    measured = small(a_point(lon=106.54, lat=29.58)).measure(KM)

    halves = [street.share_area * street.land_km2 for street in measured.streets]
    assert halves == pytest.approx([pi * RADIUS_KM**2 / 2] * 2, rel=0.03)
    assert measured.uncovered_streets == ()


def test_a_street_without_covered_land_is_named():
    assert small(a_point(**WEST)).measure(KM).uncovered_streets == ("乙街道",)


def test_no_point_covers_nothing():
    measured = small(a_point(**WEST), offers=()).measure(Question(within_m=1000, matter="M1"))

    assert measured.share_area == 0.0
    assert measured.uncovered_streets == ("甲街道", "乙街道")


def test_only_points_that_take_the_matter_count():
    offers = [an_offer("P1", "M1"), an_offer("P2", "M2")]
    matters = [a_matter("M1"), a_matter("M2")]
    coverage = small(a_point("P1", **WEST), a_point("P2", **EAST), matters=matters, offers=offers)

    assert coverage.measure(Question(within_m=1000, matter="M1")).points == ("P1",)
    assert coverage.measure(Question(within_m=1000, matter="M2")).uncovered_streets == ("甲街道",)


def test_only_points_of_the_kind_count():
    points = a_point("P1", **WEST), a_point("P2", kind=PointKind.SUB_TAX, **EAST)

    assert small(*points).measure(Question(within_m=1000, kind=PointKind.SUB_TAX)).points == ("P2",)


def test_a_package_at_one_point_needs_a_point_that_takes_all_of_it():
    offers = [an_offer("P1", "M1"), an_offer("P1", "M2"), an_offer("P2", "M2")]
    facts = {"matters": [a_matter("M1"), a_matter("M2")], "offers": offers, "packages": [a_package("K1", ["M1", "M2"])]}

    measured = small(a_point("P1", **WEST), a_point("P2", **EAST), **facts).measure(
        Question(within_m=1000, package="K1")
    )

    assert measured.points == ("P1",)


def test_a_package_by_trip_is_covered_where_the_whole_trip_is_short_enough():
    """Two points, 400 m of walking apart, each take one of two matters: the trip leaves 600 m for its beginning."""
    near = {"lon": 106.52 + 400 / 1.3 / 96_900, "lat": 29.58}
    offers = [an_offer("P1", "M1"), an_offer("P2", "M2")]
    facts = {"matters": [a_matter("M1"), a_matter("M2")], "offers": offers, "packages": [a_package("K1", ["M1", "M2"])]}
    catalogue = a_catalogue(points=[a_point("P1", **WEST), a_point("P2", **near)], district=two_streets(), **facts)
    coverage = coverage_of(catalogue, trip_m=lambda place, codes, at: 400.0)

    measured = coverage.measure(Question(within_m=1000, package="K1", mode=Mode.TRIP))
    alone = coverage.measure(Question(within_m=1000, package="K1"))

    radius, apart = 0.6 / 1.3, 0.4 / 1.3
    from math import acos, sqrt

    lens = 2 * radius**2 * acos(apart / 2 / radius) - apart / 2 * sqrt(4 * radius**2 - apart**2)
    assert measured.share_area * measured.land_km2 == pytest.approx(2 * pi * radius**2 - lens, rel=0.02)
    assert alone.share_area == 0.0


def test_a_package_without_a_trip_is_nowhere():
    catalogue = a_catalogue(points=[a_point(**WEST)], packages=[a_package("K1", ["M1"])], district=two_streets())
    coverage = coverage_of(catalogue, trip_m=lambda place, codes, at: None)

    assert coverage.measure(Question(within_m=1000, package="K1", mode=Mode.TRIP)).share_area == 0.0


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-11-25 10:00", 1), ("2026-11-25 12:30", 0), ("2026-11-28 10:00", 0), ("2026-10-01 10:00", 0)],
)
def test_at_a_moment_only_open_points_count(moment, expected):
    measured = small(a_point(**WEST)).measure(Question(within_m=1000, at=at(moment)))

    assert len(measured.points) == expected
    assert (measured.share_area > 0) is bool(expected)


def test_at_a_moment_the_hours_of_the_matter_win():
    offers = [an_offer("P1", "M1", hours_rule="Tu 09:00-12:00")]
    coverage = small(a_point(**WEST), offers=offers)

    assert not coverage.measure(Question(within_m=1000, matter="M1", at=at("2026-11-25 10:00"))).points
    assert coverage.measure(Question(within_m=1000, matter="M1", at=at("2026-11-24 10:00"))).points


def test_hours_that_are_not_known_count_as_closed():
    coverage = small(a_point(hours_rule=None, **WEST))

    assert not coverage.measure(Question(within_m=1000, at=at("2026-11-25 10:00"))).points


def test_a_closed_point_does_not_count():
    closures = {"P1": (a_closure(at("2026-11-25 00:00"), at("2026-11-26 00:00")),)}
    coverage = small(a_point(**WEST), closures=closures)

    assert not coverage.measure(Question(within_m=1000, at=at("2026-11-25 10:00"))).points


def test_communities_are_counted_by_their_place():
    near = a_named_place("近社区", kind="community_approx", street="甲街道", lon=106.521, lat=29.581)
    far = a_named_place("远社区", kind="village_street_centre", street="乙街道", lon=106.57, lat=29.59)
    road = a_named_place("路", kind="road", lon=106.521, lat=29.581)

    measured = small(a_point(**WEST), named_places=(near, far, road)).measure(KM)

    assert (len(measured.communities), measured.communities_covered) == (2, 1)
    assert [each.is_placed for each in measured.communities] == [True, False]
    assert [(street.communities_covered, street.communities_total) for street in measured.streets] == [(1, 1), (0, 1)]


def test_the_shipped_district_has_132_communities():
    measured = shipped_coverage().measure(KM)

    assert len(measured.communities) == 132
    assert sum(each.is_placed for each in measured.communities) == 59
    assert sum(street.communities_covered for street in measured.streets) == measured.communities_covered


@pytest.mark.parametrize("within_m", [300, 1000, 3000])
@pytest.mark.parametrize("matter", [None, "M061", "M242"])
def test_two_methods_agree_within_the_stated_error(matter, within_m):
    question = Question(within_m=within_m, matter=matter)
    measured = shipped_coverage().measure(question)
    error = shipped_coverage().method(measured).error

    assert abs(measured.share_area - union_share(shipped_coverage(), question)) <= error
    assert 0 < error < 0.005


@pytest.mark.parametrize("shift", [(13.0, 7.0), (25.0, 25.0), (0.0, 40.0), (31.0, 17.0)])
def test_where_the_grid_begins_matters_less_than_the_stated_error(shift):
    moved = Coverage(shipped_catalogue(), Ground(shipped_reach(), shift_m=shift))

    for matter in (None, "M061"):
        question = Question(within_m=1000, matter=matter)
        here = shipped_coverage().measure(question)
        assert abs(here.share_area - moved.share_area(question)) <= shipped_coverage().method(here).error


def test_coarser_cells_have_a_larger_error_and_stay_within_it():
    coarse = Coverage(shipped_catalogue(), Ground(shipped_reach(), cell_m=200.0))
    measured = coarse.measure(KM)

    assert coarse.method(measured).error > shipped_coverage().method(shipped_coverage().measure(KM)).error
    assert abs(measured.share_area - shipped_coverage().share_area(KM)) <= coarse.method(measured).error


def test_the_method_says_estimate_and_detour_or_network():
    estimate = shipped_coverage().method(shipped_coverage().measure(KM))
    by_network = Coverage(shipped_catalogue(), Ground(network_reach(), cell_m=200.0))
    network = by_network.method(by_network.measure(KM))

    assert (estimate.distance, estimate.detour, estimate.grid_m) == (WalkKind.ESTIMATE, 1.3, 50.0)
    assert (network.distance, network.detour) == (WalkKind.NETWORK, None)


def test_the_error_of_places_holds_what_comes_out_when_they_move():
    """Each point goes 200 m, its whole accuracy, north: the share stays within the stated error."""
    from tests.building import a_place

    here = [
        a_point("P1", place=a_place(106.52, 29.58, accuracy_m=200.0)),
        a_point("P2", place=a_place(106.528, 29.58, accuracy_m=200.0)),
    ]
    there = [a_point("P1", lon=106.52, lat=29.5818), a_point("P2", lon=106.528, lat=29.5818)]
    coverage = small(*here)
    measured = coverage.measure(KM)

    change = abs(small(*there).measure(KM).share_area - measured.share_area)
    assert change <= coverage.method(measured).place_error
    assert 0 < coverage.method(measured).place_error < measured.share_area


def test_a_place_known_exactly_adds_no_error():
    from tests.building import a_place

    coverage = small(a_point("P1", place=a_place(106.52, 29.58, accuracy_m=0.0)))

    assert coverage.method(coverage.measure(KM)).place_error == 0.0


@pytest.mark.parametrize("within_m", [0, 90, 1005, 5010])
def test_a_distance_out_of_range_is_refused(within_m):
    with pytest.raises(InvalidQuery, match="within"):
        Question(within_m=within_m)


def test_two_subjects_at_once_are_refused():
    with pytest.raises(InvalidQuery, match="one_of"):
        Question(within_m=1000, matter="M1", package="K1")


def test_a_time_without_zone_is_refused():
    with pytest.raises(InvalidQuery, match="at"):
        Question(within_m=1000, at=at("2026-11-25 10:00").replace(tzinfo=None))


@pytest.mark.parametrize("question", [Question(within_m=1000, matter="M9"), Question(within_m=1000, package="K9")])
def test_what_does_not_exist_is_not_found(question):
    with pytest.raises(NotFound, match="unknown"):
        small(a_point(**WEST)).measure(question)
