"""What lies around the points in a folder of data: the district and its names, named places, the calendar.

As in `importing.py`: each function reads one file, and writes down every fault.
"""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from mapapp.catalogue.checking import MAX_REMARK, Fault, Line, Record, read_lines, text_of, unique
from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Confidence, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.geography.district import District
from mapapp.geography.shapes import is_valid_area
from mapapp.hours.work_calendar import COLUMNS as CALENDAR_COLUMNS
from mapapp.hours.work_calendar import DayKind

DISTRICT_COLUMNS = ("code", "name_zh", "name_en", "short_zh", "aliases", "valid_from", "valid_to", "source")
PLACE_COLUMNS = (
    *("name_zh", "aliases", "name_en", "kind", "street", "lon", "lat", "datum", "accuracy_m", "source", "confidence"),
)
DATUMS: Mapping[str, Datum] = {
    "wgs84": Datum.WGS84,
    "wgs-84": Datum.WGS84,
    # the national datum differs from WGS-84 by centimetres
    "cgcs2000": Datum.WGS84,
    "gcj02": Datum.GCJ02,
    "gcj-02": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd-09": Datum.BD09,
}
CONFIDENCES = {confidence.value: confidence.value for confidence in Confidence}
WEEKDAYS = {str(day): day for day in range(7)}
_DAY_KINDS = {kind.value: kind.value for kind in DayKind}
# How far outside the district, in metres, a place that people name may lie.
NAMED_PLACE_TOLERANCE_M = 20_000.0
# The areas without which there is no map, and what each of their features must say about itself.
AREAS: Mapping[str, tuple[str, ...]] = {
    "district": ("adcode", "name_zh"),
    "streets": ("code", "name_zh"),
    "rivers": ("name_zh",),
}

# How deep the rings lie in the coordinates of a GeoJSON area.
_AREA_DEPTH = {"Polygon": 1, "MultiPolygon": 2}


def about(folder: Path, faults: list[Fault]) -> list[Record]:
    """Read `about.csv`, which is optional: without it nothing is said about the data set."""
    path = folder / "about.csv"
    lines = read_lines(path, ("name", "value"), (), faults) if path.exists() else []
    records = []
    for line in unique(lines, ("name",)):
        name = line.code("name")
        value = line.text("value", limit=MAX_REMARK)
        if name == "is_sample":
            line.flag("value")
        records.append(Record(key=(name,), values={"value": value}))
    return records


def district_names(folder: Path, faults: list[Fault]) -> list[Record]:
    """Read `district.csv`: what the district is called from when to when, the first row first."""
    records = []
    lines = unique(read_lines(folder / "district.csv", DISTRICT_COLUMNS, (), faults), ("code", "name_zh"))
    for position, line in enumerate(lines):
        # a district that is only announced has no code yet
        key = (line.code("code", required=False), line.text("name_zh", required=True))
        valid_from, valid_to = line.day("valid_from"), line.day("valid_to")
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            line.fault("valid_to", "ends_before_start", valid_to)
        values = {
            "position": position,
            "name_en": line.text("name_en"),
            "short_zh": line.text("short_zh", limit=50, required=True),
            "aliases": line.items("aliases"),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "source": line.text("source", limit=MAX_REMARK),
        }
        records.append(Record(key=key, values=values))
    return records


def place(
    line: Line, district: District | None, tolerance_m: float, confidence: str = "place_confidence"
) -> dict[str, object]:
    """Return the columns of a position in WGS-84; all None when the cells are empty: it waits for the geocoder."""
    nothing: dict[str, object] = dict.fromkeys(("lon", "lat", "accuracy_m", "place_confidence"))
    cells = ("lon", "lat", "accuracy_m")
    empty = [name for name in cells if not line.cells.get(name, "").strip()]
    if len(empty) == len(cells):
        return nothing
    for name in empty:
        line.fault(name, "missing_value")
    lon = line.number_between("lon", -180, 180)
    lat = line.number_between("lat", -90, 90)
    accuracy_m = line.number_between("accuracy_m", 1, 50_000)
    datum = line.one_of("datum", DATUMS, "unknown_datum")
    sure = line.one_of(confidence, CONFIDENCES, "unknown_confidence")
    if lon is None or lat is None or accuracy_m is None or datum is None:
        return nothing
    coordinate = to_wgs84(lon, lat, datum)
    if district is not None and not district.contains(coordinate, tolerance_m):
        line.fault("lon", "outside_district", f"{lon},{lat}: {district.metres_outside(coordinate):.0f} m")
    values: dict[str, object] = {
        "lon": coordinate.lon,
        "lat": coordinate.lat,
        "accuracy_m": accuracy_m,
        "place_confidence": sure,
    }
    if datum is not Datum.WGS84:
        # a centimetre: more digits would only be the noise of the conversion
        values |= {"lon": round(coordinate.lon, 7), "lat": round(coordinate.lat, 7)}
    return values


