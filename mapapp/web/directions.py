"""How the way is opened in somebody else's map (路线): a plain link for each app, in the datum that app expects.

Nothing is asked of these companies by the page; a link is followed only when a person follows it.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from mapapp.catalogue.points import ServicePoint
from mapapp.geography.coordinate import Datum
from mapapp.geography.datum import from_wgs84
from mapapp.web.spoken import gettext


@dataclass(frozen=True, kw_only=True, slots=True)
class Direction:
    """A link to the way there; `app` is what opens it."""

    app: str
    url: str
    datum: Datum


def directions_to(point: ServicePoint, language: str) -> tuple[Direction, ...]:
    """Return a link for each map app: Amap and Apple (whose Chinese map is Amap's) in GCJ-02, Baidu in BD-09.

    The last one is a `geo:` address (RFC 5870, WGS-84 by definition) that a phone opens in the app of its choice.
    """
    name = point.name(language)
    place = point.place.coordinate
    gcj_lon, gcj_lat = from_wgs84(place, Datum.GCJ02)
    bd_lon, bd_lat = from_wgs84(place, Datum.BD09)
    amap = urlencode(
        {
            "to": f"{gcj_lon:.6f},{gcj_lat:.6f},{name}",
            "mode": "walk",
            "coordinate": "gaode",
            "callnative": "1",
            "src": "mapapp",
        }
    )
    baidu = urlencode(
        {
            "location": f"{bd_lat:.6f},{bd_lon:.6f}",
            "title": name,
            "content": point.address,
            "coord_type": "bd09ll",
            "output": "html",
            "src": "webapp.mapapp.servicepoints",
        }
    )
    apple = urlencode({"daddr": f"{gcj_lat:.6f},{gcj_lon:.6f}", "dirflg": "w"})
    spot = f"{place.lat:.6f},{place.lon:.6f}"
    return (
        Direction(app=gettext("Amap"), url=f"https://uri.amap.com/navigation?{amap}", datum=Datum.GCJ02),
        Direction(app=gettext("Baidu Maps"), url=f"https://api.map.baidu.com/marker?{baidu}", datum=Datum.BD09),
        Direction(app=gettext("Apple Maps"), url=f"https://maps.apple.com/?{apple}", datum=Datum.GCJ02),
        Direction(
            app=gettext("The phone's own map app"),
            url=f"geo:{spot}?q={spot}({quote(name, safe='')})",
            datum=Datum.WGS84,
        ),
    )
