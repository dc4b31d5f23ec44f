"""Better geography from files: formats, references, datums, repairs, and what is refused with which reason."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from shapely.geometry import box, mapping

from mapapp.coverage.area_files import AreaKind, read_area_file
from mapapp.coverage.cells import Grid
from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from tests.coverage_ground import two_streets
from tests.shipped_catalogue import shipped_catalogue

SMALL = two_streets()
HALVES = (("1", "甲街道", box(106.50, 29.56, 106.53, 29.60)), ("2", "乙街道", box(106.53, 29.56, 106.58, 29.60)))


def frame_of(rows=HALVES, crs="EPSG:4326", **columns):
    codes, names, shapes = zip(*rows, strict=True)
    return geopandas.GeoDataFrame({"code": codes, "name_zh": names, **columns}, geometry=list(shapes), crs=crs)


def shifted(geometry, datum):
    def convert(degrees):
        return np.array([from_wgs84(Coordinate(float(lon), float(lat)), datum) for lon, lat in degrees])

    return shapely.transform(geometry, convert)


def written(folder: Path, name: str, frame) -> Path:
    path = folder / name
    frame.to_file(path)
    return path


def codes_of(faults):
    return [(fault.id, fault.code) for fault in faults]


@pytest.mark.parametrize("name", ["streets.geojson", "streets.gpkg", "streets.shp"])
def test_every_format_gives_the_same_streets(tmp_path, name):
    found = read_area_file(written(tmp_path, name, frame_of()), AreaKind.STREETS, SMALL)

    assert (found.rejected, found.warnings) == ([], [])
    assert [feature["properties"]["name_zh"] for feature in found.features] == ["甲街道", "乙街道"]
    assert {feature["properties"]["schematic"] for feature in found.features} == {False}
    assert shapely.geometry.shape(found.features[0]["geometry"]).equals(HALVES[0][2].normalize())


@pytest.mark.parametrize("crs", [None, "EPSG:4547"])
def test_a_table_may_draw_streets_in_words(tmp_path, crs):
    # as finely drawn as an official line, so that a cell is longer than tables usually allow
    frame = frame_of([(code, name, shapely.segmentize(area, 0.00002)) for code, name, area in HALVES])
    frame = frame if crs is None else frame.to_crs(crs)
    rows = [f'{row.code},{row.name_zh},"{row.geometry.wkt}"' for row in frame.itertuples()]
    path = tmp_path / "streets.csv"
    path.write_text("\n".join(["code,name_zh,wkt", *rows, "3,丙街道,POLYGON ((106"]), encoding="utf-8")
    found = read_area_file(path, AreaKind.STREETS, SMALL, crs=crs)

    assert len(rows[0]) > 131_072
    assert codes_of(found.rejected) == [("丙街道", "missing_value")]
    drawn = [shapely.geometry.shape(feature["geometry"]) for feature in found.features]
    assert all(area.symmetric_difference(half[2]).area < 1e-7 for area, half in zip(drawn, HALVES, strict=True))


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:4490", "EPSG:4547", "EPSG:3857"])
def test_another_reference_is_turned_to_wgs84(tmp_path, crs):
    found = read_area_file(written(tmp_path, "s.gpkg", frame_of().to_crs(crs)), AreaKind.STREETS, SMALL)
    drawn = shapely.geometry.shape(found.features[0]["geometry"])

    assert drawn.symmetric_difference(HALVES[0][2]).area / drawn.area < 1e-3


def test_a_file_that_names_no_reference_needs_one_said(tmp_path):
    path = written(tmp_path, "s.shp", frame_of().to_crs("EPSG:32648"))
    path.with_suffix(".prj").unlink()

    with pytest.raises(InvalidQuery, match="unknown_crs"):
        read_area_file(path, AreaKind.STREETS, SMALL)
    assert len(read_area_file(path, AreaKind.STREETS, SMALL, crs="EPSG:32648").features) == 2


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_another_datum_is_recognised_and_refused_with_a_hint(tmp_path, datum):
    rows = [(code, name, shifted(area, datum)) for code, name, area in HALVES]
    path = written(tmp_path, "s.geojson", frame_of(rows))

    with pytest.raises(InvalidQuery, match="looks_like_datum") as refusal:
        read_area_file(path, AreaKind.STREETS, SMALL)
    assert refusal.value.values["datum"] == datum.value


def test_a_declared_datum_is_converted(tmp_path):
    rows = [(code, name, shifted(area, Datum.GCJ02)) for code, name, area in HALVES]
    found = read_area_file(written(tmp_path, "s.geojson", frame_of(rows)), AreaKind.STREETS, SMALL, datum=Datum.GCJ02)
    drawn = shapely.geometry.shape(found.features[0]["geometry"])

    assert found.rejected == []
    assert drawn.symmetric_difference(HALVES[0][2]).area / drawn.area < 1e-4


def test_the_shipped_streets_fit_and_their_gcj02_copy_does_not(tmp_path):
    catalogue = shipped_catalogue()
    frame = geopandas.GeoDataFrame.from_features(catalogue.district.streets_geojson["features"], crs="EPSG:4326")
    copy = frame.set_geometry([shifted(area, Datum.GCJ02) for area in frame.geometry], crs="EPSG:4326")

    assert (
        len(read_area_file(written(tmp_path, "a.geojson", frame), AreaKind.STREETS, catalogue.district).features) == 12
    )
    with pytest.raises(InvalidQuery, match="looks_like_datum"):
        read_area_file(written(tmp_path, "b.geojson", copy), AreaKind.STREETS, catalogue.district)


def test_a_small_knot_is_repaired_and_said(tmp_path):
    corners = [
        (106.5, 29.56),
        (106.53, 29.56),
        (106.53, 29.6),
        (106.50001, 29.6),
        (106.5, 29.60001),
        (106.5, 29.6),
        (106.50001, 29.60001),
    ]
    knotted = shapely.Polygon([*corners, (106.5, 29.6), (106.5, 29.56)])
    assert not knotted.is_valid
    found = read_area_file(
        written(tmp_path, "s.geojson", frame_of([("1", "甲街道", knotted), HALVES[1]])), AreaKind.STREETS, SMALL
    )

    assert codes_of(found.warnings) == [("甲街道", "repaired_geometry")]
    assert shapely.geometry.shape(found.features[0]["geometry"]).is_valid


def test_an_area_that_crosses_itself_widely_is_rejected_and_the_rest_taken(tmp_path):
    bow = shapely.Polygon([(106.5, 29.56), (106.53, 29.6), (106.53, 29.56), (106.5, 29.6)])
    found = read_area_file(
        written(tmp_path, "s.geojson", frame_of([("1", "甲街道", bow), HALVES[1]])),
        AreaKind.STREETS,
        SMALL,
        datum=Datum.WGS84,
    )

    assert codes_of(found.rejected) == [("甲街道", "invalid_geometry")]
    assert [feature["properties"]["code"] for feature in found.features] == ["2"]


def test_a_street_outside_the_district_is_rejected(tmp_path):
    rows = [HALVES[0], ("2", "乙街道", box(106.56, 29.56, 106.70, 29.60))]
    found = read_area_file(written(tmp_path, "s.geojson", frame_of(rows)), AreaKind.STREETS, SMALL, datum=Datum.WGS84)

    assert codes_of(found.rejected) == [("乙街道", "outside_district")]


def test_streets_over_each_other_are_worth_a_word(tmp_path):
    rows = [("1", "甲街道", box(106.50, 29.56, 106.55, 29.60)), HALVES[1]]

    assert codes_of(
        read_area_file(written(tmp_path, "s.geojson", frame_of(rows)), AreaKind.STREETS, SMALL).warnings
    ) == [("1", "overlapping_areas")]


def test_a_street_twice_or_without_a_name_is_rejected(tmp_path):
    rows = [HALVES[0], HALVES[0], ("3", "", HALVES[1][2])]
    found = read_area_file(written(tmp_path, "s.geojson", frame_of(rows)), AreaKind.STREETS, SMALL)

    assert codes_of(found.rejected) == [("3", "missing_value"), ("1", "duplicate_id")]


def test_communities_may_be_places_or_areas_and_find_their_street(tmp_path):
    rows = [("11", "甲社区", shapely.Point(106.51, 29.58)), ("12", "乙社区", box(106.55, 29.57, 106.56, 29.58))]
    found = read_area_file(written(tmp_path, "c.geojson", frame_of(rows)), AreaKind.COMMUNITIES, SMALL)

    assert [feature["properties"]["street"] for feature in found.features] == ["甲街道", "乙街道"]


def test_a_community_far_away_or_of_an_unknown_street_is_rejected(tmp_path):
    rows = [("11", "甲社区", shapely.Point(107.5, 29.58)), ("12", "乙社区", shapely.Point(106.55, 29.58))]
    frame = frame_of(rows, street=["", "丙街道"])
    found = read_area_file(written(tmp_path, "c.geojson", frame), AreaKind.COMMUNITIES, SMALL)

    assert codes_of(found.rejected) == [("甲社区", "outside_district"), ("乙社区", "unknown_street")]


def test_people_by_street_are_read_from_a_table(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text('code,population,year,source\n1,"12,000",2020,普查\n2,8000,2020,普查\n', encoding="utf-8-sig")
    found = read_area_file(path, AreaKind.POPULATION, SMALL)

    assert [feature["properties"]["population"] for feature in found.features] == [12000.0, 8000.0]
    assert [feature["properties"]["name_zh"] for feature in found.features] == ["甲街道", "乙街道"]
    assert (found.rejected, found.warnings) == ([], [])


def test_a_table_of_people_that_leaves_out_a_street_is_worth_a_word(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("街道名称,常住人口,年份\n甲街道,12000,2020\n丁街道,5,2020\n乙街道,many,2020\n", encoding="utf-8")
    found = read_area_file(path, AreaKind.POPULATION, SMALL)

    assert codes_of(found.rejected) == [("丁街道", "unknown_street"), ("乙街道", "not_a_number")]
    assert codes_of(found.warnings) == [("乙街道", "street_not_counted")]


def test_people_may_be_counted_at_places_of_a_grid(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text("lon,lat,population\n106.51,29.58,100\n106.56,29.59,50\n", encoding="utf-8")
    found = read_area_file(path, AreaKind.POPULATION, SMALL)

    assert [feature["geometry"]["coordinates"] for feature in found.features] == [[106.51, 29.58], [106.56, 29.59]]


@pytest.mark.parametrize(("name", "text"), [("s.geojson", "{"), ("s.gpkg", "no"), ("s.shp", ""), ("s.csv", "\x00\xff")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(InvalidQuery, match="unreadable_area_file"):
        read_area_file(path, AreaKind.STREETS, SMALL)


def test_numbers_that_are_no_degrees_are_rejected(tmp_path):
    path = tmp_path / "s.geojson"
    metres = box(500_000, 3_270_000, 503_000, 3_274_000)
    feature = {"type": "Feature", "properties": {"code": "1", "name_zh": "甲街道"}, "geometry": mapping(metres)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")

    assert codes_of(read_area_file(path, AreaKind.STREETS, SMALL).rejected) == [("甲街道", "wrong_coordinates")]


def test_candidates_are_places_with_a_name(tmp_path):
    path = tmp_path / "candidates.csv"
    path.write_text("名称,经度,纬度\n空置的房屋,106.55,29.585\n,106.55,29.586\n", encoding="utf-8")
    found = read_area_file(path, AreaKind.CANDIDATES, SMALL)

    assert [feature["properties"] for feature in found.features] == [{"name_zh": "空置的房屋"}]
    assert codes_of(found.rejected) == [("", "missing_value")]


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:4547", "EPSG:3857"])
def test_a_grid_of_people_in_a_table_may_be_in_any_reference(tmp_path, crs):
    places = geopandas.GeoSeries([shapely.Point(106.51, 29.58), shapely.Point(106.56, 29.59)], crs="EPSG:4326")
    lines = [f"{place.x},{place.y},{people}" for place, people in zip(places.to_crs(crs), (100, 50), strict=True)]
    path = tmp_path / "grid.csv"
    path.write_text("\n".join(["x,y,population", *lines]), encoding="utf-8")
    found = read_area_file(path, AreaKind.POPULATION, SMALL, crs=crs)

    assert [feature["geometry"]["coordinates"] for feature in found.features] == [[106.51, 29.58], [106.56, 29.59]]
    assert [feature["properties"]["population"] for feature in found.features] == [100.0, 50.0]


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:4490"])
def test_a_grid_of_people_in_a_geopackage_may_be_in_any_reference(tmp_path, crs):
    squares = [box(106.51, 29.58, 106.512, 29.582), box(106.55, 29.58, 106.552, 29.582)]
    frame = geopandas.GeoDataFrame({"population": [30, 10]}, geometry=squares, crs="EPSG:4326").to_crs(crs)
    found = read_area_file(written(tmp_path, "grid.gpkg", frame), AreaKind.POPULATION, SMALL)

    assert [feature["properties"]["population"] for feature in found.features] == [30.0, 10.0]
    assert shapely.geometry.shape(found.features[0]["geometry"]).area == pytest.approx(squares[0].area, rel=1e-3)


def test_a_grid_of_people_in_gcj02_is_recognised_and_refused(tmp_path):
    """A grid cut at the line of the shipped district, in squares of 200 m."""
    district = shipped_catalogue().district
    spots = Grid(district, cell_m=200.0).spots
    rows = [from_wgs84(spots.coordinate(number), Datum.GCJ02) for number in range(len(spots))]
    path = tmp_path / "grid.csv"
    path.write_text("\n".join(["lon,lat,population", *(f"{lon},{lat},7" for lon, lat in rows)]), encoding="utf-8")

    with pytest.raises(InvalidQuery, match="looks_like_datum") as refusal:
        read_area_file(path, AreaKind.POPULATION, district)
    assert refusal.value.values["datum"] == "gcj02"
    assert len(read_area_file(path, AreaKind.POPULATION, district, datum=Datum.GCJ02).features) > 0.99 * len(rows)


def test_a_reference_that_does_not_exist_is_refused(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text("x,y,population\n1,2,3\n", encoding="utf-8")

    with pytest.raises(InvalidQuery, match="unreadable_area_file"):
        read_area_file(path, AreaKind.POPULATION, SMALL, crs="EPSG:0")
