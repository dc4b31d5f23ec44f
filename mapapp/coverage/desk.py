"""Where coverage is written down for later (覆盖记录): once for each revision, so that a trend can be shown."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import lock_revision
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.questions import Question
from mapapp.coverage.rows import CoverageRecordRow
from mapapp.geography.reach import WalkKind

# Revisions that a trend looks back over.
MOST_PAST = 24
# Stands for any point where others have the code of a matter.
ANY = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What was covered in an earlier revision: matter code (`ANY`: any point) -> share of land, communities."""

    revision: int
    taken_at: datetime
    distance: str
    communities_total: int
    shares: dict[str, tuple[float, int]]


def taken(coverage: Coverage, within_m: int, now: datetime) -> Past:
    """Return what is covered in this revision, for `record`."""
    shares: dict[str, tuple[float, int]] = {}
    for code in (ANY, *coverage.catalogue.matters):
        measured = coverage.measure(Question(within_m=within_m, matter=code or None))
        if measured.points:
            shares[code] = (round(measured.share_area, 6), measured.communities_covered)
    network = coverage.ground.reach.network
    return Past(
        revision=coverage.catalogue.revision,
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
    return tuple(
        Past(
            revision=row.revision,
            taken_at=row.taken_at,
            distance=row.distance,
            communities_total=row.communities_total,
            shares={code: (float(share), int(count)) for code, (share, count) in json.loads(row.shares).items()},
        )
        for row in session.scalars(query)
    )
