"""After any change of a few points the catalogue made of the old one equals one read anew; the old one stays."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.patching import read_changes
from mapapp.catalogue.points import PointKind
from mapapp.catalogue.revision import changed_points, current_epoch, current_revision, raise_revision
from mapapp.catalogue.rows import ClosureRow, DistrictNameRow, MatterRow, OfferRow, PointRow
from mapapp.database import Database
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.geography.coordinate import Coordinate
from mapapp.settings import Settings
from mapapp.web.bundles import Bundle, bundle_of, gazetteer_of, renewed
from mapapp.web.context import Keeper

RULES = ("24/7", "Mo-Fr 09:00-12:00,14:00-18:00; PH off", "Sa,Su 10:00-16:00", None)
NAMES = ("观音桥便民服务中心", "大石坝服务站", "Jiangbei Centre", "石马河街道社区事务站")


def read(database: Database) -> Catalogue:
    with database.reading() as session:
        return read_catalogue(session)


def patch(database: Database, known: Catalogue, now: datetime) -> tuple[Catalogue, frozenset[str]] | None:
    with database.reading() as session:
        return read_changes(session, known, current_epoch(session), now)


@dataclass
class Editor:
    """Changes a random point in a random way."""

    dice: random.Random
    now: datetime

    def edit(self, session: Session) -> set[str]:
        ids = session.scalars(select(PointRow.id).order_by(PointRow.id)).all()
        chosen = {self.dice.choice(ids[:9]) for _ in range(self.dice.choice((1, 1, 2)))}
        ways = (self.details, self.place, self.place, self.hours, self.name, self.offers, self.offers, self.closures)
        for point_id in chosen:
            way: Callable[[Session, str], None] = self.dice.choice((*ways, self.away))
            way(session, point_id)
        return chosen

    def _set(self, session: Session, point_id: str, **values: object) -> None:
        session.execute(update(PointRow).where(PointRow.id == point_id).values(**values))

    def details(self, session: Session, point_id: str) -> None:
        kind, phone = self.dice.choice(tuple(PointKind)).value, f"023-{self.dice.randrange(10**8):08}"
        self._set(session, point_id, phone=phone, kind=kind)

    def place(self, session: Session, point_id: str) -> None:
        others = session.execute(select(PointRow.lon, PointRow.lat).where(PointRow.lon.is_not(None))).all()
        # where another one is already: which comes first is then a question of the id
        lon, lat = self.dice.choice(others) if self.dice.random() < 0.5 else (106.5 + self.dice.random() / 10, 29.59)
        self._set(session, point_id, lon=lon, lat=lat, accuracy_m=self.dice.choice((10.0, 300.0)))

    def hours(self, session: Session, point_id: str) -> None:
        self._set(session, point_id, hours_rule=self.dice.choice(RULES))

    def name(self, session: Session, point_id: str) -> None:
        self._set(session, point_id, name_zh=self.dice.choice(NAMES), name_en=self.dice.choice(NAMES))

    def away(self, session: Session, point_id: str) -> None:
        gone = session.scalars(select(PointRow.withdrawn_at).where(PointRow.id == point_id)).one() is not None
        self._set(session, point_id, withdrawn_at=None if gone else self.now)

    def offers(self, session: Session, point_id: str) -> None:
        for code in self.dice.sample(session.scalars(select(MatterRow.code).order_by(MatterRow.code)).all(), 40):
            row = session.get(OfferRow, (point_id, code))
            if row is None:
                row = OfferRow(point_id=point_id, matter_code=code, mode="finish", bookable=False, note="")
                session.add(row)
            row.withdrawn_at = self.now if self.dice.random() < 0.3 else None
            row.hours_rule = self.dice.choice((None, *RULES))

    def closures(self, session: Session, point_id: str) -> None:
        session.execute(delete(ClosureRow).where(ClosureRow.point_id == point_id))
        for _ in range(self.dice.randrange(2)):
            starts = self.now + timedelta(minutes=self.dice.randrange(-2000, 2000), seconds=self.dice.choice((0, 0, 7)))
            facts = {"reason_zh": "培训", "reason_en": "", "entered_at": self.now, "entered_by": "wang"}
            session.add(ClosureRow(point_id=point_id, starts=starts, ends=starts + timedelta(hours=9), **facts))


def made_anew(catalogue: Catalogue, known: Bundle) -> Bundle:
    """Return all indexes over a catalogue but that of the matters, of which none changes here."""
    finder, gazetteer = Finder.of(catalogue, Settings()), gazetteer_of(catalogue)
    return Bundle(catalogue=catalogue, finder=finder, matter_search=known.matter_search, gazetteer=gazetteer)


def facts_of(catalogue: Catalogue) -> object:
    """Return everything in it, with its order."""
    return (
        (catalogue.revision, catalogue.digest, catalogue.next_change_at),
        list(catalogue.points.items()),
        list(catalogue.offers),
        [(code, list(row.items())) for code, row in catalogue.offers_by_matter.items()],
        list(catalogue.offers_by_point.items()),
        dict(catalogue.closures),
        dict(catalogue.point_digests),
        catalogue.packages_by_matter,
    )


def answers_of(bundle: Bundle, dice: random.Random, now: datetime) -> list[object]:
    """Return what it answers to many questions, the same for the same dice."""
    codes, catalogue = list(bundle.catalogue.matters), bundle.catalogue
    answers: list[object] = []
    for number in range(60):
        query = NearestQuery(
            origin=Coordinate(106.45 + dice.random() / 5, 29.55 + dice.random() / 10),
            at=now + timedelta(minutes=dice.randrange(-3000, 3000)),
            matters=tuple(dice.sample(codes[:12], dice.choice((0, 1, 1, 2)))),
            open=dice.choice(tuple(OpenFilter)),
            k=dice.choice((1, 5, 60)),
            kind=dice.choice((None, None, None, *PointKind)),
            street=None if number % 7 else next(iter(catalogue.points.values())).street,
        )
        answers.append(bundle.finder.find_nearest(query))
    answers += [bundle.gazetteer.find(text, 20) for text in (*NAMES, "gyq", "guanyinqiao", "服务", "大石坝", "centre")]
    return answers


@pytest.mark.parametrize("seed", range(2))
def test_a_sequence_of_edits_gives_what_reading_anew_gives(loaded_database: Database, now: datetime, seed: int) -> None:
    editor, bundle = Editor(random.Random(seed), now), bundle_of(read(loaded_database), Settings())
    for step in range(8):
        before = answers_of(bundle, random.Random(step), now)
        with loaded_database.transaction() as session:
            changed = editor.edit(session)
            raise_revision(session, changed)
        read_of_them = patch(loaded_database, bundle.catalogue, now)
        assert read_of_them is not None
        assert read_of_them[1] == changed
        after, whole = renewed(bundle, *read_of_them), made_anew(read(loaded_database), bundle)

        assert facts_of(after.catalogue) == facts_of(whole.catalogue)
        assert answers_of(after, random.Random(-step), now) == answers_of(whole, random.Random(-step), now)
        assert answers_of(bundle, random.Random(step), now) == before
        bundle = after


def test_changes_of_several_revisions_are_made_up_for_at_once(loaded_database: Database, now: datetime) -> None:
    known = read(loaded_database)
    for point_id, phone in (("JB-001", "023-11111111"), ("JB-002", "023-22222222"), ("JB-001", "023-33333333")):
        with loaded_database.transaction() as session:
            session.execute(update(PointRow).where(PointRow.id == point_id).values(phone=phone))
            raise_revision(session, (point_id,))
    with loaded_database.transaction() as session:
        # such as a change that is settled for later
        raise_revision(session, ())

    read_of_them = patch(loaded_database, known, now)

    assert read_of_them is not None
    assert read_of_them[1] == {"JB-001", "JB-002"}
    assert facts_of(read_of_them[0]) == facts_of(read(loaded_database))
    assert known.points["JB-001"].phone is None


def test_what_may_have_changed_more_is_read_anew(loaded_database: Database, now: datetime) -> None:
    known = read(loaded_database)
    with loaded_database.transaction() as session:
        raise_revision(session, ("JB-001",))
        session.execute(update(MatterRow).where(MatterRow.code == "M001").values(note="改了"))
        raise_revision(session)
        raise_revision(session, ("JB-002",))

    assert patch(loaded_database, known, now) is None


def test_a_catalogue_of_the_same_revision_or_another_database_is_read_anew(
    loaded_database: Database, now: datetime
) -> None:
    known = read(loaded_database)
    assert patch(loaded_database, known, now) is None

    with loaded_database.transaction() as session:
        raise_revision(session, ("JB-001",))

    with loaded_database.reading() as session:
        assert read_changes(session, known, "another", now) is None


def test_a_name_that_came_into_force_is_read_anew(loaded_database: Database, now: datetime) -> None:
    with loaded_database.transaction() as session:
        day = (now + timedelta(days=1)).date()
        session.execute(update(DistrictNameRow).where(DistrictNameRow.position == 1).values(valid_from=day))
    with loaded_database.reading() as session:
        known = read_catalogue(session, now)
    with loaded_database.transaction() as session:
        raise_revision(session, ("JB-001",))

    assert patch(loaded_database, known, now + timedelta(days=2)) is None
    assert patch(loaded_database, known, now) is not None


def test_it_is_known_for_the_last_revisions_only_what_changed(loaded_database: Database) -> None:
    with loaded_database.transaction() as session:
        for _ in range(1002):
            raise_revision(session, ("JB-001",))
        number = current_revision(session)

        assert changed_points(session, number - 999, number) == {"JB-001"}
        assert changed_points(session, number - 1001, number) is None


def test_many_changed_points_are_read_anew(loaded_database: Database, now: datetime) -> None:
    known = read(loaded_database)
    with loaded_database.transaction() as session:
        raise_revision(session, [f"P{number}" for number in range(501)])

    assert patch(loaded_database, known, now) is None


def test_a_keeper_takes_up_a_change_of_one_point_without_making_the_rest_anew(
    loaded_database: Database, settings: Settings, now: datetime
) -> None:
    keeper = Keeper(Database(loaded_database.url.render_as_string(hide_password=False)), settings, lambda: now)
    before = keeper.bundle()
    with loaded_database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == "JB-001").values(phone="023-12345678"))
        raise_revision(session, ("JB-001",))

    after = keeper.bundle()
    keeper.close()

    assert after.catalogue.points["JB-001"].phone == "023-12345678"
    assert after.matter_search is before.matter_search
    assert after.digest != before.digest
    assert before.catalogue.points["JB-001"].phone is None
