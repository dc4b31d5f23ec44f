"""A second, plain implementation of the nearest answer: every point looked at, a geodesic each.

It shares no search, no index, no early stop and no river test with the product, only the stored facts and the opening
status of a schedule (whose own laws are in test_hours_laws.py).
"""

from datetime import timedelta
from math import ceil

from pyproj import Geod
from shapely import union_all
from shapely.geometry import LineString, shape

from mapapp.finder.nearest import OpenFilter
from mapapp.settings import Settings
from tests.shipped_catalogue import shipped_catalogue

CATALOGUE = shipped_catalogue()
SETTINGS = Settings()
GEOD = Geod(ellps="WGS84")
OUTLINE = union_all([shape(f["geometry"]) for f in CATALOGUE.district.outline_geojson["features"]])
WATER = union_all([shape(f["geometry"]) for f in CATALOGUE.district.rivers_geojson["features"]])
MID_RIVER = OUTLINE.boundary.intersection(WATER)
BRIDGES = [
    n.place.coordinate for n in CATALOGUE.named_places if n.kind in ("bridge_mid_river", "bridge_mid_river_outside")
]
OFFERS = {(offer.point_id, offer.matter_code): offer for offer in CATALOGUE.offers}


def metres(a, b):
    return GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2]


def plain_walk_m(origin, there):
    line = LineString([(origin.lon, origin.lat), (there.lon, there.lat)])
    river = origin != there and line.intersects(MID_RIVER)
    straight = metres(origin, there)
    return round(
        SETTINGS.detour * (min(metres(origin, b) + metres(b, there) for b in BRIDGES) if river else straight), 1
    )


def plain_nearest(query):
    """(walk, id) of every point that fits, sorted, cut at k."""
    rows = []
    for point in CATALOGUE.points.values():
        offers = [OFFERS.get((point.id, code)) for code in query.matters]
        if None in offers:
            continue
        if query.kind not in (None, point.kind) or query.street not in (None, point.street):
            continue
        walk = plain_walk_m(query.origin, point.place.coordinate)
        if query.within_m is not None and walk > query.within_m:
            continue
        arrival = query.at + timedelta(minutes=ceil(walk / SETTINGS.walk_m_per_minute))
        asked = {OpenFilter.NOW: query.at, OpenFilter.ARRIVAL: arrival}.get(query.open)
        offer = offers[0] if len(query.matters) == 1 else None
        if asked is None or CATALOGUE.status(point.id, asked, offer).is_open:
            rows.append((walk, point.id))
    return sorted(rows)[: query.k]
