"""Laws of coverage: shares lie in 0..1, more points or longer walks never cover less, sites add most."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.catalogue.points import PointKind
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.candidates import Candidate, CandidateKind
from mapapp.coverage.ground import Ground
from mapapp.coverage.questions import Mode, Question
from mapapp.coverage.siting import SitingQuestion, best_sites
from mapapp.coverage.solver import best_cover, merged
from mapapp.coverage.week import week_share
from mapapp.geography.coordinate import Coordinate
from tests.building import a_place
from tests.coverage_ground import shipped_coverage, shipped_reach
from tests.shipped_catalogue import WEDNESDAY_TEN, shipped_catalogue

CATALOGUE = shipped_catalogue()
COVERAGE = shipped_coverage()
COARSE = Ground(shipped_reach(), cell_m=200.0)

lengths = st.integers(10, 300).map(lambda tens: tens * 10)
codes = st.sampled_from(sorted(CATALOGUE.matters))
packages = st.sampled_from(sorted(CATALOGUE.packages))
hours = st.integers(0, 14 * 24).map(lambda hour: WEDNESDAY_TEN + timedelta(hours=hour))
subjects = st.one_of(
    st.just({}),
    st.builds(lambda code: {"matter": code}, codes),
    st.builds(lambda code: {"package": code}, packages),
    st.builds(lambda kind: {"kind": kind}, st.sampled_from(list(PointKind))),
)
moments = st.one_of(st.none(), hours)
questions = st.builds(
    lambda within_m, subject, at: Question(within_m=within_m, at=at, **subject), lengths, subjects, moments
)
places = st.builds(Coordinate, st.floats(106.45, 106.88), st.floats(29.56, 29.67))


@settings(max_examples=150, deadline=None)
@given(question=questions)
def test_a_share_lies_between_nothing_and_all(question):
    measured = COVERAGE.measure(question)

    assert 0.0 <= measured.share_area <= 1.0
    assert 0 <= measured.communities_covered <= len(measured.communities)
    assert all(0.0 <= street.share_area <= 1.0 for street in measured.streets)
    assert COVERAGE.share_area(question) == measured.share_area


@settings(max_examples=150, deadline=None)
@given(question=questions)
def test_the_streets_add_up_to_the_whole(question):
    measured = COVERAGE.measure(question)

    whole_km2 = measured.share_area * measured.land_km2
    assert sum(street.share_area * street.land_km2 for street in measured.streets) == pytest.approx(whole_km2)
    assert sum(street.land_km2 for street in measured.streets) == pytest.approx(measured.land_km2)
    assert sum(street.communities_covered for street in measured.streets) == measured.communities_covered


@settings(max_examples=100, deadline=None)
@given(question=questions, longer=lengths)
def test_a_longer_walk_never_covers_less(question, longer):
    near, far = sorted((question.within_m, longer))
    less = COVERAGE.measure(replace(question, within_m=near))
    more = COVERAGE.measure(replace(question, within_m=far))

    assert not np.any(less.cells & ~more.cells)
    assert not np.any(less.covered & ~more.covered)


@settings(max_examples=40, deadline=None)
@given(where=places, within_m=lengths)
def test_a_further_point_never_covers_less(where, within_m):
    first = next(iter(CATALOGUE.points.values()))
    further = replace(first, id="new", place=a_place(where.lon, where.lat))
    more = Coverage(replace(CATALOGUE, points={**CATALOGUE.points, "new": further}), COVERAGE.ground)
    question = Question(within_m=within_m)

    assert not np.any(COVERAGE.measure(question).cells & ~more.measure(question).cells)
    assert more.measure(question).communities_covered >= COVERAGE.measure(question).communities_covered


@settings(max_examples=80, deadline=None)
@given(question=questions)
def test_what_is_open_at_a_moment_is_a_part_of_all(question):
    at_moment, whenever = COVERAGE.measure(question), COVERAGE.measure(replace(question, at=None))

    assert not np.any(at_moment.cells & ~whenever.cells)
    assert set(at_moment.points) <= set(whenever.points)


@settings(max_examples=60, deadline=None)
@given(code=packages, within_m=lengths, at=moments)
def test_a_package_at_one_point_covers_no_more_than_any_of_its_members(code, within_m, at):
    package = COVERAGE.share_area(Question(within_m=within_m, package=code, at=at))

    for member in CATALOGUE.packages[code].members:
        assert package <= COVERAGE.share_area(Question(within_m=within_m, matter=member, at=at))


@settings(max_examples=30, deadline=None)
@given(code=packages, within_m=lengths, rest_m=st.floats(0, 3000))
def test_a_longer_trip_never_covers_more(code, within_m, rest_m):
    def trip_of(metres):
        return Coverage(CATALOGUE, COVERAGE.ground, trip_m=lambda place, matters, at: metres)

    question = Question(within_m=within_m, package=code, mode=Mode.TRIP)

    assert trip_of(rest_m).share_area(question) <= trip_of(rest_m / 2).share_area(question)


@settings(max_examples=40, deadline=None)
@given(question=questions)
def test_the_week_is_never_more_than_the_area_for_the_hours_in_which_anything_is_open(question):
    week = week_share(COVERAGE, question, WEDNESDAY_TEN.date())
    area = COVERAGE.share_area(replace(question, at=None))

    assert 0.0 <= week.share <= area * week.open_hours / 168 + 1e-12


@settings(max_examples=25, deadline=None)
@given(
    where=st.lists(places, min_size=3, max_size=7, unique=True),
    new=st.integers(1, 3),
    subject=st.builds(lambda code: {"matter": code}, codes),
    within_m=st.integers(60, 400).map(lambda tens: tens * 10),
)
def test_the_sites_equal_trying_every_choice(where, new, subject, within_m):
    coverage = Coverage(CATALOGUE, COARSE)
    question = Question(within_m=within_m, **subject)
    among = [
        Candidate(kind=CandidateKind.STATION, name_zh=str(number), name_en="", coordinate=place, accuracy_m=0.0)
        for number, place in enumerate(where)
    ]
    _, targets = coverage.targets(question)
    union = COARSE.grid.unpack
    every = [
        union(COARSE.union([*targets, *((place, float(within_m)) for place in chosen)])).sum()
        for chosen in combinations(where, min(new, len(where)))
    ]

    siting = best_sites(coverage, SitingQuestion(question=question, new=new), 20, monotonic, among=among)

    assert round(siting.share_after * len(COARSE.grid)) == max(every)
    assert siting.gap == 0.0
    assert siting.greedy_after <= siting.share_after + 1e-12
    assert sum(site.share_gained for site in siting.sites) == pytest.approx(siting.share_after - siting.share_before)


@settings(max_examples=150, deadline=None)
@given(
    sets=st.integers(1, 8).flatmap(
        lambda things: st.lists(st.lists(st.booleans(), min_size=things, max_size=things), min_size=1, max_size=8)
    ),
    count=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_the_best_cover_equals_trying_every_choice(sets, count, seed):
    marks = np.array(sets, dtype=bool)
    weights = np.random.default_rng(seed).integers(0, 9, marks.shape[1])
    choice = best_cover(*merged(marks, weights), count, seconds=20)
    best = max(
        int(weights[marks[list(chosen)].any(axis=0)].sum())
        for chosen in combinations(range(len(marks)), min(count, len(marks)))
    )

    assert (choice.covered, choice.gap) == (best, 0.0)
