"""One trip for several matters: what a stop says, when one waits, what is named as impossible or closed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from building import a_catalogue, a_closure, a_matter, a_point, an_offer, at, hours_of
from mapapp.errors import InvalidQuery, NotFound
from mapapp.finder import trip_search
from mapapp.finder.nearest import OpenFilter
from mapapp.finder.trip import TripFinder, TripQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.settings import Settings
from shipped_catalogue import WEDNESDAY_TEN, shipped_catalogue

HERE = Coordinate(106.53, 29.57)
# about 500 m east of the one before
ONE, TWO, THREE = (Coordinate(round(106.53 + 0.00517 * step, 6), 29.57) for step in (1, 2, 3))
TEN = at("2026-11-25 10:00")  # a Wednesday


def a_finder(*points, offers, matters="ABC", **changes):
    """Return a finder over points P1, P2… at these coordinates; `offers` is "P1A P2BC"."""
    rows = [a_point(f"P{number}", lon=place.lon, lat=place.lat) for number, place in enumerate(points, 1)]
    taken = [an_offer(word[:2], code) for word in offers.split() for code in word[2:]]
    return TripFinder.of(a_catalogue(rows, [a_matter(code) for code in matters], taken, **changes), Settings())


def a_query(matters="AB", **changes):
    return TripQuery(**{"origin": HERE, "at": TEN, "matters": tuple(matters), **changes})


def stops_of(trip):
    return [(stop.point.id, "".join(stop.matters)) for stop in trip.stops]


def test_one_point_that_takes_all_is_better_than_two_nearer_ones():
    finder = a_finder(ONE, TWO, THREE, offers="P1A P2B P3AB")

    best = finder.find_trips(a_query()).trips[0]

    assert stops_of(best) == [("P3", "AB")]


def test_of_trips_with_as_few_stops_the_shortest_walk_is_first():
    finder = a_finder(ONE, TWO, THREE, offers="P1A P2B P3A")

    answer = finder.find_trips(a_query())

    assert stops_of(answer.trips[0]) == [("P1", "A"), ("P2", "B")]
    assert answer.trips[0].walk_m == pytest.approx(2 * 500 * 1.3, rel=0.01)
    assert answer.is_proven


def test_alternatives_have_different_first_stops_and_come_shortest_first():
    finder = a_finder(ONE, TWO, THREE, offers="P1A P2B P3A")

    trips = finder.find_trips(a_query()).trips

    assert [trip.stops[0].point.id for trip in trips] == ["P1", "P2", "P3"]
    assert [trip.walk_m for trip in trips] == sorted(trip.walk_m for trip in trips)
    assert len(finder.find_trips(a_query(alternatives=1)).trips) == 1


def test_a_trip_with_one_stop_more_is_offered_only_where_it_walks_less():
    far = Coordinate(106.60, 29.57)
    finder = a_finder(ONE, TWO, far, offers="P1A P2B P3AB")

    fewest, shorter, *_ = finder.find_trips(a_query()).trips

    assert stops_of(fewest) == [("P3", "AB")]
    assert stops_of(shorter) == [("P1", "A"), ("P2", "B")]
    assert shorter.walk_m < fewest.walk_m


def test_an_alternative_far_beyond_the_best_is_not_offered():
    far = Coordinate(106.68, 29.57)
    finder = a_finder(ONE, far, offers="P1AB P2AB")

    assert len(finder.find_trips(a_query()).trips) == 1


def test_a_matter_is_done_at_the_first_stop_that_takes_it_and_named_once():
    finder = a_finder(ONE, TWO, offers="P1AB P2BC")

    answer = finder.find_trips(a_query("ABCA"))

    assert stops_of(answer.trips[0]) == [("P1", "AB"), ("P2", "C")]


def test_a_matter_that_no_point_takes_is_named_and_the_rest_is_planned():
    finder = a_finder(ONE, offers="P1A")

    answer = finder.find_trips(a_query("ABC"))

    assert answer.impossible == ("B", "C")
    assert stops_of(answer.trips[0]) == [("P1", "A")]
    assert finder.find_trips(a_query("B")).trips == ()


def test_each_matter_takes_its_minutes_and_each_walk_its_own():
    finder = a_finder(ONE, TWO, offers="P1AB P2C")

    first, second = finder.find_trips(a_query("ABC")).trips[0].stops

    assert first.arrive_at == TEN + timedelta(minutes=first.walk_minutes)
    assert first.leave_at == first.arrive_at + timedelta(minutes=40)
    assert second.arrive_at == first.leave_at + timedelta(minutes=second.walk_minutes)
    assert (first.wait_minutes, second.wait_minutes) == (0, 0)
    assert second.walk.walk_m == pytest.approx(500 * 1.3, rel=0.01)


def test_without_hours_asked_for_a_closed_stop_counts_but_says_so():
    finder = a_finder(ONE, offers="P1A")

    stop = finder.find_trips(a_query("A", at=at("2026-11-28 10:00"))).trips[0].stops[0]

    assert not stop.open_on_arrival
    assert not stop.status_on_arrival.is_open
    assert stop.wait_minutes == 0


def test_who_arrives_too_late_before_lunch_waits_until_after_it():
    # arrives at 11:45 or a little before, which leaves no 20 minutes until noon
    finder = a_finder(ONE, offers="P1A")

    stop = finder.find_trips(a_query("A", at=at("2026-11-25 11:34"), open=OpenFilter.ARRIVAL)).trips[0].stops[0]

    assert stop.open_on_arrival
    assert stop.leave_at == at("2026-11-25 14:20")
    assert stop.wait_minutes == (at("2026-11-25 14:00") - stop.arrive_at).total_seconds() / 60


def test_matters_that_do_not_fit_before_lunch_are_done_after_it_at_the_same_stop():
    finder = a_finder(ONE, offers="P1ABC")

    stop = finder.find_trips(a_query("ABC", at=at("2026-11-25 11:00"), open=OpenFilter.ARRIVAL)).trips[0].stops[0]

    assert stop.matters == ("A", "B", "C")
    assert stop.leave_at == at("2026-11-25 14:20")


def test_nobody_waits_longer_than_the_setting_says():
    catalogue = a_catalogue([a_point("P1", lon=ONE.lon, lat=ONE.lat)], [a_matter("A")], [an_offer("P1", "A")])
    early = a_query("A", at=at("2026-11-25 08:00"), open=OpenFilter.ARRIVAL)

    assert TripFinder.of(catalogue, Settings()).find_trips(early).trips
    answer = TripFinder.of(catalogue, replace(Settings(), trip_wait_minutes=30)).find_trips(early)
    assert (answer.trips, answer.closed) == ((), ())


def test_a_point_closed_for_the_day_is_passed_by_for_one_farther_off():
    closed = {"P1": (a_closure(at("2026-11-25 00:00"), at("2026-11-26 00:00")),)}
    finder = a_finder(ONE, TWO, offers="P1A P2A", closures=closed)

    assert stops_of(finder.find_trips(a_query("A")).trips[0]) == [("P1", "A")]
    assert stops_of(finder.find_trips(a_query("A", open=OpenFilter.ARRIVAL)).trips[0]) == [("P2", "A")]
    assert stops_of(finder.find_trips(a_query("A", open=OpenFilter.NOW)).trips[0]) == [("P2", "A")]


@pytest.mark.parametrize("open_filter", [OpenFilter.NOW, OpenFilter.ARRIVAL])
def test_a_matter_that_is_open_nowhere_that_day_is_named_closed(open_filter):
    rows = [a_point("P1", lon=ONE.lon, lat=ONE.lat)]
    offers = [an_offer("P1", "A"), an_offer("P1", "B", hours_rule=hours_of("09:00-17:00", days="Tu"))]
    finder = TripFinder.of(a_catalogue(rows, [a_matter("A"), a_matter("B")], offers), Settings())

    answer = finder.find_trips(a_query(open=open_filter))

    assert answer.closed == ("B",)
    assert stops_of(answer.trips[0]) == [("P1", "A")]


def test_hours_of_an_offer_win_over_those_of_its_point():
    rows = [a_point("P1", lon=ONE.lon, lat=ONE.lat), a_point("P2", lon=TWO.lon, lat=TWO.lat)]
    afternoon = an_offer("P1", "A", hours_rule=hours_of("15:00-17:00"))
    finder = TripFinder.of(a_catalogue(rows, [a_matter("A")], [afternoon, an_offer("P2", "A")]), Settings())

    assert stops_of(finder.find_trips(a_query("A", open=OpenFilter.ARRIVAL)).trips[0]) == [("P2", "A")]


def test_unknown_hours_are_not_open():
    rows = [a_point("P1", lon=ONE.lon, lat=ONE.lat, hours_rule=None), a_point("P2", lon=TWO.lon, lat=TWO.lat)]
    finder = TripFinder.of(a_catalogue(rows, [a_matter("A")]), Settings())

    assert stops_of(finder.find_trips(a_query("A", open=OpenFilter.ARRIVAL)).trips[0]) == [("P2", "A")]


def test_a_search_that_is_stopped_early_says_that_nothing_is_proven(monkeypatch):
    monkeypatch.setattr(trip_search, "MOST_CONTINUED", 1)
    finder = a_finder(ONE, TWO, THREE, offers="P1A P2B P3C")

    assert not finder.find_trips(a_query("ABC")).is_proven


@pytest.mark.parametrize("code", list(shipped_catalogue().packages))
def test_every_shipped_package_can_be_done_on_a_wednesday_or_its_missing_members_are_named(code):
    package = shipped_catalogue().packages[code]
    query = TripQuery(
        origin=Coordinate(106.53210, 29.57410), at=WEDNESDAY_TEN, matters=package.members, open=OpenFilter.ARRIVAL
    )

    answer = TripFinder.of(shipped_catalogue(), Settings()).find_trips(query)

    done = [code for stop in answer.trips[0].stops for code in stop.matters]
    assert sorted([*done, *answer.impossible, *answer.closed]) == sorted(package.members)
    assert answer.is_proven


def test_an_unknown_matter_is_said_to_be_unknown():
    with pytest.raises(NotFound, match="unknown_matter"):
        a_finder(ONE, offers="P1A").find_trips(a_query("AX"))


@pytest.mark.parametrize(
    "changes",
    [{"matters": ()}, {"matters": tuple("ABCDEFGHIJKLMNOPQ")}, {"alternatives": 0}, {"at": TEN.replace(tzinfo=None)}],
)
def test_a_question_out_of_range_is_refused(changes):
    with pytest.raises(InvalidQuery, match="wrong_parameter"):
        a_query(**changes)
