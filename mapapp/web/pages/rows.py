"""What a template is handed about a point (办理点的展示): finished words, nothing left to look up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from flask import url_for

from mapapp.booking.visits import MAX_MATTERS
from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.points import PointKind, ServicePoint
from mapapp.finder.nearest import NearestResult
from mapapp.geography.reach import WalkKind
from mapapp.hours.opening_hours import Status
from mapapp.web.context import Bundle, current_bundle, current_language, current_now, current_settings
from mapapp.web.directions import Direction, directions_to
from mapapp.web.pages.next_free import next_free_words
from mapapp.web.spoken import gettext
from mapapp.web.words import (
    StateWords,
    clock,
    day_hours_words,
    distance_words,
    kind_name,
    kind_shape,
    kind_sign,
    mode_words,
    moment_words,
    state_words,
    walk_words,
)

# A wait that most people would rather stand than come again.
_SHORT_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class PointRow:
    """A point in a list. `*_lang` is the language of that text where it differs from the page's, else None."""

    id: str
    name: str
    name_lang: str | None
    kind: PointKind
    kind_name: str
    shape: str
    sign: str
    street: str
    street_name: str
    address: str
    data_lang: str | None
    phone: str | None
    state: StateWords
    hours_today: str
    accuracy_m: int
    url: str

    @property
    def is_open(self) -> bool:
        """Return whether the point is open at the moment asked about."""
        return self.state.look in ("open", "soon")


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A point of the answer. `on_arrival` is None when nothing changes on the way.

    For a point that is closed on arrival, `wait` says how short the wait is, or `leave` when to go instead.
    `next_free` is the first time that can be booked, "" when there is none.
    """

    row: PointRow
    number: int
    walk: str
    distance: str
    river_between: bool
    mode: str | None
    note: str
    on_arrival: StateWords | None
    arrive_at: str
    wait: str | None
    leave: str | None
    is_open_then: bool
    directions: tuple[Direction, ...]
    book_url: str | None
    next_free: str


def street_names(bundle: Bundle, language: str) -> Mapping[str, str]:
    """Return Chinese street name -> its name in `language`, in the order of the district's list."""

    def collect() -> Mapping[str, str]:
        features = bundle.catalogue.district.streets_geojson["features"]
        properties = [feature["properties"] for feature in features]
        return {
            row["name_zh"]: (row.get("name_en") or row["name_zh"] if language == "en" else row["name_zh"])
            for row in properties
        }

    return bundle.once(("street names", language), collect)


def point_row(bundle: Bundle, point: ServicePoint, at: datetime, offer: Offer | None = None) -> PointRow:
    """Return the point as it is shown for the aware time `at`; the hours of `offer` win when it has its own."""
    language = current_language()
    schedule = bundle.catalogue.schedule(point.id, offer)
    soon = current_settings().closing_soon_minutes
    chinese = "zh-CN" if language == "en" else None
    return PointRow(
        id=point.id,
        name=point.name(language),
        name_lang=chinese if not point.name_en else None,
        kind=point.kind,
        kind_name=kind_name(point.kind),
        shape=kind_shape(point.kind),
        sign=kind_sign(point.kind, language),
        street=point.street,
        street_name=street_names(bundle, language).get(point.street, point.street),
        address=point.address,
        data_lang=chinese,
        phone=point.phone,
        state=state_words(schedule.status_at(at), at, current_now().date(), soon),
        hours_today=day_hours_words(schedule.spans_on(at.date())),
        accuracy_m=round(point.place.accuracy_m),
        url=url_for("point_pages.show", point_id=point.id),
    )


def card(bundle: Bundle, result: NearestResult, number: int, at: datetime, *, is_arrival: bool) -> Card:
    """Return one result as a card. With `is_arrival` the time asked about is when one wants to be there."""
    today = current_now().date()
    arrive_at = at if is_arrival else result.arrive_at
    then = result.status if is_arrival else result.status_on_arrival
    soon = current_settings().closing_soon_minutes
    row = point_row(bundle, result.point, at, result.offer)
    later = state_words(then, arrive_at, today, soon)
    code = result.offer.matter_code if result.offer else ""
    address = book_url(result.point.id, (code,)) if code else None
    wait = None if is_arrival else _wait_words(then, at, arrive_at)
    return Card(
        row=row,
        number=number,
        walk=walk_words(result.walk_minutes),
        distance=distance_words(result.walk.walk_m, is_estimate=result.walk.kind is WalkKind.ESTIMATE),
        river_between=result.walk.river_between,
        mode=mode_words(result.offer.mode) if result.offer else None,
        note=_offer_note(result.offer),
        on_arrival=later if later != row.state and not is_arrival else None,
        arrive_at=clock(arrive_at),
        wait=wait,
        leave=None if wait else _leave_words(result, at, arrive_at, is_arrival=is_arrival),
        is_open_then=then.is_open,
        directions=directions_to(result.point, current_language()),
        book_url=address,
        next_free=next_free_words(bundle, result.point.id, code) if address else "",
    )


