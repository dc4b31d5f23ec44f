"""When is it one's turn (轮到的时刻): for every minute of the day of a trip, by the schedules of its stops."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import ceil

import numpy as np
from numpy.typing import NDArray

from mapapp.finder.trip_problem import Numbers
from mapapp.hours.opening_hours import ZONE, Schedule, Status

NEVER = -1


class Turns:
    """The turns of one trip. Times are minutes after the aware time `at` at which it begins.

    A turn takes `service` minutes, all of them within the opening hours and the day on which the trip begins. For the
    next opening that is long enough one waits `patience` minutes at most. Statuses are kept by schedule: most points
    share one.
    """

    def __init__(self, at: datetime, *, service: int, patience: int) -> None:
        self._at, self.service, self._patience = at, service, patience
        # hours are Chongqing's, whatever zone the question comes in
        self._day: date = at.astimezone(ZONE).date()
        self.midnight = self._last_minute(self._clock(time(0)) + timedelta(days=1))
        # a turn that begins later would not end on that day
        self.size = max(self.midnight - service + 1, 0)
        self._statuses: dict[tuple[int, int], Status] = {}

    def at(self, minutes: int) -> datetime:
        """Return the aware time of a minute."""
        return self._at + timedelta(minutes=minutes)

    def status(self, schedule: Schedule, minutes: int) -> Status:
        """Return what the schedule says at a minute."""
        key = (id(schedule), minutes)
        status = self._statuses.get(key)
        if status is None:
            status = self._statuses[key] = schedule.status_at(self.at(minutes))
        return status

    def begins(self, schedule: Schedule) -> Numbers:
        """Return for each minute when the turn of one who is there begins, `NEVER` when that is too late or never.

        There are `size` of them; after the last it never does.
        """
        size = self.size
        row = np.full(size, NEVER, dtype=np.int64)
        minute = answered = 0
        while minute < size:
            status = self.status(schedule, minute)
            change = status.changes_at
            if status.is_open:
                closes = self.midnight if change is None else min(self._last_minute(change), self.midnight)
                begun = max(closes - self.service + 1, minute)
                if begun > minute:
                    row[max(answered, minute - self._patience) : minute] = minute
                    row[minute:begun] = np.arange(minute, begun)
                    answered = begun
            minute = size if change is None else max(self._minutes(change), minute + 1)
        return row

    def last(self, schedule: Schedule) -> int:
        """Return the last minute at which a turn may begin on the day of the trip; `NEVER` if none."""
        spans = schedule.spans_on(self._day).spans
        ends = [self.midnight if span.end == time(0) else self._last_minute(self._clock(span.end)) for span in spans]
        return max(max(ends, default=0) - self.service, NEVER)

    def _clock(self, moment: time) -> datetime:
        return datetime.combine(self._day, moment, tzinfo=ZONE)

    def _minutes(self, at: datetime) -> int:
        return ceil((at - self._at) / timedelta(minutes=1))

    def _last_minute(self, at: datetime) -> int:
        return (at - self._at) // timedelta(minutes=1)


class Stays:
    """What gets done at points, by when one arrives there: `rotas` holds for each matter and each point the number in
    `schedules` of the one by which it is open there, `NEVER` where it is not taken. Shape (matters, points)."""

    def __init__(self, turns: Turns, rotas: Numbers, schedules: Sequence[Schedule]) -> None:
        self._turns, self._schedules = turns, schedules
        used = np.unique(rotas[rotas != NEVER])
        self._used = used.tolist()
        self._rotas = np.where(rotas == NEVER, NEVER, np.searchsorted(used, rotas))
        # one column more for all who come too late
        self._begins = np.full((len(used), turns.size + 1), NEVER, dtype=np.int16)
        self._is_known = np.zeros(len(used), dtype=bool)

    def done(self, numbers: Numbers, arrive: Numbers, rest: Numbers) -> tuple[Numbers, Numbers]:
        """Return which of the matters in `rest` get done by those who arrive at these points, and when they leave."""
        done, leave = np.zeros_like(rest), arrive.copy()
        for bit, rota in enumerate(self._rotas):
            rows = np.flatnonzero((rest >> bit & 1 == 1) & (rota[numbers] != NEVER))
            if len(rows):
                begins = self._table(rota[numbers[rows]])
                turn = begins[rota[numbers[rows]], np.minimum(leave[rows], self._turns.size)]
                rows, turn = rows[turn != NEVER], turn[turn != NEVER]
                done[rows] |= 1 << bit
                leave[rows] = turn + self._turns.service
        return done, leave

    def _table(self, rota: Numbers) -> NDArray[np.int16]:
        for number in np.unique(rota[~self._is_known[rota]]).tolist():
            self._begins[number, :-1] = self._turns.begins(self._schedules[self._used[number]])
            self._is_known[number] = True
        return self._begins
