"""What the geocoder reads and writes in the database: kept answers, the points to place, and their new positions."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import lock_revision, raise_revision
from mapapp.catalogue.rows import PointRow
from mapapp.errors import NotFound
from mapapp.geocoding.answers import DATUMS, Answer
from mapapp.geocoding.providers import FINAL_CODES, Reply
from mapapp.geocoding.rows import GeocodeAnswerRow
from mapapp.geography.coordinate import Coordinate


@dataclass(frozen=True, kw_only=True, slots=True)
class PointToPlace:
    """A service point as the geocoder sees it: `held` is its position in the database, `in_file` that of the file.

    Either is None when there is none.
    """

    id: str
    name_zh: str
    address: str
    held: Coordinate | None
    in_file: Coordinate | None
    accuracy_m: float | None
    address_geocoded: str | None
    is_verified: bool

    @property
    def needs_place(self) -> bool:
        """Whether it has no position, or its address changed since the position was found."""
        if self.held is None:
            return True
        return self.address_geocoded is not None and self.address_geocoded != self.address


def points_to_place(session: Session, point_id: str | None = None) -> tuple[PointToPlace, ...]:
    """Return every point, or the one with this id, in order of id. Raises NotFound `unknown_point`."""
    query = select(PointRow).where(PointRow.withdrawn_at.is_(None)).order_by(PointRow.id)
    if point_id is not None:
        query = query.where(PointRow.id == point_id)
    points = tuple(_point(row) for row in session.scalars(query))
    if point_id is not None and not points:
        raise NotFound("unknown_point", field="point", value=point_id)
    return points


def _point(row: PointRow) -> PointToPlace:
    return PointToPlace(
        id=row.id,
        name_zh=row.name_zh,
        address=row.address,
        held=_coordinate(row.lon, row.lat),
        in_file=_coordinate(row.file_lon, row.file_lat),
        accuracy_m=row.accuracy_m,
        address_geocoded=row.address_geocoded,
        is_verified=row.place_verified_at is not None,
    )


def _coordinate(lon: float | None, lat: float | None) -> Coordinate | None:
    return None if lon is None or lat is None else Coordinate(lon, lat)


def kept_reply(session: Session, provider: str, query: str) -> Reply | None:
    """Return what the provider said to this text, None when it was not asked or only failed for a time."""
    row = session.get(GeocodeAnswerRow, (provider, DATUMS[provider].value, query))
    if row is None or row.code not in FINAL_CODES:
        return None
    raw = None if row.raw is None else json.loads(row.raw)
    return Reply(provider=provider, code=row.code, raw=raw, asked_at=row.asked_at, was_kept=True)


def keep_reply(session: Session, reply: Reply, query: str, now: datetime) -> None:
    """Write what a provider said to a text; a newer reply takes the place of an older one."""
    raw = None if reply.raw is None else json.dumps(dict(reply.raw), ensure_ascii=False, sort_keys=True)
    session.merge(
        GeocodeAnswerRow(
            provider=reply.provider,
            datum=DATUMS[reply.provider].value,
            query=query,
            code=reply.code,
            raw=raw,
            asked_at=now,
        )
    )


def place_points(session: Session, placed: Iterable[tuple[PointToPlace, Answer]], now: datetime) -> tuple[str, ...]:
    """Write the positions and return the ids of the points that got one; raises the revision when there was one.

    A pin that staff verified meanwhile, and a point whose address changed meanwhile, stay as they are.
    """
    lock_revision(session)
    written = []
    for point, answer in placed:
        row = session.get(PointRow, point.id)
        if row is None or row.place_verified_at is not None or row.address != point.address:
            continue
        row.lon, row.lat = round(answer.coordinate.lon, 6), round(answer.coordinate.lat, 6)
        row.accuracy_m = answer.accuracy_m
        row.place_provider = answer.provider
        row.place_confidence = answer.confidence.value
        row.place_source = f"{answer.level}: {answer.address}" if answer.address else answer.level
        row.placed_at = now
        row.address_geocoded = row.address
        written.append(point.id)
    if written:
        session.flush()
        raise_revision(session, written)
    return tuple(written)
