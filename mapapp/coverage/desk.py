"""Where coverage is written down for later (覆盖记录), and where better geography of an operator is put in place."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mapapp.catalogue.points import PointKind
from mapapp.catalogue.revision import lock_revision, raise_revision
from mapapp.catalogue.rows import AreaRow
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.area_files import key_of
from mapapp.coverage.questions import Mode, Question
from mapapp.coverage.rows import CoverageRecordRow, TurnRow
from mapapp.geography.reach import WalkKind
from mapapp.people import Person

# Features of an area by what they are known again.
Features = Sequence[Mapping[str, Any]]

# Revisions that a trend looks back over.
MOST_PAST = 24
# Quarters of a year that a report looks back over: two years.
MOST_QUARTERS = 8
# Stands for any point where others have the code of a matter.
ANY = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What was covered in an earlier revision: `trend_key` (`ANY`: any point) -> share of land, communities."""

    revision: int
    taken_at: datetime
    distance: str
    communities_total: int
    shares: dict[str, tuple[float, int]]


def trend_key(question: Question) -> str:
    """Return the key of a question: a matter's code, "package P03", "trip P03", "kind street", or `ANY`."""
    if question.kind is not None:
        return f"kind {question.kind.value}"
    if question.package is not None:
        return f"{'package' if question.mode is Mode.ONE_POINT else 'trip'} {question.package}"
    return question.matter or ANY


def taken(coverage: Coverage, within_m: int, now: datetime, rest: Callable[[], object] | None = None) -> Past:
    """Return what is covered in this revision, for `record`: by any point, for each matter, package and kind.

    `rest` is called after each question.
    """
    catalogue = coverage.catalogue
    kinds = {point.kind for point in catalogue.points.values()}
    questions = [
        Question(within_m=within_m),
        *(Question(within_m=within_m, matter=code) for code in catalogue.matters),
        *(Question(within_m=within_m, package=code, mode=mode) for code in catalogue.packages for mode in Mode),
        *(Question(within_m=within_m, kind=kind) for kind in PointKind if kind in kinds),
    ]
    shares: dict[str, tuple[float, int]] = {}
    for question in questions:
        measured = coverage.measure(question)
        if measured.points:
            shares[trend_key(question)] = (round(measured.share_area, 6), measured.communities_covered)
        if rest is not None:
            rest()
    network = coverage.ground.reach.network
    return Past(
        revision=catalogue.revision,
        taken_at=now,
        distance=(WalkKind.ESTIMATE if network is None else WalkKind.NETWORK).value,
        communities_total=len(coverage.communities),
        shares=shares,
    )


def record(session: Session, today: Past, within_m: int) -> bool:
    """Write down what is covered, unless that revision is written down already; return whether it was new."""
    # one at a time: two workers may come with the same revision
    lock_revision(session)
    if session.get(CoverageRecordRow, (today.revision, within_m)) is not None:
        return False
    session.add(
        CoverageRecordRow(
            revision=today.revision,
            within_m=within_m,
            taken_at=today.taken_at,
            distance=today.distance,
            communities_total=today.communities_total,
            shares=json.dumps(today.shares),
        )
    )
    session.flush()
    return True


def past(session: Session, within_m: int, before: int, most: int = MOST_PAST) -> tuple[Past, ...]:
    """Return what was written down in revisions up to `before`, the newest first."""
    query = (
        select(CoverageRecordRow)
        .where(CoverageRecordRow.within_m == within_m, CoverageRecordRow.revision <= before)
        .order_by(CoverageRecordRow.revision.desc())
        .limit(most)
    )
    return tuple(_past_of(row) for row in session.scalars(query))


def past_of(session: Session, revision: int, within_m: int) -> Past | None:
    """Return what was written down in one revision, None when nothing was."""
    row = session.get(CoverageRecordRow, (revision, within_m))
    return None if row is None else _past_of(row)


