"""Which points come into question, and which of them are open when: chosen once for each kind of question (候选点).

Points with the same hours and closures form a group, so that the state of a few hundred groups, known once for each
minute, stands for that of all points.
"""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.points import PointKind, ServicePoint
from mapapp.geography.point_index import PointIndex
from mapapp.geography.selection import Groups, Selection
from mapapp.hours.opening_hours import Closure, Schedule, Status

# What is asked for: matters, kind, street.
Wish = tuple[tuple[str, ...], PointKind | None, str | None]

# How many states of groups are kept in memory: a thousand minutes of 2,000 groups.
_STATES_KEPT = 2_000_000
# How many selections by several matters, kind or street are kept; those by one matter are kept for good.
_WISHES_KEPT = 256
# Groups that changes may add, besides as many again as there were, before all are made anew.
_GROUPS_MORE = 64
_MINUTE = timedelta(minutes=1)


class Choices:
    """The points of one catalogue by what is asked for. Built once per revision; safe for threads."""

    def __init__(self, catalogue: Catalogue, points: tuple[ServicePoint, ...]) -> None:
        self._catalogue = catalogue
        self._points = points
        self._numbers = {point.id: number for number, point in enumerate(points)}
        self._index = PointIndex([point.place.coordinate for point in points])
        self._group_of: dict[tuple[str | None, tuple[Closure, ...]], int] = {}
        self._schedules: list[Schedule] = []
        self._lock = Lock()
        self._own_groups = np.array([self._group(point, point.hours_rule) for point in points], dtype=np.int32)
        self._by_matter: dict[str, Selection] = {}
        self._by_wish: dict[Wish, Selection] = {}
        self._open: dict[tuple[datetime, int], Groups] = {}
        self._by_minute = _by_minute(catalogue)
        self._groups_at_first = len(self._schedules)

    def is_worn(self) -> bool:
        """Return whether changes have left so many groups behind that making all of them anew is worth it."""
        return len(self._schedules) > 2 * self._groups_at_first + _GROUPS_MORE

    def number(self, point_id: str) -> int:
        """Return the number of a point."""
        return self._numbers[point_id]

    def renewed(self, catalogue: Catalogue, points: tuple[ServicePoint, ...], changed: Collection[int]) -> "Choices":
        """Return the choices of a catalogue with the same points, of which the `changed` numbers may differ.

        What does not concern them is used again; this object stays as it is.
        """
        new = copy(self)
        new._catalogue, new._points, new._lock = catalogue, points, Lock()
        with self._lock:
            new._group_of, new._schedules = dict(self._group_of), list(self._schedules)
        new._own_groups = self._own_groups.copy()
        for number in changed:
            new._own_groups[number] = new._group(points[number], points[number].hours_rule)
        new._by_minute = _by_minute(catalogue)
        # a state is one of the groups there were then; where there are more by now it is worked out again
        new._open = self._open.copy()
        new._by_matter, new._by_wish = self._by_matter.copy(), self._by_wish.copy()
        for number in changed:
            new._forget(self, number)
        moved = {
            number: points[number].place.coordinate
            for number in changed
            if points[number].place.coordinate != self._points[number].place.coordinate
        }
        if moved:
            index = new._index = self._index.moved(moved)
            new._by_matter = {code: index.taken_over(each) for code, each in new._by_matter.items()}
            new._by_wish = {wish: index.taken_over(each) for wish, each in new._by_wish.items()}
        return new

    def _forget(self, before: "Choices", number: int) -> None:
        """Drop the selections in which the point is or was, where it is another one for them."""
        codes, is_same = self._matters_touched(before, number)
        if is_same and not codes:
            return
        for code in codes:
            self._by_matter.pop(code, None)
        for wish in tuple(self._by_wish):
            if not codes.isdisjoint(wish[0]) or not (wish[0] or is_same):
                del self._by_wish[wish]

    def _matters_touched(self, before: "Choices", number: int) -> tuple[set[str], bool]:
        """Return the matters for which the point is another one, and whether it is the same for itself."""
        old, new = before._points[number], self._points[number]
        offered = before._catalogue.offers_by_point[old.id], self._catalogue.offers_by_point[new.id]
        closures = [each.get(old.id, ()) for each in (before._catalogue.closures, self._catalogue.closures)]
        facts = [(each.place.coordinate, each.hours_rule, each.kind, each.street) for each in (old, new)]
        if facts[0] != facts[1] or closures[0] != closures[1]:
            return {offer.matter_code for offer in (*offered[0], *offered[1])}, False
        terms = [{(offer.matter_code, offer.hours_rule) for offer in each} for each in offered]
        return {code for code, _ in terms[0] ^ terms[1]}, True

    def selection(self, wish: Wish) -> Selection:
        """Return the points that take all matters and are of the kind and in the street.

        Raises NotFound `unknown_matter`.
        """
        matters, kind, street = wish
        if kind is None and street is None and len(matters) == 1:
            return self._taking(matters[0])
        chosen = self._by_wish.get(wish)
        if chosen is None:
            for code in matters:
                self._catalogue.matter(code)
            chosen = self._chosen(matters, kind, street)
            with self._lock:
                while len(self._by_wish) >= _WISHES_KEPT:
                    del self._by_wish[next(iter(self._by_wish))]
                self._by_wish[wish] = chosen
        return chosen

    def open_at(self, at: datetime) -> Groups:
        """Return the groups that are open at the aware time `at`."""
        return self._groups(at, 0, lambda status: status.is_open)

    def open_within(self, at: datetime, minutes: int) -> Groups:
        """Return the groups that are open at some moment from `at` until `minutes` later."""
        at = _whole_minute(at) if self._by_minute else at
        # one more for the seconds of `at`, one for the rounding of a walk to whole minutes
        end = at + (minutes + 2) * _MINUTE
        return self._groups(
            at, minutes, lambda each: each.is_open or (each.opens_at is not None and each.opens_at <= end)
        )

    def _groups(self, at: datetime, minutes: int, counts: Callable[[Status], bool]) -> Groups:
        moment = _whole_minute(at) if self._by_minute else at
        # offers with hours of their own add groups, as their matter is first asked for
        schedules = tuple(self._schedules)
        found = self._open.get((moment, minutes))
        if found is None or len(found.mask) < len(schedules):
            found = Groups(np.array([counts(schedule.status_at(moment)) for schedule in schedules], dtype=np.bool_))
            with self._lock:
                while len(self._open) * len(schedules) > _STATES_KEPT:
                    del self._open[next(iter(self._open))]
                self._open[moment, minutes] = found
        return found

    def _taking(self, code: str) -> Selection:
        chosen = self._by_matter.get(code)
        if chosen is None:
            self._catalogue.matter(code)
            chosen = self._by_matter[code] = self._chosen((code,), None, None)
        return chosen

    def _chosen(self, matters: tuple[str, ...], kind: PointKind | None, street: str | None) -> Selection:
        numbers: Iterable[int] = range(len(self._points))
        if matters:
            rows = sorted((self._catalogue.offers_by_matter[code] for code in matters), key=len)
            numbers = sorted(self._numbers[each] for each in rows[0] if all(each in row for row in rows[1:]))
        if kind is not None or street is not None:
            numbers = [number for number in numbers if self._is(number, kind, street)]
        chosen = np.fromiter(numbers, dtype=np.int32)
        return self._index.selection(chosen, self._groups_of(chosen, matters))

    def _is(self, number: int, kind: PointKind | None, street: str | None) -> bool:
        point = self._points[number]
        return (kind is None or point.kind is kind) and (street is None or point.street == street)

    def _groups_of(self, numbers: NDArray[np.int32], matters: tuple[str, ...]) -> NDArray[np.integer]:
        """Return the group of each of these points; the hours of an offer count when one matter is asked for."""
        groups = self._own_groups[numbers]
        if len(matters) == 1:
            offers = self._catalogue.offers_by_matter[matters[0]]
            for place, number in enumerate(numbers.tolist()):
                rule = offers[self._points[number].id].hours_rule
                if rule:
                    with self._lock:
                        groups[place] = self._group(self._points[number], rule)
        # a byte each where that is enough: it counts when there are millions of links
        return groups.astype(np.min_scalar_type(len(self._schedules)))

    def _group(self, point: ServicePoint, rule: str | None) -> int:
        closures = self._catalogue.closures
        key = (rule, closures.get("", ()) + closures.get(point.id, ()))
        group = self._group_of.get(key)
        if group is None:
            group = self._group_of[key] = len(self._schedules)
            self._schedules.append(Schedule.of(rule, self._catalogue.calendar, key[1]))
        return group


def _by_minute(catalogue: Catalogue) -> bool:
    """Return whether a state holds for its minute: hours change on whole minutes, and so does every closure."""
    moments = (moment for row in catalogue.closures.values() for each in row for moment in (each.starts, each.ends))
    return all(moment is None or moment == _whole_minute(moment) for moment in moments)


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
