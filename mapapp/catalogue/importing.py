"""What a folder of data holds (数据导入): every file read and checked, every row turned into the columns of its table.

One function for each file. Nothing here touches the database; `filling.py` writes what came out without a fault.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mapapp.catalogue.checking import MAX_REMARK, Fault, Line, Record, read_lines, unique
from mapapp.catalogue.matters import DayUnit, OfferMode
from mapapp.catalogue.points import PointKind
from mapapp.catalogue.surroundings import (
    about,
    calendar_days,
    checked_areas,
    district_names,
    named_places,
    place,
)
from mapapp.geography.district import District

POINT_COLUMNS = (
    *("code", "name_zh", "name_en", "kind", "street", "address", "phone", "hours", "lon", "lat", "datum", "accuracy_m"),
    *("place_source", "place_confidence", "source", "confidence", "note"),
)
POINT_OPTIONAL = ("source_date", "windows", "accessibility")
MATTER_COLUMNS = (
    *("code", "name_zh", "name_en", "type", "department", "instant", "legal_days", "promised_days", "day_unit"),
    *("materials", "folk_names", "point_kinds", "source", "confidence"),
)
MATTER_OPTIONAL = ("source_date", "fee", "note", "folk_names_en")
OFFER_COLUMNS = ("point", "matter", "mode", "hours", "bookable")
PACKAGE_COLUMNS = (
    "code",
    "name_zh",
    "name_en",
    "audience",
    "lead_department",
    "members",
    "named_in_source",
    "source",
    "confidence",
)
DAY_UNITS = {
    "工作日": DayUnit.WORKING,
    "working": DayUnit.WORKING,
    "自然日": DayUnit.CALENDAR,
    "calendar": DayUnit.CALENDAR,
}
GRADES = {"a": "A", "b": "B", "c": "C"}
AUDIENCES = {"personal": "personal", "enterprise": "enterprise"}
_MODES = {mode.value: mode.value for mode in OfferMode}
# Marks behind the name of a paper: nobody has to bring it; it may come later.
WAIVED = ("（免提交）", "(免提交)")
MAY_FOLLOW = ("（容缺）", "(容缺)")


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFolder:
    """What a folder holds, by table name, and everything that is wrong with it."""

    tables: Mapping[str, tuple[Record, ...]]
    faults: tuple[Fault, ...]


def checked_folder(folder: Path, tolerance_m: float) -> CheckedFolder:
    """Return every row of every file in `folder`, and every fault.

    `tolerance_m` is how far outside the district, in metres, a service point may lie. Never raises for what is
    in the files.
    """
    faults: list[Fault] = []
    areas, district = checked_areas(folder, faults)
    names = district_names(folder, faults)
    points = _points(folder, faults, district, tolerance_m)
    matters = _matters(folder, faults)
    known_points = {str(record.key[0]) for record in points}
    known_matters = {str(record.key[0]) for record in matters}
    tables = {
        "about": about(folder, faults),
        "area": [Record(key=(name,), values={"geojson": text}) for name, text in areas.items()],
        "district_name": names,
        "point": points,
        "matter": matters,
        "offer": _offers(folder, faults, known_points, known_matters),
        "package": _packages(folder, faults, known_matters),
        "named_place": named_places(folder, faults, district),
        "calendar_day": calendar_days(folder, faults),
    }
    return CheckedFolder(
        tables={name: tuple(records) for name, records in tables.items()},
        faults=tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))),
    )


def _points(folder: Path, faults: list[Fault], district: District | None, tolerance_m: float) -> list[Record]:
    streets = street_names(district)
    lines = unique(read_lines(folder / "service_points.csv", POINT_COLUMNS, POINT_OPTIONAL, faults), ("code",))
    return [point_record(line, streets, district, tolerance_m) for line in lines]


def point_record(line: Line, streets: frozenset[str], district: District | None, tolerance_m: float) -> Record:
    """Return a row of points as its table holds it; what is wrong stands in the line."""
    line.id = line.code("code")
    street = line.text("street", required=True)
    if street and streets and street not in streets:
        line.fault("street", "unknown_street", street)
    values = {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "kind": line.one_of("kind", {kind.value: kind.value for kind in PointKind}, "unknown_kind"),
        "street": street,
        "address": line.text("address", required=True),
        "phone": line.phone("phone"),
        "hours_rule": line.hours("hours"),
        "windows": line.items("windows"),
        "accessibility": line.items("accessibility"),
        **place(line, district, tolerance_m),
        "place_source": line.text("place_source", limit=MAX_REMARK),
        "source": line.text("source", limit=MAX_REMARK),
        "source_date": line.day("source_date"),
        "confidence": line.one_of("confidence", GRADES, "unknown_confidence"),
        "note": line.text("note", limit=MAX_REMARK),
    }
    return Record(key=(line.id,), values=values)


def street_names(district: District | None) -> frozenset[str]:
    """Return the streets and towns that a point may lie in, none when the district is not known."""
    features = district.streets_geojson["features"] if district is not None else ()
    return frozenset(feature["properties"]["name_zh"] for feature in features)


def _matters(folder: Path, faults: list[Fault]) -> list[Record]:
    lines = unique(read_lines(folder / "matters.csv", MATTER_COLUMNS, MATTER_OPTIONAL, faults), ("code",))
    return [matter_record(line) for line in lines]


def matter_record(line: Line) -> Record:
    """Return a row of matters as its tables hold it; what is wrong stands in the line."""
    line.id = line.code("code")
    unit = line.one_of("day_unit", DAY_UNITS, "unknown_day_unit")
    values = {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "type": line.text("type", limit=50, required=True),
        "department": line.text("department", limit=100, required=True),
        "is_instant": line.flag("instant"),
        "legal_days": line.whole("legal_days"),
        "promised_days": line.whole("promised_days"),
        "day_unit": unit.value if unit else None,
        "fee": line.text("fee") or None,
        "point_kinds": line.items("point_kinds"),
        "source": line.text("source", limit=MAX_REMARK),
        "source_date": line.day("source_date"),
        "confidence": line.one_of("confidence", GRADES, "unknown_confidence"),
        "note": line.text("note", limit=MAX_REMARK),
    }
    materials = tuple(material(text) for text in line.items("materials"))
    folk_names = dict.fromkeys((*line.items("folk_names"), *line.items("folk_names_en")))
    return Record(key=(line.id,), values=values, parts={"folk_name": tuple(folk_names), "material": materials})


def material(text: str) -> tuple[str, bool, bool]:
    """Return (name, waived, may follow) of a paper, whose marks stand behind its name."""
    for mark in WAIVED:
        if text.endswith(mark):
            return text.removesuffix(mark).strip(), True, False
    for mark in MAY_FOLLOW:
        if text.endswith(mark):
            return text.removesuffix(mark).strip(), False, True
    return text, False, False


def _offers(folder: Path, faults: list[Fault], points: set[str], matters: set[str]) -> list[Record]:
    lines = unique(read_lines(folder / "offers.csv", OFFER_COLUMNS, ("note",), faults), ("point", "matter"))
    return [offer_record(line, points, matters) for line in lines]


def offer_record(line: Line, points: Collection[str], matters: Collection[str]) -> Record:
    """Return a row of offers as its table holds it; what is wrong stands in the line."""
    key = (line.code("point"), line.code("matter"))
    line.id = "/".join(key)
    if key[0] and key[0] not in points:
        line.fault("point", "unknown_point", key[0])
    if key[1] and key[1] not in matters:
        line.fault("matter", "unknown_matter", key[1])
    values = {
        "mode": line.one_of("mode", _MODES, "unknown_mode"),
        "hours_rule": line.hours("hours"),
        "bookable": line.flag("bookable"),
        "note": line.text("note", limit=MAX_REMARK),
    }
    return Record(key=key, values=values)


def _packages(folder: Path, faults: list[Fault], matters: set[str]) -> list[Record]:
    lines = unique(read_lines(folder / "packages.csv", PACKAGE_COLUMNS, (), faults), ("code",))
    return [package_record(line, matters) for line in lines]


def package_record(line: Line, matters: Collection[str]) -> Record:
    """Return a row of packages as its tables hold it; what is wrong stands in the line."""
    line.id = line.code("code")
    members = line.items("members")
    for code in members:
        if code not in matters:
            line.fault("members", "unknown_matter", code)
    if not members:
        line.fault("members", "missing_value")
    values = {
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "audience": line.one_of("audience", AUDIENCES, "unknown_audience"),
        "lead_department": line.text("lead_department", limit=100),
        "named_in_source": line.flag("named_in_source"),
        "source": line.text("source", limit=MAX_REMARK),
        "confidence": line.one_of("confidence", GRADES, "unknown_confidence"),
    }
    return Record(key=(line.id,), values=values, parts={"package_member": members})
