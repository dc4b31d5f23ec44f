"""Where is an address, all answers together (地理编码流程): what is rejected and why, what is chosen, how sure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations

from geopy.exc import GeocoderParseError

from mapapp.geocoding.address import Address, parse_address
from mapapp.geocoding.answers import READERS, Answer
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geocoding.levels import less_sure
from mapapp.geocoding.offline import NEAR_M, PROVIDER, locate_offline
from mapapp.geocoding.providers import FOUND, Reply
from mapapp.geocoding.spoken import HOME, fold
from mapapp.geography.coordinate import Confidence
from mapapp.geography.distance import geodesic_m
from mapapp.geography.district import District

# Two providers that differ by more than this do not mean the same door.
DISAGREEMENT_M = 150.0
_CONFIDENCE_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}
# The first two digits of a division code are the province or municipality (GB/T 2260).
_PROVINCE_DIGITS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """Which district is ours: its city, its short name in force, its codes, and every name for it (folded)."""

    city: str
    district: str
    adcodes: tuple[str, ...]
    home: tuple[str, ...]

    @classmethod
    def of(cls, district: District, on: date) -> "Region":
        """Return the region of the district's names on that day."""
        full = district.name(on, "zh")
        city = re.match("(.{2,6}?市)(?=.)", full)
        names = {part for name in district.names for part in (name.name_zh, name.short_zh, *name.aliases) if part}
        folded = {fold(name) for name in names}
        return cls(
            city=city[1] if city else "",
            district=full.removeprefix(city[1]) if city else full,
            adcodes=tuple(name.code for name in district.names if name.code),
            home=tuple(sorted({*HOME, *(name for name in folded if not name.isascii())})),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of one provider: `code` is `accepted` or the reason why not; `answer` when there was a position.

    `metres_outside` is how far beyond the district's line the answer lies.
    """

    provider: str
    code: str
    answer: Answer | None = None
    metres_outside: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where an address is: the chosen answer or None, everything that was tried, and notes (codes) on the choice.

    `apart_m` is the greatest distance between two accepted answers that count as disagreeing, None when they agree.
    """

    address: Address
    chosen: Answer | None
    tried: tuple[Tried, ...]
    notes: tuple[str, ...] = ()
    apart_m: float | None = None

    @property
    def needs_review(self) -> bool:
        """Whether a person should look: nothing sure was found."""
        return self.chosen is not None and self.chosen.confidence is Confidence.LOW


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The checks and the choice. Pure: the replies of online providers are handed in."""

    district: District
    region: Region
    gazetteer: Gazetteer
    tolerance_m: float

    @property
    def home(self) -> tuple[str, ...]:
        """The folded names of our own city and district."""
        return self.region.home

    def parse(self, text: str) -> Address:
        """Return the parts of an address."""
        return parse_address(text, self.home)

    def query(self, address: Address) -> str:
        """Return what to ask an online geocoder for this address."""
        return address.query(self.region.city, self.region.district)

    def place(self, address: Address, replies: Sequence[Reply], asked_at: datetime) -> Placement:
        """Return where the address is, by these replies and the shipped names.

        The surest answer wins, then the more accurate, then the earlier provider; the shipped names come last.
        """
        if address.elsewhere is not None:
            tried = (*(Tried(provider=reply.provider, code="not_asked") for reply in replies),)
            return Placement(address=address, chosen=None, tried=tried, notes=("address_in_other_district",))
        tried = (*(self._online(address, reply, asked_at) for reply in replies), self._offline(address, asked_at))
        accepted = [one.answer for one in tried if one.code == "accepted" and one.answer is not None]
        apart_m = _disagreement(accepted)
        notes = [] if apart_m is None else ["providers_disagree"]
        if apart_m is not None:
            accepted = [replace(answer, confidence=less_sure(answer.confidence)) for answer in accepted]
        chosen = min(accepted, key=_rank, default=None)
        if chosen is not None and address.street and self.district.street_of(chosen.coordinate) != address.street:
            # the drawn streets are schematic: the street in the text stands, and a person may look
            notes.append("drawn_street_differs")
        return Placement(address=address, chosen=chosen, tried=tried, notes=tuple(notes), apart_m=apart_m)

    def _offline(self, address: Address, asked_at: datetime) -> Tried:
        answer = locate_offline(address, self.gazetteer, asked_at)
        if answer is None:
            return Tried(provider=PROVIDER, code="empty")
        return self._checked(address, answer)

    def _online(self, address: Address, reply: Reply, asked_at: datetime) -> Tried:
        if reply.code != FOUND or reply.raw is None:
            return Tried(provider=reply.provider, code=reply.code)
        try:
            answer = READERS[reply.provider](reply.raw, reply.asked_at or asked_at)
        except GeocoderParseError:
            return Tried(provider=reply.provider, code="bad_answer")
        return self._checked(address, _as_written(answer, address))

    def _checked(self, address: Address, answer: Answer) -> Tried:
        outside_m = self.district.metres_outside(answer.coordinate)
        code = self._refusal(answer, outside_m)
        if code is None and self._names_other_district(answer):
            # on the border strip both districts claim the same doors
            answer = replace(answer, confidence=Confidence.LOW)
        return Tried(
            provider=answer.provider, code=code or "accepted", answer=answer, metres_outside=round(outside_m, 1)
        )

    def _refusal(self, answer: Answer, outside_m: float) -> str | None:
        """Return why an answer cannot be taken, None when it can."""
        if answer.is_area:
            return "area_only"
        if answer.adcode and not self._in_own_province(answer.adcode):
            return "other_city"
        if outside_m > self.tolerance_m:
            return "other_district" if self._names_other_district(answer) else "outside_district"
        return None

    def _in_own_province(self, adcode: str) -> bool:
        own = {code[:_PROVINCE_DIGITS] for code in self.region.adcodes}
        return not own or adcode[:_PROVINCE_DIGITS] in own

    def _names_other_district(self, answer: Answer) -> bool:
        if answer.adcode:
            return answer.adcode not in self.region.adcodes
        return bool(answer.district) and fold(answer.district) not in self.home


def _as_written(answer: Answer, address: Address) -> Answer:
    """Return an answer no surer than the address: without a house number or with 附近 it is a neighbourhood."""
    if answer.accuracy_m is None or (address.has_number and not address.is_near):
        return answer
    confidence = less_sure(answer.confidence) if answer.confidence is Confidence.HIGH else answer.confidence
    return replace(answer, accuracy_m=max(answer.accuracy_m, NEAR_M), confidence=confidence)


def _disagreement(accepted: Sequence[Answer]) -> float | None:
    """Return the greatest distance in metres between two answers that should be the same place, None when all agree.

    The shipped names are known to be coarse, so theirs may differ by their own accuracy besides.
    """
    apart = []
    for one, other in combinations(accepted, 2):
        coarse_m = sum(answer.accuracy_m or 0.0 for answer in (one, other) if answer.provider == PROVIDER)
        metres = geodesic_m(one.coordinate, other.coordinate)
        if metres > DISAGREEMENT_M + coarse_m:
            apart.append(metres)
    return round(max(apart), 1) if apart else None


def _rank(answer: Answer) -> tuple[int, float, int, str]:
    """Return the sort key of the choice, the best first."""
    order = [*READERS, PROVIDER]
    return _CONFIDENCE_RANK[answer.confidence], answer.accuracy_m or 0.0, order.index(answer.provider), answer.level
