"""Whose coverage is asked about (覆盖谁): one matter, a package, a kind of point or any point, from when, how far."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.points import PointKind
from mapapp.errors import InvalidQuery

WITHIN_MIN_M, WITHIN_MAX_M, WITHIN_STEP_M = 100, 5000, 10


class Mode(StrEnum):
    """What it takes to have a package: one point that takes all of it, or a trip to several."""

    ONE_POINT = "one_point"
    TRIP = "trip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is measured: for whom, within how many metres of walking, at which aware time (None: whenever open).

    At most one of `matter`, `package` and `kind` is given; none means any point.
    Raises InvalidQuery `one_of` or `wrong_parameter`.
    """

    within_m: int
    matter: str | None = None
    package: str | None = None
    kind: PointKind | None = None
    mode: Mode = Mode.ONE_POINT
    at: datetime | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("matter", "package", "kind") if getattr(self, name) is not None]
        if len(given) > 1:
            raise InvalidQuery("one_of", field=given[1], names=", ".join(given))
        if not WITHIN_MIN_M <= self.within_m <= WITHIN_MAX_M or self.within_m % WITHIN_STEP_M:
            raise InvalidQuery("wrong_parameter", field="within", value=self.within_m)
        if self.at is not None and self.at.tzinfo is None:
            raise InvalidQuery("wrong_parameter", field="at", value=self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taker:
    """A point that counts for a question, and the offers that must be open there; none: the point itself."""

    point_id: str
    offers: tuple[Offer, ...] = ()


def goal_within(goal_m: float) -> int:
    """Return the distance in metres that can be asked for and is nearest to the goal."""
    return max(WITHIN_MIN_M, min(WITHIN_MAX_M, round(goal_m / WITHIN_STEP_M) * WITHIN_STEP_M))


def matters_of(question: Question, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the codes of the matters asked about; raise NotFound `unknown_matter`, `unknown_package`."""
    if question.matter is not None:
        return (catalogue.matter(question.matter).code,)
    return () if question.package is None else catalogue.package(question.package).members


def takers_of(question: Question, catalogue: Catalogue) -> tuple[Taker, ...]:
    """Return the points that take all of what is asked about, in order of id, open or not; raise NotFound."""
    codes = matters_of(question, catalogue)
    if codes:
        rows = [catalogue.offers_by_matter[code] for code in codes]
        return tuple(
            Taker(point_id=point_id, offers=tuple(row[point_id] for row in rows))
            for point_id in catalogue.points_doing_all(codes)
        )
    if question.matter is None and question.package is not None:
        return ()  # a package without members is nothing anybody could do
    kind = question.kind
    return tuple(Taker(point_id=each.id) for each in catalogue.points.values() if kind is None or each.kind is kind)


def open_at(takers: Iterable[Taker], catalogue: Catalogue, at: datetime | None) -> tuple[str, ...]:
    """Return the ids of the takers that are certainly open at that time, of all of them when it is None."""
    if at is None:
        return tuple(taker.point_id for taker in takers)
    return tuple(
        taker.point_id
        for taker in takers
        if all(catalogue.status(taker.point_id, at, offer).is_open for offer in taker.offers or (None,))
    )
