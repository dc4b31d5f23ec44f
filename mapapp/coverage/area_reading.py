"""How a file with areas or places is read (图层读取): any format and reference that GDAL knows, and CSV; to WGS-84.

A file whose shapes fit the district line only after a GCJ-02 (or BD-09) conversion is refused until its datum is
declared. geopandas is imported by the reading of such a file alone: no server ever pays for it.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mapapp.catalogue.checking import MAX_BYTES, Fault, text_of
from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.geography.district import District

WGS84 = "EPSG:4326"
# How much better a converted file must fit before the datum is doubted.
_BETTER_FIT = 0.01
# a grid of 100 m over the district has 22,000 squares
_MOST_FEATURES = 50_000

# What columns are called in the files of other offices.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "adcode", "xzqdm", "代码", "编码"),
    "name_zh": ("name_zh", "name", "xzqmc", "名称", "街道名称", "社区名称"),
    "name_en": ("name_en",),
    "street": ("street", "street_zh", "街道", "所属街道"),
    "population": ("population", "pop", "人口", "常住人口"),
    "year": ("year", "年份"),
    "source": ("source", "来源"),
    "lon": ("lon", "lng", "longitude", "经度", "x", "east", "easting"),
    "wkt": ("wkt", "geometry", "geom", "the_geom"),
    "lat": ("lat", "latitude", "纬度", "y", "north", "northing"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """One feature as read: its number in the file, cells by our names, shapely geometry in WGS-84 or None."""

    number: int
    cells: Mapping[str, str]
    geometry: Any


def read_raws(path: Path, district: District, crs: str | None, datum: Datum | None) -> list[Raw]:
    """Return the features of a file.

    `crs` is the reference of a file that names none (such as "EPSG:4547"); `datum` declares GCJ-02 or BD-09 numbers.
    Raises InvalidQuery `unreadable_area_file`, `unknown_crs`, `looks_like_datum`, `too_many_features`.
    """
    # the shape of a street in a cell of a table is longer than the 131,072 characters that are the usual limit
    csv.field_size_limit(MAX_BYTES)
    raws = _csv_raws(path, crs) if path.suffix.lower() == ".csv" else _geometry_raws(path, crs)
    if len(raws) > _MOST_FEATURES:
        raise InvalidQuery("too_many_features", field=path.name, count=len(raws))
    if datum is None:
        _refuse_another_datum([raw.geometry for raw in raws if raw.geometry is not None], district, path.name)
        return raws
    return raws if datum is Datum.WGS84 else [_converted(raw, datum) for raw in raws]


def _geometry_raws(path: Path, crs: str | None) -> list[Raw]:
    try:
        if path.stat().st_size > 10 * MAX_BYTES:
            raise InvalidQuery("unreadable_area_file", field=path.name, reason="it is too large")
        # 1.3 s that only this reading pays
        import geopandas

        frame = geopandas.read_file(path)
        if frame.crs is None and crs is None:
            raise InvalidQuery("unknown_crs", field=path.name)
        frame = (frame if frame.crs is not None else frame.set_crs(crs)).to_crs(WGS84)
    except InvalidQuery:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        # pyogrio's and pyproj's errors are RuntimeErrors
        raise InvalidQuery("unreadable_area_file", field=path.name, reason=str(error).splitlines()[0]) from error
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    raws = []
    for number, row in enumerate(frame.to_dict("records"), start=1):
        cells = _renamed({name: row[name] for name in columns})
        raws.append(Raw(number=number, cells=cells, geometry=row[frame.geometry.name]))
    return raws


def _csv_raws(path: Path, crs: str | None) -> list[Raw]:
    faults: list[Fault] = []
    text = text_of(path, faults)
    if text is None:
        raise InvalidQuery("unreadable_area_file", field=path.name, reason=faults[0].code)
    raws = []
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
            cells = _renamed({name: value for name, value in row.items() if name is not None})
            raws.append(Raw(number=number, cells=cells, geometry=_drawn(cells)))
    except csv.Error as error:
        raise InvalidQuery("unreadable_area_file", field=path.name, reason=str(error)) from error
    return raws if crs in (None, WGS84) else _referenced(raws, str(crs), path.name)


def _referenced(raws: list[Raw], crs: str, file: str) -> list[Raw]:
    """Return places whose numbers are in `crs` (east before north) as places in WGS-84."""
    # geopandas 1.3 s, for such a file alone
    import geopandas

    try:
        places = geopandas.GeoSeries([raw.geometry for raw in raws], crs=crs).to_crs(WGS84)
    except (ValueError, RuntimeError) as error:
        raise InvalidQuery("unreadable_area_file", field=file, reason=str(error).splitlines()[0]) from error
    return [
        Raw(number=raw.number, cells=raw.cells, geometry=None if raw.geometry is None else place)
        for raw, place in zip(raws, places, strict=True)
    ]


def _renamed(cells: Mapping[str, object]) -> dict[str, str]:
    """Return the cells by our own names, as text; what nobody filled in is empty."""
    known = {name.strip().lower(): _text(value) for name, value in cells.items()}
    return {ours: next((known[name] for name in theirs if known.get(name)), "") for ours, theirs in _NAMES.items()}


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.strip().removeprefix("'") if text.strip()[1:2] in ("=", "+", "-", "@") else text.strip()


def _drawn(cells: Mapping[str, str]) -> Any:
    """Return what a row of a table draws: its shape in well-known text (WKT), else its place; None for neither."""
    if not cells["wkt"]:
        return _place(cells)
    try:
        return shapely.force_2d(shapely.from_wkt(cells["wkt"]))
    except shapely.GEOSException:
        return None


def _place(cells: Mapping[str, str]) -> Any:
    try:
        return shapely.Point(float(cells["lon"]), float(cells["lat"]))
    except ValueError:
        return None


def _converted(raw: Raw, datum: Datum) -> Raw:
    geometry = raw.geometry if raw.geometry is None else in_wgs84(raw.geometry, datum)
    return Raw(number=raw.number, cells=raw.cells, geometry=geometry)


def in_wgs84(geometry: Any, datum: Datum) -> Any:
    """Return a shapely geometry whose degrees are in `datum` as one in WGS-84."""

    def convert(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        places = [to_wgs84(float(lon), float(lat), datum) for lon, lat in degrees]
        return np.array([(place.lon, place.lat) for place in places])

    return shapely.transform(geometry, convert)


def _refuse_another_datum(geometries: Sequence[Any], district: District, file: str) -> None:
    """Raise InvalidQuery `looks_like_datum` when the file fits the district line clearly better once converted."""
    as_read = _fit(geometries, district)
    for datum in (Datum.GCJ02, Datum.BD09):
        try:
            converted = _fit([in_wgs84(geometry, datum) for geometry in geometries], district)
        except InvalidQuery:
            return  # not degrees at all; each feature will say so
        if converted > as_read + _BETTER_FIT:
            raise InvalidQuery(
                "looks_like_datum",
                field=file,
                datum=datum.value,
                as_read=f"{as_read:.1%}",
                converted=f"{converted:.1%}",
            )


def _fit(geometries: Sequence[Any], district: District) -> float:
    """Return how well the file fits the district: areas by overlap over union, places by the share inside."""
    areas = [shapely.make_valid(geometry) for geometry in geometries if geometry.area > 0]
    if areas:
        drawn = district.plane.flatten(shapely.union_all(areas))
        whole = district.area
        return float(drawn.intersection(whole).area / max(drawn.union(whole).area, 1.0))
    places = [geometry for geometry in geometries if not geometry.is_empty]
    inside = [district.contains(Coordinate(place.x, place.y)) for place in places if _is_position(place)]
    return sum(inside) / len(inside) if inside else 0.0


def _is_position(place: Any) -> bool:
    return bool(place.geom_type == "Point" and abs(place.x) <= 180 and abs(place.y) <= 90)
