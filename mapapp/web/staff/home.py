"""The start page of staff (工作台): what waits for me, my points, and for the district office how fresh all is."""

from datetime import timedelta
from typing import Any

from flask import Response

from mapapp.booking import day as days
from mapapp.booking import fitting
from mapapp.catalogue.search_misses import most_frequent
from mapapp.editing import drafting, positions, reports
from mapapp.editing.changes import ChangeState, SubjectKind
from mapapp.editing.roles import Deed, Reach, Staff, may, reach
from mapapp.web import office as offices
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.changes import change_lines
from mapapp.web.staff.login import current_staff, staff_database
from mapapp.web.staff.points import point_lines
from mapapp.web.staff.subjects import subject_title
from mapapp.web.words import role_name

blueprint = staff_blueprint("home", __name__)
# Lines of a list on the start page; the rest is behind its link.
_SHOWN = 8
_MISSES = 5


@blueprint.get("/staff/")
def show() -> Response:
    """Answer with what waits for whoever is logged in."""
    staff, now = current_staff(), current_now()
    points = staff.points if reach(staff.role, Deed.LOOK) is Reach.OWN else None
    with staff_database().reading() as session:
        waiting = drafting.changes(session, states=(ChangeState.WAITING,), point_ids=points)
        to_check = tuple(row for row in waiting if may(staff, Deed.PUBLISH, drafting.scope(session, row)))
        mine = drafting.changes(
            session,
            states=(ChangeState.DRAFT, ChangeState.WAITING, ChangeState.SCHEDULED, ChangeState.DECLINED),
            made_by=staff.name,
        )
        published = drafting.changes(session, states=(ChangeState.PUBLISHED,), point_ids=points, limit=200)
        reported = reports.count_open(session, points)
        to_review, unplaced = positions.to_review(session, points), positions.unplaced(session, points)
        misses = most_frequent(session, limit=_MISSES + 1) if may(staff, Deed.FOLK) else ()
    rows = point_lines()
    week = [row for row in published if row.published_at and now - row.published_at <= timedelta(days=7)]
    return page(
        "staff/home.html",
        cache=PRIVATE,
        staff=staff,
        role=role_name(staff.role.value),
        counts={**_counts(rows, len(to_check), len(mine), reported), "to_review": len(to_review) + len(unplaced)},
        lost=_lost(staff),
        visits=_visits(staff),
        to_review=to_review[:_SHOWN],
        unplaced=unplaced[:_SHOWN],
        misses=misses[:_MISSES],
        more_misses=len(misses) > _MISSES,
        to_check=change_lines(to_check[:_SHOWN]),
        mine=change_lines(mine[:_SHOWN]),
        week=change_lines(tuple(week[:_SHOWN])),
        points=[row for row in rows if row["is_mine"]] or rows[:_SHOWN],
        has_own=any(row["is_mine"] for row in rows),
        confirm_days=current_settings().confirm_days,
        may_confirm=may(staff, Deed.CONFIRM),
        is_office=may(staff, Deed.COMMON),
        oversees=may(staff, Deed.OVERSEE),
        year=now.year + (1 if now.month >= 11 else 0),
    )


def _visits(staff: Staff) -> dict[str, Any] | None:
    """Return today's bookings: how many, and the points with theirs; None for those who do not see who comes."""
    right = reach(staff.role, Deed.VISITS)
    if right is Reach.NONE:
        return None
    points = None if right is Reach.ALL else staff.points
    with staff_database().reading() as session:
        found = days.count_day(session, current_now().date(), points)
    # one's own points are listed even when nobody comes
    shown = {**dict.fromkeys(sorted(points or ()), 0), **found}
    rows = sorted(shown.items(), key=lambda row: (-row[1], row[0]))[:_SHOWN]
    return {
        "count": sum(found.values()),
        "rows": [(point_id, subject_title(SubjectKind.POINT.value, point_id), count) for point_id, count in rows],
        "more": len(shown) - len(rows),
    }


def _lost(staff: Staff) -> dict[str, int]:
    """Return point id -> bookings that no longer fit, of the points whose visitors one may see."""
    right = reach(staff.role, Deed.VISITS)
    if right is Reach.NONE or (right is Reach.OWN and not staff.points):
        return {}
    points = None if right is Reach.ALL else staff.points
    found = offices.seen(fitting.count_misfits, offices.current_office(), current_now(), points)
    return dict(sorted(found.items()))


def _counts(rows: list[dict[str, Any]], to_check: int, mine: int, reported: int) -> dict[str, int]:
    own = [row for row in rows if row["is_mine"]] or rows
    return {
        "to_check": to_check,
        "mine": mine,
        "reported": reported,
        "overdue": sum(row["is_overdue"] for row in own),
        "unsure": sum(row["row"].accuracy_m > 100 for row in own),
    }
