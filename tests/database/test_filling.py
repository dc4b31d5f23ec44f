"""Loading brings all or nothing, changes nothing the second time, and never writes over what a person changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.filling import LoadReport, load_geodata
from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import current_revision
from mapapp.catalogue.rows import AboutRow, MatterRow, OfferRow, PointRow
from mapapp.database import Base, Database
from mapapp.people import SYSTEM
from mapapp.shipped import shipped
from tests.building import at
from tests.data_folder import change_cell, change_rows, write_folder

POINTS, MATTERS = "service_points.csv", "matters.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "geodata")


@pytest.fixture
def filled(database: Database, folder: Path) -> Database:
    assert load(database, folder).faults == ()
    return database


def load(database: Database, folder: Path, when: str = "2026-11-25 10:00") -> LoadReport:
    with database.transaction() as session:
        return load_geodata(session, folder, at(when), SYSTEM)


def read(database: Database) -> Catalogue:
    with database.reading() as session:
        return read_catalogue(session)


def change_point(database: Database, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == "P1").values(**values))


def test_the_first_loading_adds_everything_and_publishes(database: Database, folder: Path) -> None:
    report = load(database, folder)

    assert report.tables["point"].added == ("P1", "P2")
    assert report.tables["offer"].added == ("P1/M1", "P2/M2")
    assert (report.changes, report.revision) == (18, 1)


def test_the_shipped_data_loaded_again_change_nothing(loaded_database: Database, now: datetime) -> None:
    with loaded_database.transaction() as session:
        report = load_geodata(session, shipped("geodata"), now, SYSTEM)

    assert (report.changes, report.revision) == (0, 1)
    assert sum(table.unchanged for table in report.tables.values()) > 2800


def test_a_changed_cell_changes_one_row_and_the_revision(filled: Database, folder: Path) -> None:
    change_cell(folder, POINTS, 2, "hours", "Mo-Fr 10:00-16:00; PH off")

    report = load(filled, folder)

    assert report.tables["point"].changed == ("P1",)
    assert (report.changes, report.revision) == (1, 2)
    assert read(filled).points["P1"].hours_rule == "Mo-Fr 10:00-16:00; PH off"


def test_a_fault_anywhere_loads_nothing_at_all(database: Database, folder: Path) -> None:
    change_cell(folder, "offers.csv", 3, "matter", "M9")

    report = load(database, folder)

    assert [fault.code for fault in report.faults] == ["unknown_matter"]
    assert report.revision == 0
    assert count_rows(database) == 0


def test_a_failure_while_writing_loads_nothing_at_all(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("mapapp.catalogue.filling.raise_revision", fail)

    with pytest.raises(OSError, match="disk"):
        load(database, folder)

    assert count_rows(database) == 0


def count_rows(database: Database) -> int:
    tables = [table for table in Base.metadata.sorted_tables if table.name != "revision"]
    with database.reading() as session:
        return sum(session.scalars(select(func.count()).select_from(table)).one() for table in tables)


def test_a_row_that_a_person_changed_stays_and_is_told(filled: Database, folder: Path, now: datetime) -> None:
    change_point(filled, phone="023-12345", edited_at=now, edited_by="wang")
    change_cell(folder, POINTS, 2, "phone", "023-99999")

    report = load(filled, folder)

    assert report.tables["point"].kept == ("P1",)
    assert (report.changes, report.revision) == (0, 1)
    assert read(filled).points["P1"].phone == "023-12345"


def test_a_row_that_a_person_changed_is_not_told_while_its_file_stays(
    filled: Database, folder: Path, now: datetime
) -> None:
    change_point(filled, phone="023-12345", edited_at=now, edited_by="wang")

    report = load(filled, folder)

    assert report.tables["point"].kept == ()
    assert read(filled).points["P1"].phone == "023-12345"


def test_folk_names_of_a_matter_that_a_person_changed_stay(filled: Database, folder: Path, now: datetime) -> None:
    with filled.transaction() as session:
        session.execute(update(MatterRow).where(MatterRow.code == "M1").values(edited_at=now))
    change_cell(folder, MATTERS, 2, "folk_names", "补卡")

    load(filled, folder)

    assert read(filled).matters["M1"].folk_names == ("补社保卡", "社保卡丢了")


def test_lists_below_a_row_are_replaced_in_their_new_order(filled: Database, folder: Path) -> None:
    change_cell(folder, MATTERS, 2, "folk_names", "社保卡丢了;补卡;补社保卡")
    change_cell(folder, "packages.csv", 2, "members", "M2;M1")

    load(filled, folder)

    catalogue = read(filled)
    assert catalogue.matters["M1"].folk_names == ("社保卡丢了", "补卡", "补社保卡")
    assert catalogue.packages["K1"].members == ("M2", "M1")


def test_a_row_that_a_person_withdrew_does_not_come_back(filled: Database, folder: Path, now: datetime) -> None:
    with filled.transaction() as session:
        session.execute(update(OfferRow).where(OfferRow.point_id == "P2").values(withdrawn_at=now))
    change_cell(folder, "offers.csv", 3, "mode", "finish")

    report = load(filled, folder)

    assert report.tables["offer"].kept == ("P2/M2",)
    assert [offer.point_id for offer in read(filled).offers] == ["P1"]


def test_a_row_that_is_in_no_file_any_more_stays_and_is_told(filled: Database, folder: Path) -> None:
    change_rows(folder, "offers.csv", lambda rows: rows.pop())

    report = load(filled, folder)

    assert report.tables["offer"].missing == ("P2/M2",)
    assert report.changes == 0
    assert len(read(filled).offers) == 2


def test_a_row_that_a_person_added_is_not_missed_in_the_files(filled: Database, folder: Path) -> None:
    with filled.transaction() as session:
        session.add(OfferRow(point_id="P1", matter_code="M2", mode="finish", bookable=True, note=""))

    report = load(filled, folder)

    assert report.tables["offer"].missing == ()
    assert len(read(filled).offers) == 3


def test_a_pin_that_a_person_verified_is_not_moved(filled: Database, folder: Path, now: datetime) -> None:
    change_point(filled, lon=106.531, lat=29.571, place_provider="staff", place_verified_at=now)
    change_cell(folder, POINTS, 2, "lon", "106.55")
    change_cell(folder, POINTS, 2, "name_zh", "新名字")

    load(filled, folder)

    point = read(filled).points["P1"]
    assert point.name_zh == "新名字"
    assert (point.place.coordinate.lon, point.place.provider) == (106.531, "staff")


def test_a_geocoded_position_stays_while_the_file_says_what_it_said(filled: Database, folder: Path) -> None:
    change_point(filled, lon=106.531, lat=29.571, place_provider="amap")
    change_cell(folder, POINTS, 2, "name_zh", "新名字")

    load(filled, folder)

    point = read(filled).points["P1"]
    assert (point.name_zh, point.place.provider) == ("新名字", "amap")


def test_a_geocoded_position_gives_way_when_the_file_moves_the_point(filled: Database, folder: Path) -> None:
    change_point(filled, lon=106.531, lat=29.571, place_provider="amap")
    change_cell(folder, POINTS, 2, "lon", "106.55")

    load(filled, folder)

    place = read(filled).points["P1"].place
    assert (place.coordinate.lon, place.provider) == (106.55, "file")


def test_a_new_address_is_waiting_for_the_geocoder(filled: Database, folder: Path) -> None:
    for column in ("lon", "lat", "accuracy_m"):
        change_cell(folder, POINTS, 2, column, "")
    change_cell(folder, POINTS, 2, "address", "建新南路9号")

    load(filled, folder)

    with filled.reading() as session:
        row = session.get_one(PointRow, "P1")
        assert (row.address, row.lon, row.address_geocoded) == ("建新南路9号", None, None)


def test_who_loaded_and_when_is_kept_only_when_something_changed(filled: Database, folder: Path) -> None:
    load(filled, folder, when="2026-12-01 08:00")
    with filled.reading() as session:
        unchanged = session.get_one(AboutRow, "loaded_at").value
    change_cell(folder, POINTS, 2, "note", "改了")

    load(filled, folder, when="2026-12-02 08:00")

    with filled.reading() as session:
        changed = session.get_one(AboutRow, "loaded_at").value
    assert (unchanged, changed) == ("2026-11-25T10:00:00+08:00", "2026-12-02T08:00:00+08:00")


def test_four_may_load_at_once(database: Database, folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: load(database, folder), range(4)))

    assert sorted(report.changes for report in reports) == [0, 0, 0, 18]
    with database.reading() as session:
        assert current_revision(session) == 1
