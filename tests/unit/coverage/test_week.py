"""Land times hours over a week: opening hours, holidays, closures and own hours of a matter."""

from datetime import date

import pytest

from mapapp.coverage.questions import Question
from mapapp.coverage.week import week_share
from tests.building import a_catalogue, a_closure, a_point, an_offer, at
from tests.coverage_ground import coverage_of, two_streets

WEST = {"lon": 106.52, "lat": 29.58}
EAST = {"lon": 106.56, "lat": 29.58}
KM = Question(within_m=1000)
WEEK = date(2026, 11, 25)


def small(*points, **facts):
    return coverage_of(a_catalogue(points=points, district=two_streets(), **facts))


def test_the_week_of_one_point_is_its_area_for_its_hours():
    coverage = small(a_point(**WEST))
    week = week_share(coverage, KM, WEEK)

    assert week.share == pytest.approx(coverage.share_area(KM) * 35 / 168)
    assert (week.monday, week.open_hours) == (date(2026, 11, 23), 35.0)
    assert week.hours_per_place == pytest.approx(coverage.share_area(KM) * 35)


def test_every_day_of_a_week_has_the_same_answer():
    coverage = small(a_point(**WEST))

    assert len({week_share(coverage, KM, date(2026, 11, day)) for day in range(23, 30)}) == 1


def test_hours_one_after_the_other_add_up_and_hours_together_do_not():
    early, late = "Mo 08:00-10:00", "Mo 10:00-24:00"
    after = small(a_point("P1", hours_rule=early, **WEST), a_point("P2", hours_rule=late, **WEST))
    one = small(a_point("P1", hours_rule=early, **WEST), a_point("P2", hours_rule=early, **WEST))
    area = after.share_area(KM)

    assert week_share(after, KM, WEEK).share == pytest.approx(area * 16 / 168)
    assert week_share(one, KM, WEEK).share == pytest.approx(area * 2 / 168)


def test_a_holiday_and_a_closure_take_their_hours_away():
    closures = {"P1": (a_closure(at("2026-11-25 00:00"), at("2026-11-26 00:00")),)}
    area = small(a_point(**WEST)).share_area(KM)

    assert week_share(small(a_point(**WEST)), KM, date(2026, 10, 1)).share == pytest.approx(area * 28 / 168)
    assert week_share(small(a_point(**WEST), closures=closures), KM, WEEK).share == pytest.approx(area * 28 / 168)


def test_the_own_hours_of_a_matter_win():
    coverage = small(a_point(**WEST), offers=[an_offer(hours_rule="Tu 09:00-12:00")])

    assert week_share(coverage, Question(within_m=1000, matter="M1"), WEEK).open_hours == 3.0


def test_hours_that_are_not_known_and_no_point_at_all_are_nothing():
    assert week_share(small(a_point(hours_rule=None, **WEST)), KM, WEEK).share == 0.0
    nowhere = week_share(small(a_point(**WEST), offers=()), Question(within_m=1000, matter="M1"), WEEK)
    assert (nowhere.share, nowhere.open_hours) == (0.0, 0.0)
