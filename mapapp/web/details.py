"""How one point, matter or package is told in full (详情), with source and confidence of every fact."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Limit, Material, Matter
from mapapp.catalogue.packages import Package, merged_materials
from mapapp.catalogue.points import ServicePoint
from mapapp.finder.matter_search import MatterHit
from mapapp.geocoding.gazetteer import Found
from mapapp.hours.opening_hours import DaySpans, OpenSpan, Reason, Schedule
from mapapp.web.fragments import point_fields, state_fields

# Exceptions are told for so many days from the day asked about: as long as booking will look ahead.
_EXCEPTION_DAYS = 92
_EXCEPTIONAL = frozenset({Reason.HOLIDAY, Reason.CLOSURE, Reason.CALENDAR_NOT_ANNOUNCED})


def point_details(catalogue: Catalogue, point: ServicePoint, at: Any, language: str) -> dict[str, Any]:
    """Return everything known about a point, its open state and hours at the aware time `at`."""
    schedule = catalogue.schedule(point.id)
    return {
        **point_fields(point, language),
        "hours_rule": point.hours_rule,
        "open": state_fields(schedule.status_at(at), language),
        "hours": _hours(schedule, at.date(), language),
        "offers": [
            {
                "matter": offer.matter_code,
                "name": catalogue.matters[offer.matter_code].name(language),
                "mode": offer.mode.value,
                "bookable": offer.bookable,
                "hours_rule": offer.hours_rule,
                "note": offer.note,
            }
            for offer in catalogue.offers_by_point[point.id]
        ],
        "windows": [{"name": window.name, "note": window.note} for window in point.windows],
        "accessibility": list(point.accessibility),
        "note": point.note,
        "place_source": point.place.provider,
        "source": point.source,
        "source_date": _day(point.source_date),
        "confidence": point.confidence,
        "verified_at": _day(point.verified_at),
        "is_sample": catalogue.is_sample,
    }


def matter_listed(hit: MatterHit | Matter, language: str) -> dict[str, Any]:
    """Return a matter in a list; `score` and `matched` are null when nothing was searched."""
    matter, score, matched = (hit, None, None) if isinstance(hit, Matter) else (hit.matter, hit.score, hit.matched)
    return {
        "code": matter.code,
        "name": matter.name(language),
        "department": matter.department,
        "type": matter.type,
        "instant": matter.is_instant,
        "score": score,
        "matched": matched,
    }


def matter_details(catalogue: Catalogue, matter: Matter, language: str) -> dict[str, Any]:
    """Return everything known about a matter: what to bring, how long, what it costs, where."""
    offers = catalogue.offers_by_matter[matter.code]
    return {
        "code": matter.code,
        "name": matter.name(language),
        "department": matter.department,
        "type": matter.type,
        "instant": matter.is_instant,
        "materials": _materials(matter.materials),
        "limits": {"legal": _limit(matter.legal), "promised": _limit(matter.promised)},
        "fee": matter.fee,
        "folk_names": list(matter.folk_names),
        "packages": [
            {"code": package.code, "name": package.name(language)}
            for package in catalogue.packages_by_matter[matter.code]
        ],
        "points": [
            {
                **_point_named(catalogue, point_id, language),
                "mode": offer.mode.value,
                "bookable": offer.bookable,
                "hours_rule": offer.hours_rule,
            }
            for point_id, offer in sorted(offers.items())
        ],
        "note": matter.note,
        "source": matter.source,
        "confidence": matter.confidence,
        "is_sample": catalogue.is_sample,
    }


def package_listed(package: Package, language: str) -> dict[str, Any]:
    """Return a package in a list."""
    return {
        "code": package.code,
        "name": package.name(language),
        "audience": package.audience,
        "lead_department": package.lead_department,
        "members": list(package.members),
    }


def package_details(catalogue: Catalogue, package: Package, language: str) -> dict[str, Any]:
    """Return a package: members, all their materials once, and the points that take all of it."""
    matters = tuple(catalogue.matters[code] for code in package.members)
    return {
        **package_listed(package, language),
        "members": [matter_listed(matter, language) for matter in matters],
        "materials": _materials(merged_materials(matters)),
        "points": [
            _point_named(catalogue, point_id, language) for point_id in catalogue.points_doing_all(package.members)
        ],
        "source": package.source,
        "confidence": package.confidence,
        "is_sample": catalogue.is_sample,
    }


def place_found(found: Found, language: str) -> dict[str, Any]:
    """Return a named place; accuracy in metres, `score` 0 to 1."""
    return {
        "name": found.name(language),
        "kind": found.kind,
        "street": found.street,
        "lat": found.place.coordinate.lat,
        "lon": found.place.coordinate.lon,
        "accuracy_m": found.place.accuracy_m,
        "provider": found.place.provider,
        "confidence": found.place.confidence.value,
        "matched": found.matched,
        "score": found.score,
    }


# the ninety days ahead take milliseconds and stay the same all day
@lru_cache(maxsize=512)
def _hours(schedule: Schedule, today: date, language: str) -> Mapping[str, Any]:
    hours = schedule.hours
    days = [schedule.spans_on(today + timedelta(days=ahead)) for ahead in range(_EXCEPTION_DAYS)]
    return {
        "rule": None if hours is None else hours.rule,
        "week": [[] for _ in range(7)] if hours is None else [_spans(day) for day in hours.week(today)],
        "exceptions": [] if hours is None else _exceptions(days, language),
        "today": _spans(days[0].spans),
    }


def _exceptions(days: list[DaySpans], language: str) -> list[dict[str, Any]]:
    """Return the days that differ from the ordinary week, neighbours with the same hours and reason together."""
    told = []
    for (spans, reason, _), run in groupby(
        days, key=lambda day: (day.spans, _reason(day, language), _is_exception(day))
    ):
        block = [day for day in run if _is_exception(day)]
        if block:
            told.append(
                {
                    "from": block[0].day.isoformat(),
                    "to": block[-1].day.isoformat(),
                    "spans": _spans(spans),
                    "reason": reason,
                }
            )
    return told


def _is_exception(day: DaySpans) -> bool:
    return day.swapped or day.reason in _EXCEPTIONAL


def _reason(day: DaySpans, language: str) -> str | None:
    texts = (day.reason_en, day.reason_zh) if language == "en" else (day.reason_zh, day.reason_en)
    return texts[0] or texts[1] or (None if day.reason is None else day.reason.value)


def _spans(spans: tuple[OpenSpan, ...]) -> list[list[str]]:
    return [[_clock(span.start), "24:00" if span.end == time(0) else _clock(span.end)] for span in spans]


def _clock(moment: time) -> str:
    return moment.isoformat(timespec="minutes")


def _materials(materials: tuple[Material, ...]) -> list[dict[str, Any]]:
    return [{"name": row.name, "waived": row.waived, "may_follow": row.may_follow} for row in materials]


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return None if limit is None else {"days": limit.days, "unit": limit.unit.value}


def _point_named(catalogue: Catalogue, point_id: str, language: str) -> dict[str, Any]:
    point = catalogue.points[point_id]
    return {"id": point.id, "name": point.name(language), "kind": point.kind.value, "street": point.street}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
