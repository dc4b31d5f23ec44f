"""Better geography that an operator brings (图层导入): streets, communities and people, checked feature by feature.

Every feature is in WGS-84 by now (`area_reading.py`); it is repaired if that changes next to nothing, and checked
against the district line. What is wrong is written down with its reason, and the rest can be taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from mapapp.catalogue.checking import MAX_TEXT, Fault
from mapapp.coverage.area_reading import Raw, read_raws
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.district import District

# How many digits of a degree are kept: a decimetre.
_DIGITS = 6
# Repairing may move this share of an area; more is another area.
_REPAIRED_SHARE = 0.001
# Of a street this share may lie outside the district line; of drawn lines no two are the same.
_OUTSIDE_SHARE = 0.05


class AreaKind(StrEnum):
    """What a file tells about the land."""

    STREETS = "streets"
    COMMUNITIES = "communities"
    POPULATION = "population"
    CANDIDATES = "candidates"


_AREAS = ("Polygon", "MultiPolygon")
# What may be drawn for each kind.
_SHAPES: Mapping[AreaKind, tuple[str, ...]] = {
    AreaKind.STREETS: _AREAS,
    AreaKind.COMMUNITIES: (*_AREAS, "Point"),
    AreaKind.POPULATION: (*_AREAS, "Point"),
    AreaKind.CANDIDATES: ("Point",),
}


@dataclass(kw_only=True)
class AreaFile:
    """What a file holds: GeoJSON features that are right, and what was rejected or is worth a word."""

    kind: AreaKind
    features: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def read_area_file(
    path: Path, kind: AreaKind, district: District, *, crs: str | None = None, datum: Datum | None = None
) -> AreaFile:
    """Return what the file holds, checked against the district.

    `crs` is the reference of a file that names none (such as "EPSG:4547"); `datum` declares GCJ-02 or BD-09 numbers.
    Raises InvalidQuery `unreadable_area_file`, `unknown_crs`, `looks_like_datum`, `too_many_features`.
    """
    found = AreaFile(kind=kind)
    for raw in read_raws(path, district, crs, datum):
        _take(found, raw, path.name, district)
    _compare(found, path.name, district)
    return found


def _take(found: AreaFile, raw: Raw, file: str, district: District) -> None:
    """Put the feature into `found`, or why not."""
    name = raw.cells["name_zh"] or raw.cells["code"]
    faults: list[Fault] = []

    def fault(column: str, code: str, value: object = "") -> None:
        faults.append(Fault(file=file, line=raw.number, id=name, field=column, code=code, value=str(value)[:80]))

    geometry = _checked_geometry(raw, found.kind, fault, lambda code: _warn(found, raw, file, name, code))
    properties = _PROPERTIES[found.kind](raw, geometry, district, fault)
    if geometry is not None and geometry.area > 0:
        _check_inside(geometry, found.kind, district, fault)
    elif geometry is not None and not faults and not district.contains(Coordinate(geometry.x, geometry.y), 300.0):
        fault("geometry", "outside_district")
    if faults:
        found.rejected += faults
    else:
        drawn = None if geometry is None else _rounded(mapping(geometry))
        found.features.append({"type": "Feature", "properties": properties, "geometry": drawn})


def _warn(found: AreaFile, raw: Raw, file: str, name: str, code: str, value: object = "") -> None:
    found.warnings.append(Fault(file=file, line=raw.number, id=name, field="geometry", code=code, value=str(value)))


def _checked_geometry(raw: Raw, kind: AreaKind, fault: Any, warn: Any) -> Any:
    """Return the geometry, repaired where that changes next to nothing; None with a fault, or where none is needed."""
    geometry = raw.geometry
    if geometry is None or geometry.is_empty:
        if kind is not AreaKind.POPULATION:
            fault("geometry", "missing_value")
        return None
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        fault("geometry", "wrong_coordinates")
        return None
    if geometry.geom_type not in _SHAPES[kind]:
        fault("geometry", "not_an_area", geometry.geom_type)
        return None
    if geometry.is_valid:
        return geometry
    repaired = shapely.union_all([p for p in shapely.get_parts(shapely.make_valid(geometry)) if p.area > 0])
    if abs(repaired.area - geometry.area) > _REPAIRED_SHARE * max(repaired.area, geometry.area):
        fault("geometry", "invalid_geometry", shapely.is_valid_reason(geometry))
        return None
    warn("repaired_geometry")
    return repaired


def _check_inside(geometry: Any, kind: AreaKind, district: District, fault: Any) -> None:
    drawn = district.plane.flatten(geometry)
    whole = district.area
    outside = drawn.difference(whole).area / drawn.area
    if outside > (_OUTSIDE_SHARE if kind is AreaKind.STREETS else 0.5):
        fault("geometry", "outside_district", f"{outside:.0%}")


def _street(raw: Raw, _geometry: Any, _district: District, fault: Any) -> dict[str, Any]:
    cells = raw.cells
    for name in ("code", "name_zh"):
        _required(cells, name, fault)
    said = {name: cells[name] for name in ("code", "name_zh", "name_en", "source") if cells[name]}
    return {**said, "schematic": False}


def _community(raw: Raw, geometry: Any, district: District, fault: Any) -> dict[str, Any]:
    cells = raw.cells
    _required(cells, "name_zh", fault)
    street = cells["street"]
    known = [name for name, _ in district.street_areas]
    if street and street not in known:
        fault("street", "unknown_street", street)
    if not street and geometry is not None:
        inner = geometry.representative_point()
        street = district.street_of(Coordinate(inner.x, inner.y)) or ""
        if not street:
            fault("street", "outside_district")
    said = {name: cells[name] for name in ("code", "name_zh", "name_en", "source") if cells[name]}
    return {**said, "street": street}


def _candidate(raw: Raw, _geometry: Any, _district: District, fault: Any) -> dict[str, Any]:
    cells = raw.cells
    _required(cells, "name_zh", fault)
    return {name: cells[name] for name in ("code", "name_zh", "name_en", "source") if cells[name]}


def _population(raw: Raw, geometry: Any, district: District, fault: Any) -> dict[str, Any]:
    cells = raw.cells
    said: dict[str, Any] = {name: cells[name] for name in ("code", "year", "source") if cells[name]}
    count = _count_of(cells["population"])
    if count is None:
        fault("population", "not_a_number" if cells["population"] else "missing_value", cells["population"])
    said["population"] = count
    if geometry is None:
        streets = {
            str(row["properties"]["code"]): str(row["properties"]["name_zh"])
            for row in district.streets_geojson["features"]
        }
        name = streets.get(cells["code"]) or (cells["name_zh"] if cells["name_zh"] in streets.values() else "")
        if not name:
            fault("code", "unknown_street", cells["code"] or cells["name_zh"])
        said["name_zh"] = name
    return said


_PROPERTIES = {
    AreaKind.STREETS: _street,
    AreaKind.COMMUNITIES: _community,
    AreaKind.POPULATION: _population,
    AreaKind.CANDIDATES: _candidate,
}


def _required(cells: Mapping[str, str], name: str, fault: Any) -> None:
    if not cells[name]:
        fault(name, "missing_value")
    elif len(cells[name]) > MAX_TEXT:
        fault(name, "too_long", cells[name])


def _count_of(text: str) -> float | None:
    try:
        count = float(text.replace(",", ""))
    except ValueError:
        return None
    return count if 0 <= count < 1e8 else None


def _compare(found: AreaFile, file: str, district: District) -> None:
    """Say what only the whole file shows: doubled features, streets over each other, streets nobody counted."""
    seen: set[str] = set()
    for feature in list(found.features):
        key = key_of(feature)
        if key and key in seen:
            found.features.remove(feature)
            found.rejected.append(Fault(file=file, line=0, id=key, field="code", code="duplicate_id", value=key))
        seen.add(key)
    if found.kind is AreaKind.STREETS:
        _warn_of_overlaps(found, file, district)
    by_street = [feature for feature in found.features if feature["geometry"] is None]
    if found.kind is AreaKind.POPULATION and by_street:
        counted = {feature["properties"]["name_zh"] for feature in by_street}
        for name in (name for name, _ in district.street_areas if name not in counted):
            found.warnings.append(Fault(file=file, line=0, id=name, field="population", code="street_not_counted"))


def _warn_of_overlaps(found: AreaFile, file: str, district: District) -> None:
    drawn = [(key_of(feature), district.plane.flatten(shape(feature["geometry"]))) for feature in found.features]
    for number, (name, area) in enumerate(drawn):
        for other, there in drawn[number + 1 :]:
            if area.intersection(there).area > 0.01 * min(area.area, there.area):
                found.warnings.append(
                    Fault(file=file, line=0, id=name, field="geometry", code="overlapping_areas", value=other)
                )


def key_of(feature: Mapping[str, Any]) -> str:
    """Return by what a feature is known again: its code, else its name; empty for a counted place of no name."""
    said = feature["properties"]
    return str(said.get("code") or said.get("name_zh") or "")


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, float):
        return round(value, _DIGITS)
    return [_rounded(part) for part in value] if isinstance(value, Iterable) and not isinstance(value, str) else value
