"""Files taken over and given out: what differs, what is rejected and why, and that one undoes the other."""

import csv
import io
import json

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import current_revision
from mapapp.editing import audit, desk, drafting
from mapapp.editing.columns import COLUMNS
from mapapp.editing.drafting import Actor
from mapapp.editing.giving_out import give_out
from mapapp.editing.roles import Staff
from mapapp.editing.rows import ChangeRow
from mapapp.editing.taking_over import take_over
from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from mapapp.people import Role

OFFICE = Staff(id=1, name="office", role=Role.OFFICE)


@pytest.fixture
def session(loaded_database):
    with loaded_database.transaction() as session:
        yield session


@pytest.fixture
def take(session, now):
    """A function (kind, text or bytes) -> report as a dict, published unless it is a dry run."""

    def run(kind, content, name="file.csv", dry_run=False, **options):
        data = content if isinstance(content, bytes) else content.encode()
        actor = Actor(staff=OFFICE, now=now)
        report = take_over(session, actor, kind, io.BytesIO(data), name, dry_run=dry_run, tolerance_m=300.0, **options)
        return report.as_dict()

    return run


def given_out(session, kind, form="csv"):
    out = io.BytesIO()
    give_out(session, kind, form, out)
    return out.getvalue()


def rows_in(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_giving_out_and_taking_over_changes_nothing(session, take, kind, form):
    rows = given_out(session, kind, form)

    report = take(kind, rows, f"{kind}.{form}")

    assert (report["added"], report["changed"], report["rejected"], report["warnings"]) == ([], [], [], [])
    assert report["unchanged"] > 10
    assert current_revision(session) == 1


def test_a_changed_cell_is_told_with_before_and_after(session, take, now):
    rows = rows_in(given_out(session, "points"))
    rows[0]["phone"] = "023-67560000"
    rows[1]["hours"] = "Mo-Fr 08:30-17:00; PH off"

    report = take("points", as_csv(rows))

    assert report["changed"] == [
        {"id": "JB-001", "field": "phone", "before": None, "after": "023-67560000"},
        {
            "id": "JB-002",
            "field": "hours",
            "before": "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
            "after": "Mo-Fr 08:30-17:00; PH off",
        },
    ]
    assert report["unchanged"] == 49
    points = read_catalogue(session, now).points
    assert (points["JB-001"].phone, points["JB-002"].hours_rule) == ("023-67560000", "Mo-Fr 08:30-17:00; PH off")
    assert current_revision(session) == 2


def test_a_dry_run_tells_the_same_and_writes_nothing(session, take, now):
    rows = rows_in(given_out(session, "points"))
    rows[0]["phone"] = "023-67560000"

    first, second = take("points", as_csv(rows), dry_run=True), take("points", as_csv(rows), dry_run=True)

    assert first == second
    assert len(first["changed"]) == 1
    assert current_revision(session) == 1
    assert read_catalogue(session, now).points["JB-001"].phone is None


def test_a_faulty_row_is_rejected_and_the_others_are_taken(session, take, now):
    rows = rows_in(given_out(session, "points"))
    rows[0]["hours"], rows[1]["phone"], rows[2]["lon"] = "whenever", "023-1234567", "116.4"

    report = take("points", as_csv(rows))

    assert [(row["line"], row["id"], row["field"], row["code"]) for row in report["rejected"]] == [
        (2, "JB-001", "hours", "invalid_hours"),
        (4, "JB-003", "lon", "outside_district"),
    ]
    assert all(row["reason"] for row in report["rejected"])
    assert read_catalogue(session, now).points["JB-002"].phone == "023-1234567"


def test_a_new_point_is_added(session, take, now):
    row = {**rows_in(given_out(session, "points"))[0], "code": "JB-052", "name_zh": "新办理点"}

    report = take("points", as_csv([row]))

    assert report["added"] == ["JB-052"]
    assert read_catalogue(session, now).points["JB-052"].name_zh == "新办理点"


def test_a_file_may_have_few_columns_and_chinese_names(session, take, now):
    report = take("points", "编号,联系电话\nJB-001,023-1234567\n".encode("gb18030"))

    assert [(row["id"], row["field"]) for row in report["changed"]] == [("JB-001", "phone")]
    assert report["rejected"] == []
    point = read_catalogue(session, now).points["JB-001"]
    assert (point.phone, point.name_zh != "") == ("023-1234567", True)


def test_a_new_point_needs_more_than_few_columns(take):
    report = take("points", "code,phone\nJB-099,023-1234567\n")

    assert {row["field"] for row in report["rejected"]} >= {"name_zh", "address", "kind"}
    assert report["added"] == []


def test_positions_without_a_datum_are_refused(take):
    report = take("points", "code,lon,lat,accuracy_m,place_confidence\nJB-001,106.57,29.61,20,high\n")

    assert [(row["id"], row["field"], row["code"]) for row in report["rejected"]] == [
        ("JB-001", "datum", "missing_value")
    ]


def test_the_datum_of_a_whole_file_can_be_given(session, take, now):
    report = take("points", "code,lon,lat\nJB-001,106.57,29.61\n", datum="WGS-84")

    assert report["rejected"] == []
    place = read_catalogue(session, now).points["JB-001"].place
    assert (place.coordinate, place.accuracy_m) == (Coordinate(106.57, 29.61), 100.0)


def test_positions_in_another_datum_are_converted(session, take, now):
    before = read_catalogue(session, now).points["JB-001"].place.coordinate
    lon, lat = from_wgs84(before, Datum.GCJ02)

    take("points", f"code,lon,lat,accuracy_m,place_confidence,datum\nJB-001,{lon:.9f},{lat:.9f},20,high,GCJ-02\n")

    after = read_catalogue(session, now).points["JB-001"].place.coordinate
    assert abs(after.lon - before.lon) < 1e-6
    assert abs(after.lat - before.lat) < 1e-6


def test_positions_that_look_shifted_give_a_hint(session, take):
    rows = rows_in(given_out(session, "points"))
    for row in rows:
        lon, lat = from_wgs84(Coordinate(float(row["lon"]), float(row["lat"])), Datum.GCJ02)
        row["lon"], row["lat"] = f"{lon:.7f}", f"{lat:.7f}"

    report = take("points", as_csv(rows), dry_run=True)

    assert [row["code"] for row in report["warnings"]] == ["shifted_datum"]
    assert "gcj02" in report["warnings"][0]["reason"]


def test_a_cell_that_begins_like_a_formula_is_a_warning_and_stays_a_text(session, take, now):
    report = take("points", "code,note\nJB-001,=1+1\nJB-002,'=2+2\n")

    assert [(row["id"], row["code"]) for row in report["warnings"]] == [("JB-001", "formula_cell")]
    points = read_catalogue(session, now).points
    assert (points["JB-001"].note, points["JB-002"].note) == ("=1+1", "=2+2")
    assert rows_in(given_out(session, "points"))[0]["note"] == "'=1+1"
    sheet = load_workbook(io.BytesIO(given_out(session, "points", "xlsx"))).active
    cells = [cell for row in sheet.iter_rows(min_row=2, max_row=2) for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}


def test_a_row_that_stands_there_twice_is_rejected(take):
    report = take("points", "code,phone\nJB-001,023-1234567\nJB-001,023-7654321\n")

    assert [(row["line"], row["code"]) for row in report["rejected"]] == [(3, "duplicate_id")]
    assert len(report["changed"]) == 1


def test_offers_and_days_are_told_by_their_own_ids(session, take, now):
    offers = take("offers", "point,matter,mode,hours,bookable\nJB-001,M001,print,,no\nJB-001,M999,print,,no\n")
    days = take("calendar", "day,kind,name_zh,name_en,follows,source\n2027-02-06,holiday,春节,,,notice\n")

    assert ("JB-001/M001", "mode", "finish", "print") in {
        (row["id"], row["field"], row["before"], row["after"]) for row in offers["changed"]
    }
    assert [row["code"] for row in offers["rejected"]] == ["unknown_matter"]
    assert days["added"] == ["2027-02-06"]
    catalogue = read_catalogue(session, now)
    assert catalogue.offers_by_matter["M001"]["JB-001"].mode == "print"
    assert any(day.name_zh == "春节" and day.day.year == 2027 for day in catalogue.calendar.days)


def test_hours_alone_can_be_taken_over(session, take, now):
    report = take("hours", "code,hours\nJB-001,Mo-Sa 09:00-17:00\nJB-777,Mo 09:00-10:00\n")

    assert [row["id"] for row in report["changed"]] == ["JB-001"]
    assert [row["code"] for row in report["rejected"]] == ["unknown_point"]
    assert read_catalogue(session, now).points["JB-001"].hours_rule == "Mo-Sa 09:00-17:00"


def test_a_spreadsheet_with_numbers_and_dates_is_read_as_text(take):
    book = Workbook()
    book.active.append(["编号", "联系电话", "来源日期"])
    book.active.append(["JB-001", 67560000.0, "2026-11-01"])
    out = io.BytesIO()
    book.save(out)

    report = take("points", out.getvalue(), "points.xlsx", dry_run=True)

    assert ("JB-001", "phone", "67560000") in {(row["id"], row["field"], row["after"]) for row in report["changed"]}


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"PK\x03\x04 broken", "x.xlsx"), (b"\xff\xfe\x00\x01", "x.csv"), (b"no zip", "x.xlsx"), (b'a,"b\nc', "x.csv")],
)
def test_what_is_no_table_is_refused(take, content, name):
    with pytest.raises(InvalidQuery, match=r"unreadable_file|missing_column"):
        take("points", content, name)


