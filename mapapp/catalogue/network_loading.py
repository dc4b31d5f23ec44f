"""How a walking network gets into the database and out again (步行路网装载): one row, all of it or nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import current_revision, lock_revision, raise_revision
from mapapp.catalogue.rows import AreaRow, PointRow, WalkingNetworkRow
from mapapp.database import Database
from mapapp.errors import NotFound
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District
from mapapp.geography.network_distances import LIMIT_M
from mapapp.geography.osm_extract import Box, Extract, Progress, read_extract
from mapapp.geography.walking_network import WalkingNetwork
from mapapp.people import Person

# Metres in a degree of latitude at the equator, where it is shortest; a margin needs no better.
_DEGREE_M = 110_574.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkReport:
    """What loading a network did; `points_on` of `points` service points lie near enough to walk from it."""

    extract: Extract
    points: int
    points_on: int
    revision: int
    is_changed: bool

    def as_text(self) -> str:
        """Return what an operator reads: what was kept, what was not, and how many points it serves."""
        extract, network = self.extract, self.extract.network
        kept_m = float(network.metres.sum())
        share = extract.dropped_m / (extract.dropped_m + kept_m)
        lines = [
            f"{network.nodes} nodes, {network.edges} edges, {kept_m / 1000:.1f} km from {extract.ways} ways.",
            f"Left out: {extract.dropped_edges} edges, {extract.dropped_m / 1000:.1f} km ({share:.1%}), that cannot be "
            f"walked to from the rest; {extract.outside_edges} edges too far from the district.",
            f"{self.points_on} of {self.points} points are on the network; walks to the others are estimated.",
            f"Revision {self.revision}." if self.is_changed else f"The same as before: revision {self.revision} stays.",
        ]
        if not extract.covers:
            lines.append("Warning: nothing in this file lies near the district.")
        elif self.points_on < self.points:
            lines.append("Warning: the file does not cover all points, or their pins are far from any path.")
        return "\n".join(lines)


def load_network(
    database: Database,
    path: Path,
    *,
    now: datetime,
    person: Person,
    outside_m: float,
    snap_limit_m: float,
    progress: Progress = lambda ways: None,
) -> NetworkReport:
    """Read the OpenStreetMap extract and make it the walking network, in place of any before; publish it.

    What lies farther from the district than `outside_m` and a walk is left out. The file is read before the writing
    begins, so that nobody waits for it; what is wrong with it changes nothing. The same network again keeps the
    revision. Raises NotFound `nothing_loaded`, InvalidQuery `network_unreadable`, Refused `network_empty`.
    """
    with database.reading() as session:
        area = _area(session, outside_m + LIMIT_M)
    extract = read_extract(path, area, progress)
    with database.transaction() as session:
        return _store(session, extract, path.name[:200], now, person, snap_limit_m)


def remove_network(session: Session) -> bool:
    """Take the network out and publish that, so that walks are estimated again; return whether there was one."""
    lock_revision(session)
    removed = session.execute(delete(WalkingNetworkRow).returning(WalkingNetworkRow.id)).all()
    if removed:
        raise_revision(session)
    return bool(removed)


def read_network(session: Session, known: WalkingNetwork | None = None) -> WalkingNetwork | None:
    """Return the network, None when there is none; `known` itself when it is that one. Raises Refused."""
    row = session.execute(select(WalkingNetworkRow.digest, WalkingNetworkRow.nodes, WalkingNetworkRow.edges)).first()
    if row is None:
        return None
    if known is not None and known.digest == row.digest:
        return known
    packed = session.scalars(select(WalkingNetworkRow.graph)).one()
    return WalkingNetwork.unpack(packed, row.nodes, row.edges)


def _area(session: Session, margin_m: float) -> Box:
    """Return the box round the district with this margin on every side, in degrees."""
    areas = {row.name: row.geojson for row in session.execute(select(AreaRow.name, AreaRow.geojson))}
    if not {"district", "streets", "rivers"} <= areas.keys():
        raise NotFound("nothing_loaded")
    outline, streets, rivers = (json.loads(areas[name]) for name in ("district", "streets", "rivers"))
    west, south, east, north = District.of(outline, streets, rivers, ()).bounds
    high = margin_m / _DEGREE_M
    wide = high / max(0.01, cos(radians(max(abs(south), abs(north)) + high)))
    return west - wide, south - high, east + wide, north + high


def _store(
    session: Session, extract: Extract, file: str, now: datetime, person: Person, snap_limit_m: float
) -> NetworkReport:
    lock_revision(session)
    network = extract.network
    before = session.scalars(select(WalkingNetworkRow.digest)).first()
    is_changed = before != network.digest
    if is_changed:
        session.execute(delete(WalkingNetworkRow))
        session.add(
            WalkingNetworkRow(
                id=1,
                digest=network.digest,
                file=file,
                nodes=network.nodes,
                edges=network.edges,
                graph=network.pack(),
                loaded_at=now,
                loaded_by=person.name,
            )
        )
        session.flush()
    places = session.execute(
        select(PointRow.lon, PointRow.lat).where(PointRow.lon.is_not(None), PointRow.withdrawn_at.is_(None))
    ).all()
    on_network = [network.snap(Coordinate(row.lon, row.lat), snap_limit_m) is not None for row in places]
    return NetworkReport(
        extract=extract,
        points=len(places),
        points_on=sum(on_network),
        revision=raise_revision(session) if is_changed else current_revision(session),
        is_changed=is_changed,
    )
