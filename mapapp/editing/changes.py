"""What a change is (变更): values before and after, its state from draft to published, and what differs.

Values are what JSON can hold, so that a draft, an audit entry and an import speak of the same things.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

# field -> value; lists, texts, numbers, flags and None
Values = Mapping[str, Any]


class ChangeState(StrEnum):
    """Where a change stands (变更状态)."""

    # 起草: only those who may look see it
    DRAFT = "draft"
    # 待核: waits for a second person
    WAITING = "waiting"
    # 定时: will be published at a moment that is settled
    SCHEDULED = "scheduled"
    # 公布
    PUBLISHED = "published"
    # 退回: the second person said no
    DECLINED = "declined"
    # 作废: dropped by its author
    DROPPED = "dropped"


class SubjectKind(StrEnum):
    """What can be changed. `closures` and `announcements` of the whole district have the key "district"."""

    POINT = "point"
    CLOSURES = "closures"
    OFFERS = "offers"
    MATTER = "matter"
    PACKAGE = "package"
    CALENDAR = "calendar"
    ANNOUNCEMENTS = "announcements"


DISTRICT = "district"
OPEN_STATES = (ChangeState.DRAFT, ChangeState.WAITING, ChangeState.SCHEDULED)
# state -> the states it may go to
STEPS: Mapping[ChangeState, frozenset[ChangeState]] = {
    ChangeState.DRAFT: frozenset(
        (ChangeState.WAITING, ChangeState.SCHEDULED, ChangeState.PUBLISHED, ChangeState.DROPPED)
    ),
    ChangeState.WAITING: frozenset(
        (ChangeState.DRAFT, ChangeState.SCHEDULED, ChangeState.PUBLISHED, ChangeState.DECLINED, ChangeState.DROPPED)
    ),
    ChangeState.SCHEDULED: frozenset((ChangeState.DRAFT, ChangeState.PUBLISHED, ChangeState.DROPPED)),
    ChangeState.PUBLISHED: frozenset(),
    ChangeState.DECLINED: frozenset((ChangeState.DRAFT, ChangeState.DROPPED)),
    ChangeState.DROPPED: frozenset(),
}
# What changes from day to day at a point, so that its editor publishes it alone.
DAILY_FIELDS: Mapping[SubjectKind, frozenset[str] | None] = {
    SubjectKind.POINT: frozenset(("hours_rule", "phone", "windows", "accessibility")),
    # None: all of it
    SubjectKind.CLOSURES: None,
    SubjectKind.ANNOUNCEMENTS: None,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that is not the same before and after."""

    field: str
    before: Any
    after: Any


def difference(before: Values, after: Values) -> tuple[Difference, ...]:
    """Return the fields of `after` that are not as before, in the order of `after`."""
    return tuple(
        Difference(field=field, before=before.get(field), after=value)
        for field, value in after.items()
        if not _is_same(before.get(field), value)
    )


def list_difference(before: Sequence[Any], after: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return (what is gone, what is new) between two lists, each in its own order."""
    gone = tuple(item for item in before if item not in after)
    new = tuple(item for item in after if item not in before)
    return gone, new


def version_of(values: Values) -> str:
    """Return the name (hex) of these values, whatever the order of the fields; another one after any change."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), digest_size=10).hexdigest()


def is_daily(kind: SubjectKind, fields: Sequence[str]) -> bool:
    """Return whether all these fields may be published by the editor of a point alone."""
    if kind not in DAILY_FIELDS:
        return False
    daily = DAILY_FIELDS[kind]
    return daily is None or daily.issuperset(fields)


def changed_by(kind: SubjectKind, key: str) -> tuple[str, ...] | None:
    """Return the ids of the points whose facts a change of this subject touches; None when it touches more."""
    if kind is SubjectKind.ANNOUNCEMENTS:
        return ()
    of_a_point = kind in (SubjectKind.POINT, SubjectKind.OFFERS) or (kind is SubjectKind.CLOSURES and key != DISTRICT)
    return (key,) if of_a_point else None


def can_become(state: ChangeState, wanted: ChangeState) -> bool:
    """Return whether a change in one state may go to the other."""
    return wanted in STEPS[state]


def is_undoable(published_at: datetime, now: datetime, undo_days: int) -> bool:
    """Return whether what was published then can still be undone in one step."""
    return now - published_at <= timedelta(days=undo_days)


def is_overdue(confirmed_on: date | None, today: date, confirm_days: int) -> bool:
    """Return whether a point waits for somebody to say that all is still right."""
    return confirmed_on is None or today - confirmed_on > timedelta(days=confirm_days)


def _is_same(one: Any, other: Any) -> bool:
    # an absent text and an empty one say the same
    return one == other or (one in (None, "") and other in (None, ""))
