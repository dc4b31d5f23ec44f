"""One service point (办理点): everything known about it, how sure that is, and when it is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response

from mapapp.catalogue.points import ServicePoint
from mapapp.editing.changes import SubjectKind
from mapapp.hours.opening_hours import Reason, Schedule
from mapapp.web.announced import announced
from mapapp.web.context import Bundle, current_bundle, current_language, current_now
from mapapp.web.directions import directions_to
from mapapp.web.pages.frame import page
from mapapp.web.pages.retired import retired_page
from mapapp.web.pages.rows import page_data, point_row
from mapapp.web.words import day_hours_words, day_words, mode_words, role_name

blueprint = Blueprint("point_pages", __name__)
EXCEPTIONS_AHEAD_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """One day of the hours table; `exception` marks a holiday, a worked weekend or a closure."""

    day: str
    hours: str
    is_today: bool
    is_exception: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterRow:
    """A matter the point takes; `words` is everything that finds it in the list."""

    code: str
    name: str
    name_lang: str | None
    mode: str
    own_hours: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A closure in words, now or soon."""

    text: str
    starts: str
    ends: str | None


@blueprint.get("/points/<point_id>")
def show(point_id: str) -> Response:
    """Answer with the page of one point; a retired one says so (410), unknown ids are a useful 404."""
    bundle, now, language = current_bundle(), current_now(), current_language()
    if point_id not in bundle.catalogue.points and (gone := retired_page(SubjectKind.POINT, point_id)):
        return gone
    point = bundle.catalogue.point(point_id)
    schedule = bundle.catalogue.schedule(point.id)
    row = point_row(bundle, point, now)
    place = point.place
    doubt = {"lat": place.coordinate.lat, "lon": place.coordinate.lon, "radius_m": row.accuracy_m}
    return page(
        "pages/point.html",
        point=point,
        row=row,
        week=_week(schedule, now.date()),
        exceptions=_exceptions(schedule, now.date()),
        announced=announced(point.id),
        notices=_notices(bundle, point, now),
        departments=matters_by_department(bundle, point, language),
        offers=len(bundle.catalogue.offers_by_point[point.id]),
        is_bookable=any(offer.bookable for offer in bundle.catalogue.offers_by_point[point.id]),
        directions=directions_to(point, language),
        source_date=_day_or_none(point.source_date),
        verified_at=_day_or_none(point.verified_at),
        confirmed_by=role_name(point.verified_by or ""),
        data=page_data([row], [row.id], one=row.id, doubt=doubt if row.accuracy_m > 0 else None),
    )


def matters_by_department(bundle: Bundle, point: ServicePoint, language: str) -> dict[str, list[MatterRow]]:
    """Return department -> the matters the point takes, in order of code."""
    departments: dict[str, list[MatterRow]] = {}
    for offer in bundle.catalogue.offers_by_point[point.id]:
        matter = bundle.catalogue.matters[offer.matter_code]
        row = MatterRow(
            code=matter.code,
            name=matter.name(language),
            name_lang="zh-CN" if language == "en" and not matter.name_en else None,
            mode=mode_words(offer.mode),
            own_hours=offer.hours_rule or "",
            words=" ".join((matter.name_zh, matter.name_en, *matter.folk_names)),
        )
        departments.setdefault(matter.department, []).append(row)
    return departments


def _week(schedule: Schedule, today: date) -> tuple[DayRow, ...]:
    monday = today - timedelta(days=today.weekday())
    return tuple(_day_rows(schedule, (monday + timedelta(days=number) for number in range(7)), today))


def _exceptions(schedule: Schedule, today: date) -> tuple[DayRow, ...]:
    """Return the coming days, after this week, that are not as usual: of the calendar, and first days of closures."""
    first = today - timedelta(days=today.weekday()) + timedelta(days=7)
    last = first + timedelta(days=EXCEPTIONS_AHEAD_DAYS)
    marked = {row.day for row in schedule.calendar.days} | {row.starts.date() for row in schedule.closures}
    days = sorted(day for day in marked if first <= day < last)
    return tuple(row for row in _day_rows(schedule, days, today) if row.is_exception)


def _day_rows(schedule: Schedule, days: Iterable[date], today: date) -> Iterable[DayRow]:
    for day in days:
        spans = schedule.spans_on(day)
        is_exception = spans.swapped or spans.reason in (Reason.HOLIDAY, Reason.CLOSURE)
        yield DayRow(day=day_words(day), hours=day_hours_words(spans), is_today=day == today, is_exception=is_exception)


def _notices(bundle: Bundle, point: ServicePoint, now: datetime) -> tuple[Notice, ...]:
    """Return the closures of the point and of the whole district that hold now or begin within two weeks."""
    soon = now + timedelta(days=14)
    english = current_language() == "en"
    rows = (*bundle.catalogue.closures.get("", ()), *bundle.catalogue.closures.get(point.id, ()))
    return tuple(
        Notice(
            text=(row.reason_en or row.reason_zh) if english else (row.reason_zh or row.reason_en),
            starts=_full(row.starts),
            ends=_full(row.ends) if row.ends else None,
        )
        for row in rows
        if row.starts <= soon and (row.ends is None or row.ends > now)
    )


def _full(moment: datetime) -> str:
    return f"{day_words(moment.date())} {moment.hour}:{moment.minute:02}"


def _day_or_none(day: date | None) -> str | None:
    return day.isoformat() if day else None
