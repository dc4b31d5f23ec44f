"""How the rows become a catalogue: a bounded number of selects, then frozen facts in order of id."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import DayUnit, Limit, Material, Matter
from mapapp.catalogue.network_loading import read_network
from mapapp.catalogue.offering import Offers, no_collection
from mapapp.catalogue.packages import Package
from mapapp.catalogue.point_loading import name_of_all, place_of, read_points, shown
from mapapp.catalogue.points import NamedPlace
from mapapp.catalogue.revision import current_revision
from mapapp.catalogue.rows import (
    AboutRow,
    AreaRow,
    CalendarDayRow,
    DistrictNameRow,
    FolkNameRow,
    MaterialRow,
    MatterRow,
    NamedPlaceRow,
    PackageMemberRow,
    PackageRow,
    WalkingNetworkRow,
)
from mapapp.database import ZONE
from mapapp.errors import NotFound
from mapapp.geography.district import District, DistrictName
from mapapp.geography.walking_network import WalkingNetwork
from mapapp.hours.work_calendar import CalendarDay, DayKind, WorkCalendar

Rows = Sequence[Row[Any]]


def read_catalogue(
    session: Session, now: datetime | None = None, known_network: WalkingNetwork | None = None
) -> Catalogue:
    """Return the catalogue of the current revision; at most 17 selects, whatever the size.

    `next_change_at` is the next midnight after `now` at which a name of the district comes into force or ends;
    None without `now`. `known_network` is used again when it is still the one, which saves reading and searching it.
    Raises NotFound `nothing_loaded` before the district was loaded.
    """
    with no_collection():
        rows = _selected(session)
        areas = {row.name: json.loads(row.geojson) for row in rows["area"]}
        if not rows["district_name"] or not {"district", "streets", "rivers"} <= areas.keys():
            raise NotFound("nothing_loaded")
        names = tuple(_district_name(row) for row in rows["district_name"])
        matters = _matters(rows)
        facts, rest = read_points(session, matters), _digest(rows)
    return Catalogue(
        revision=current_revision(session),
        digest=name_of_all(rest, facts.digests),
        rest_digest=rest,
        point_digests=MappingProxyType(facts.digests),
        points=MappingProxyType(facts.points),
        matters=MappingProxyType(matters),
        packages=MappingProxyType(_packages(rows, matters)),
        offers=Offers(MappingProxyType(facts.offers)),
        calendar=WorkCalendar.of(_calendar_day(row) for row in rows["calendar_day"]),
        closures=MappingProxyType(facts.closures),
        district=District.of(areas["district"], areas["streets"], areas["rivers"], names),
        named_places=tuple(_named_place(row) for row in rows["named_place"]),
        areas=MappingProxyType(areas),
        network=read_network(session, known_network),
        next_change_at=next_change(names, now),
        # data are called a sample until they say that they are none
        is_sample=not any(row.name == "is_sample" and row.value == "no" for row in rows["about"]),
    )


def read_calendar(session: Session) -> WorkCalendar:
    """Return the work calendar alone, empty when nothing was loaded."""
    rows = session.execute(shown(CalendarDayRow).order_by(CalendarDayRow.day))
    return WorkCalendar.of(_calendar_day(row) for row in rows)


def read_district(session: Session) -> District:
    """Return the district alone, by two selects however many points there are; NotFound `nothing_loaded` without it."""
    areas = {row.name: json.loads(row.geojson) for row in session.execute(shown(AreaRow))}
    names = session.execute(shown(DistrictNameRow).order_by(DistrictNameRow.position)).all()
    if not names or not {"district", "streets", "rivers"} <= areas.keys():
        raise NotFound("nothing_loaded")
    return District.of(areas["district"], areas["streets"], areas["rivers"], map(_district_name, names))


def _selected(session: Session) -> Mapping[str, Rows]:
    """Return table name -> the rows that are shown, all but points, in a fixed order; columns as readers see."""
    selects: dict[str, Select[Any]] = {
        "about": shown(AboutRow).where(AboutRow.name.not_in(("loaded_at", "loaded_by"))).order_by(AboutRow.name),
        "matter": shown(MatterRow).order_by(MatterRow.code),
        "folk_name": shown(FolkNameRow).order_by(FolkNameRow.matter_code, FolkNameRow.position),
        "material": shown(MaterialRow).order_by(MaterialRow.matter_code, MaterialRow.position),
        "package": shown(PackageRow).order_by(PackageRow.code),
        "package_member": shown(PackageMemberRow).order_by(PackageMemberRow.package_code, PackageMemberRow.position),
        "named_place": shown(NamedPlaceRow).order_by(NamedPlaceRow.name_zh, NamedPlaceRow.kind),
        "calendar_day": shown(CalendarDayRow).order_by(CalendarDayRow.day),
        "district_name": shown(DistrictNameRow).order_by(DistrictNameRow.position),
        "area": shown(AreaRow).order_by(AreaRow.name),
        # what it is, not the whole of it: that is read only when it is another one
        "walking_network": select(WalkingNetworkRow.digest),
    }
    # past the mapper, which would handle each row once more
    connection = session.connection()
    return {name: connection.execute(query).all() for name, query in selects.items()}


def _digest(rows: Mapping[str, Rows]) -> str:
    """Return a name for all but the points, the same in every process and database that holds the same facts."""
    digest = blake2b(digest_size=16)
    for name, table in rows.items():
        digest.update(name.encode())
        for row in table:
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def _matters(rows: Mapping[str, Rows]) -> dict[str, Matter]:
    folk_names: dict[str, list[str]] = defaultdict(list)
    for row in rows["folk_name"]:
        folk_names[row.matter_code].append(row.name)
    materials: dict[str, list[Material]] = defaultdict(list)
    for row in rows["material"]:
        material = Material(name=row.name, waived=row.waived, may_follow=row.may_follow)
        materials[row.matter_code].append(material)
    return {
        row.code: Matter(
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            type=row.type,
            department=row.department,
            is_instant=row.is_instant,
            legal=_limit(row.legal_days, row.day_unit),
            promised=_limit(row.promised_days, row.day_unit),
            materials=tuple(materials[row.code]),
            folk_names=tuple(folk_names[row.code]),
            fee=row.fee,
            source=row.source,
            source_date=row.source_date,
            confidence=row.confidence,
            note=row.note,
        )
        for row in rows["matter"]
    }


def _limit(days: int | None, unit: str) -> Limit | None:
    return None if days is None else Limit(days=days, unit=DayUnit(unit))


def _packages(rows: Mapping[str, Rows], matters: Mapping[str, Matter]) -> dict[str, Package]:
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows["package_member"]:
        if row.matter_code in matters:
            members[row.package_code].append(row.matter_code)
    return {
        row.code: Package(
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            audience=row.audience,
            lead_department=row.lead_department,
            members=tuple(members[row.code]),
            source=row.source,
            confidence=row.confidence,
        )
        for row in rows["package"]
        # what has no matter in use is nothing anybody could do, and so is not on offer
        if members[row.code]
    }


def _named_place(row: Any) -> NamedPlace:
    return NamedPlace(
        name_zh=row.name_zh,
        name_en=row.name_en,
        aliases=row.aliases,
        kind=row.kind,
        street=row.street,
        place=place_of(row, "gazetteer", row.confidence),
        source=row.source,
    )


def _calendar_day(row: Any) -> CalendarDay:
    return CalendarDay(
        day=row.day,
        kind=DayKind(row.kind),
        name_zh=row.name_zh,
        name_en=row.name_en,
        follows=row.follows,
        source=row.source,
    )


def _district_name(row: Any) -> DistrictName:
    return DistrictName(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        short_zh=row.short_zh,
        aliases=row.aliases,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
    )


def next_change(names: Iterable[DistrictName], now: datetime | None) -> datetime | None:
    """Return the next midnight after `now` at which a name comes into force or ends; None without `now`."""
    if now is None:
        return None
    days = [name.valid_from for name in names] + [name.valid_to and name.valid_to + timedelta(days=1) for name in names]
    moments = [_midnight(day) for day in days if day is not None]
    return min((moment for moment in moments if moment > now), default=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
