"""Which matter is covered worst, and which point would be missed most."""

import pytest

from mapapp.coverage.questions import Question
from mapapp.coverage.ranking import closure_harm, closure_harms, matter_shares
from mapapp.errors import NotFound
from tests.building import a_catalogue, a_matter, a_point, an_offer, at
from tests.coverage_ground import coverage_of, shipped_coverage, two_streets

POINTS = (
    a_point("P1", lon=106.52, lat=29.58),
    a_point("P2", lon=106.522, lat=29.58),
    a_point("P3", lon=106.56, lat=29.58),
)
MATTERS = [a_matter(code) for code in ("M1", "M2", "M3", "M4")]
OFFERS = [an_offer(point, "M1") for point in ("P1", "P2", "P3")] + [
    an_offer("P3", "M2"),
    an_offer("P1", "M3"),
    an_offer("P2", "M3"),
]


def small():
    return coverage_of(a_catalogue(points=POINTS, matters=MATTERS, offers=OFFERS, district=two_streets()))


def test_the_worst_covered_matter_comes_first():
    rows = matter_shares(small(), 1000)

    assert [(row.code, row.points) for row in rows] == [("M4", 0), ("M2", 1), ("M3", 2), ("M1", 3)]
    assert [row.share_area for row in rows] == sorted(row.share_area for row in rows)


def test_at_night_every_matter_is_covered_nowhere():
    assert {row.share_area for row in matter_shares(small(), 1000, at("2026-11-25 03:00"))} == {0.0}


def test_the_only_point_far_from_the_others_is_missed_most():
    harms = closure_harms(small(), 1000)

    assert harms[0].point_id == "P3"
    assert [code for code, _ in harms[0].matters] == ["M1", "M2"]


def test_the_harm_of_a_closure_is_what_is_gone_without_the_point():
    """Every point and matter of the shipped data that loses something, against measuring again without it."""
    coverage = shipped_coverage()
    harm = closure_harms(coverage, 1000)[0]
    code, lost = harm.matters[0]
    _, targets = coverage.targets(Question(within_m=1000, matter=code))
    places = {p.place.coordinate for p in coverage.catalogue.points.values() if p.id == harm.point_id}
    rest = [target for target in targets if target[0] not in places]
    cells = coverage.ground.grid.unpack(coverage.ground.union(rest))

    assert coverage.share_area(Question(within_m=1000, matter=code)) - cells.mean() == pytest.approx(lost)


def test_the_share_lost_without_a_point_is_that_of_its_own_land_alone():
    coverage = small()
    whole = coverage.share_area(Question(within_m=1000))
    without = coverage_of(a_catalogue(points=POINTS[:2], matters=MATTERS, offers=OFFERS[:2], district=two_streets()))

    assert closure_harm(coverage, "P3", 1000).share_lost == pytest.approx(
        whole - without.share_area(Question(within_m=1000))
    )


def test_an_unknown_point_is_not_found():
    with pytest.raises(NotFound, match="unknown_point"):
        closure_harm(small(), "P9", 1000)


def test_the_harm_of_one_point_is_what_the_list_of_all_says():
    coverage = shipped_coverage()

    for harm in closure_harms(coverage, 1000)[::10]:
        assert closure_harm(coverage, harm.point_id, 1000) == harm


def test_a_neighbour_that_is_closed_too_is_no_way_out():
    alone = closure_harm(small(), "P1", 1000)
    both = closure_harm(small(), "P1", 1000, closed_too={"P2"})

    assert dict(both.matters)["M3"] > dict(alone.matters)["M3"]
    assert both.share_lost == pytest.approx(small().share_area(Question(within_m=1000, matter="M2")), rel=0.01)