def book_url(point_id: str, codes: tuple[str, ...]) -> str | None:
    """Return where a visit for these matters is booked at a point; None when one of them cannot be."""
    offers = [current_bundle().catalogue.offers_by_matter[code].get(point_id) for code in codes]
    if not codes or len(codes) > MAX_MATTERS or not all(offer is not None and offer.bookable for offer in offers):
        return None
    return url_for("booking_pages.show", point_id=point_id, matter=list(codes))


def _offer_note(offer: Offer | None) -> str:
    return gettext("This matter has its own hours here.") if offer and offer.hours_rule else ""


def opens_shortly(then: Status, arrive_at: datetime) -> bool:
    """Return whether a point that is closed at `arrive_at`, with the state `then`, opens so soon that one waits."""
    return not then.is_open and then.opens_at is not None and then.opens_at - arrive_at <= _SHORT_WAIT


def _wait_words(then: Status, at: datetime, arrive_at: datetime) -> str | None:
    """Return how long one would stand at the door, for a point that opens shortly after one arrives."""
    if then.opens_at is None or not opens_shortly(then, arrive_at):
        return None
    opens, wait = (ceil((then.opens_at - moment) / timedelta(minutes=1)) for moment in (at, arrive_at))
    return gettext("Opens %(opens)d min after you leave; you would wait %(wait)d min there.", opens=opens, wait=wait)


def _leave_words(result: NearestResult, at: datetime, arrive_at: datetime, *, is_arrival: bool) -> str | None:
    """Return when to leave so as to arrive at opening, for a point that is closed on arrival."""
    then = result.status if is_arrival else result.status_on_arrival
    if then.is_open or then.opens_at is None:
        return None
    leave_at = then.opens_at - timedelta(minutes=result.walk_minutes)
    if leave_at <= at and not is_arrival:
        return None
    return moment_words(leave_at, arrive_at.date(), current_now().date())


def streets_note(bundle: Bundle) -> str:
    """Return what the lines of streets and towns on the map are: ours, imported ones, or both."""
    district = bundle.catalogue.district
    ours = len(district.schematic_streets)
    if not ours:
        return gettext("Streets and towns as the operator imported them")
    if ours < len(district.street_areas):
        return gettext("Some streets are schematic, not official boundaries")
    return gettext("Streets are schematic, not official boundaries")


def page_data(rows: Iterable[PointRow], shown: Iterable[str], **more: Any) -> dict[str, Any]:
    """Return what the map's script reads from the page: states, the shown ids, and the words it needs.

    `more`: `numbers` (id -> number), `start`, `reach`, `one`, `doubt`.
    """
    settings = current_settings()
    note = streets_note(current_bundle())
    if settings.map_review_number:
        note = gettext("%(note)s · map review number %(number)s", note=note, number=settings.map_review_number)
    if current_bundle().catalogue.network is not None:
        note = gettext("%(note)s · paths © OpenStreetMap contributors", note=note)
    points = {
        row.id: {"look": row.state.look, "sign": row.state.sign, "text": row.state.text, "hours": row.hours_today}
        for row in rows
    }
    words = {
        "details": gettext("Details"),
        "close": gettext("Close"),
        "zoom_in": gettext("Zoom in"),
        "zoom_out": gettext("Zoom out"),
        "hours_today": gettext("That day {hours}"),
        "accuracy": gettext("Position is an estimate, within about {metres} m"),
        "cluster": gettext("{count} service points, zoom in"),
        "start": gettext("Start"),
        "map_note": note,
    }
    return {"words": words, "points": points, "shown": list(shown), "numbers": {}, **more}


def kinds_in_use(catalogue: Catalogue) -> tuple[PointKind, ...]:
    """Return the kinds that occur, in the order of the enumeration."""
    used = {point.kind for point in catalogue.points.values()}
    return tuple(kind for kind in PointKind if kind in used)
