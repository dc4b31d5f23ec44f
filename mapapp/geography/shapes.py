"""Is what a file draws really an area (面)?"""

from collections.abc import Mapping
from typing import Any

from shapely.geometry import shape


def is_valid_area(geometry: Mapping[str, Any]) -> bool:
    """Return whether a GeoJSON Polygon or MultiPolygon has area and no line of it crosses another.

    The coordinates must be closed rings of number pairs: shapely answers other things with errors of its own.
    """
    drawn = shape(geometry)
    return bool(drawn.is_valid) and not bool(drawn.is_empty)
