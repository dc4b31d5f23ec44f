"""What was loaded comes back as a catalogue: the same facts, few selects, the same name for the same content."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, update

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.loading import read_calendar, read_catalogue
from mapapp.catalogue.matters import DayUnit, Limit, Material, Offer, OfferMode
from mapapp.catalogue.rows import AboutRow, ClosureRow, DistrictNameRow, MatterRow, OfferRow, PointRow
from mapapp.database import Database, upgrade
from mapapp.errors import NotFound
from mapapp.geography.coordinate import Confidence, Coordinate
from mapapp.hours.opening_hours import Closure
from mapapp.people import SYSTEM
from tests.building import OFFICE_HOURS, at
from tests.data_folder import write_folder


@pytest.fixture
def small_database(database: Database, tmp_path: Path, now: datetime) -> Database:
    with database.transaction() as session:
        report = load_geodata(session, write_folder(tmp_path / "geodata"), now, SYSTEM)
    assert report.faults == ()
    return database


def read(database: Database, now: datetime | None = None) -> Catalogue:
    with database.reading() as session:
        return read_catalogue(session, now)


def test_nothing_can_be_read_before_something_was_loaded(database: Database) -> None:
    with pytest.raises(NotFound) as refusal:
        read(database)

    assert refusal.value.code == "nothing_loaded"


def test_the_shipped_data_come_back_whole(loaded_database: Database) -> None:
    catalogue = read(loaded_database)

    assert (len(catalogue.points), len(catalogue.matters), len(catalogue.offers)) == (51, 255, 1762)
    assert (len(catalogue.packages), len(catalogue.named_places), catalogue.revision) == (14, 458, 1)
    assert len(catalogue.calendar.days) == 256
    assert catalogue.is_sample


def test_a_point_comes_back_as_its_file_says(small_database: Database) -> None:
    point = read(small_database).points["P1"]

    assert (point.name_zh, point.kind.value, point.phone) == ("甲办理点", "street", "023-67757209")
    assert point.hours_rule == OFFICE_HOURS
    assert point.place.coordinate == Coordinate(106.53, 29.57)
    assert (point.place.accuracy_m, point.place.provider) == (200.0, "file")
    assert point.place.confidence is Confidence.MEDIUM
    assert str(point.source_date) == "2026-11-01"


def test_a_matter_comes_back_as_its_file_says(small_database: Database) -> None:
    first, second = read(small_database).matters.values()

    assert first.materials == (Material(name="身份证"), Material(name="照片", may_follow=True))
    assert first.folk_names == ("补社保卡", "社保卡丢了")
    assert (first.legal, first.promised) == (None, Limit(days=0, unit=DayUnit.WORKING))
    assert second.materials[1] == Material(name="户口簿", waived=True)
    assert second.legal == Limit(days=20, unit=DayUnit.CALENDAR)


def test_offers_packages_and_names_come_back_as_their_files_say(small_database: Database) -> None:
    catalogue = read(small_database)

    tuesdays = Offer(
        point_id="P2", matter_code="M2", mode=OfferMode.FORWARD, hours_rule="Tu 09:00-12:00", bookable=False
    )
    assert catalogue.offers[1] == tuesdays
    assert catalogue.packages["K1"].members == ("M1", "M2")
    assert [name.short_zh for name in catalogue.district.names] == ["江北", "两江"]
    assert catalogue.named_places[0].aliases == ("观音桥步行街",)
    assert not catalogue.is_sample


def test_the_matters_done_outside_the_points_say_so(loaded_database: Database) -> None:
    catalogue = read(loaded_database)

    offsite = [code for code in catalogue.matters if not catalogue.offers_by_matter[code]]
    assert offsite == ["M150", "M153"]
    assert all("不在51个办理点内" in catalogue.matters[code].note for code in offsite)


def test_reading_takes_a_bounded_number_of_selects(loaded_database: Database, tmp_path: Path, now: datetime) -> None:
    little_database = Database(f"sqlite:///{tmp_path}/little.sqlite")
    upgrade(little_database)
    with little_database.transaction() as session:
        load_geodata(session, write_folder(tmp_path / "geodata"), now, SYSTEM)

    many = count_selects(loaded_database)
    few = count_selects(little_database)
    little_database.dispose()

    assert many == few <= 17


def count_selects(database: Database) -> int:
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    read(database)
    return len([text for text in statements if text.startswith("SELECT")])


def test_the_same_content_has_the_same_name_on_every_database(loaded_database: Database, catalogue: Catalogue) -> None:
    assert read(loaded_database).digest == catalogue.digest


@pytest.mark.parametrize(
    "change",
    [
        update(PointRow).where(PointRow.id == "P1").values(hours_rule="Mo-Fr 10:00-12:00"),
        update(MatterRow).where(MatterRow.code == "M2").values(note="改了"),
        update(OfferRow).where(OfferRow.point_id == "P2").values(bookable=True),
        update(AboutRow).where(AboutRow.name == "is_sample").values(value="yes"),
    ],
)
def test_other_content_has_another_name(small_database: Database, change: object) -> None:
    before = read(small_database).digest

    with small_database.transaction() as session:
        session.execute(change)  # type: ignore[call-overload]

    assert read(small_database).digest != before


def test_who_changed_a_row_does_not_change_the_name_of_the_content(small_database: Database, now: datetime) -> None:
    before = read(small_database).digest

    with small_database.transaction() as session:
        session.execute(update(PointRow).values(edited_at=now, edited_by="wang", loaded_digest="x", placed_at=now))

    assert read(small_database).digest == before


def test_what_a_person_withdrew_is_not_shown(small_database: Database, now: datetime) -> None:
    with small_database.transaction() as session:
        session.execute(update(MatterRow).where(MatterRow.code == "M2").values(withdrawn_at=now))

    catalogue = read(small_database)

    assert list(catalogue.matters) == ["M1"]
    assert [offer.matter_code for offer in catalogue.offers] == ["M1"]
    assert catalogue.packages["K1"].members == ("M1",)
    assert list(catalogue.offers_by_point) == ["P1", "P2"]


def test_a_point_without_a_position_waits(small_database: Database) -> None:
    with small_database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == "P2").values(lon=None, lat=None, accuracy_m=None))

    catalogue = read(small_database)

    assert list(catalogue.points) == ["P1"]
    assert [offer.point_id for offer in catalogue.offers] == ["P1"]


def test_closures_of_a_point_and_of_all_come_back(small_database: Database, now: datetime) -> None:
    entered = {"reason_en": "", "entered_at": now, "entered_by": "wang"}
    with small_database.transaction() as session:
        session.add(ClosureRow(point_id="P1", starts=at("2026-12-01 00:00"), ends=None, reason_zh="搬迁", **entered))
        session.add(ClosureRow(starts=at("2026-11-30 12:00"), ends=at("2026-11-30 18:00"), reason_zh="培训", **entered))

    assert read(small_database).closures == {
        "P1": (Closure(starts=at("2026-12-01 00:00"), ends=None, reason_zh="搬迁"),),
        "": (Closure(starts=at("2026-11-30 12:00"), ends=at("2026-11-30 18:00"), reason_zh="培训"),),
    }


def test_a_name_that_comes_into_force_is_the_next_change(small_database: Database) -> None:
    with small_database.transaction() as session:
        first_of_january = at("2027-01-01 00:00").date()
        session.execute(
            update(DistrictNameRow).where(DistrictNameRow.position == 1).values(valid_from=first_of_january)
        )

    assert read(small_database).next_change_at is None
    assert read(small_database, at("2026-12-31 23:59")).next_change_at == at("2027-01-01 00:00")
    assert read(small_database, at("2027-01-01 00:00")).next_change_at is None


def test_the_calendar_can_be_read_alone(small_database: Database) -> None:
    with small_database.reading() as session:
        calendar = read_calendar(session)

    assert [day.day.isoformat() for day in calendar.days] == ["2026-01-01", "2026-05-01", "2026-10-01", "2026-10-10"]
    assert calendar.days[-1].follows == 4