def named_places(folder: Path, faults: list[Fault], district: District | None) -> list[Record]:
    """Read `gazetteer.csv`; a place may lie up to 20 km outside the district."""
    records = []
    for line in unique(read_lines(folder / "gazetteer.csv", PLACE_COLUMNS, (), faults), ("name_zh", "kind")):
        key = (line.text("name_zh", required=True), line.text("kind", limit=50, required=True))
        line.id = key[0]
        position = place(line, district, NAMED_PLACE_TOLERANCE_M, confidence="confidence")
        if not line.cells.get("lon", "").strip():
            line.fault("lon", "missing_value")
        values = {
            "aliases": line.items("aliases"),
            "name_en": line.text("name_en"),
            "street": line.text("street"),
            "lon": position["lon"],
            "lat": position["lat"],
            "accuracy_m": position["accuracy_m"],
            "confidence": position["place_confidence"],
            "source": line.text("source", limit=MAX_REMARK),
        }
        records.append(Record(key=key, values=values))
    return records


def calendar_days(folder: Path, faults: list[Fault]) -> list[Record]:
    """Read `work_calendar.csv`: days off and worked weekends, of which alone `follows` can speak."""
    lines = unique(read_lines(folder / "work_calendar.csv", CALENDAR_COLUMNS, (), faults), ("day",))
    return [calendar_record(line) for line in lines]


def calendar_record(line: Line) -> Record:
    """Return a row of the calendar as its table holds it; what is wrong stands in the line."""
    line.id = line.cells.get("day", "").strip()
    day = line.day("day")
    if not line.id:
        line.fault("day", "missing_value")
    kind = line.one_of("kind", _DAY_KINDS, "unknown_kind")
    follows = line.one_of("follows", WEEKDAYS, "invalid_follows") if line.cells.get("follows", "").strip() else None
    if follows is not None and kind == DayKind.HOLIDAY:
        line.fault("follows", "invalid_follows", follows)
    values = {
        "kind": kind,
        "name_zh": line.text("name_zh", required=True),
        "name_en": line.text("name_en"),
        "follows": follows,
        "source": line.text("source", limit=MAX_REMARK),
    }
    return Record(key=(day,), values=values)


def checked_areas(folder: Path, faults: list[Fault]) -> tuple[dict[str, str], District | None]:
    """Read every `*.geojson`: area name -> its text, and the district they make, None when they are faulty."""
    before = len(faults)
    texts: dict[str, str] = {}
    shapes: dict[str, Any] = {}
    for name in sorted({*AREAS, *(path.stem for path in folder.glob("*.geojson"))}):
        text = text_of(folder / f"{name}.geojson", faults)
        if text is not None:
            texts[name] = text
            shapes[name] = _checked_features(f"{name}.geojson", text, AREAS.get(name, ()), faults)
    if len(faults) > before:
        return texts, None
    try:
        return texts, District.of(shapes["district"], shapes["streets"], shapes["rivers"], ())
    except InvalidQuery as error:
        faults.append(Fault(file="district.geojson", line=0, id="", field="", code=error.code))
        return texts, None


def _checked_features(file: str, text: str, required: tuple[str, ...], faults: list[Fault]) -> Any:
    try:
        shapes = json.loads(text)
    except (ValueError, RecursionError):
        shapes = None
    features = shapes.get("features") if isinstance(shapes, dict) else None
    if not isinstance(features, list) or shapes.get("type") != "FeatureCollection":
        faults.append(Fault(file=file, line=0, id="", field="", code="not_a_feature_collection"))
        return None
    for number, feature in enumerate(features, start=1):
        line = Line(file=file, number=number, cells={}, faults=faults)
        properties = feature.get("properties") if isinstance(feature, dict) else None
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(properties, dict) or not isinstance(geometry, dict):
            line.fault("", "not_a_feature")
            continue
        for name in required:
            if not isinstance(properties.get(name), str) or not properties[name]:
                line.fault(name, "missing_value")
        if required or geometry.get("type") in _AREA_DEPTH:
            _check_area(line, geometry)
    return shapes


def _check_area(line: Line, geometry: dict[str, Any]) -> None:
    depth = _AREA_DEPTH.get(str(geometry.get("type")))
    if depth is None:
        line.fault("geometry", "not_an_area", geometry.get("type"))
    elif not _are_rings(geometry.get("coordinates"), depth):
        line.fault("geometry", "wrong_coordinates")
    elif not is_valid_area(geometry):
        line.fault("geometry", "invalid_geometry")


def _are_rings(coordinates: object, depth: int) -> bool:
    """Return whether lists, nested `depth` deep, hold closed rings of at least 4 (lon, lat) within range."""
    if not isinstance(coordinates, list) or not coordinates:
        return False
    if depth > 0:
        return all(_are_rings(part, depth - 1) for part in coordinates)
    return len(coordinates) >= 4 and coordinates[0] == coordinates[-1] and all(map(_is_position, coordinates))


def _is_position(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) < 2 or not all(type(number) in (int, float) for number in pair):
        return False
    return all(isfinite(number) for number in pair) and abs(pair[0]) <= 180 and abs(pair[1]) <= 90
