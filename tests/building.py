"""Small facts for tests: sensible defaults, override one thing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import DayUnit, Limit, Material, Matter, Offer, OfferMode
from mapapp.catalogue.packages import Package
from mapapp.catalogue.points import NamedPlace, PointKind, ServicePoint
from mapapp.geography.coordinate import Confidence, Coordinate, Place
from mapapp.geography.district import District, DistrictName
from mapapp.hours.opening_hours import Closure
from mapapp.hours.work_calendar import CalendarDay, DayKind, WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
# 观音桥, the middle of the busiest street of the district
CENTRE = Coordinate(106.5321, 29.5741)
# The hours of every shipped point.
OFFICE_HOURS = "Mo-Fr 09:00-12:00,14:00-18:00; PH off"


def hours_of(spans: str, days: str = "Mo-Fr") -> str:
    """Return the rule of "09:00-12:00 14:00-18:00" on `days`, closed on holidays."""
    return f"{days} {','.join(spans.split())}; PH off"


def at(text: str) -> datetime:
    """Return the time "2026-11-25 10:00" in Chongqing."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def a_place(lon: float = CENTRE.lon, lat: float = CENTRE.lat, **changes: Any) -> Place:
    facts = {"coordinate": Coordinate(lon, lat), "accuracy_m": 50.0, "provider": "file", "confidence": Confidence.HIGH}
    return Place(**{**facts, **changes})


def a_point(id: str = "P1", *, lon: float = CENTRE.lon, lat: float = CENTRE.lat, **changes: Any) -> ServicePoint:
    facts: dict[str, Any] = {
        "id": id,
        "name_zh": f"测试办理点{id}",
        "name_en": f"Test point {id}",
        "kind": PointKind.STREET,
        "street": "观音桥街道",
        "address": "重庆市江北区观音桥街道建新北路1号",
        "phone": None,
        "hours_rule": OFFICE_HOURS,
        "place": a_place(lon, lat),
        "source": "test",
        "source_date": date(2026, 11, 1),
        "confidence": "A",
    }
    return ServicePoint(**{**facts, **changes})


def a_matter(code: str = "M1", **changes: Any) -> Matter:
    facts: dict[str, Any] = {
        "code": code,
        "name_zh": f"测试事项{code}",
        "name_en": f"Test matter {code}",
        "type": "公共服务",
        "department": "区人力社保局",
        "is_instant": True,
        "legal": None,
        "promised": Limit(days=0, unit=DayUnit.WORKING),
        "materials": (Material(name="身份证"),),
        "folk_names": (),
        "fee": None,
        "source": "test",
        "confidence": "A",
    }
    return Matter(**{**facts, **changes})


def an_offer(point_id: str = "P1", matter_code: str = "M1", **changes: Any) -> Offer:
    facts: dict[str, Any] = {"mode": OfferMode.FINISH, "hours_rule": None, "bookable": True}
    return Offer(point_id=point_id, matter_code=matter_code, **{**facts, **changes})


def a_package(code: str = "K1", members: Iterable[str] = ("M1",), **changes: Any) -> Package:
    facts: dict[str, Any] = {
        "code": code,
        "name_zh": f"测试一件事{code}",
        "name_en": f"Test package {code}",
        "audience": "personal",
        "lead_department": "区人力社保局",
        "members": tuple(members),
        "source": "test",
        "confidence": "A",
    }
    return Package(**{**facts, **changes})


def a_named_place(
    name_zh: str = "观音桥", *, lon: float = CENTRE.lon, lat: float = CENTRE.lat, **changes: Any
) -> NamedPlace:
    facts: dict[str, Any] = {
        "name_zh": name_zh,
        "name_en": "",
        "aliases": (),
        "kind": "area",
        "street": "观音桥街道",
        "place": a_place(lon, lat, provider="gazetteer"),
    }
    return NamedPlace(**{**facts, **changes})


def a_closure(starts: datetime, ends: datetime | None = None, reason_zh: str = "内部培训") -> Closure:
    return Closure(starts=starts, ends=ends, reason_zh=reason_zh, reason_en="Training")


def a_holiday(day: str, name_zh: str = "国庆节") -> CalendarDay:
    return CalendarDay(day=date.fromisoformat(day), kind=DayKind.HOLIDAY, name_zh=name_zh, name_en="Holiday")


def a_worked_weekend(day: str, follows: int | None = None) -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(day), kind=DayKind.WORKDAY, name_zh="调休上班", name_en="Worked weekend", follows=follows
    )


@cache
def a_calendar() -> WorkCalendar:
    """Return 2026 as an announced year with three holidays and one worked Saturday."""
    days = (
        a_holiday("2026-01-01", "元旦"),
        a_holiday("2026-05-01", "劳动节"),
        a_holiday("2026-10-01"),
        a_worked_weekend("2026-10-10"),
    )
    return WorkCalendar.of(days)


def a_square(west: float, south: float, east: float, north: float, **properties: object) -> dict[str, object]:
    """Return a GeoJSON feature collection with one rectangle."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return {"type": "FeatureCollection", "features": [feature]}


@cache
def a_district() -> District:
    """Return a rectangle of about 30 km by 20 km round the centre, one street, and a river along its south."""
    names = (DistrictName(code="500105", name_zh="江北区", name_en="Jiangbei District", short_zh="江北"),)
    return District.of(
        a_square(106.4, 29.5, 106.7, 29.7, adcode="500105", name_zh="江北区", name_en="Jiangbei District"),
        a_square(106.5, 29.55, 106.56, 29.6, code="1", name_zh="观音桥街道", name_en="Guanyinqiao", schematic=True),
        a_square(106.4, 29.49, 106.7, 29.51, name_zh="长江", name_en="Yangtze River"),
        names,
    )


def a_catalogue(
    points: Iterable[ServicePoint] | None = None,
    matters: Iterable[Matter] | None = None,
    offers: Iterable[Offer] | None = None,
    **changes: Any,
) -> Catalogue:
    """Return a catalogue; by default one point, one matter, and every point finishing every matter."""
    by_id = {point.id: point for point in sorted(points or (a_point(),), key=lambda point: point.id)}
    by_code = {matter.code: matter for matter in sorted(matters or (a_matter(),), key=lambda matter: matter.code)}
    if offers is None:
        offers = [an_offer(point_id, code) for point_id in by_id for code in by_code]
    facts: dict[str, Any] = {
        "revision": 1,
        "points": by_id,
        "matters": by_code,
        "packages": _packages(changes.pop("packages", ())),
        "offers": tuple(offers),
        "calendar": a_calendar(),
        "closures": {},
        "district": a_district(),
        "named_places": (),
    }
    facts |= changes
    facts.setdefault("digest", blake2b(repr((by_id, by_code, facts["offers"])).encode(), digest_size=16).hexdigest())
    return Catalogue(**facts)


def _packages(packages: Iterable[Package]) -> Mapping[str, Package]:
    return {package.code: package for package in packages}
