"""The trip is the best there is: compared with following every order of every points, for small random districts.

Below is a second, plain implementation. It shares the walks of `Reach` and the status of a schedule with the product
(both have laws of their own), but no set cover, no bound, no early stop, and it looks for a turn minute by minute.
The product has a way for few points and one for many, and first follows few ways, then all: all of them are drawn.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from math import ceil
from unittest.mock import patch

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from building import a_catalogue, a_matter, a_point, an_offer, at, hours_of
from mapapp.finder import trip_ground, trip_search
from mapapp.finder.nearest import Finder, OpenFilter
from mapapp.finder.trip import TripFinder, TripQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.settings import Settings

SETTINGS = replace(Settings(), trip_wait_minutes=40)
CODES = "ABCD"
NINE = at("2026-11-25 09:00")
RULES = [
    hours_of("09:00-12:00 14:00-18:00"),
    hours_of("09:00-17:00"),
    hours_of("10:00-10:45 11:10-12:00"),
    hours_of("09:00-09:50"),
    None,
]

# a grid of about 200 m, so that equal walks and points at one place occur
spots = st.builds(
    lambda east, north: Coordinate(round(106.52 + east * 0.002, 6), round(29.57 + north * 0.002, 6)),
    st.integers(0, 6),
    st.integers(0, 6),
)


@st.composite
def catalogues(draw, most_points=4):
    points, offers = [], []
    for number in range(draw(st.integers(1, most_points))):
        spot = draw(spots)
        points.append(a_point(f"P{number}", lon=spot.lon, lat=spot.lat, hours_rule=draw(st.sampled_from(RULES))))
        for code in draw(st.sets(st.sampled_from(CODES))):
            rule = draw(st.sampled_from([None, None, *RULES[:4]]))
            offers.append(an_offer(f"P{number}", code, hours_rule=rule))
    return a_catalogue(points, [a_matter(code) for code in CODES], offers)


queries = st.builds(
    TripQuery,
    origin=spots,
    at=st.integers(-30, 200).map(lambda minutes: NINE + timedelta(minutes=minutes)),
    matters=st.permutations(CODES).flatmap(lambda codes: st.integers(1, 4).map(lambda count: tuple(codes[:count]))),
    open=st.sampled_from(list(OpenFilter)),
)


# how many points are few, and how many ways are followed in each attempt
means = st.tuples(
    st.sampled_from([trip_ground.MOST_KNOWN, 0]), st.sampled_from([trip_search.WIDTHS, (1, 2, 3, 30_000)])
)


def answer_of(catalogue, query, mean):
    most_known, widths = mean
    with patch.object(trip_ground, "MOST_KNOWN", most_known), patch.object(trip_search, "WIDTHS", widths):
        return TripFinder.of(catalogue, SETTINGS).find_trips(query)


class Plain:
    """Every trip there is, followed step by step."""

    def __init__(self, catalogue, query, planned):
        self.catalogue, self.query, self.planned = catalogue, query, planned
        self.reach = Finder.of(catalogue, SETTINGS).reach

    def turn(self, point, code, moment):
        """When the turn of one who is there begins, minute by minute; None when it never does."""
        offer = self.catalogue.offers_by_matter[code].get(point.id)
        if offer is None:
            return None
        if self.query.open is OpenFilter.NOW:
            return moment if self.catalogue.status(point.id, self.query.at, offer).is_open else None
        if self.query.open is OpenFilter.ANY:
            return moment
        for wait in range(SETTINGS.trip_wait_minutes + 1):
            begins = moment + timedelta(minutes=wait)
            minutes = (begins + timedelta(minutes=each) for each in range(SETTINGS.service_minutes_per_matter))
            if all(self.catalogue.status(point.id, minute, offer).is_open for minute in minutes):
                return begins
        return None

    def follow(self, ids):
        """(decimetres, matters done at each stop) of going to these points in order; None where a stop is useless."""
        here, moment, rest, walked, stops = self.query.origin, self.query.at, list(self.planned), 0, []
        for id in ids:
            point = self.catalogue.points[id]
            walk_m = self.reach.walk(here, point.place.coordinate).walk_m
            walked += round(walk_m * 10)
            moment += timedelta(minutes=ceil(walk_m / SETTINGS.walk_m_per_minute))
            done = []
            for code in rest:
                begins = self.turn(point, code, moment)
                if begins is not None:
                    done.append(code)
                    moment = begins + timedelta(minutes=SETTINGS.service_minutes_per_matter)
            if not done:
                return None
            rest = [code for code in rest if code not in done]
            stops.append(tuple(done))
            here = point.place.coordinate
        return None if rest else (walked, stops)

    def trips(self, count):
        """(decimetres, ids) of every trip with so many stops that does all, the best first."""
        ways = product(self.catalogue.points, repeat=count)
        followed = ((self.follow(ids), ids) for ids in ways if all(a != b for a, b in pairwise(ids)))
        return sorted((found[0], ids) for found, ids in followed if found)

    def fewest(self):
        return next((found for count in range(1, len(self.planned) + 1) if (found := self.trips(count))), [])


def shown(trip):
    return round(sum(round(stop.walk.walk_m * 10) for stop in trip.stops)), tuple(stop.point.id for stop in trip.stops)


def planned_by(answer, query):
    return [code for code in query.matters if code not in (*answer.impossible, *answer.closed)]


@settings(max_examples=250, deadline=None)
@given(catalogue=catalogues(), query=queries, mean=means)
def test_the_best_trip_has_the_fewest_stops_and_of_those_the_shortest_walk(catalogue, query, mean):
    answer = answer_of(catalogue, query, mean)

    plain = Plain(catalogue, query, planned_by(answer, query))
    every = plain.fewest()
    assert answer.is_proven
    assert [shown(trip) for trip in answer.trips[:1]] == every[:1]
    for trip in answer.trips:
        walked, stops = plain.follow([stop.point.id for stop in trip.stops])
        assert [stop.matters for stop in trip.stops] == stops
        assert walked == shown(trip)[0]


@settings(max_examples=150, deadline=None)
@given(catalogue=catalogues(), query=queries, mean=means)
def test_the_alternatives_are_the_best_of_each_other_first_stop(catalogue, query, mean):
    answer = answer_of(catalogue, query, mean)
    plain = Plain(catalogue, query, planned_by(answer, query))
    every = plain.fewest()
    assume(every)

    best_of = {}
    for walked, ids in every:
        best_of.setdefault(ids[0], (walked, ids))
    least = every[0][0]
    expected = [trip for trip in best_of.values() if trip[0] <= 2 * least + 10_000][:3]
    count = len(every[0][1])
    if len(expected) < 3 and count < len(plain.planned):
        longer = {}
        for walked, ids in plain.trips(count + 1):
            if walked < least and ids[0] not in {trip[1][0] for trip in expected}:
                longer.setdefault(ids[0], (walked, ids))
        floor = min((walked for walked, _ in longer.values()), default=0)
        expected += [trip for trip in longer.values() if trip[0] <= 2 * floor + 10_000][: 3 - len(expected)]
    assert [shown(trip) for trip in answer.trips] == expected


@settings(deadline=None)
@given(catalogue=catalogues(), query=queries)
def test_a_trip_does_every_matter_once_and_its_times_follow_each_other(catalogue, query):
    answer = TripFinder.of(catalogue, SETTINGS).find_trips(query)

    for trip in answer.trips:
        done = [code for stop in trip.stops for code in stop.matters]
        assert sorted([*done, *answer.impossible, *answer.closed]) == sorted(query.matters)
        moment = query.at
        for stop in trip.stops:
            assert stop.arrive_at == moment + timedelta(minutes=stop.walk_minutes)
            stay = timedelta(minutes=SETTINGS.service_minutes_per_matter * len(stop.matters) + stop.wait_minutes)
            assert stop.leave_at == stop.arrive_at + stay
            moment = stop.leave_at
    assert not answer.trips or len(trip.stops) >= 1


@settings(deadline=None)
@given(catalogue=catalogues(most_points=5), query=queries)
def test_a_further_point_never_makes_the_best_trip_worse(catalogue, query):
    """Take the last point away: the best trip over the rest is no better than over all."""
    gone = max(catalogue.points)
    points = [point for id, point in catalogue.points.items() if id != gone]
    assume(points)
    fewer = a_catalogue(
        points, catalogue.matters.values(), [offer for offer in catalogue.offers if offer.point_id != gone]
    )
    everything = TripFinder.of(catalogue, SETTINGS).find_trips(query)
    rest = TripFinder.of(fewer, SETTINGS).find_trips(query)
    # a matter that only the further point takes makes another question
    assume((everything.impossible, everything.closed) == (rest.impossible, rest.closed))

    assert not rest.trips or everything.trips
    if rest.trips:
        best, other = everything.trips[0], rest.trips[0]
        assert (len(best.stops), shown(best)[0]) <= (len(other.stops), shown(other)[0])


@settings(deadline=None)
@given(catalogue=catalogues(), query=queries)
def test_asking_twice_and_with_matters_doubled_gives_the_same(catalogue, query):
    finder = TripFinder.of(catalogue, SETTINGS)
    first = finder.find_trips(query)

    assert finder.find_trips(query) == first
    assert TripFinder.of(catalogue, SETTINGS).find_trips(replace(query, matters=query.matters * 2)) == first
