"""What is covered worst, and which point would be missed most (最弱事项、最不能少的点), in order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from mapapp.coverage.analysis import Coverage
from mapapp.coverage.cells import Words
from mapapp.coverage.crowd import covered_counts, is_crowded, lone_counts
from mapapp.coverage.questions import Question
from mapapp.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterShare:
    """The covered share of the land for one matter, and at how many points it is taken."""

    code: str
    share_area: float
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosureHarm:
    """What would be lost without a point: share of land with any point near, and the same for each matter it takes.

    `matters` are (code, share of land lost) of those for which it is the only one somewhere, most first;
    `all_matters` is their sum: by it points are compared.
    """

    point_id: str
    share_lost: float
    all_matters: float
    matters: tuple[tuple[str, float], ...]


def matter_shares(coverage: Coverage, within_m: int, at: datetime | None = None) -> tuple[MatterShare, ...]:
    """Return every matter, the worst covered first, ties by code; those that no point takes come first of all."""
    catalogue, grid = coverage.catalogue, coverage.ground.grid
    taken = {code: _open_takers(coverage, within_m, code, at) for code in catalogue.matters}
    counts = covered_counts(grid, _rows(coverage, within_m), _numbered(coverage, taken.values()))
    rows = [
        MatterShare(code=code, share_area=count / len(grid), points=len(ids))
        for (code, ids), count in zip(taken.items(), counts, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (row.share_area, row.code)))


def closure_harms(coverage: Coverage, within_m: int) -> tuple[ClosureHarm, ...]:
    """Return every point, the one whose closure would hurt most first, ties by id."""
    catalogue, grid = coverage.catalogue, coverage.ground.grid
    ids, codes = list(catalogue.points), list(catalogue.offers_by_matter)
    alone = _cells_of_one_alone(coverage, ids, within_m)
    lost: dict[str, list[tuple[str, float]]] = {point_id: [] for point_id in ids}
    rows, takers = _rows(coverage, within_m), _numbered(coverage, catalogue.offers_by_matter.values())
    if is_crowded(grid, rows, takers):
        for number, matter, cells in lone_counts(grid, rows, takers):
            lost[ids[number]].append((codes[matter], cells / len(grid)))
    else:
        for code, offers in catalogue.offers_by_matter.items():
            for point_id, share in _cells_of_one_alone(coverage, list(offers), within_m).items():
                lost[point_id].append((code, share))
    harms = [_harm(point_id, alone[point_id], lost[point_id]) for point_id in ids]
    return tuple(sorted(harms, key=lambda harm: (-harm.all_matters, -harm.share_lost, harm.point_id)))


def closure_harm(
    coverage: Coverage, point_id: str, within_m: int, closed_too: Collection[str] = frozenset()
) -> ClosureHarm:
    """Return what would be lost without one point, when those of `closed_too` are closed as well.

    Raises NotFound `unknown_point`.
    """
    catalogue, ground = coverage.catalogue, coverage.ground
    if point_id not in catalogue.points:
        raise NotFound("unknown_point", field="id", value=point_id)
    gone = {point_id, *closed_too}

    def share_without(ids: Iterable[str]) -> float:
        here, *others = [
            ground.within(catalogue.points[each].place.coordinate, float(within_m))
            for each in (point_id, *(each for each in ids if each not in gone))
        ]
        left = here & ~np.bitwise_or.reduce(others, axis=0) if others else here
        return int(np.bitwise_count(left).sum()) / len(ground.grid)

    lost = [(code, share_without(row)) for code, row in catalogue.offers_by_matter.items() if point_id in row]
    return _harm(point_id, share_without(catalogue.points), lost)


def _open_takers(coverage: Coverage, within_m: int, code: str, at: datetime | None) -> Collection[str]:
    """Return the ids of the points that take a matter, of those open at that time if there is one."""
    if at is None:
        return coverage.catalogue.offers_by_matter[code].keys()
    return coverage.targets(Question(within_m=within_m, matter=code, at=at))[0]


def _rows(coverage: Coverage, within_m: int) -> list[Words]:
    """Return for each point the cells within the walk."""
    points = coverage.catalogue.points.values()
    return [coverage.ground.within(point.place.coordinate, float(within_m)) for point in points]


def _numbered(coverage: Coverage, taken: Iterable[Iterable[str]]) -> list[list[int]]:
    """Return ids of points as their numbers in the list of all points."""
    numbers = {point_id: number for number, point_id in enumerate(coverage.catalogue.points)}
    return [[numbers[point_id] for point_id in ids] for ids in taken]


def _harm(point_id: str, share_lost: float, lost: Iterable[tuple[str, float]]) -> ClosureHarm:
    matters = tuple(sorted(((code, share) for code, share in lost if share), key=lambda row: (-row[1], row[0])))
    return ClosureHarm(
        point_id=point_id, share_lost=share_lost, all_matters=sum(share for _, share in matters), matters=matters
    )


def _cells_of_one_alone(coverage: Coverage, ids: Sequence[str], within_m: int) -> dict[str, float]:
    """Return id -> share of the land that lies within the walk of that point and of no other of these."""
    ground = coverage.ground
    places = [coverage.catalogue.points[point_id].place.coordinate for point_id in ids]
    rows = [ground.within(place, float(within_m)) for place in places]
    once, twice = ground.nowhere, ground.nowhere
    for row in rows:
        twice = twice | (once & row)
        once = once | row
    alone: Words = once & ~twice
    shares = [int(np.bitwise_count(row & alone).sum()) / len(ground.grid) for row in rows]
    return dict(zip(ids, shares, strict=True))
