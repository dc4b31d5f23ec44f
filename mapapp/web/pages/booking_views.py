"""What the pages of booking show (预约页面): finished words about rules, matters and one's own booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mapapp.booking.codes import grouped
from mapapp.booking.rules import BookingRules
from mapapp.booking.visits import Booking, BookingState, Office, bookable_offers
from mapapp.catalogue.matters import Material, Matter
from mapapp.editing.changes import SubjectKind
from mapapp.errors import NotFound, Refused
from mapapp.web.directions import Direction, directions_to
from mapapp.web.message_words import visit_words
from mapapp.web.pages.retired import retired
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
class Place:
    """Where a visit is. `closed_since` is the day since when the point is gone for good, "" while it is there."""

    id: str
    name: str
    name_lang: str | None
    address: str = ""
    phone: str = ""
    directions: tuple[Direction, ...] = ()
    closed_since: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnBooking:
    """A booking as its own page shows it. `may_change` is false when it is too late or over.

    `is_lost` says that nobody is served then any more, `may_move` that another time there can be asked for.
    """

    code: str
    state: BookingState
    state_words: str
    when: str
    ends: str
    place: Place
    matters: tuple[MatterToDo, ...]
    is_lost: bool
    may_change: bool
    may_move: bool
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
        name_lang=_lang(language, matter.name_en),
        materials=matter.materials,
    )


def matters_to_do(office: Office, codes: tuple[str, ...], language: str) -> tuple[MatterToDo, ...]:
    """Return what a visit is for; of a matter that is no longer on offer the name alone."""
    catalogue, gone = office.catalogue, retired(SubjectKind.MATTER)
    found = []
    for code in codes:
        if code in catalogue.matters:
            found.append(matter_to_do(catalogue.matters[code], language))
        elif code in gone:
            lang = _lang(language, gone[code].name_en)
            found.append(MatterToDo(code=code, name=gone[code].name(language), name_lang=lang, materials=()))
    return tuple(found)


def place_of(office: Office, point_id: str, language: str) -> Place:
    """Return where a visit is, also when the point has left the map since it was booked."""
    name, lang = place_name(office, point_id, language)
    point, gone = office.catalogue.points.get(point_id), retired(SubjectKind.POINT).get(point_id)
    if point is None:
        return Place(id=point_id, name=name, name_lang=lang, closed_since=gone.retired_on.isoformat() if gone else "")
    return Place(
        id=point_id,
        name=name,
        name_lang=lang,
        address=point.address,
        phone=point.phone or "",
        directions=directions_to(point, language),
    )


def place_name(office: Office, point_id: str, language: str) -> tuple[str, str | None]:
    """Return what a point is or was called, its id when nobody knows, and the language of the name if another one."""
    known = office.catalogue.points.get(point_id) or retired(SubjectKind.POINT).get(point_id)
    return (point_id, None) if known is None else (known.name(language), _lang(language, known.name_en))


def _lang(language: str, name_en: str) -> str | None:
    """Return the language of a name where it is not that of the page."""
    return "zh-CN" if language == "en" and not name_en else None


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


def own_booking(
    office: Office, booking: Booking, code: str, now: datetime, language: str, lost: str | None
) -> OwnBooking:
    """Return a booking for its own page; `lost` is why it no longer fits hours, closures or seats, None if it fits."""
    rules = office.rules_of(booking.point_id)
    until = booking.start - _minutes(rules.change_until_minutes)
    shown = grouped(code)
    may_change = booking.state is BookingState.BOOKED and now <= until
    return OwnBooking(
        code=shown,
        state=booking.state,
        state_words=state_words(booking.state),
        when=visit_words(booking.start),
        ends=clock(booking.end),
        place=place_of(office, booking.point_id, language),
        matters=matters_to_do(office, booking.matters, language),
        is_lost=lost is not None,
        may_change=may_change,
        may_move=may_change and _is_done_there(office, booking),
        change_until=visit_words(until),
        arrive=gettext(
            "Arrive between %(first)s and %(last)s.",
            first=clock(booking.start - _minutes(rules.early_minutes)),
            last=clock(booking.start + _minutes(rules.late_minutes)),
        ),
        reason=booking.reason if lost is None else lost or None,
        needs_number=office.sends_messages and not booking.is_confirmed and booking.state is BookingState.BOOKED,
        links={"ics": f"/api/v1/bookings/{shown}.ics", "qr": f"/api/v1/bookings/{shown}.svg"},
    )


def _is_done_there(office: Office, booking: Booking) -> bool:
    try:
        bookable_offers(office.catalogue, booking.point_id, booking.matters)
    except (NotFound, Refused):
        return False
    return True


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
