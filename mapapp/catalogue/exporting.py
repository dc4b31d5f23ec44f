"""Points as geodata files (导出): GeoJSON and GeoPackage, WGS-84."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def geojson_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a feature collection of rows with `lon` and `lat` (degrees, WGS-84); rows without are left out."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {name: value for name, value in row.items() if name not in ("lon", "lat")},
        }
        for row in rows
        if row["lon"] is not None
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def write_geopackage(path: Path, layer: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a GeoPackage with one layer of points in WGS-84; rows without a position are left out."""
    # heavy: a worker that exports nothing does not load it
    import geopandas

    placed = [row for row in rows if row["lon"] is not None]
    frame = geopandas.GeoDataFrame(
        [{name: value for name, value in row.items() if name not in ("lon", "lat")} for row in placed],
        geometry=geopandas.points_from_xy([row["lon"] for row in placed], [row["lat"] for row in placed]),
        crs="EPSG:4326",
    )
    frame.to_file(path, layer=layer, driver="GPKG")
