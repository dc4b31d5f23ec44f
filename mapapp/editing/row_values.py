"""What a row of a file says (文件的一行): the subject it is about, and the fields of which the file speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from mapapp.catalogue.checking import Line, Record
from mapapp.catalogue.importing import matter_record, offer_record, package_record, point_record
from mapapp.catalogue.surroundings import calendar_record
from mapapp.editing import reading
from mapapp.editing.changes import Values
from mapapp.editing.columns import COLUMN_OF
from mapapp.geography.district import District

_PLACE_COLUMNS = ("lon", "lat", "datum", "accuracy_m", "place_confidence", "place_source")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What rows are checked against."""

    district: District
    streets: frozenset[str]
    points: frozenset[str]
    matters: frozenset[str]
    tolerance_m: float


def record_of(kind: str, line: Line, known: Known) -> Record:
    """Return what a line says as its table holds it; what is wrong stands in the line."""
    if kind == "points":
        return point_record(line, known.streets, known.district, known.tolerance_m)
    if kind == "matters":
        return matter_record(line)
    if kind == "offers":
        return offer_record(line, known.points, known.matters)
    if kind == "packages":
        return package_record(line, known.matters)
    if kind == "calendar":
        return calendar_record(line)
    line.id = line.code("code")
    if line.id and line.id not in known.points:
        line.fault("code", "unknown_point", line.id)
    return Record(key=(line.id,), values={"hours_rule": line.hours("hours")})


def is_new(kind: str, record: Record, known: Known) -> bool:
    """Return whether a row has to say everything, because there is none to add to."""
    known_keys = {"points": known.points, "hours": known.points, "matters": known.matters}.get(kind)
    # packages, offers and days have no rows so old that a part of them would do
    return known_keys is None or str(record.key[0]) not in known_keys


def key_of(kind: str, record: Record) -> tuple[str, str]:
    """Return (key of the subject, the field in it that the row is about)."""
    if kind == "offers":
        return str(record.key[0]), str(record.key[1])
    if kind == "calendar":
        day = reading.plain(record.key[0])
        return day[:4], day
    return str(record.key[0]), ""


def values_of(kind: str, record: Record, columns: set[str]) -> Values:
    """Return the fields of which the file speaks."""
    values = {
        name: reading.plain(value)
        for name, value in record.values.items()
        if COLUMN_OF.get(name, name) in columns and name not in _PLACE_COLUMNS
    }
    if kind == "points" and "lon" in columns:
        values["place"] = _place(record.values)
    if "folk_names" in columns or "folk_names_en" in columns:
        values["folk_names"] = list(record.parts["folk_name"])
    if "materials" in columns:
        values["materials"] = [list(cast("tuple[Any, ...]", row)) for row in record.parts["material"]]
    if kind == "packages" and "members" in columns:
        values["members"] = list(record.parts["package_member"])
    return values


def _place(values: Mapping[str, Any]) -> dict[str, Any] | None:
    if values["lon"] is None:
        return None
    return {
        "lon": values["lon"],
        "lat": values["lat"],
        "accuracy_m": values["accuracy_m"],
        "confidence": values["place_confidence"],
        "source": values["place_source"],
        "provider": "file",
        "verified_at": None,
        "verified_by": None,
    }
