"""Positions that wait for a person (位置待核): found by a geocoder and looked at by nobody, or not found at all."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import PointRow
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m

# Whose positions somebody wrote down; every other provider is a geocoder.
_WRITTEN_DOWN = ("file", "staff")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A point whose position waits: `held` is what the map shows, None while it is on no map.

    `in_file` is the position of the file (WGS-84), where it had one; accuracy in metres. `is_address_newer`: the
    address was changed after the position was found for it.
    """

    id: str
    name_zh: str
    name_en: str
    address: str
    held: Coordinate | None
    in_file: Coordinate | None
    accuracy_m: float
    provider: str
    is_address_newer: bool

    def name(self, language: str) -> str:
        """Return the name in the language, the Chinese one where there is no other."""
        return self.name_en if language == "en" and self.name_en else self.name_zh

    @property
    def metres_apart(self) -> int | None:
        """Return how far the two positions are from each other, None when there are no two."""
        if self.held is None or self.in_file is None:
            return None
        return round(geodesic_m(self.held, self.in_file))


def to_review(session: Session, point_ids: Collection[str] | None = None) -> tuple[Waiting, ...]:
    """Return the points with a geocoder's position, or one for an older address, that nobody has verified.

    Those whose two positions lie farthest apart come first; `point_ids` keeps these points.
    """
    geocoded = PointRow.place_provider.not_in(_WRITTEN_DOWN)
    older = PointRow.address_geocoded != PointRow.address
    query = _in_use(point_ids).where(
        PointRow.lon.is_not(None), PointRow.place_verified_at.is_(None), or_(geocoded, older)
    )
    rows = [_waiting(row) for row in session.scalars(query)]
    return tuple(sorted(rows, key=lambda row: (-(row.metres_apart or 0), row.id)))


def unplaced(session: Session, point_ids: Collection[str] | None = None) -> tuple[Waiting, ...]:
    """Return the points without a position, in order of id."""
    return tuple(_waiting(row) for row in session.scalars(_in_use(point_ids).where(PointRow.lon.is_(None))))


def _in_use(point_ids: Collection[str] | None) -> Any:
    query = select(PointRow).where(PointRow.withdrawn_at.is_(None)).order_by(PointRow.id)
    return query if point_ids is None else query.where(PointRow.id.in_(tuple(point_ids)))


def _waiting(row: PointRow) -> Waiting:
    return Waiting(
        id=row.id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        address=row.address,
        held=_coordinate(row.lon, row.lat),
        in_file=_coordinate(row.file_lon, row.file_lat),
        accuracy_m=row.accuracy_m or 0.0,
        provider=row.place_provider or "",
        is_address_newer=row.address_geocoded is not None and row.address_geocoded != row.address,
    )


def _coordinate(lon: float | None, lat: float | None) -> Coordinate | None:
    return None if lon is None or lat is None else Coordinate(lon, lat)
