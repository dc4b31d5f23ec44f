"""How fresh everything is (数据时效): each point with its last confirmation, on a map and in a table; who is late."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext

from mapapp.catalogue.points import ServicePoint
from mapapp.editing import accounts, drafting
from mapapp.editing.accounts import Account
from mapapp.editing.changes import ChangeState, is_overdue
from mapapp.editing.sheets import csv_lines
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_language, current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.pages.rows import page_data, point_row
from mapapp.web.spoken import gettext, ngettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.changes import change_lines
from mapapp.web.staff.login import staff_database
from mapapp.web.staff.words import subject_name
from mapapp.web.words import role_name

blueprint = staff_blueprint("freshness", __name__)
_SOON = timedelta(days=14)
_WEEK = timedelta(days=7)
_SHOWN = 50


class Freshness(StrEnum):
    """How long ago somebody said that all is still right."""

    NEVER = "never"
    OVERDUE = "overdue"
    SOON = "soon"
    FRESH = "fresh"


_NAMES: Mapping[Freshness, Any] = {
    Freshness.NEVER: lazy_gettext("never confirmed"),
    Freshness.OVERDUE: lazy_gettext("overdue"),
    Freshness.SOON: lazy_gettext("due within two weeks"),
    Freshness.FRESH: lazy_gettext("confirmed in time"),
}
# In the mark on the map and before the words of the table, so that nobody needs the colours.
_SIGNS = {Freshness.NEVER: "?", Freshness.OVERDUE: "!", Freshness.SOON: "…", Freshness.FRESH: "✓"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PointAge:
    """A point with its last confirmation; `days` since then, `people` whose point it is."""

    point: ServicePoint
    freshness: Freshness
    days: int | None
    people: tuple[str, ...]


def freshness_of(confirmed_on: date | None, today: date, confirm_days: int) -> Freshness:
    """Return how fresh a point is that was confirmed on that day."""
    if confirmed_on is None:
        return Freshness.NEVER
    if is_overdue(confirmed_on, today, confirm_days):
        return Freshness.OVERDUE
    return Freshness.SOON if is_overdue(confirmed_on, today + _SOON, confirm_days) else Freshness.FRESH


@blueprint.get("/staff/freshness")
def show() -> Response:
    """Answer with every point by its last confirmation, who has not confirmed, and what changed this week."""
    now, chosen = current_now(), request.args.get("show", "")
    with staff_database().reading() as session:
        people = accounts.accounts(session)
        published = drafting.changes(session, states=(ChangeState.PUBLISHED,), limit=1000)
    ages = point_ages(people)
    week = tuple(row for row in published if row.published_at and now - row.published_at <= _WEEK)
    shown = [age for age in ages if chosen in ("", age.freshness.value)]
    counts = Counter(age.freshness for age in ages)
    return page(
        "staff/freshness.html",
        cache=PRIVATE,
        rows=[_row(age) for age in shown],
        chosen=chosen,
        levels=[(level.value, _SIGNS[level], str(_NAMES[level]), counts[level]) for level in Freshness],
        late=_late(people, ages),
        week=change_lines(week[:_SHOWN]),
        week_count=len(week),
        week_kinds=[(subject_name(kind), count) for kind, count in Counter(row.kind for row in week).most_common()],
        data=_map_data(shown),
        confirm_days=current_settings().confirm_days,
    )


@blueprint.get("/staff/freshness.csv")
def give_out() -> Response:
    """Answer with every point and its last confirmation."""
    with staff_database().reading() as session:
        ages = point_ages(accounts.accounts(session))
    columns = ("code", "name_zh", "confirmed_on", "confirmed_by", "days", "state", "people")
    rows = [
        [
            *(age.point.id, age.point.name_zh, age.point.verified_at, age.point.verified_by, age.days),
            *(age.freshness.value, ";".join(age.people)),
        ]
        for age in ages
    ]
    answer = Response(b"".join(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="freshness.csv"'
    return answer


def point_ages(people: tuple[Account, ...]) -> list[PointAge]:
    """Return every point on the map, those that wait longest first."""
    today, days = current_now().date(), current_settings().confirm_days
    owners: dict[str, list[str]] = {}
    for account in people:
        if account.disabled_at is None:
            for point_id in account.staff.points:
                owners.setdefault(point_id, []).append(account.staff.name)
    ages = [
        PointAge(
            point=point,
            freshness=freshness_of(point.verified_at, today, days),
            days=None if point.verified_at is None else (today - point.verified_at).days,
            people=tuple(sorted(owners.get(point.id, ()))),
        )
        for point in current_bundle().catalogue.points.values()
    ]
    order = list(Freshness)
    return sorted(ages, key=lambda age: (order.index(age.freshness), -(age.days or 0), age.point.id))


def _late(people: tuple[Account, ...], ages: list[PointAge]) -> list[dict[str, Any]]:
    """Return who has points that wait for a confirmation, most of them first; points of nobody come last."""
    waiting = [age for age in ages if age.freshness in (Freshness.NEVER, Freshness.OVERDUE)]
    rows = [
        {"name": account.staff.name, "role": role_name(account.staff.role.value), "points": points}
        for account in people
        if account.disabled_at is None
        and (points := sorted(age.point.id for age in waiting if age.point.id in account.staff.points))
    ]
    rows.sort(key=lambda row: (-len(row["points"]), row["name"]))
    nobody = sorted(age.point.id for age in waiting if not age.people)
    return rows + ([{"name": "", "role": gettext("nobody's point"), "points": nobody}] if nobody else [])


def _row(age: PointAge) -> dict[str, Any]:
    language = current_language()
    return {
        "id": age.point.id,
        "name": age.point.name(language),
        "lang": "zh-CN" if language == "en" and not age.point.name_en else None,
        "level": age.freshness.value,
        "sign": _SIGNS[age.freshness],
        "words": str(_NAMES[age.freshness]),
        "confirmed_on": age.point.verified_at,
        "confirmed_by": role_name(age.point.verified_by or ""),
        "days": age.days,
        "people": age.people,
    }


def _map_data(ages: list[PointAge]) -> dict[str, Any]:
    """Return what the map shows: a pin with a sign for each point, its words in place of the open state."""
    bundle, now = current_bundle(), current_now()
    data = page_data([point_row(bundle, age.point, now) for age in ages], [age.point.id for age in ages])
    for age in ages:
        data["points"][age.point.id] |= {"text": _age_words(age), "look": "unknown", "sign": _SIGNS[age.freshness]}
    rank = {level: number for number, level in enumerate(Freshness)}
    data["signs"] = {age.point.id: [_SIGNS[age.freshness], age.freshness.value, rank[age.freshness]] for age in ages}
    return data


def _age_words(age: PointAge) -> str:
    if age.days is None:
        return str(_NAMES[age.freshness])
    return ngettext("%(state)s, %(num)d day ago", "%(state)s, %(num)d days ago", age.days, state=_NAMES[age.freshness])