def quarters(session: Session, within_m: int, before: int, most: int = MOST_QUARTERS) -> tuple[Past, ...]:
    """Return what was written down last in each quarter of a year, the newest first, in revisions up to `before`."""
    query = (
        select(CoverageRecordRow.revision, CoverageRecordRow.taken_at)
        .where(CoverageRecordRow.within_m == within_m, CoverageRecordRow.revision <= before)
        .order_by(CoverageRecordRow.revision)
    )
    last = {quarter_of(taken_at): revision for revision, taken_at in session.execute(query)}
    chosen = sorted(last.values(), reverse=True)[:most]
    return tuple(found for revision in chosen if (found := past_of(session, revision, within_m)) is not None)


def quarter_of(moment: datetime) -> tuple[int, int]:
    """Return year and quarter, 1 to 4."""
    return moment.year, (moment.month + 2) // 3


def _past_of(row: CoverageRecordRow) -> Past:
    return Past(
        revision=row.revision,
        taken_at=row.taken_at,
        distance=row.distance,
        communities_total=row.communities_total,
        shares={code: (float(share), int(count)) for code, (share, count) in json.loads(row.shares).items()},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaChange:
    """What features of a file do to those that are there: keys of new and of changed ones, how many stay the same."""

    added: tuple[str, ...]
    changed: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...]
    unchanged: int
    features: tuple[Mapping[str, Any], ...]


def area_change(session: Session, name: str, features: Features) -> AreaChange:
    """Return what the features would do to the area of that name; features that no file names stay as they are.

    Features without a key (people counted at nameless places) take the place of all such features before.
    """
    row = session.get(AreaRow, name)
    before = [] if row is None else json.loads(row.geojson)["features"]
    known = {key_of(feature): feature for feature in before if key_of(feature)}
    named = {key_of(feature): feature for feature in features if key_of(feature)}
    nameless = [feature for feature in features if not key_of(feature)]
    changed = [(key, known[key], feature) for key, feature in named.items() if key in known and known[key] != feature]
    kept_nameless = [] if nameless else [feature for feature in before if not key_of(feature)]
    added = [key for key in named if key not in known]
    return AreaChange(
        added=(*added, *(f"#{number}" for number, _ in enumerate(nameless, start=1))),
        changed=tuple(changed),
        unchanged=len(named) - len(changed) - len(added),
        features=(*{**known, **named}.values(), *kept_nameless, *nameless),
    )


def put_in_place(session: Session, name: str, change: AreaChange, now: datetime, person: Person) -> int:
    """Write the features as the area of that name and publish; return the revision. Nothing new: it stays.

    A later `mapapp load` leaves the area alone, as it does with everything a person changed.
    """
    lock_revision(session)
    text = json.dumps({"type": "FeatureCollection", "features": list(change.features)}, ensure_ascii=False)
    row = session.get(AreaRow, name)
    if row is None:
        session.add(AreaRow(name=name, geojson=text, edited_at=now, edited_by=person.name))
    else:
        row.geojson, row.edited_at, row.edited_by, row.withdrawn_at = text, now, person.name, None
    session.flush()
    return raise_revision(session)


def take_turn(session: Session, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take the turn with `name` for so many seconds; return whether it was free.

    A holder that ends without giving it back keeps the others waiting until the time is over.
    """
    row = session.get(TurnRow, name, with_for_update=True)
    until = now + timedelta(seconds=seconds)
    if row is None:
        try:
            with session.begin_nested():
                session.add(TurnRow(name=name, holder=holder, until=until))
        except IntegrityError:
            # another process made the very first row meanwhile, so the turn is its own
            return False
        return True
    if row.until > now:
        return False
    row.holder, row.until = holder, until
    session.flush()
    return True


def give_turn_back(session: Session, name: str, holder: str, now: datetime) -> None:
    """End the turn, unless somebody else has it by now."""
    session.execute(update(TurnRow).where(TurnRow.name == name, TurnRow.holder == holder).values(until=now))
