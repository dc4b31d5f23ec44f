"""What does `mapapp hours RULE --at TIME` tell a program (机读答复)?"""

from collections.abc import Iterable
from datetime import datetime

from mapapp.hours.opening_hours import Schedule
from mapapp.hours.status import ZONE
from mapapp.hours.work_calendar import WorkCalendar


def hours_answers(
    rule: str, times: Iterable[datetime], calendar: WorkCalendar
) -> tuple[dict[str, str | bool | None], ...]:
    """Return one JSON-ready answer for each aware time: at, state, until, opens_at, reason and what explains it.

    Times are ISO 8601 in Asia/Shanghai. Raises InvalidQuery `invalid_hours` for a bad rule, `naive_time` for a time
    without an offset.
    """
    schedule = Schedule.of(rule, calendar)
    return tuple(_answer(schedule, at) for at in times)


def _answer(schedule: Schedule, at: datetime) -> dict[str, str | bool | None]:
    status = schedule.status_at(at)
    return {
        "at": _text(at),
        "state": status.state.value,
        "until": _text(status.until),
        "opens_at": _text(status.opens_at),
        "reason": None if status.reason is None else status.reason.value,
        "reason_detail": None if status.reason_detail is None else status.reason_detail.value,
        "reason_zh": status.reason_zh,
        "reason_en": status.reason_en,
        "calendar_unknown": status.calendar_unknown,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZONE).isoformat()
