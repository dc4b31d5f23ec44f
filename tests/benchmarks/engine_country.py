"""A made-up country for measurements: points clustered like towns, 10,000 matters, 200 schedules; and the truth."""

import random
import resource
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from mapapp.geography.coordinate import Coordinate
from mapapp.geography.point_index import PointIndex
from mapapp.geography.selection import Groups, Selection
from mapapp.hours.opening_hours import ZONE, Schedule
from mapapp.hours.work_calendar import WorkCalendar

MATTERS, SCHEDULES, RARE = 10_000, 200, 100
COMMON_MATTER, MIDDLE_MATTER, RARE_MATTER = 0, 10, MATTERS - 1
# A degree of latitude is nowhere shorter than 110,574 m: a bound that no index here makes use of.
METRES_PER_DEGREE = 110_574.0
GEOD = Geod(ellps="WGS84")
# Wednesday: offices are open by day, only those that never close by night.
DAY, NIGHT = datetime(2026, 11, 25, 9, tzinfo=ZONE), datetime(2026, 11, 25, 0, tzinfo=ZONE)


def share_of(matter: int) -> float:
    """Return which share of the points takes the matter: 28.5 of them at each point on average."""
    return 0.3 if matter < 10 else 0.02 if matter < 210 else 0.0022


@dataclass(frozen=True, kw_only=True)
class Country:
    """Coordinates by number, the numbers that take each matter, the schedule of each number."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    takers: list[NDArray[np.int32]]
    groups: NDArray[np.uint8]
    schedules: tuple[Schedule, ...]

    @classmethod
    def of(cls, points: int) -> "Country":
        """Return the same pseudo-random country each time: towns of some 2,000 points, most within 5 km."""
        dice = np.random.default_rng(points)
        towns = dice.uniform((100, 25), (120, 40), (max(points // 2000, 1), 2))
        lon, lat = (towns[dice.integers(0, len(towns), points)] + dice.normal(0, 0.025, (points, 2))).T
        takers = [
            np.unique(dice.integers(0, points, round(points * share_of(matter))), sorted=True).astype(np.int32)
            for matter in range(MATTERS - 1)
        ]
        takers.append(np.unique(dice.choice(points, min(RARE, max(points // 10_000, 1)))).astype(np.int32))
        groups = np.where(dice.random(points) < 0.01, 0, dice.integers(1, SCHEDULES, points))
        return cls(lon=lon, lat=lat, takers=takers, groups=groups.astype(np.uint8), schedules=_schedules())

    def origins(self, count: int, seed: int) -> list[Coordinate]:
        """Return where residents stand: a kilometre or two from some point."""
        dice = random.Random(seed)
        numbers = [dice.randrange(len(self.lon)) for _ in range(count)]
        return [Coordinate(self.lon[n] + dice.gauss(0, 0.01), self.lat[n] + dice.gauss(0, 0.01)) for n in numbers]

    def open_at(self, moment: datetime) -> Groups:
        """Return the schedules that are open at the moment."""
        return Groups(np.array([schedule.status_at(moment).is_open for schedule in self.schedules]))


class Engine:
    """What the finder asks, for a country: a selection for each matter."""

    def __init__(self, country: Country) -> None:
        index = PointIndex([Coordinate(lon, lat) for lon, lat in zip(country.lon, country.lat, strict=True)])
        self.by_matter: list[Selection] = [
            index.selection(numbers, country.groups[numbers]) for numbers in country.takers
        ]
        for selection in self.by_matter:
            selection.prepare()

    def nearest(self, matter: int, origin: Coordinate, groups: Groups | None, k: int) -> list[tuple[float, int]]:
        """Return the `k` nearest (metres, number)."""
        found = self.by_matter[matter].nearest_first(origin, groups)
        return [row for row, _ in zip(found, range(k), strict=False)]


class Truth:
    """A geodesic to every point that could be nearer, as latitude alone bounds it."""

    def __init__(self, country: Country, matter: int) -> None:
        numbers = country.takers[matter]
        self._numbers = numbers[np.argsort(country.lat[numbers], kind="stable")]
        self._country, self._lat = country, country.lat[self._numbers]

    def nearest(self, origin: Coordinate, groups: Groups | None, k: int, within_m: float) -> list[tuple[float, int]]:
        """Return the `k` nearest (metres, number) of all within `within_m` metres."""
        reach = within_m * 1.001 / METRES_PER_DEGREE + 1e-9
        first, last = np.searchsorted(self._lat, (origin.lat - reach, origin.lat + reach))
        numbers = self._numbers[first:last]
        if groups is not None:
            numbers = numbers[groups.mask[self._country.groups[numbers]]]
        here = np.full(len(numbers), origin.lon), np.full(len(numbers), origin.lat)
        _, _, metres = GEOD.inv(*here, self._country.lon[numbers], self._country.lat[numbers])
        rows = zip(np.asarray(metres).tolist(), numbers.tolist(), strict=True)
        return sorted(row for row in rows if row[0] <= within_m)[:k]


def moments(mode: str, count: int, seed: int) -> list[datetime | None]:
    """Return when is asked: None, some minute of office hours, or some minute from midnight to six."""
    dice = random.Random(seed)
    if mode == "all":
        return [None] * count
    start, minutes = (DAY, 480) if mode == "day" else (NIGHT, 360)
    return [start + timedelta(minutes=dice.randrange(minutes)) for _ in range(count)]


def resident_mb() -> float:
    """Return how much memory the process has needed at most, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rules() -> list[str]:
    """Return the 200 opening hours, that of the points which never close first."""
    dice = random.Random(5)
    made = ["24/7"]
    while len(made) < SCHEDULES:
        opens, noon, back, ends = (
            dice.choice(("08:00", "08:30", "09:00", "09:30")),
            dice.choice(("11:30", "12:00", "12:30")),
            dice.choice(("13:00", "13:30", "14:00", "14:30")),
            dice.choice(("16:30", "17:00", "17:30", "18:00", "19:00")),
        )
        days = dice.choice(("Mo-Fr", "Mo-Sa", "Mo-Su", "Tu-Su"))
        hours = f"{opens}-{ends}" if dice.random() < 0.2 else f"{opens}-{noon},{back}-{ends}"
        rule = f"{days} {hours}; PH off"
        if rule not in made:
            made.append(rule)
    return made


def _schedules() -> tuple[Schedule, ...]:
    calendar = WorkCalendar.of(())
    return tuple(Schedule.of(rule, calendar) for rule in rules())
