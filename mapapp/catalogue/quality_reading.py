"""Which rows the rules of data quality look at (质量检查的数据): also what no page shows, such as unplaced points."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.quality import Stored, StoredPoint
from mapapp.catalogue.rows import MatterRow, OfferRow, PackageMemberRow, PackageRow, PointRow
from mapapp.geography.coordinate import Coordinate


def read_stored(session: Session, catalogue: Catalogue) -> Stored:
    """Return the points, matters and packages in use as they are stored; five selects.

    District and calendar are those of the catalogue.
    """
    offers: dict[str, dict[str, str | None]] = defaultdict(dict)
    taken = select(OfferRow.point_id, OfferRow.matter_code, OfferRow.hours_rule).where(OfferRow.withdrawn_at.is_(None))
    for point_id, code, hours_rule in session.execute(taken):
        offers[point_id][code] = hours_rule
    members: dict[str, list[str]] = defaultdict(list)
    rows = select(PackageMemberRow.package_code, PackageMemberRow.matter_code).order_by(PackageMemberRow.position)
    for package, code in session.execute(rows):
        members[package].append(code)
    points = session.scalars(select(PointRow).where(PointRow.withdrawn_at.is_(None)).order_by(PointRow.id))
    packages = select(PackageRow.code).where(PackageRow.withdrawn_at.is_(None)).order_by(PackageRow.code)
    return Stored(
        points=tuple(_point(row, offers[row.id]) for row in points),
        matters=frozenset(session.scalars(select(MatterRow.code).where(MatterRow.withdrawn_at.is_(None)))),
        packages={code: tuple(members[code]) for code in session.scalars(packages)},
        district=catalogue.district,
        calendar=catalogue.calendar,
    )


def _point(row: PointRow, offers: dict[str, str | None]) -> StoredPoint:
    return StoredPoint(
        id=row.id,
        street=row.street,
        phone=row.phone,
        hours_rule=row.hours_rule,
        coordinate=Coordinate(row.lon, row.lat) if row.lon is not None and row.lat is not None else None,
        accuracy_m=row.accuracy_m or 0.0,
        is_verified=row.place_verified_at is not None,
        offers=offers,
    )