def test_a_kind_that_nobody_knows_is_refused(session, take):
    with pytest.raises(InvalidQuery, match="unknown_kind_of_file"):
        take("people", "name\n")
    with pytest.raises(InvalidQuery, match="unknown_kind_of_file"):
        given_out(session, "people")


def test_only_points_have_positions_to_give_out(session):
    with pytest.raises(InvalidQuery, match="no_positions"):
        given_out(session, "matters", "geojson")


def test_points_are_given_out_as_geodata(session, tmp_path):
    import geopandas

    shapes = json.loads(given_out(session, "points", "geojson"))
    path = tmp_path / "points.gpkg"
    path.write_bytes(given_out(session, "points", "gpkg"))
    frame = geopandas.read_file(path)

    assert len(shapes["features"]) == len(frame) == 51
    assert str(frame.crs) == "EPSG:4326"
    first = shapes["features"][0]
    assert first["geometry"]["coordinates"] == [frame.geometry[0].x, frame.geometry[0].y]
    assert (first["properties"]["code"], frame["code"][0]) == ("JB-001", "JB-001")


def test_a_pin_that_somebody_verified_stays(session, take, now):
    from mapapp.editing.changes import SubjectKind
    from mapapp.editing.reading import read_values

    place = {**read_values(session, SubjectKind.POINT, "JB-001")["place"], "verified_at": now.isoformat()}
    values = {"place": {**place, "verified_by": "wang", "provider": "staff"}}
    desk.publish_values(session, Actor(staff=OFFICE, now=now), SubjectKind.POINT, "JB-001", values, "publish")

    report = take("points", "code,lon,lat,accuracy_m,place_confidence,datum\nJB-001,106.57,29.61,20,high,WGS-84\n")

    assert [row["code"] for row in report["warnings"]] == ["verified_pin"]
    assert report["changed"] == []


