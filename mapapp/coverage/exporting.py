"""Coverage as geodata (覆盖导出): GeoJSON and GeoPackage of covered and uncovered land, WGS-84."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mapapp.coverage.analysis import Coverage, Measured
from mapapp.coverage.outlines import covered_outline, uncovered_outline


def uncovered_geojson(coverage: Coverage, measured: Sequence[Measured]) -> str:
    """Return a feature collection with the uncovered land of each answer."""
    features = [_feature(coverage, each, is_covered=False) for each in measured]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def write_geopackage(path: Path, coverage: Coverage, measured: Sequence[Measured]) -> None:
    """Write a GeoPackage with the layers `covered`, `uncovered` and `points`."""
    # heavy: nothing else of coverage needs it
    import geopandas

    for layer, is_covered in (("covered", True), ("uncovered", False)):
        features = [_feature(coverage, each, is_covered=is_covered) for each in measured]
        frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4326")
        frame.to_file(path, layer=layer, driver="GPKG")
    points = coverage.catalogue.points.values()
    places = [point.place.coordinate for point in points]
    frame = geopandas.GeoDataFrame(
        [{"code": point.id, "name_zh": point.name_zh, "accuracy_m": point.place.accuracy_m} for point in points],
        geometry=geopandas.points_from_xy([place.lon for place in places], [place.lat for place in places]),
        crs="EPSG:4326",
    )
    frame.to_file(path, layer="points", driver="GPKG")


def _feature(coverage: Coverage, measured: Measured, *, is_covered: bool) -> dict[str, Any]:
    district, grid, question = coverage.catalogue.district, coverage.ground.grid, measured.question
    outline = covered_outline if is_covered else uncovered_outline
    share = measured.share_area if is_covered else 1.0 - measured.share_area
    return {
        "type": "Feature",
        "geometry": outline(grid, measured.cells, district),
        "properties": {
            "matter": question.matter,
            "package": question.package,
            "kind": None if question.kind is None else question.kind.value,
            "mode": question.mode.value,
            "within_m": question.within_m,
            "at": None if question.at is None else question.at.isoformat(timespec="seconds"),
            "covered": is_covered,
            "share_area": round(share, 6),
            "revision": coverage.catalogue.revision,
        },
    }
