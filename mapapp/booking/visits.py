"""What a booking is (预约), what is asked for, and whether a time can be had at all: pure rules, no database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mapapp.booking.rules import BookingRules, Rulebook
from mapapp.booking.sealing import Sealer
from mapapp.booking.slots import Slot, bookable_days, run_of, slots_on
from mapapp.booking.visitors import Visitor
from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.hours.opening_hours import ZONE

MAX_MATTERS = 8


class BookingState(StrEnum):
    """What became of a booking."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    DONE = "done"
    NO_SHOW = "no_show"


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """A booking without its person. `start` is in it, `end` is not; `reason` is what staff said about a change."""

    id: int
    point_id: str
    matters: tuple[str, ...]
    start: datetime
    end: datetime
    state: BookingState
    language: str = "zh"
    is_walk_in: bool = False
    is_confirmed: bool = False
    reason: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Return whether its time has passed."""
        return self.end <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingRequest:
    """What somebody asks for. `code` and `number` were drawn for this request, whether or not it succeeds.

    `key` makes a repeated request find the booking it made (24 hours). `hold` is the token of the browser's own hold.
    """

    point_id: str
    matters: tuple[str, ...]
    start: datetime
    visitor: Visitor
    code: str
    number: str = ""
    key: str | None = None
    hold: str | None = None
    language: str = "zh"
    is_walk_in: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """What every desk works with. `sends_messages` says whether any channel reaches a phone.

    `key_ring` gives the sealer when it is first needed: whoever only asks for free times needs no key.
    """

    catalogue: Catalogue
    rulebook: Rulebook
    key_ring: Callable[[], Sealer]
    sends_messages: bool = False

    @property
    def sealer(self) -> Sealer:
        """Return the sealer of the current keys."""
        return self.key_ring()

    def rules_of(self, point_id: str) -> BookingRules:
        """Return the rules of a point."""
        return self.rulebook.of_point(point_id)


def bookable_offers(catalogue: Catalogue, point_id: str, matters: Iterable[str]) -> tuple[Offer, ...]:
    """Return what the point offers for these matters.

    Raises NotFound `unknown_point` or `unknown_matter`; Refused `not_bookable` for a matter it does not take online.
    """
    if point_id not in catalogue.points:
        raise NotFound("unknown_point", field="point", value=point_id)
    found = []
    for code in matters:
        catalogue.matter(code)
        offer = catalogue.offers_by_matter[code].get(point_id)
        if offer is None or not offer.bookable:
            raise Refused("not_bookable", field="matter")
        found.append(offer)
    return tuple(found)


def read_matters(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes without repetition, in order; raise InvalidQuery `too_many_matters`."""
    matters = tuple(dict.fromkeys(codes))
    if not 1 <= len(matters) <= MAX_MATTERS:
        raise InvalidQuery("too_many_matters", field="matter", most=MAX_MATTERS)
    return matters


def slots_for_all(office: Office, point_id: str, offers: tuple[Offer, ...], day: date) -> tuple[Slot, ...]:
    """Return the slots of a day in which every one of these offers is done."""
    rules = office.rules_of(point_id)
    slots = slots_on(office.catalogue, rules, point_id, day)
    for offer in offers:
        if offer.hours_rule:
            own = {slot.start for slot in slots_on(office.catalogue, rules, point_id, day, offer)}
            slots = tuple(slot for slot in slots if slot.start in own)
    return slots


def chosen_run(
    office: Office, now: datetime, point_id: str, matters: tuple[str, ...], start: datetime
) -> tuple[Slot, ...]:
    """Return the slots that a visit from `start` on takes.

    Raises what `bookable_offers` raises; Refused `too_late` when the time has passed or its day is no longer booked;
    Refused `not_bookable` when it is not a slot, or too far ahead.
    """
    offers = bookable_offers(office.catalogue, point_id, matters)
    rules = office.rules_of(point_id)
    local = start.astimezone(ZONE)
    first, last = bookable_days(office.catalogue.calendar, rules, now)
    if start <= now or local.date() < first:
        raise Refused("too_late", field="start")
    run = None
    if local.date() <= last:
        run = run_of(slots_for_all(office, point_id, offers, local.date()), local, rules.slots_for(len(matters)))
    if run is None:
        raise Refused("not_bookable", field="start")
    return run
