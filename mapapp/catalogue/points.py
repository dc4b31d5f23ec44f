"""What a service point (办理点) is."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from mapapp.geography.coordinate import Place


class PointKind(StrEnum):
    """The kind of a service point, as in the `kind` column of the data."""

    DISTRICT = "district"
    STREET = "street"
    TOWN = "town"
    SUB_POLICE = "sub-police"
    SUB_MARKET = "sub-market"
    SUB_SOCIAL = "sub-social"
    SUB_TAX = "sub-tax"
    SUB_UTILITY = "sub-utility"
    SUB_ESTATE = "sub-estate"
    SUB_MEDICAL = "sub-medical"
    SUB_EXIT = "sub-exit"
    SUB_VEHICLE = "sub-vehicle"
    SUB_FUND = "sub-fund"
    SUB_MARRIAGE = "sub-marriage"
    SUB_NOTARY = "sub-notary"
    SUB_LEGAL = "sub-legal"
    SUB_VETERAN = "sub-veteran"
    SUB_DISABLED = "sub-disabled"
    SUB_HEALTH = "sub-health"
    SUB_EDUCATION = "sub-education"
    SUB_TOBACCO = "sub-tobacco"
    SUB_ARCHIVE = "sub-archive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A counter (窗口) inside a point."""

    name: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServicePoint:
    """One of the places where matters are handled. `hours_rule` is OSM `opening_hours` syntax, None when unknown."""

    id: str
    name_zh: str
    name_en: str
    kind: PointKind
    street: str
    address: str
    phone: str | None
    hours_rule: str | None
    place: Place
    source: str
    source_date: date | None
    confidence: str
    note: str = ""
    place_source: str = ""
    windows: tuple[Window, ...] = ()
    accessibility: tuple[str, ...] = ()
    verified_at: date | None = None
    verified_by: str | None = None

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en"); Chinese stands in where no English name is known."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """A place people name (地名): station, landmark, road, community. A `kind` with `_outside` is beyond the line."""

    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = field(default=())
    kind: str
    street: str
    place: Place
    source: str = ""
