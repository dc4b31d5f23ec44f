"""With more points than a list holds the answer is still that of looking at every point."""

import random
from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest

from building import CENTRE, a_catalogue, a_closure, a_matter, a_point, an_offer, at
from mapapp.catalogue.points import PointKind
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from mapapp.settings import Settings

SETTINGS = Settings()
RULES = (
    "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
    "Mo-Fr 09:00-17:30; PH off",
    "Sa-Su 10:00-16:00",
    "Mo-Su 22:00-06:00",
    None,
)
DICE = random.Random(7)
POINTS = [
    a_point(
        f"P{number:04}",
        lon=DICE.gauss(CENTRE.lon, 0.05),
        lat=DICE.gauss(CENTRE.lat, 0.03),
        hours_rule="24/7" if number % 97 == 0 else RULES[number % len(RULES)],
        kind=PointKind.TOWN if number % 11 == 0 else PointKind.STREET,
    )
    for number in range(900)
]
# M1 everywhere, M2 at one of three, with hours of its own at some, M3 at few
OFFERS = [
    an_offer(point.id, code, hours_rule="Mo-Su 20:00-23:00" if code == "M2" and number % 5 == 0 else None)
    for number, point in enumerate(POINTS)
    for code, every in (("M1", 1), ("M2", 3), ("M3", 100))
    if number % every == 0
]
CLOSED = {"P0097": (a_closure(at("2026-11-25 02:00"), at("2026-11-25 02:30")),)}
CATALOGUE = a_catalogue(POINTS, [a_matter(code) for code in ("M1", "M2", "M3")], OFFERS, closures=CLOSED)
FINDER = Finder.of(CATALOGUE, SETTINGS)


def every_point(query):
    """(walk, id) of every point that fits, by a walk and a state for each."""
    rows = []
    for point in POINTS:
        offers = [CATALOGUE.offers_by_matter[code].get(point.id) for code in query.matters]
        if None in offers or query.kind not in (None, point.kind):
            continue
        walk_m = FINDER.reach.walk(query.origin, point.place.coordinate).walk_m
        arrival = query.at + timedelta(minutes=ceil(walk_m / SETTINGS.walk_m_per_minute))
        moment = {OpenFilter.NOW: query.at, OpenFilter.ARRIVAL: arrival}.get(query.open)
        offer = offers[0] if len(offers) == 1 else None
        is_open = moment is None or CATALOGUE.status(point.id, moment, offer).is_open
        if is_open and (query.within_m is None or walk_m <= query.within_m):
            rows.append((walk_m, point.id))
    return sorted(rows)[: query.k]


@pytest.mark.parametrize("moment", ["2026-11-25 10:00", "2026-11-25 02:15", "2026-11-25 21:59", "2026-11-28 15:59"])
@pytest.mark.parametrize("open_filter", list(OpenFilter))
def test_nearest_among_hundreds_equals_looking_at_every_point(open_filter, moment):
    dice = random.Random(f"{open_filter}{moment}")
    for matters in ((), ("M1",), ("M2",), ("M3",), ("M1", "M2")):
        query = NearestQuery(
            origin=Coordinate(dice.gauss(CENTRE.lon, 0.08), dice.gauss(29.53, 0.04)),
            at=at(moment) + timedelta(seconds=dice.randrange(60)),
            matters=matters,
            open=open_filter,
            k=dice.choice((1, 5, 50)),
            within_m=dice.choice((None, 2500.0)),
            kind=dice.choice((None, PointKind.TOWN)),
        )
        answer = FINDER.find_nearest(query)

        assert [(each.walk.walk_m, each.point.id) for each in answer.results] == every_point(query)


def test_who_walks_for_hours_in_the_night_finds_what_opens_in_the_morning():
    far = NearestQuery(
        origin=Coordinate(CENTRE.lon, CENTRE.lat + 0.35), at=at("2026-11-25 02:15"), matters=("M1",), k=20
    )
    query = replace(far, open=OpenFilter.ARRIVAL)

    answer = FINDER.find_nearest(query)

    assert [(each.walk.walk_m, each.point.id) for each in answer.results] == every_point(query)
    assert {each.point.hours_rule for each in answer.results} - {"24/7"}
