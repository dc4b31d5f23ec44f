"""Where new points would add most (选址): up to ten, proved to be the best, or said how far from proved.

The best trip of a package is measured as `Coverage` does; a new site is taken to do all that is asked about, and to
be open when asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mapapp.coverage.analysis import Coverage
from mapapp.coverage.candidates import Candidate, CandidateKind, candidates_of
from mapapp.coverage.questions import Question
from mapapp.coverage.solver import Choice, best_cover, greedy, in_order, merged
from mapapp.errors import InvalidQuery

MAX_NEW = 10
# People are counted in ten-millionths of all of them, whole numbers that the solver's arithmetic holds exactly.
_ALL_PEOPLE = 10_000_000


class Weigh(StrEnum):
    """What the sites should cover most of: land, or people."""

    LAND = "land"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True, slots=True)
class SitingQuestion:
    """How many new sites for what, among which candidates (None: all kinds).

    With `target`, a share, the fewest sites that reach it are looked for, at most `new`. `by` None weighs by people
    where they are known, else by land; shares are of what is weighed.
    Raises InvalidQuery `wrong_parameter`.
    """

    question: Question
    new: int
    kind: CandidateKind | None = None
    target: float | None = None
    by: Weigh | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.new <= MAX_NEW:
            raise InvalidQuery("wrong_parameter", field="new", value=self.new)
        if self.target is not None and not 0.0 < self.target <= 1.0:
            raise InvalidQuery("wrong_parameter", field="target", value=self.target)


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A chosen place; `share_gained` of the land or the people comes to those covered before it."""

    candidate: Candidate
    share_gained: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Siting:
    """The answer: sites, the largest gain first. `gap` is the proven relative distance of the gain to the best gain.

    `greedy_after` is what always taking the best next site would reach. `is_target_reached` is None without a target.
    `among` holds every candidate with what it would add alone. Shares are of what `by` says.
    """

    sites: tuple[Site, ...]
    share_before: float
    share_after: float
    greedy_after: float
    gap: float
    by: Weigh
    among: tuple[Site, ...]
    is_target_reached: bool | None

    @property
    def candidates(self) -> int:
        """Return among how many candidates was chosen."""
        return len(self.among)


def best_sites(
    coverage: Coverage,
    asked: SitingQuestion,
    seconds: float,
    clock: Callable[[], float],
    among: Sequence[Candidate] | None = None,
) -> Siting:
    """Return the best sites found in about `seconds` by `clock`, a monotonic clock in seconds.

    Candidates are those of the catalogue unless `among` gives others. Raises NotFound `unknown_matter`,
    `unknown_package`, InvalidQuery `people_not_known`.
    """
    until = clock() + seconds
    points, targets = coverage.targets(asked.question)
    ground = coverage.ground
    covered = ground.grid.unpack(ground.union(targets))
    known = candidates_of(coverage.catalogue, asked.kind) if among is None else among
    candidates = [each for each in known if each.point_id not in points]
    within_m = float(asked.question.within_m)
    sets = np.zeros((len(candidates), len(ground.grid)), dtype=bool)
    for number, candidate in enumerate(candidates):
        sets[number] = ground.grid.unpack(ground.within(candidate.coordinate, within_m))
    by, each_cell = _weights(coverage, asked.by)
    before, land = float(each_cell[covered].sum()), float(each_cell.sum())
    sets, weights = merged(sets, np.where(covered, 0.0, each_cell))
    choice, quick = _chosen(sets, weights, asked, (before, land), lambda: until - clock())
    steps = in_order(sets, weights, choice.chosen)
    after = before + choice.covered
    return Siting(
        sites=tuple(
            Site(candidate=candidates[number], share_gained=gained / land) for number, gained in steps if gained
        ),
        share_before=before / land,
        share_after=after / land,
        greedy_after=(before + quick.covered) / land,
        gap=choice.gap,
        by=by,
        among=tuple(
            Site(candidate=each, share_gained=gain / land)
            for each, gain in zip(candidates, (sets @ weights).tolist(), strict=True)
        ),
        is_target_reached=None if asked.target is None else after >= asked.target * land,
    )


def _weights(coverage: Coverage, by: Weigh | None) -> tuple[Weigh, NDArray[np.float64]]:
    """Return what is weighed, and how much of it is on each cell; raise InvalidQuery `people_not_known`."""
    population = coverage.population
    people = 0.0 if population is None else float(population.people.sum())
    if by is Weigh.PEOPLE and not people:
        raise InvalidQuery("people_not_known", field="weigh")
    if population is None or not people or by is Weigh.LAND:
        return Weigh.LAND, np.ones(len(coverage.ground.grid))
    return Weigh.PEOPLE, population.people * (_ALL_PEOPLE / people)


def _chosen(
    sets: NDArray[np.bool_],
    weights: NDArray[np.int64],
    asked: SitingQuestion,
    cells: tuple[float, float],
    seconds_left: Callable[[], float],
) -> tuple[Choice, Choice]:
    """Return the best choice and the greedy one of the same size; `cells` are those covered before and all."""
    if asked.target is None:
        return best_cover(sets, weights, asked.new, seconds_left()), greedy(sets, weights, asked.new)
    before, land = cells
    wanted = asked.target * land - before
    for count in range(1, asked.new + 1):
        quick = greedy(sets, weights, count)
        if quick.bound < wanted and count < asked.new:
            continue  # proved: so few cannot reach it
        choice = quick if quick.covered >= wanted else best_cover(sets, weights, count, seconds_left())
        if choice.covered >= wanted or count == asked.new:
            break
    return choice, quick
