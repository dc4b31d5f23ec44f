"""What a closure would take from residents (停办的影响), told to staff before they enter it."""

from dataclasses import dataclass
from datetime import datetime

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.ranking import ClosureHarm, closure_harm
from mapapp.web.context import current_bundle, current_language, current_now, current_settings
from mapapp.web.coverage_words import closure_words
from mapapp.web.measuring import measuring_of
from mapapp.web.spoken import gettext


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosureImpact:
    """What is lost while a point is closed, and in words.

    `rank` of `points`: 1 is the point that would be missed most if each were closed alone. `closed_too` are the ids of
    other points that are closed at some time of the same span: they are no way out.
    """

    harm: ClosureHarm
    rank: int
    points: int
    closed_too: tuple[str, ...]
    sentence: str


def closure_impact(point_id: str, starts: datetime | None = None, ends: datetime | None = None) -> ClosureImpact | None:
    """Return what a closure of the point from `starts` up to `ends` (None: until further notice) would take.

    Both are aware times; without `starts`, other points count as closed too that are closed at this moment. None for
    what is no shown point, such as "district". Needs a request: its language, its moment and its data.
    """
    bundle, language = current_bundle(), current_language()
    if point_id not in bundle.catalogue.points:
        return None
    measuring = measuring_of(bundle, current_settings())
    alone = [each.point_id for each in measuring.harms(measuring.goal_m)]
    now = current_now()
    span = (now, now) if starts is None else (starts, ends)
    closed_too = _closed_too(bundle.catalogue, point_id, *span)
    harm = closure_harm(measuring.coverage, point_id, measuring.goal_m, closed_too)
    rank = alone.index(point_id) + 1
    sentences = [closure_words(harm, measuring.goal_m, bundle.catalogue, language)]
    if harm.matters:
        sentences.append(_rank_words(rank, len(alone)))
    if closed_too:
        names = [bundle.catalogue.points[each].name(language) for each in closed_too]
        sentences.append(gettext("Also closed at that time: %(points)s.", points=gettext(", ").join(names)))
    sentence = ("" if language == "zh" else " ").join(sentences)
    return ClosureImpact(harm=harm, rank=rank, points=len(alone), closed_too=closed_too, sentence=sentence)


def _closed_too(catalogue: Catalogue, point_id: str, starts: datetime, ends: datetime | None) -> tuple[str, ...]:
    """Return the other points with a closure of their own that overlaps the span."""
    return tuple(
        each
        for each in catalogue.points
        if each != point_id
        and any(
            (closure.ends is None or closure.ends > starts) and (ends is None or closure.starts <= ends)
            for closure in catalogue.closures.get(each, ())
        )
    )


def _rank_words(rank: int, points: int) -> str:
    if rank == 1:
        return gettext("Of all %(total)d service points it would be missed most.", total=points)
    return gettext("Of %(total)d service points %(more)d would be missed more.", total=points, more=rank - 1)
