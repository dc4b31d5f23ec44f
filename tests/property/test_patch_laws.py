"""A law: after any change of points, what was made of the old indexes answers as what is made from nothing.

More points than a list is made for, so that trees, their parts and what is kept between questions are covered.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.patching import patched
from mapapp.catalogue.point_loading import PointFacts
from mapapp.catalogue.points import PointKind, ServicePoint
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geography.coordinate import Coordinate
from mapapp.hours.opening_hours import Closure
from mapapp.settings import Settings
from tests.building import a_catalogue, a_matter, a_point, an_offer, at

POINTS, MATTERS, STEPS, QUESTIONS = 240, 4, 25, 25
WEDNESDAY = at("2026-11-25 10:00")
RULES = ("24/7", "Mo-Fr 09:00-17:00", "Sa 10:00-16:00", "Mo-Su 20:00-23:00", None)
NAMES = ("红旗河沟服务站", "红旗河沟便民站", "五里店服务中心", "郭家沱服务站")
SETTINGS = Settings()


def some_point(point_id: str, dice: random.Random) -> ServicePoint:
    # few different places, so that several points are equally far; the river flows between 29.49 and 29.51
    lon, lat = 106.5 + dice.randrange(12) / 200, 29.485 + dice.randrange(10) / 200
    kind = dice.choice((PointKind.STREET, PointKind.SUB_TAX))
    facts = {"hours_rule": dice.choice(RULES), "kind": kind, "street": dice.choice(("石马河街道", "观音桥街道"))}
    return a_point(
        point_id, lon=lon, lat=lat, name_zh=dice.choice(NAMES), name_en=f"Station {dice.choice('ABC')}", **facts
    )


def some_offers(point_id: str, dice: random.Random) -> tuple[Offer, ...]:
    codes = dice.sample(range(MATTERS), dice.randrange(MATTERS + 1))
    return tuple(an_offer(point_id, f"M{code}", hours_rule=dice.choice((None, None, *RULES))) for code in sorted(codes))


def some_closures(dice: random.Random) -> tuple[Closure, ...]:
    starts = WEDNESDAY + timedelta(minutes=dice.randrange(-900, 900), seconds=dice.choice((0, 0, 0, 30)))
    closure = Closure(starts=starts, ends=starts + timedelta(hours=4), reason_zh="培训")
    return (closure,) if dice.random() < 0.3 else ()


def changed_facts(known: Catalogue, dice: random.Random) -> tuple[PointFacts, set[str]]:
    """Return one or two points changed in some respect; now and then one is gone or new."""
    chosen = {dice.choice((*known.points, f"Q{dice.randrange(20)}" if dice.random() < 0.05 else "P000")) for _ in "ab"}
    facts = PointFacts(points={}, offers={}, closures={}, digests={})
    for point_id in sorted(chosen):
        if dice.random() < 0.04:
            continue
        point, way = known.points.get(point_id), dice.randrange(4)
        new = some_point(point_id, dice)
        if point is not None:
            new = (
                replace(point, phone="023-1"),
                replace(point, place=new.place),
                replace(new, place=point.place),
                new,
            )[way]
        facts.points[point_id], facts.digests[point_id] = new, dice.randbytes(16)
        keeps = point is not None and dice.random() < 0.7
        facts.offers[point_id] = known.offers_by_point[point_id] if keeps else some_offers(point_id, dice)
        if keeps and dice.random() < 0.5:
            # one offer less, the point itself as it was
            facts.points[point_id], facts.offers[point_id] = known.points[point_id], facts.offers[point_id][1:]
        if closures := (known.closures.get(point_id, ()) if keeps else some_closures(dice)):
            facts.closures[point_id] = closures
    return facts, chosen


def questions(dice: random.Random) -> list[NearestQuery]:
    return [
        NearestQuery(
            origin=Coordinate(106.5 + dice.randrange(12) / 200, 29.485 + dice.random() / 20),
            at=WEDNESDAY + timedelta(hours=dice.choice((0, 0, 12, 36, 72)), seconds=dice.choice((0, 15, 45))),
            matters=tuple(f"M{code}" for code in dice.sample(range(MATTERS), dice.choice((0, 1, 1, 2, 2)))),
            open=dice.choice(tuple(OpenFilter)),
            k=dice.choice((1, 5, 200, 200)),
            kind=dice.choice((*[None] * 9, PointKind.SUB_TAX)),
            street=dice.choice((*[None] * 9, "石马河街道")),
        )
        for _ in range(QUESTIONS)
    ]


def names_of(catalogue: Catalogue) -> Gazetteer:
    return Gazetteer.of(catalogue.named_places, catalogue.points.values())


def answers(finder: Finder, gazetteer: Gazetteer, dice: random.Random) -> list[object]:
    found: list[object] = [finder.find_nearest(query) for query in questions(dice)]
    return [*found, *(gazetteer.find(text, 30) for text in (*NAMES, "红旗河", "hqhgfwz", "wulidian", "station b"))]


@pytest.mark.parametrize("seed", range(2))
def test_a_patched_finder_and_gazetteer_answer_as_those_made_anew(seed: int) -> None:
    dice = random.Random(seed)
    ids = [f"P{number:03}" for number in range(POINTS)]
    offers = [offer for point_id in ids for offer in some_offers(point_id, dice)]
    matters = [a_matter(f"M{code}") for code in range(MATTERS)]
    catalogue = a_catalogue([some_point(point_id, dice) for point_id in ids], matters, offers)
    finder, gazetteer = Finder.of(catalogue, SETTINGS), names_of(catalogue)
    for step in range(STEPS):
        before = answers(finder, gazetteer, random.Random(step))
        facts, changed = changed_facts(catalogue, dice)
        after = patched(catalogue, facts, changed, catalogue.revision + 1, None)
        new_names = gazetteer.renewed({point_id: after.points.get(point_id) for point_id in changed})
        new_finder, anew = finder.renewed(after, changed), replace(after, offers=tuple(after.offers))

        assert answers(new_finder, new_names, random.Random(step + 0.5)) == answers(
            Finder.of(anew, SETTINGS), names_of(anew), random.Random(step + 0.5)
        )
        assert answers(finder, gazetteer, random.Random(step)) == before
        catalogue, finder, gazetteer = after, new_finder, new_names


def test_many_changes_do_not_leave_groups_behind_for_ever() -> None:
    catalogue = a_catalogue([a_point(f"P{number:03}") for number in range(POINTS)])
    finder = first = Finder.of(catalogue, SETTINGS)
    for minute in range(200):
        starts = WEDNESDAY + timedelta(minutes=minute)
        point, closure = catalogue.points["P007"], Closure(starts=starts, ends=None, reason_zh="搬迁")
        offers, closures = {"P007": catalogue.offers_by_point["P007"]}, {"P007": (closure,)}
        facts = PointFacts(points={"P007": point}, offers=offers, closures=closures, digests={})
        catalogue = patched(catalogue, facts, ("P007",), catalogue.revision + 1, None)
        finder = finder.renewed(catalogue, ("P007",))

    assert len(finder._choices._schedules) < 100
    assert len(first._choices._schedules) == 1


def test_points_between_the_same_neighbours_find_room_without_end() -> None:
    catalogue = a_catalogue([a_point("P1", name_zh="红旗河沟服务站"), a_point("P2", name_zh="红旗河沟服务站")])
    gazetteer, points = names_of(catalogue), dict(catalogue.points)
    for length in range(1, 70):
        # each between the first one and the one before
        point_id = f"P1{'0' * (70 - length)}1"
        points[point_id] = a_point(point_id, lon=106.5 + length / 1000, name_zh="红旗河沟服务站")
        gazetteer = gazetteer.renewed({point_id: points[point_id]})
    gazetteer = gazetteer.renewed({"P1": None})

    anew = Gazetteer.of((), [points[point_id] for point_id in sorted(points) if point_id != "P1"])
    assert gazetteer.find("红旗河沟服务站", 100) == anew.find("红旗河沟服务站", 100)
