"""Where new points add most: against trying every choice of sites on small ground, and on the shipped data."""

from itertools import combinations
from time import monotonic

import pytest

from mapapp.coverage.candidates import Candidate, CandidateKind, candidates_of
from mapapp.coverage.questions import Question
from mapapp.coverage.siting import SitingQuestion, Weigh, best_sites
from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate
from tests.building import a_catalogue, a_matter, a_named_place, a_point, an_offer
from tests.coverage_ground import coverage_of, shipped_coverage, two_streets
from tests.shipped_catalogue import shipped_catalogue

M1 = Question(within_m=1000, matter="M1")
STATIONS = tuple(
    a_named_place(f"站{number}", kind="metro_station", lon=106.505 + 0.008 * number, lat=29.57 + 0.006 * (number % 4))
    for number in range(9)
)


def small(**facts):
    points = (a_point("P1", lon=106.52, lat=29.58), a_point("P2", lon=106.56, lat=29.58))
    facts.setdefault("offers", [an_offer("P1", "M1")])
    return coverage_of(a_catalogue(points=points, district=two_streets(), named_places=STATIONS, **facts))


def sited(coverage, new, question=M1, **more):
    return best_sites(coverage, SitingQuestion(question=question, new=new, **more), 20, monotonic)


def every_choice(coverage, new, question=M1):
    """The best share by measuring again with each choice of candidates."""
    ground = coverage.ground
    _, targets = coverage.targets(question)
    base = [(place, metres) for place, metres in targets]
    places = [each.coordinate for each in candidates_of(coverage.catalogue) if each.point_id != "P1"]
    shares = [
        ground.grid.unpack(ground.union([*base, *((place, float(question.within_m)) for place in chosen)])).mean()
        for chosen in combinations(places, new)
    ]
    return max(shares)


@pytest.mark.parametrize("new", [1, 2, 3])
def test_the_sites_equal_trying_every_choice(new):
    siting = sited(small(), new)

    assert siting.share_after == pytest.approx(every_choice(small(), new))
    assert siting.gap == 0.0
    assert siting.greedy_after <= siting.share_after + 1e-12


def test_the_gains_never_grow_and_add_up():
    siting = sited(small(), 4)
    gains = [site.share_gained for site in siting.sites]

    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == pytest.approx(siting.share_after - siting.share_before)


def test_a_point_that_takes_the_matter_already_is_no_candidate():
    siting = sited(small(), 10)

    assert "P1" not in [site.candidate.point_id for site in siting.sites]
    assert siting.candidates == len(STATIONS) + 1


def test_a_point_that_could_learn_the_matter_is_one():
    siting = sited(small(), 1, kind=CandidateKind.POINT)

    assert [(site.candidate.kind, site.candidate.point_id) for site in siting.sites] == [(CandidateKind.POINT, "P2")]


def test_a_site_that_adds_nothing_is_not_told():
    here = Candidate(
        kind=CandidateKind.STATION, name_zh="此地", name_en="", coordinate=Coordinate(106.52, 29.58), accuracy_m=0.0
    )

    siting = best_sites(small(), SitingQuestion(question=M1, new=2), 20, monotonic, among=[here])

    assert siting.sites == ()
    assert siting.share_after == siting.share_before


def test_candidates_of_ones_own_can_be_given():
    far = Candidate(
        kind=CandidateKind.STATION,
        name_zh="彼地",
        name_en="There",
        coordinate=Coordinate(106.56, 29.59),
        accuracy_m=0.0,
    )

    siting = best_sites(small(), SitingQuestion(question=M1, new=1), 20, monotonic, among=[far])

    assert [site.candidate.name("en") for site in siting.sites] == ["There"]


@pytest.mark.parametrize("target", [0.15, 0.2, 0.3])
def test_a_target_is_reached_with_the_fewest_sites(target):
    siting = sited(small(), 10, target=target)

    assert siting.is_target_reached
    assert siting.share_after >= target
    assert every_choice(small(), len(siting.sites) - 1) < target


def test_a_target_out_of_reach_is_said_to_be_out_of_reach():
    siting = sited(small(), 1, target=0.9)

    assert siting.is_target_reached is False
    assert len(siting.sites) == 1


def test_a_matter_that_nobody_takes_begins_at_nothing():
    coverage = small(matters=[a_matter("M1"), a_matter("M2")])

    assert sited(coverage, 1, Question(within_m=1000, matter="M2")).share_before == 0.0


