"""How much of the week (一周覆盖): land times hours in which a point within the walk is open, over the whole week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np
from numpy.typing import NDArray

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.questions import Question, Taker, takers_of
from mapapp.errors import InvalidQuery
from mapapp.hours.opening_hours import Schedule

_DAYS, _DAY_MINUTES = 7, 24 * 60
WEEK_HOURS = 168


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekShare:
    """`share` of land times week, 0 to 1; `open_hours` of the 168 in which at least one of the points is open."""

    monday: date
    share: float
    open_hours: float

    @property
    def hours_per_place(self) -> float:
        """Return in how many of the 168 hours the average piece of land has an open point within the walk."""
        return self.share * WEEK_HOURS


def week_share(coverage: Coverage, question: Question, day: date) -> WeekShare:
    """Return the share for the week, Monday to Sunday, in which `day` lies, with its holidays and closures.

    `question.at` is not looked at. A package counts at one point; hours that are not known count as closed.
    Raises InvalidQuery `wrong_parameter` for a week at the edge of the calendar.
    """
    monday = _monday_of(day)
    takers = takers_of(question, coverage.catalogue)
    open_minutes = _open_minutes(takers, coverage.catalogue, monday)
    covered = 0
    for pattern, minutes in _patterns(open_minutes):
        chosen = [takers[number] for number in np.flatnonzero(pattern)]
        if chosen:
            _, targets = coverage.targets(_whenever(question), chosen)
            covered += minutes * int(np.bitwise_count(coverage.ground.union(targets)).sum())
    open_at_all = int(open_minutes.any(axis=0).sum())
    return WeekShare(
        monday=monday,
        share=covered / (_DAYS * _DAY_MINUTES * len(coverage.ground.grid)),
        open_hours=open_at_all / 60,
    )


def _monday_of(day: date) -> date:
    try:
        monday = day - timedelta(days=day.weekday())
        _ = monday + timedelta(days=_DAYS)
    except OverflowError:
        raise InvalidQuery("wrong_parameter", field="at", value=day) from None
    return monday


def _patterns(open_minutes: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], int]]:
    """Return the different columns, and how many minutes each of them lasts in the week."""
    if not len(open_minutes):
        return []
    changes = np.flatnonzero(np.any(open_minutes[:, 1:] != open_minutes[:, :-1], axis=0)) + 1
    starts = np.concatenate([[0], changes])
    lasting = np.diff(np.concatenate([starts, [open_minutes.shape[1]]]))
    together: dict[bytes, tuple[NDArray[np.bool_], int]] = {}
    for start, minutes in zip(starts.tolist(), lasting.tolist(), strict=True):
        pattern = open_minutes[:, start]
        _, before = together.get(pattern.tobytes(), (pattern, 0))
        together[pattern.tobytes()] = (pattern, before + minutes)
    return list(together.values())


def _whenever(question: Question) -> Question:
    return Question(within_m=question.within_m, matter=question.matter, package=question.package, kind=question.kind)


def _open_minutes(takers: Sequence[Taker], catalogue: Catalogue, monday: date) -> NDArray[np.bool_]:
    """Return takers x minutes of the week: whether all that is asked about is open there."""
    known: dict[int, NDArray[np.bool_]] = {}
    rows = np.zeros((len(takers), _DAYS * _DAY_MINUTES), dtype=bool)
    for number, taker in enumerate(takers):
        schedules = {
            id(each): each for each in (catalogue.schedule(taker.point_id, o) for o in taker.offers or (None,))
        }
        for key, schedule in schedules.items():
            if key not in known:
                known[key] = _minutes_of(schedule, monday)
        rows[number] = np.logical_and.reduce([known[key] for key in schedules])
    return rows


def _minutes_of(schedule: Schedule, monday: date) -> NDArray[np.bool_]:
    minutes = np.zeros(_DAYS * _DAY_MINUTES, dtype=bool)
    for number in range(_DAYS):
        for span in schedule.spans_on(monday + timedelta(days=number)).spans:
            start = number * _DAY_MINUTES + _minute(span.start)
            end = number * _DAY_MINUTES + (_DAY_MINUTES if span.end == time(0) else _minute(span.end))
            minutes[start:end] = True
    return minutes


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
