"""The shipped facts are whole: geometry is valid and fits together, tables name only what exists, sources are told."""

import csv
import json
import re
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Geod, Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

GEODATA = Path(__file__).resolve().parent.parent.parent / "geodata"
GEOJSON = ("district.geojson", "neighbours.geojson", "streets.geojson", "rivers.geojson")
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
TO_PLANE = Transformer.from_crs(4326, 32648, always_xy=True)  # UTM 48N, metres


def features(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((GEODATA / name).read_text(encoding="utf-8"))["features"]
    return found


def rows(name: str) -> list[dict[str, str]]:
    with (GEODATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def planar(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, TO_PLANE.transform, interleaved=False)


def shapes(name: str, key: str) -> dict[str, BaseGeometry]:
    """Return the value of property `key` to planar geometry in metres."""
    return {feature["properties"][key]: planar(shape(feature["geometry"])) for feature in features(name)}


@pytest.fixture(scope="module")
def district() -> BaseGeometry:
    return shapes("district.geojson", "adcode")["500105"]


def spot(lon: str | float, lat: str | float) -> BaseGeometry:
    return planar(shapely.Point(float(lon), float(lat)))


@pytest.mark.parametrize("name", GEOJSON)
def test_geojson_follows_rfc_7946(name: str) -> None:
    text = (GEODATA / name).read_text(encoding="utf-8")
    collection = json.loads(text)
    assert set(collection) == {"type", "features"}
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert set(feature) == {"type", "properties", "geometry"}
        geometry = shape(feature["geometry"])
        assert geometry.geom_type in ("Polygon", "MultiPolygon")
        assert shapely.is_valid(geometry)
        for polygon in shapely.get_parts(geometry):
            assert shapely.is_ccw(polygon.exterior)
            assert not any(shapely.is_ccw(hole) for hole in polygon.interiors)
        west, south, east, north = geometry.bounds
        assert 106 < west < east < 108, "longitude comes first"
        assert 28 < south < north < 31


@pytest.mark.parametrize("name", GEOJSON)
def test_geojson_is_small_and_has_at_most_six_decimals(name: str) -> None:
    text = (GEODATA / name).read_text(encoding="utf-8")
    assert len(text.encode()) < 150_000
    assert re.search(r"\d\.\d{6}\b", text)
    assert not re.search(r"\d\.\d{7}|\de[-+]?\d", text)


def test_every_feature_says_what_it_is() -> None:
    [district] = features("district.geojson")
    assert district["properties"] == {"adcode": "500105", "name_zh": "江北区", "name_en": "Jiangbei District"}
    neighbours = {feature["properties"]["adcode"] for feature in features("neighbours.geojson")}
    assert neighbours == {"500112", "500108", "500113", "500103", "500106"}
    streets = [feature["properties"] for feature in features("streets.geojson")]
    assert {street["code"]: street["name_zh"] for street in streets} == STREETS
    assert all(street["schematic"] is True and street["name_en"] and street["adcode"] == "500105" for street in streets)
    rivers = {
        feature["properties"]["name_zh"]: feature["properties"]["name_en"] for feature in features("rivers.geojson")
    }
    assert rivers == {"长江": "Yangtze River", "嘉陵江": "Jialing River"}


def test_the_district_has_its_known_area() -> None:
    [feature] = features("district.geojson")
    area_m2, length_m = Geod(ellps="WGS84").geometry_area_perimeter(shape(feature["geometry"]))
    assert area_m2 == pytest.approx(222.2e6, rel=0.01)
    assert length_m == pytest.approx(145.2e3, rel=0.01)


def test_the_line_is_wgs84_for_it_runs_under_the_middle_of_chaotianmen_bridge(district: BaseGeometry) -> None:
    middle = spot(106.57721, 29.588871)
    assert district.boundary.distance(middle) < 30
    # the same point as GCJ-02 would be some 300 m off
    assert district.boundary.distance(spot(106.57721 - 0.0039, 29.588871 + 0.0028)) > 200


def test_twelve_streets_partition_the_district(district: BaseGeometry) -> None:
    streets = shapes("streets.geojson", "code")
    assert len(streets) == 12
    assert sum(street.area for street in streets.values()) == pytest.approx(district.area, rel=0.001)
    assert shapely.union_all(list(streets.values())).area == pytest.approx(district.area, rel=0.001)
    for street in streets.values():
        assert street.difference(district.buffer(1)).is_empty
        assert street.geom_type == "Polygon"
    for one, other in combinations(streets.values(), 2):
        assert one.intersection(other).area < 10  # square metres


def test_every_street_holds_its_own_centre_and_most_points_lie_in_the_street_their_row_names() -> None:
    streets = shapes("streets.geojson", "name_zh")
    centres = [row for row in rows("gazetteer.csv") if row["kind"] in ("subdistrict_centroid", "town_centroid")]
    assert {row["name_zh"] for row in centres} == set(streets)
    assert all(streets[row["name_zh"]].covers(spot(row["lon"], row["lat"])) for row in centres)
    points = rows("service_points.csv")
    agreeing = sum(streets[row["street"]].covers(spot(row["lon"], row["lat"])) for row in points)
    assert agreeing / len(points) > 0.9


def test_the_neighbours_share_the_line_of_the_district_without_gap_or_overlap(district: BaseGeometry) -> None:
    neighbours = shapes("neighbours.geojson", "adcode")
    for neighbour in neighbours.values():
        assert neighbour.intersection(district).area < 10  # square metres
    shared = sum(district.boundary.intersection(n.boundary.buffer(0.2)).length for n in neighbours.values())
    assert shared == pytest.approx(district.length, rel=0.001)


def test_the_rivers_follow_the_line_and_leave_the_known_land(district: BaseGeometry) -> None:
    rivers = shapes("rivers.geojson", "name_zh")
    water = shapely.union_all(list(rivers.values()))
    assert district.difference(water).area == pytest.approx(205.2e6, rel=0.005)
    assert rivers["嘉陵江"].intersection(rivers["长江"]).area < 10
    # official shores: 19 km of Jialing, 53 km of Yangtze; the last stretch of the latter is no border in mid-river
    assert rivers["嘉陵江"].intersection(district.boundary).length == pytest.approx(19e3, rel=0.05)
    assert rivers["长江"].intersection(district.boundary).length == pytest.approx(49e3, rel=0.05)


@pytest.mark.parametrize("name", ["service_points.csv", "start_places.csv"])
def test_points_and_starts_lie_in_the_district_on_dry_land(name: str, district: BaseGeometry) -> None:
    land = district.difference(shapely.union_all(list(shapes("rivers.geojson", "name_zh").values())))
    wrong = [row["name_zh"] for row in rows(name) if not land.covers(spot(row["lon"], row["lat"]))]
    assert wrong == []


def test_offers_name_existing_points_and_matters_once() -> None:
    offers = rows("offers.csv")
    assert {row["point"] for row in offers} <= {row["code"] for row in rows("service_points.csv")}
    assert {row["matter"] for row in offers} <= {row["code"] for row in rows("matters.csv")}
    assert len({(row["point"], row["matter"]) for row in offers}) == len(offers) > 0


def test_members_of_packages_exist() -> None:
    known = {row["code"] for row in rows("matters.csv")}
    for package in rows("packages.csv"):
        members = package["members"].split(";")
        assert set(members) <= known, package["code"]
        assert len(set(members)) == len(members) >= 2, package["code"]


@pytest.mark.parametrize("name", ["service_points.csv", "matters.csv", "packages.csv"])
def test_codes_are_unique_and_every_row_tells_source_and_confidence(name: str) -> None:
    table = rows(name)
    assert len({row["code"] for row in table}) == len(table) > 0
    assert all(row["source"] and row["confidence"] in ("A", "B", "C") for row in table)


@pytest.mark.parametrize("name", ["service_points.csv", "matters.csv"])
def test_source_dates_are_days(name: str) -> None:
    assert all(date.fromisoformat(row["source_date"]) <= date(2026, 11, 24) for row in rows(name))


def test_the_district_is_named_and_its_announced_successor_is_not_yet_in_force() -> None:
    first, *others = rows("district.csv")
    assert (first["code"], first["name_zh"], first["name_en"]) == (
        "500105",
        "重庆市江北区",
        "Jiangbei District, Chongqing",
    )
    [successor] = [row for row in others if row["short_zh"] == "两江新区"]
    assert successor["valid_from"] == ""
    assert "两江" in successor["aliases"].split(";")
    assert all(row["source"] for row in (first, *others))


def test_sources_tell_of_every_file() -> None:
    told = (GEODATA / "SOURCES.md").read_text(encoding="utf-8")
    present = {path.name for path in GEODATA.iterdir() if path.is_file()} - {"SOURCES.md"}
    assert [name for name in sorted(present) if f"`{name}`" not in told] == []
    tabled = set(re.findall(r"^\| `([^`]+)` \|", told, flags=re.MULTILINE))
    assert tabled <= present