@pytest.mark.parametrize("new", [0, 11])
def test_a_number_of_sites_out_of_range_is_refused(new):
    with pytest.raises(InvalidQuery, match="new"):
        SitingQuestion(question=M1, new=new)


@pytest.mark.parametrize("target", [0.0, 1.5, -1.0])
def test_a_target_out_of_range_is_refused(target):
    with pytest.raises(InvalidQuery, match="target"):
        SitingQuestion(question=M1, new=1, target=target)


def test_candidates_of_the_shipped_data_are_communities_with_a_place_centres_stations_and_points():
    known = candidates_of(shipped_catalogue())
    count = {kind: sum(each.kind is kind for each in known) for kind in CandidateKind}

    assert count == {
        CandidateKind.COMMUNITY: 59,
        CandidateKind.STREET_CENTRE: 12,
        CandidateKind.STATION: 34,
        CandidateKind.POINT: 51,
        CandidateKind.GIVEN: 0,
    }


@pytest.mark.parametrize(("matter", "within_m"), [("M061", 1000), ("M242", 3000)])
def test_ten_sites_of_the_shipped_data_are_proved_to_be_the_best(matter, within_m):
    siting = sited(shipped_coverage(), 10, Question(within_m=within_m, matter=matter))

    assert siting.gap == 0.0
    assert len(siting.sites) == 10
    assert siting.greedy_after > 0.95 * siting.share_after


def test_candidates_that_an_operator_imported_count_too():
    given = {
        "type": "Feature",
        "properties": {"name_zh": "空置的房屋"},
        "geometry": {"type": "Point", "coordinates": [106.55, 29.585]},
    }
    coverage = small(areas={"candidates": {"type": "FeatureCollection", "features": [given]}})

    siting = sited(coverage, 1, kind=CandidateKind.GIVEN)

    assert [site.candidate.name_zh for site in siting.sites] == ["空置的房屋"]


def counted(population, west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"population": population, "year": "2020"}, "geometry": geometry}


CROWD = {
    "population": {
        "type": "FeatureCollection",
        # many live round the last station, some round the point that is there, hardly anybody elsewhere
        "features": [
            counted(6000, 106.567, 29.568, 106.571, 29.572),
            counted(3000, 106.519, 29.579, 106.521, 29.581),
            counted(1000, 106.501, 29.565, 106.579, 29.599),
        ],
    }
}


def test_where_people_are_known_sites_go_where_most_of_them_live():
    by_people, by_land = sited(small(areas=CROWD), 1), sited(small(areas=CROWD), 1, by=Weigh.LAND)

    assert (by_people.by, by_land.by) == (Weigh.PEOPLE, Weigh.LAND)
    assert by_people.sites[0].candidate.name_zh == "站8"
    assert by_people.sites[0].share_gained == pytest.approx(0.6, abs=0.05)
    assert by_land.share_after == pytest.approx(every_choice(small(), 1))


@pytest.mark.parametrize("new", [1, 2, 3])
def test_sites_by_people_equal_trying_every_choice(new):
    coverage = small(areas=CROWD)
    people, ground = coverage.population.people, coverage.ground
    _, targets = coverage.targets(M1)
    places = [each.coordinate for each in candidates_of(coverage.catalogue) if each.point_id != "P1"]
    best = max(
        people[ground.grid.unpack(ground.union([*targets, *((place, 1000.0) for place in chosen)]))].sum()
        for chosen in combinations(places, new)
    )

    siting = sited(coverage, new)

    assert siting.share_after == pytest.approx(best / people.sum(), abs=1e-5)
    assert siting.share_before == pytest.approx(coverage.measure(M1).population_share, abs=1e-9)
    assert siting.gap == 0.0


def test_without_people_land_is_weighed_and_people_are_refused():
    assert sited(small(), 1).by is Weigh.LAND
    with pytest.raises(InvalidQuery, match="people_not_known"):
        sited(small(), 1, by=Weigh.PEOPLE)


def test_every_candidate_says_what_it_would_add_alone():
    coverage = small()
    siting = sited(coverage, 1)
    alone = {site.candidate.name_zh: site.share_gained for site in siting.among}

    assert max(alone.values()) == siting.sites[0].share_gained
    assert len(alone) == siting.candidates == len(STATIONS) + 1
