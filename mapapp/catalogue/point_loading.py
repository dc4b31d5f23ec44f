"""How the rows of points become facts: each point with its offers, its closures and a name for all of that."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, Select, cast, select
from sqlalchemy.orm import Session

from mapapp.catalogue.matters import Offer
from mapapp.catalogue.offering import OfferCells, OfferMaker
from mapapp.catalogue.points import PointKind, ServicePoint, Window
from mapapp.catalogue.rows import ClosureRow, OfferRow, PointRow
from mapapp.geography.coordinate import Confidence, Coordinate, Place
from mapapp.hours.opening_hours import Closure

# who loaded or changed a row is not part of what is shown
_BOOKKEEPING = frozenset(
    (
        *("loaded_digest", "edited_at", "edited_by", "withdrawn_at", "entered_at", "entered_by"),
        *("address_geocoded", "file_lon", "file_lat", "placed_at", "place_verified_at", "place_verified_by"),
    )
)
# the key of what belongs to the whole district
DISTRICT = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PointFacts:
    """Facts by point id, those of shown points in order of id.

    `closures` also has those of points that are not shown and, by the key "", of the whole district. `digests` names
    everything that is shown of a point, and of the key "".
    """

    points: dict[str, ServicePoint]
    offers: dict[str, tuple[Offer, ...]]
    closures: dict[str, tuple[Closure, ...]]
    digests: dict[str, bytes]


def shown(kind: type[Any]) -> Select[Any]:
    """Select the columns a reader sees, of the rows nobody has withdrawn."""
    columns = [column for column in kind.__table__.columns if column.name not in _BOOKKEEPING]
    query = select(*columns)
    return query.where(kind.withdrawn_at.is_(None)) if "withdrawn_at" in kind.__table__.columns else query


def read_points(session: Session, matters: Iterable[str], only: Collection[str] | None = None) -> PointFacts:
    """Return the facts of all points, or of those with an id in `only`: three selects.

    Offers of other matters than `matters` are not shown.
    """
    points = shown(PointRow).where(PointRow.lon.is_not(None))
    closures = shown(ClosureRow).order_by(ClosureRow.starts, ClosureRow.id)
    if only is not None:
        points, closures = points.where(PointRow.id.in_(only)), closures.where(ClosureRow.point_id.in_(only))
    connection = session.connection()
    rows = {row.id: row for row in sorted(connection.execute(points), key=lambda row: row.id)}
    closure_rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(closures):
        closure_rows[row.point_id or DISTRICT].append(row)
    offers: dict[str, tuple[Offer, ...]] = dict.fromkeys(rows, ())
    digests = {point_id: _digest(row, [], closure_rows.get(point_id, ())) for point_id, row in rows.items()}
    maker = OfferMaker(rows, matters)
    for point_id, cells in groupby(_offer_cells(session, only), itemgetter(0)):
        if point_id in rows:
            # whatever the collation of the database says
            taken = sorted(cells)
            offers[point_id] = maker.offers(taken)
            digests[point_id] = _digest(rows[point_id], taken, closure_rows.get(point_id, ()))
    if only is None:
        digests[DISTRICT] = _digest(None, [], closure_rows.get(DISTRICT, ()))
    return PointFacts(
        points={point_id: _point(row) for point_id, row in rows.items()},
        offers=offers,
        closures={point_id: tuple(map(_closure, rows)) for point_id, rows in closure_rows.items()},
        digests=digests,
    )


def _offer_cells(session: Session, only: Collection[str] | None) -> Iterable[OfferCells]:
    query = select(
        OfferRow.point_id,
        OfferRow.matter_code,
        OfferRow.mode,
        OfferRow.hours_rule,
        cast(OfferRow.bookable, Integer),
        OfferRow.note,
    )
    query = query.where(OfferRow.withdrawn_at.is_(None)).order_by(OfferRow.point_id, OfferRow.matter_code)
    if only is not None:
        query = query.where(OfferRow.point_id.in_(only))
    # the driver's own rows: a wrapper around each of millions costs more than reading it
    cursor: Any = session.connection().execute(query).cursor
    rows: Iterable[OfferCells] = cursor
    return rows


def _digest(row: Any, offers: list[OfferCells], closures: Collection[Any]) -> bytes:
    facts = (row and tuple(row), offers, [tuple(each) for each in closures])
    return blake2b(repr(facts).encode(), digest_size=16).digest()


def name_of_all(rest: str, digests: Mapping[str, bytes]) -> str:
    """Return a name (hex) for the whole content, of the name for the `rest` and those of the points."""
    digest = blake2b(rest.encode(), digest_size=16)
    digest.update(b"".join(map(digests.__getitem__, sorted(digests))))
    return digest.hexdigest()


def _point(row: Any) -> ServicePoint:
    return ServicePoint(
        id=row.id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=PointKind(row.kind),
        street=row.street,
        address=row.address,
        phone=row.phone,
        hours_rule=row.hours_rule,
        place=place_of(row, row.place_provider or "", row.place_confidence or Confidence.LOW),
        source=row.source,
        source_date=row.source_date,
        place_source=row.place_source,
        confidence=row.confidence,
        note=row.note,
        windows=tuple(Window(name=name) for name in row.windows),
        accessibility=row.accessibility,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
    )


def place_of(row: Any, provider: str, confidence: str) -> Place:
    """Return where a row lies."""
    return Place(
        coordinate=Coordinate(row.lon, row.lat),
        accuracy_m=row.accuracy_m,
        provider=provider,
        confidence=Confidence(confidence),
    )


def _closure(row: Any) -> Closure:
    return Closure(starts=row.starts, ends=row.ends, reason_zh=row.reason_zh, reason_en=row.reason_en)
