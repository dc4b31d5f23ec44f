"""What the pages of booking show (预约页面): finished words about rules, matters and one's own booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mapapp.booking.codes import grouped
from mapapp.booking.rules import BookingRules
from mapapp.booking.visits import Booking, BookingState, Office
from mapapp.catalogue.matters import Material, Matter
from mapapp.catalogue.points import ServicePoint
from mapapp.web.directions import Direction, directions_to
from mapapp.web.message_words import visit_words
from mapapp.web.spoken import gettext
from mapapp.web.words import clock


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterToDo:
    """A matter of a visit and what to bring for it."""

    code: str
    name: str
    name_lang: str | None
    materials: tuple[Material, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A matter in the list to choose from."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnBooking:
    """A booking as its own page shows it. `may_change` is false when it is too late or over."""

    code: str
    state: BookingState
    state_words: str
    when: str
    ends: str
    point: ServicePoint
    point_name: str
    point_lang: str | None
    address_lang: str | None
    matters: tuple[MatterToDo, ...]
    directions: tuple[Direction, ...]
    may_change: bool
    change_until: str
    arrive: str
    reason: str | None
    needs_number: bool
    links: dict[str, str]


def rules_words(rules: BookingRules, district: BookingRules, *, sends_messages: bool) -> tuple[str, ...]:
    """Return the rules that concern somebody who books, one sentence each."""
    hours, minutes = divmod(rules.change_until_minutes, 60)
    before = (
        gettext("%(hours)d h", hours=hours) if not minutes else gettext("%(minutes)d min", minutes=hours * 60 + minutes)
    )
    said = [
        gettext(
            "One person may have %(most)d bookings at a time, and %(same)d for the same matter on a day.",
            most=district.active_limit,
            same=district.matter_day_limit,
        ),
        gettext("You can move or cancel it until %(before)s before it begins.", before=before),
        gettext(
            "Please come between %(early)d minutes before and %(late)d minutes after. "
            "Whoever comes later asks at the desk and is still served.",
            early=rules.early_minutes,
            late=rules.late_minutes,
        ),
    ]
    if sends_messages:
        said.append(
            gettext(
                "Whoever misses %(count)d visits in %(days)d days cannot book online for %(pause)d days; "
                "the desk still serves you.",
                count=district.no_shows,
                days=district.no_show_days,
                pause=district.pause_days,
            )
        )
    return tuple(said)


def matter_to_do(matter: Matter, language: str) -> MatterToDo:
    """Return a matter with what to bring."""
    return MatterToDo(
        code=matter.code,
        name=matter.name(language),
        name_lang="zh-CN" if language == "en" and not matter.name_en else None,
        materials=matter.materials,
    )


def choices_by_department(office: Office, point_id: str, language: str) -> dict[str, list[Choice]]:
    """Return department -> the matters that can be booked at a point, by code."""
    departments: dict[str, list[Choice]] = {}
    for offer in office.catalogue.offers_by_point[point_id]:
        if offer.bookable:
            matter = office.catalogue.matters[offer.matter_code]
            departments.setdefault(matter.department, []).append(Choice(code=matter.code, name=matter.name(language)))
    return departments


def state_words(state: BookingState) -> str:
    """Return the state of a booking in words."""
    return {
        BookingState.BOOKED: gettext("Booked"),
        BookingState.CANCELLED: gettext("Cancelled"),
        BookingState.ARRIVED: gettext("You are checked in"),
        BookingState.DONE: gettext("Done"),
        BookingState.NO_SHOW: gettext("Missed"),
    }[state]


def own_booking(office: Office, booking: Booking, code: str, now: datetime, language: str) -> OwnBooking:
    """Return a booking for its own page."""
    catalogue, rules = office.catalogue, office.rules_of(booking.point_id)
    point = catalogue.point(booking.point_id)
    until = booking.start - _minutes(rules.change_until_minutes)
    shown = grouped(code)
    return OwnBooking(
        code=shown,
        state=booking.state,
        state_words=state_words(booking.state),
        when=visit_words(booking.start),
        ends=clock(booking.end),
        point=point,
        point_name=point.name(language),
        point_lang="zh-CN" if language == "en" and not point.name_en else None,
        address_lang="zh-CN" if language == "en" else None,
        matters=tuple(
            matter_to_do(catalogue.matters[each], language) for each in booking.matters if each in catalogue.matters
        ),
        directions=directions_to(point, language),
        may_change=booking.state is BookingState.BOOKED and now <= until,
        change_until=visit_words(until),
        arrive=gettext(
            "Arrive between %(first)s and %(last)s.",
            first=clock(booking.start - _minutes(rules.early_minutes)),
            last=clock(booking.start + _minutes(rules.late_minutes)),
        ),
        reason=booking.reason,
        needs_number=office.sends_messages and not booking.is_confirmed and booking.state is BookingState.BOOKED,
        links={"ics": f"/api/v1/bookings/{shown}.ics", "qr": f"/api/v1/bookings/{shown}.svg"},
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
