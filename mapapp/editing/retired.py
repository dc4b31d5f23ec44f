"""What was taken off the map and since when (已停用): points, matters and packages whose links and history stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import MatterRow, OfferRow, PackageMemberRow, PackageRow, PointRow
from mapapp.database import ZONE
from mapapp.editing.changes import SubjectKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Retired:
    """A subject that is retired. `lon`, `lat` (WGS-84) and `street` are those of a point, None and "" else.

    `matters` are the codes a point took, or those of a package.
    """

    key: str
    name_zh: str
    name_en: str
    retired_on: date
    street: str = ""
    lon: float | None = None
    lat: float | None = None
    matters: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Return the name in the language, the Chinese one where there is no other."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


def read_retired(session: Session) -> Mapping[SubjectKind, Mapping[str, Retired]]:
    """Return kind -> key -> what is retired, in order of key; four selects and one for each list of matters.

    A package is retired as well when the last of its matters is.
    """
    packages = {
        row.code: _package(session, row, row.withdrawn_at) for row in _withdrawn(session, PackageRow, PackageRow.code)
    }
    packages |= {row.code: _package(session, row, since) for row, since in _without_a_matter(session)}
    return {
        SubjectKind.POINT: {row.id: _point(session, row) for row in _withdrawn(session, PointRow, PointRow.id)},
        SubjectKind.MATTER: {row.code: _named(row) for row in _withdrawn(session, MatterRow, MatterRow.code)},
        SubjectKind.PACKAGE: dict(sorted(packages.items())),
    }


def _withdrawn(session: Session, kind: type[Any], key: Any) -> Any:
    return session.scalars(select(kind).where(kind.withdrawn_at.is_not(None)).order_by(key))


def _without_a_matter(session: Session) -> Any:
    """Return (package, when its last matter was retired) of those in use that have none left."""
    members = (PackageMemberRow.package_code == PackageRow.code, MatterRow.code == PackageMemberRow.matter_code)
    gone = MatterRow.withdrawn_at
    query = (
        select(PackageRow, func.max(gone))
        .join(PackageMemberRow, members[0])
        .join(MatterRow, members[1])
        .where(PackageRow.withdrawn_at.is_(None))
        .group_by(PackageRow.code)
        .having(func.count() == func.count(gone))
    )
    return session.execute(query)


def _named(row: Any) -> Retired:
    day = row.withdrawn_at.astimezone(ZONE).date()
    return Retired(key=row.code, name_zh=row.name_zh, name_en=row.name_en, retired_on=day)


def _point(session: Session, row: PointRow) -> Retired:
    assert row.withdrawn_at is not None
    taken = select(OfferRow.matter_code).where(OfferRow.point_id == row.id, OfferRow.withdrawn_at.is_(None))
    return Retired(
        key=row.id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        retired_on=row.withdrawn_at.astimezone(ZONE).date(),
        street=row.street,
        lon=row.lon,
        lat=row.lat,
        matters=tuple(session.scalars(taken.order_by(OfferRow.matter_code))),
    )


def _package(session: Session, row: PackageRow, since: datetime) -> Retired:
    members = select(PackageMemberRow.matter_code).where(PackageMemberRow.package_code == row.code)
    return Retired(
        key=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        retired_on=since.astimezone(ZONE).date(),
        matters=tuple(session.scalars(members.order_by(PackageMemberRow.position))),
    )
