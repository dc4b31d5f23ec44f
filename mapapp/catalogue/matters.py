"""What a matter (事项) is, and what it means that a point does it (承办关系)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class DayUnit(StrEnum):
    """Whether the days of a limit are working days or calendar days."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A time limit (办结时限) of `days` in `unit`; 0 means on the spot."""

    days: int
    unit: DayUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A paper to bring (申请材料): `waived` 免提交, `may_follow` 容缺."""

    name: str
    waived: bool = False
    may_follow: bool = False


class OfferMode(StrEnum):
    """What a point does with a matter: 办结, 收件转办, 自助打印."""

    FINISH = "finish"
    FORWARD = "forward"
    PRINT = "print"


class Offer(NamedTuple):
    """A point does a matter. `hours_rule` replaces the point's own hours when it is not None.

    A named tuple: a city has millions, and one is made in a fifth of the time that a dataclass takes.
    """

    point_id: str
    matter_code: str
    mode: OfferMode
    hours_rule: str | None
    bookable: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """Something a resident or a business gets done with the government."""

    code: str
    name_zh: str
    name_en: str
    type: str
    department: str
    is_instant: bool
    legal: Limit | None
    promised: Limit | None
    materials: tuple[Material, ...]
    folk_names: tuple[str, ...]
    fee: str | None
    source: str
    confidence: str
    source_date: date | None = None
    note: str = ""

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en"); Chinese stands in where no English name is known."""
        return self.name_en if language == "en" and self.name_en else self.name_zh

    def folk_names_in(self, language: str) -> tuple[str, ...]:
        """Return the everyday names in `language` ("zh" or "en"); those in small letters are English."""
        return tuple(name for name in self.folk_names if _is_english(name) == (language == "en"))


def _is_english(name: str) -> bool:
    # KTV and SC are said in Chinese too
    return name.isascii() and any(letter.islower() for letter in name)
