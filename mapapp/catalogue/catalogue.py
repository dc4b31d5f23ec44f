"""The catalogue (the snapshot): everything a read needs, immutable, one object per revision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from mapapp.catalogue.matters import Matter, Offer
from mapapp.catalogue.offering import Offers, no_collection
from mapapp.catalogue.packages import Package
from mapapp.catalogue.points import NamedPlace, ServicePoint
from mapapp.errors import NotFound
from mapapp.geography.district import District
from mapapp.geography.walking_network import WalkingNetwork
from mapapp.hours.opening_hours import Closure, Schedule, Status
from mapapp.hours.work_calendar import WorkCalendar


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All facts of one revision. Built by `loading.py` (or a test); never changed afterwards.

    `points`, `matters`, `packages` are in order of id or code. `closures` maps a point id to its closures;
    the key "" holds those of the whole district. `areas` are further GeoJSON feature collections by name, such as
    `communities` and `population`. `network` is None until an operator loads one.
    `digest` names the content (hex), for ETags: made of `rest_digest`, that of all but the points, and `point_digests`
    by point id.
    """

    revision: int
    digest: str
    points: Mapping[str, ServicePoint]
    matters: Mapping[str, Matter]
    packages: Mapping[str, Package]
    offers: Sequence[Offer]
    calendar: WorkCalendar
    closures: Mapping[str, tuple[Closure, ...]]
    district: District
    named_places: tuple[NamedPlace, ...] = ()
    areas: Mapping[str, Any] = field(default_factory=dict)
    network: WalkingNetwork | None = None
    next_change_at: datetime | None = None
    is_sample: bool = True
    rest_digest: str = ""
    point_digests: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def offers_by_matter(self) -> Mapping[str, Mapping[str, Offer]]:
        """Return matter code -> point id -> offer."""
        table: dict[str, dict[str, Offer]] = {code: {} for code in self.matters}
        with no_collection():
            for offer in self.offers:
                table[offer.matter_code][offer.point_id] = offer
        return MappingProxyType({code: MappingProxyType(row) for code, row in table.items()})

    @cached_property
    def offers_by_point(self) -> Mapping[str, tuple[Offer, ...]]:
        """Return point id -> its offers in order of matter code."""
        if isinstance(self.offers, Offers) and self.offers.by_point.keys() == self.points.keys():
            return self.offers.by_point
        table: dict[str, list[Offer]] = {point_id: [] for point_id in self.points}
        for offer in self.offers:
            table[offer.point_id].append(offer)
        ordered = {point: tuple(sorted(row, key=lambda offer: offer.matter_code)) for point, row in table.items()}
        return MappingProxyType(ordered)

    @cached_property
    def packages_by_matter(self) -> Mapping[str, tuple[Package, ...]]:
        """Return matter code -> the packages it is part of."""
        table: dict[str, list[Package]] = {code: [] for code in self.matters}
        for package in self.packages.values():
            for code in package.members:
                table[code].append(package)
        return MappingProxyType({code: tuple(row) for code, row in table.items()})

    @cached_property
    def _schedules(self) -> dict[tuple[str, str | None], Schedule]:
        # one schedule for each (point, rule) that occurs, made when first asked for
        return {}

    def schedules_of_others(self, changed: Collection[str]) -> dict[tuple[str, str | None], Schedule]:
        """Return the schedules made so far of all points but the changed ones."""
        # the copy first, in one step: other threads may be making more
        return {key: made for key, made in self._schedules.copy().items() if key[0] not in changed}

    def point(self, point_id: str) -> ServicePoint:
        """Return the point with this id; raise NotFound `unknown_point`."""
        try:
            return self.points[point_id]
        except KeyError:
            raise NotFound("unknown_point", field="id", value=point_id) from None

    def matter(self, code: str) -> Matter:
        """Return the matter with this code; raise NotFound `unknown_matter`."""
        try:
            return self.matters[code]
        except KeyError:
            raise NotFound("unknown_matter", field="matter", value=code) from None

    def package(self, code: str) -> Package:
        """Return the package with this code; raise NotFound `unknown_package`."""
        try:
            return self.packages[code]
        except KeyError:
            raise NotFound("unknown_package", field="package", value=code) from None

    def schedule(self, point_id: str, offer: Offer | None = None) -> Schedule:
        """Return when the point is open, or the offer there, whose own hours win; closures count for both."""
        rule = offer.hours_rule if offer is not None and offer.hours_rule else self.points[point_id].hours_rule
        key = (point_id, rule)
        schedule = self._schedules.get(key)
        if schedule is None:
            closures = self.closures.get("", ()) + self.closures.get(point_id, ())
            schedule = self._schedules[key] = Schedule.of(rule, self.calendar, closures)
        return schedule

    def status(self, point_id: str, at: datetime, offer: Offer | None = None) -> Status:
        """Return whether the point (or the offer there) is open at the aware time `at`."""
        return self.schedule(point_id, offer).status_at(at)

    def points_doing_all(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the ids of the points that take every one of these matters, in order of id."""
        if not codes:
            return tuple(self.points)
        rows = [self.offers_by_matter.get(code, {}) for code in codes]
        return tuple(point_id for point_id in self.points if all(point_id in row for row in rows))

    def district_name(self, on: date, language: str) -> str:
        """Return what the district is called on that day, in `language` ("zh" or "en")."""
        return self.district.name(on, language)
