"""Every fault of every file is found, all at once, with file, line, field and code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import mapapp
from mapapp.catalogue.checking import Fault
from mapapp.catalogue.fault_codes import MEANINGS
from mapapp.catalogue.importing import CheckedFolder, checked_folder
from mapapp.shipped import shipped
from tests.building import a_square
from tests.data_folder import change_cell, change_rows, write_folder

POINTS, MATTERS, OFFERS = "service_points.csv", "matters.csv", "offers.csv"


def an_area(ring: list[Any], kind: str = "Polygon") -> str:
    geometry = {"type": kind, "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"adcode": "500105", "name_zh": "江北区"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "geodata")


def found(folder: Path) -> list[tuple[str, int, str, str]]:
    return [(fault.file, fault.line, fault.field, fault.code) for fault in checked(folder).faults]


def checked(folder: Path) -> CheckedFolder:
    return checked_folder(folder, 300.0)


def test_the_shipped_data_have_no_fault() -> None:
    assert checked(shipped("geodata")).faults == ()


def test_a_right_folder_has_no_fault(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize(
    ("file", "column", "value", "code"),
    [
        (POINTS, "code", "", "missing_value"),
        (POINTS, "code", "P 2", "invalid_id"),
        (POINTS, "code", "P1", "duplicate_id"),
        (POINTS, "name_zh", "", "missing_value"),
        (POINTS, "name_zh", "   ", "missing_value"),
        (POINTS, "name_zh", "长" * 201, "too_long"),
        (POINTS, "name_zh", "坏\x07字", "control_character"),
        (POINTS, "name_zh", "反\u202e向", "control_character"),
        (POINTS, "name_zh", "=1+1", "formula_cell"),
        (POINTS, "name_en", "@SUM(A1)", "formula_cell"),
        (POINTS, "address", "-2号", "formula_cell"),
        (POINTS, "kind", "palace", "unknown_kind"),
        (POINTS, "kind", "", "missing_value"),
        (POINTS, "street", "无此街道", "unknown_street"),
        (POINTS, "phone", "call me", "invalid_phone"),
        (POINTS, "hours", "Mo-Fr 9-25", "invalid_hours"),
        (POINTS, "lon", "106,53", "not_a_number"),
        (POINTS, "lon", "1e2", "not_a_number"),
        (POINTS, "lon", "１０６", "not_a_number"),
        (POINTS, "lon", "nan", "not_a_number"),
        (POINTS, "lon", "181", "out_of_range"),
        (POINTS, "lat", "", "missing_value"),
        (POINTS, "lat", "29.8", "outside_district"),
        (POINTS, "lat", "106.53", "out_of_range"),
        (POINTS, "datum", "NAD27", "unknown_datum"),
        (POINTS, "datum", "", "missing_value"),
        (POINTS, "accuracy_m", "0", "out_of_range"),
        (POINTS, "place_confidence", "sure", "unknown_confidence"),
        (POINTS, "confidence", "D", "unknown_confidence"),
        (POINTS, "source_date", "2026-02-30", "not_a_date"),
        (POINTS, "source_date", "20260201", "not_a_date"),
        (MATTERS, "code", "M1", "duplicate_id"),
        (MATTERS, "instant", "maybe", "not_yes_or_no"),
        (MATTERS, "legal_days", "-1", "not_a_number"),
        (MATTERS, "promised_days", "ten", "not_a_number"),
        (MATTERS, "day_unit", "days", "unknown_day_unit"),
        (MATTERS, "folk_names", "落户;落户", "repeated_item"),
        (MATTERS, "materials", ";".join(f"第{number}项" for number in range(101)), "too_many"),
        (OFFERS, "point", "P9", "unknown_point"),
        (OFFERS, "matter", "M9", "unknown_matter"),
        (OFFERS, "mode", "maybe", "unknown_mode"),
        (OFFERS, "hours", "always", "invalid_hours"),
        (OFFERS, "bookable", "1", "not_yes_or_no"),
        ("district.csv", "valid_to", "2026-13-01", "not_a_date"),
        ("district.csv", "short_zh", "", "missing_value"),
        ("work_calendar.csv", "day", "2026-01-01", "duplicate_id"),
        ("work_calendar.csv", "kind", "half", "unknown_kind"),
        ("work_calendar.csv", "follows", "7", "invalid_follows"),
    ],
)
def test_a_wrong_cell_is_told_with_line_and_field(folder: Path, file: str, column: str, value: str, code: str) -> None:
    change_cell(folder, file, 3, column, value)

    # a coordinate outside is told of its first number
    field = "lon" if code == "outside_district" else column
    assert (file, 3, field, code) in found(folder)


@pytest.mark.parametrize(
    ("file", "column", "value", "code"),
    [
        ("packages.csv", "members", "M1;M9", "unknown_matter"),
        ("packages.csv", "members", "", "missing_value"),
        ("packages.csv", "audience", "everybody", "unknown_audience"),
        ("gazetteer.csv", "lon", "", "missing_value"),
        ("gazetteer.csv", "lat", "30.9", "outside_district"),
        ("work_calendar.csv", "follows", "1", "invalid_follows"),
        ("about.csv", "value", "perhaps", "not_yes_or_no"),
    ],
)
def test_a_wrong_cell_of_a_short_file_is_told(folder: Path, file: str, column: str, value: str, code: str) -> None:
    change_cell(folder, file, 2, column, value)

    assert (file, 2, code) in [(name, line, told) for name, line, _, told in found(folder)]


def test_all_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    change_cell(folder, POINTS, 2, "kind", "palace")
    change_cell(folder, POINTS, 3, "lat", "far")
    change_cell(folder, POINTS, 3, "hours", "whenever")
    change_cell(folder, OFFERS, 2, "matter", "M9")

    assert found(folder) == [
        (OFFERS, 2, "matter", "unknown_matter"),
        (POINTS, 2, "kind", "unknown_kind"),
        (POINTS, 3, "hours", "invalid_hours"),
        (POINTS, 3, "lat", "not_a_number"),
    ]


def test_a_fault_names_the_row_and_shows_the_value(folder: Path) -> None:
    change_cell(folder, POINTS, 3, "kind", "pal\x00ace")

    assert checked(folder).faults == (
        Fault(file=POINTS, line=3, id="P2", field="kind", code="unknown_kind", value="palace"),
    )


def test_a_line_number_counts_the_lines_inside_a_quoted_cell(folder: Path) -> None:
    change_cell(folder, POINTS, 2, "note", "first\nsecond")
    change_cell(folder, POINTS, 3, "kind", "palace")

    assert (POINTS, 4, "kind", "unknown_kind") in found(folder)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (lambda rows: rows[0].__setitem__(4, "strasse"), "street", "missing_column"),
        (lambda rows: rows[0].__setitem__(4, "strasse"), "strasse", "unknown_column"),
        (lambda rows: rows[0].__setitem__(4, "kind"), "kind", "repeated_column"),
        (lambda rows: rows.clear(), "code", "missing_column"),
    ],
)
def test_a_wrong_header_is_told(folder: Path, change, field: str, code: str) -> None:  # type: ignore[no-untyped-def]
    change_rows(folder, POINTS, change)

    assert (POINTS, 1, field, code) in found(folder)


def test_a_row_of_another_length_is_told(folder: Path) -> None:
    change_rows(folder, OFFERS, lambda rows: rows[1].append("too much"))

    assert (OFFERS, 2, "", "wrong_cell_count") in found(folder)


def test_a_file_that_is_not_utf8_is_told(folder: Path) -> None:
    (folder / MATTERS).write_bytes("事项".encode("gb18030"))

    assert (MATTERS, 0, "", "not_utf8") in found(folder)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / OFFERS).unlink()

    assert found(folder) == [(OFFERS, 0, "", "missing_file")]


def test_an_unclosed_quote_is_told(folder: Path) -> None:
    (folder / OFFERS).write_text('point,matter,mode,hours,bookable,note\nP1,M1,finish,,yes,"open\n', encoding="utf-8")

    assert (OFFERS, "broken_csv") in [(file, code) for file, _, _, code in found(folder)]


def test_a_byte_order_mark_of_a_spreadsheet_is_fine(folder: Path) -> None:
    (folder / OFFERS).write_bytes(b"\xef\xbb\xbf" + (folder / OFFERS).read_bytes())

    assert found(folder) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_a_feature_collection"),
        ("[" * 100_000, "not_a_feature_collection"),
        ('{"type": "FeatureCollection", "features": [1]}', "not_a_feature"),
        (json.dumps(a_square(106.4, 29.5, 106.7, 29.7, name_zh="江北区")), "missing_value"),
        (json.dumps(a_square(106.4, 29.5, float("nan"), 29.7, adcode="1", name_zh="江北区")), "wrong_coordinates"),
        (json.dumps(a_square(106.4, 29.5, 1067, 29.7, adcode="1", name_zh="江北区")), "wrong_coordinates"),
        ('{"type": "FeatureCollection", "features": []}', "empty_district"),
        (an_area([[106.4, 29.5], [106.7, 29.7], [106.7, 29.5], [106.4, 29.7], [106.4, 29.5]]), "invalid_geometry"),
        (an_area([[[106.4, 29.5], [106.7, 29.7], [106.7, 29.5], [106.4, 29.5]]]), "wrong_coordinates"),
        (an_area([[106.4, 29.5], [106.7, 29.7], [106.4, 29.5]]), "wrong_coordinates"),
        (an_area([[106.4, 29.5], [106.7, 29.7], [106.7, 29.5], [106.4, 29.6]]), "wrong_coordinates"),
        (an_area([], kind="Point"), "not_an_area"),
    ],
)
def test_a_wrong_area_is_told(folder: Path, text: str, code: str) -> None:
    (folder / "district.geojson").write_text(text, encoding="utf-8")

    assert ("district.geojson", code) in [(file, told) for file, _, _, told in found(folder)]


def test_a_position_just_outside_the_line_is_within_the_tolerance(folder: Path) -> None:
    # 29.7 is the line; 0.002 degrees are about 220 m
    change_cell(folder, POINTS, 3, "lat", "29.702")

    assert found(folder) == []


def test_a_position_in_another_datum_is_converted_before_it_is_checked(folder: Path) -> None:
    change_cell(folder, POINTS, 3, "datum", "GCJ-02")

    (_, second) = checked(folder).tables["point"]

    assert 106.535 < float(str(second.values["lon"])) < 106.538
    assert found(folder) == []


def test_a_point_without_a_position_is_taken(folder: Path) -> None:
    for column in ("lon", "lat", "accuracy_m"):
        change_cell(folder, POINTS, 3, column, "")

    (_, second) = checked(folder).tables["point"]

    assert second.values["lon"] is None
    assert found(folder) == []


def test_the_quote_before_a_formula_is_taken_off(folder: Path) -> None:
    change_cell(folder, POINTS, 3, "note", "'=1+1")

    (_, second) = checked(folder).tables["point"]

    assert second.values["note"] == "=1+1"


def test_a_telephone_number_may_start_with_plus(folder: Path) -> None:
    change_cell(folder, POINTS, 3, "phone", "+86 23 67757209")

    assert found(folder) == []


def test_marks_behind_a_paper_say_who_need_not_bring_it(folder: Path) -> None:
    first, second = checked(folder).tables["matter"]

    assert first.parts["material"] == (("身份证", False, False), ("照片", False, True))
    assert second.parts["material"] == (("身份证", False, False), ("户口簿", True, False))


def test_every_code_of_a_fault_has_a_meaning() -> None:
    catalogue = Path(mapapp.__file__).parent / "catalogue"
    text = "".join((catalogue / name).read_text() for name in ("checking.py", "importing.py", "surroundings.py"))
    used = set(re.findall(r'fault\(\s*[^,()]+, "([a-z_0-9]+)"', text))
    used |= set(re.findall(r'code="([a-z_0-9]+)"', text)) | set(re.findall(r'code = "([a-z_0-9]+)"', text))
    used |= set(re.findall(r'"((?:unknown|invalid|not)_[a-z_]+)"\)', text))

    assert len(used) > 25
    assert used <= MEANINGS.keys()
