"""Coverage over time (覆盖的变化): earlier revisions, quarters of a year, and all that was measured in one revision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.points import PointKind
from mapapp.coverage.desk import ANY, Past, quarter_of, trend_key
from mapapp.web.coverage_words import day_of_record, moment_of_record, share_words
from mapapp.web.measuring import Answer, Measuring
from mapapp.web.spoken import gettext
from mapapp.web.words import kind_name


@dataclass(frozen=True, kw_only=True, slots=True)
class TrendLine:
    """What was covered in a revision; `when` is its day or its quarter, `matters` and `average` are of all matters."""

    when: str
    day: str
    revision: int
    url: str
    share: str
    percent: float
    communities: str
    matters: int
    average: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLine:
    """One figure of a revision."""

    name: str
    code: str
    share: str
    communities: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """When a figure was measured and of which revision of the data, in words, and where that revision is told."""

    text: str
    url: str


def dated(as_of: datetime, revision: int) -> Dated:
    """Return when a figure was measured and of which revision of the data."""
    text = gettext(
        "Measured on %(moment)s, data revision %(revision)d.", moment=moment_of_record(as_of), revision=revision
    )
    return Dated(text=text, url=url_for("coverage_reports.revision", number=revision))


def trend_lines(history: Sequence[Past], answer: Answer, revision: int) -> tuple[TrendLine, ...]:
    """Return what was covered up to this revision, the newest first; nothing without at least two to compare."""
    key = trend_key(answer.measured.question)
    lines = [_line(each, key) for each in history if key in each.shares and each.revision != revision]
    return (_line(now_of(answer, revision), key), *lines) if lines else ()


def quarter_lines(history: Sequence[Past], key: str) -> tuple[TrendLine, ...]:
    """Return what was covered at the end of each quarter, the newest first."""
    return tuple(_line(each, key, is_quarter=True) for each in history if key in each.shares)


def now_of(answer: Answer, revision: int) -> Past:
    """Return an answer of now as what is written down."""
    measured = answer.measured
    return Past(
        revision=revision,
        taken_at=answer.as_of,
        distance=answer.method.distance.value,
        communities_total=len(measured.communities),
        shares={trend_key(measured.question): (measured.share_area, measured.communities_covered)},
    )


def quarters_of(measuring: Measuring, answer: Answer, earlier: Sequence[Past]) -> tuple[Past, ...]:
    """Return the quarters with this one as it is now: what is written down of it may be of a revision before."""
    rows = {each.code: each.share_area for each in measuring.worst_matters(measuring.goal_m) if each.points}
    today = now_of(answer, measuring.revision)
    current = Past(
        revision=today.revision,
        taken_at=today.taken_at,
        distance=today.distance,
        communities_total=today.communities_total,
        shares={**{code: (share, 0) for code, share in rows.items()}, **today.shares},
    )
    quarter = quarter_of(answer.as_of)
    return (current, *(each for each in earlier if quarter_of(each.taken_at) != quarter))


def record_lines(past: Past, catalogue: Catalogue, language: str) -> tuple[RecordLine, ...]:
    """Return every figure of a revision: any point, kinds, packages, trips, then matters, each in order of codes."""
    rank = {"": 0, "kind": 1, "package": 2, "trip": 3}

    def order(key: str) -> tuple[int, str]:
        return (rank.get(key.partition(" ")[0], 4) if " " in key or key == ANY else 4, key)

    return tuple(
        RecordLine(
            name=_name(key, catalogue, language),
            code="" if key.startswith("kind ") else key.rpartition(" ")[2],
            share=share_words(past.shares[key][0]),
            communities=_communities(past, key),
        )
        for key in sorted(past.shares, key=order)
    )


def _line(past: Past, key: str, *, is_quarter: bool = False) -> TrendLine:
    share = past.shares[key][0]
    day = day_of_record(past.taken_at.date())
    matters = [value for code, (value, _) in past.shares.items() if code != ANY and " " not in code]
    year, quarter = quarter_of(past.taken_at)
    return TrendLine(
        when=gettext("%(year)d, quarter %(quarter)d", year=year, quarter=quarter) if is_quarter else day,
        day=day,
        revision=past.revision,
        url=url_for("coverage_reports.revision", number=past.revision),
        share=share_words(share),
        percent=round(share * 100, 1),
        communities=_communities(past, key),
        matters=len(matters),
        average=share_words(sum(matters) / len(matters)) if matters else "",
    )


def _communities(past: Past, key: str) -> str:
    return gettext("%(covered)d of %(total)d", covered=past.shares[key][1], total=past.communities_total)


def _name(key: str, catalogue: Catalogue, language: str) -> str:
    """Return what a key is about; the code itself where nothing of that code is left."""
    if key == ANY:
        return gettext("Any service point")
    what, _, code = key.rpartition(" ")
    if what == "kind":
        return kind_name(PointKind(code)) if code in tuple(PointKind) else code
    thing = catalogue.packages.get(code) if what else catalogue.matters.get(code)
    name = code if thing is None else thing.name(language)
    return gettext("%(name)s, by a trip to several points", name=name) if what == "trip" else name
