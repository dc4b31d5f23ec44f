"""How the catalogue is kept in tables: a `...Row` for each kind of fact, with the rules the database itself keeps."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

# their tables belong to these
from mapapp.catalogue.revision_rows import ChangedPointRow as ChangedPointRow
from mapapp.catalogue.revision_rows import RevisionRow as RevisionRow
from mapapp.database import Base, Moment, TextList


class Kept:
    """Columns of every row that a file can fill and a person can change.

    `loaded_digest` is the hash of the file's row as last loaded, None for a row that never came from a file.
    A row with `edited_at` was changed by a person: loading leaves it alone. A row with `withdrawn_at` was taken out
    by a person: it is not shown, and loading does not bring it back.
    """

    loaded_digest: Mapped[str | None] = mapped_column(String(32))
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    edited_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


def _in_range(prefix: str = "") -> tuple[CheckConstraint, ...]:
    """Return the checks of a position: in range, with an accuracy, whole or not there at all."""
    lon, lat, accuracy = f"{prefix}lon", f"{prefix}lat", f"{prefix}accuracy_m"
    return (
        CheckConstraint(f"{lon} BETWEEN -180 AND 180", "lon_in_range"),
        CheckConstraint(f"{lat} BETWEEN -90 AND 90", "lat_in_range"),
        CheckConstraint(f"{accuracy} > 0", "accuracy_positive"),
        CheckConstraint(
            f"({lon} IS NULL) = ({lat} IS NULL) AND ({lon} IS NULL) = ({accuracy} IS NULL)", "place_whole_or_absent"
        ),
    )


class AboutRow(Base):
    """A fact about the whole data set, such as `is_sample`."""

    __tablename__ = "about"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class PointRow(Kept, Base):
    """A service point (办理点). Without a position it waits for `mapapp geocode` and is not shown.

    `address_geocoded` is the address for which the position was found; a pin with `place_verified_at` was set by
    a person and is never moved by a file or a geocoder.
    """

    __tablename__ = "point"
    __table_args__ = (*_in_range(), CheckConstraint("name_zh <> ''", "name_not_empty"))

    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    street: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(50))
    hours_rule: Mapped[str | None] = mapped_column(String(1000))
    windows: Mapped[tuple[str, ...]] = mapped_column(TextList)
    accessibility: Mapped[tuple[str, ...]] = mapped_column(TextList)
    source: Mapped[str] = mapped_column(Text)
    source_date: Mapped[date | None]
    confidence: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[date | None]
    verified_by: Mapped[str | None] = mapped_column(String(100))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    place_provider: Mapped[str | None] = mapped_column(String(50))
    place_confidence: Mapped[str | None] = mapped_column(String(10))
    place_source: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime | None] = mapped_column(Moment)
    place_verified_at: Mapped[datetime | None] = mapped_column(Moment)
    place_verified_by: Mapped[str | None] = mapped_column(String(100))
    address_geocoded: Mapped[str | None] = mapped_column(String(200))
    # the position as the file has it, in WGS-84, to compare a geocoder's answer with
    file_lon: Mapped[float | None]
    file_lat: Mapped[float | None]


class MatterRow(Kept, Base):
    """A matter (事项). Days are null where the source knows none; 0 is on the spot."""

    __tablename__ = "matter"
    __table_args__ = (
        CheckConstraint("legal_days >= 0", "legal_days_not_negative"),
        CheckConstraint("promised_days >= 0", "promised_days_not_negative"),
        CheckConstraint("day_unit IN ('working', 'calendar')", "day_unit_known"),
        CheckConstraint("name_zh <> ''", "name_not_empty"),
    )

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(50))
    department: Mapped[str] = mapped_column(String(100))
    is_instant: Mapped[bool]
    legal_days: Mapped[int | None]
    promised_days: Mapped[int | None]
    day_unit: Mapped[str] = mapped_column(String(10))
    fee: Mapped[str | None] = mapped_column(String(200))
    point_kinds: Mapped[tuple[str, ...]] = mapped_column(TextList)
    source: Mapped[str] = mapped_column(Text)
    source_date: Mapped[date | None]
    confidence: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)


class FolkNameRow(Base):
    """What people call a matter (俗称); `position` keeps the order."""

    __tablename__ = "folk_name"
    __table_args__ = (UniqueConstraint("matter_code", "name"),)

    matter_code: Mapped[str] = mapped_column(ForeignKey("matter.code", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))


class MaterialRow(Base):
    """A paper to bring for a matter (申请材料)."""

    __tablename__ = "material"
    __table_args__ = (UniqueConstraint("matter_code", "name"),)

    matter_code: Mapped[str] = mapped_column(ForeignKey("matter.code", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    waived: Mapped[bool]
    may_follow: Mapped[bool]


class OfferRow(Kept, Base):
    """A point does a matter (承办关系)."""

    __tablename__ = "offer"
    __table_args__ = (CheckConstraint("mode IN ('finish', 'forward', 'print')", "mode_known"),)

    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), primary_key=True)
    matter_code: Mapped[str] = mapped_column(ForeignKey("matter.code"), primary_key=True, index=True)
    mode: Mapped[str] = mapped_column(String(10))
    hours_rule: Mapped[str | None] = mapped_column(String(1000))
    bookable: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


class PackageRow(Kept, Base):
    """A one-thing package (一件事)."""

    __tablename__ = "package"
    __table_args__ = (CheckConstraint("name_zh <> ''", "name_not_empty"),)

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(20))
    lead_department: Mapped[str] = mapped_column(String(100))
    named_in_source: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    confidence: Mapped[str] = mapped_column(String(10))


class PackageMemberRow(Base):
    """A matter of a package; `position` keeps the order of the source."""

    __tablename__ = "package_member"
    __table_args__ = (UniqueConstraint("package_code", "matter_code"),)

    package_code: Mapped[str] = mapped_column(ForeignKey("package.code", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    matter_code: Mapped[str] = mapped_column(ForeignKey("matter.code"), index=True)


class NamedPlaceRow(Kept, Base):
    """A place people name (地名)."""

    __tablename__ = "named_place"
    __table_args__ = (*_in_range(),)

    name_zh: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50), primary_key=True)
    name_en: Mapped[str] = mapped_column(String(200))
    aliases: Mapped[tuple[str, ...]] = mapped_column(TextList)
    street: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float]
    confidence: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(Text)


class CalendarDayRow(Kept, Base):
    """A day off or a swapped working day (调休) of the State Council's notice; `follows` is a weekday, Monday 0."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        CheckConstraint("kind IN ('holiday', 'workday')", "kind_known"),
        CheckConstraint("follows BETWEEN 0 AND 6", "follows_a_weekday"),
        CheckConstraint("kind = 'workday' OR follows IS NULL", "only_workdays_follow"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    follows: Mapped[int | None]
    source: Mapped[str] = mapped_column(Text)


class ClosureRow(Base):
    """A closure (临时停办) of a point, or of every point when `point_id` is null; `ends` is exclusive, null is open."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("ends > starts", "ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"), index=True)
    starts: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime | None] = mapped_column(Moment)
    reason_zh: Mapped[str] = mapped_column(String(200))
    reason_en: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime] = mapped_column(Moment)
    entered_by: Mapped[str] = mapped_column(String(100))


class DistrictNameRow(Kept, Base):
    """What the district is called between two days, both inclusive; `position` keeps the order of the file."""

    __tablename__ = "district_name"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", "ends_after_start"),)

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200), primary_key=True)
    position: Mapped[int]
    name_en: Mapped[str] = mapped_column(String(200))
    short_zh: Mapped[str] = mapped_column(String(50))
    aliases: Mapped[tuple[str, ...]] = mapped_column(TextList)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)


class AreaRow(Kept, Base):
    """A GeoJSON feature collection in WGS-84 as text: `district`, `streets`, `rivers` and others by file name."""

    __tablename__ = "area"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    geojson: Mapped[str] = mapped_column(Text)


class WalkingNetworkRow(Base):
    """The walking network (步行路网) an operator loaded; one row, or none. `graph` is `WalkingNetwork.pack`."""

    __tablename__ = "walking_network"
    __table_args__ = (
        CheckConstraint("id = 1", "only_one"),
        CheckConstraint("nodes > 1 AND edges > 0", "not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(32))
    file: Mapped[str] = mapped_column(String(200))
    nodes: Mapped[int]
    edges: Mapped[int]
    graph: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime] = mapped_column(Moment)
    loaded_by: Mapped[str] = mapped_column(String(100))


class SearchMissRow(Base):
    """Words that found no matter (无果搜索); `text` is kept from their third day on, see `search_misses`."""

    __tablename__ = "search_miss"

    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str | None] = mapped_column(String(20))
    times: Mapped[int]
    days: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    dismissed: Mapped[bool]