def without_datum(rows, shift=None):
    """The rows as a file with positions in the datum `shift`, and no column that says so."""
    found = []
    for row in rows:
        place = Coordinate(float(row["lon"]), float(row["lat"]))
        lon, lat = from_wgs84(place, shift) if shift else (place.lon, place.lat)
        found.append({"code": row["code"], "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "accuracy_m": row["accuracy_m"]})
    return as_csv(found)


def test_positions_that_fit_are_read_as_wgs84_though_no_datum_is_named(session, take):
    report = take("points", without_datum(rows_in(given_out(session, "points"))), dry_run=True)

    assert report["rejected"] == []
    assert [row["code"] for row in report["warnings"]] == ["assumed_datum"]


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shifted_positions_without_a_datum_are_refused_with_a_hint(session, take, datum):
    rows = rows_in(given_out(session, "points"))

    report = take("points", without_datum(rows, datum))

    assert {(row["field"], row["code"]) for row in report["rejected"]} == {("datum", "missing_value")}
    assert len(report["rejected"]) == len(rows)
    assert [(row["code"], datum.value in row["reason"]) for row in report["warnings"]] == [("shifted_datum", True)]
    assert current_revision(session) == 1


def test_a_cell_without_its_datum_is_not_filled_in_by_those_around_it(session, take):
    rows = rows_in(given_out(session, "points"))
    rows[3]["datum"] = ""

    report = take("points", as_csv(rows), dry_run=True)

    assert [(row["id"], row["field"]) for row in report["rejected"]] == [("JB-004", "datum")]


def drafts_of(session):
    rows = session.scalars(select(ChangeRow).where(ChangeRow.state == "draft").order_by(ChangeRow.kind, ChangeRow.key))
    return [(row.kind, row.key, json.loads(row.after)) for row in rows]


def test_rows_can_become_drafts_that_nobody_sees_yet(session, take, now):
    report = take("points", "code,phone\nJB-001,023-1234567\nJB-002,023-7654321\n", as_drafts=True)
    take("offers", "point,matter,mode,hours,bookable\nJB-001,M001,print,,no\n", as_drafts=True)

    assert len(report["changed"]) == 2
    assert [row[:2] for row in drafts_of(session)] == [("offers", "JB-001"), ("point", "JB-001"), ("point", "JB-002")]
    assert drafts_of(session)[1][2] == {"phone": "023-1234567"}
    assert current_revision(session) == 1
    assert read_catalogue(session, now).points["JB-001"].phone is None


def test_a_second_file_goes_into_the_same_draft(session, take):
    take("points", "code,phone\nJB-001,023-1234567\n", as_drafts=True)
    take("hours", "code,hours\nJB-001,Mo 09:00-10:00\n", as_drafts=True)

    assert drafts_of(session) == [("point", "JB-001", {"phone": "023-1234567", "hours_rule": "Mo 09:00-10:00"})]


def test_a_draft_that_others_have_overtaken_is_not_written_over(session, take):
    take("points", "code,phone\nJB-001,023-1234567\n", as_drafts=True)
    take("points", "code,note\nJB-001,another\n")

    report = take("points", "code,phone\nJB-001,023-7654321\n", as_drafts=True)

    assert [(row["id"], row["code"]) for row in report["rejected"]] == [("JB-001", "overtaken_draft")]
    assert drafts_of(session) == [("point", "JB-001", {"phone": "023-1234567"})]


def test_a_drafted_new_point_is_public_when_it_is_published(session, take, now):
    row = {**rows_in(given_out(session, "points"))[0], "code": "JB-052", "name_zh": "新办理点"}
    take("points", as_csv([row]), as_drafts=True)
    draft = session.scalars(select(ChangeRow)).one()

    assert (draft.point_id, "JB-052" in read_catalogue(session, now).points) == (None, False)
    desk.publish(session, Actor(staff=OFFICE, now=now), drafting.find(session, OFFICE, draft.id))

    assert read_catalogue(session, now).points["JB-052"].name_zh == "新办理点"
    assert draft.point_id == "JB-052"


def test_undoing_an_addition_retires_what_was_added(session, take, now):
    row = {**rows_in(given_out(session, "points"))[0], "code": "JB-052", "name_zh": "新办理点"}
    take("points", as_csv([row]))
    added = session.scalars(select(ChangeRow)).one()

    back = desk.revert(session, Actor(staff=OFFICE, now=now), added, undo_days=30)
    assert "JB-052" not in read_catalogue(session, now).points
    desk.revert(session, Actor(staff=OFFICE, now=now), back, undo_days=30)

    assert read_catalogue(session, now).points["JB-052"].name_zh == "新办理点"


def test_each_file_and_each_subject_has_an_entry_in_the_audit_log(session, take):
    take("points", "code,phone\nJB-001,023-1234567\nJB-002,023-7654321\nJB-003,by pigeon\n", name="new.csv")

    whole, *subjects = audit.entries(session)
    assert (whole.deed, whole.kind, whole.key) == ("import", "points", "new.csv")
    assert json.loads(whole.after) == {"added": 0, "changed": 2, "rejected": 1, "as": "published"}
    assert [(row.key, json.loads(row.before), json.loads(row.after)) for row in subjects] == [
        ("JB-002", {"phone": None}, {"phone": "023-7654321"}),
        ("JB-001", {"phone": None}, {"phone": "023-1234567"}),
    ]


def test_a_dry_run_leaves_no_entry(session, take):
    take("points", "code,phone\nJB-001,023-1234567\n", dry_run=True)

    assert audit.entries(session) == ()
