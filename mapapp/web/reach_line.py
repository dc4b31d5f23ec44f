"""How far one kilometre of walking reaches (一公里范围): the line around a start, for the map of an answer."""

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.isochrone import reach_area
from mapapp.settings import Settings
from mapapp.web.context import Bundle

# [lat, lon] in WGS-84 degrees, as Leaflet wants them; rings of areas, the outer one of each first.
Ring = list[list[float]]


def reach_line(bundle: Bundle, start: Coordinate, settings: Settings) -> list[list[Ring]]:
    """Return the areas that can be reached within `goal_m` of walking; 5 digits are a metre."""
    geometry = reach_area(bundle.finder.reach, start, settings.goal_m).geometry
    areas = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[[[round(lat, 5), round(lon, 5)] for lon, lat in ring] for ring in area] for area in areas]
