"""What the page of a trip is handed about its stops (行程的展示): finished words, nothing left to look up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapapp.geography.reach import WalkKind
from mapapp.web.context import current_bundle, current_language, current_settings
from mapapp.web.directions import Direction, directions_to
from mapapp.web.pages.rows import PointRow, book_url, point_row
from mapapp.web.spoken import gettext, ngettext
from mapapp.web.words import clock, distance_words, walk_words

if TYPE_CHECKING:
    from mapapp.finder.trip import Stop, Trip


@dataclass(frozen=True, kw_only=True, slots=True)
class StopLine:
    """One stop of the timeline; `matters` are (code, name, language of the name where it differs)."""

    number: int
    row: PointRow
    line: str
    distance: str
    river_between: bool
    wait: str
    leave: str
    matters: tuple[tuple[str, str, str | None], ...]
    directions: tuple[Direction, ...]
    book_url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """A trip in words: its stops, its sum, and the names of its points for a short line."""

    stops: tuple[StopLine, ...]
    total: str
    ends: str


def journey(trip: "Trip") -> Journey:
    """Return a trip in the words of the reader."""
    is_estimate = any(stop.walk.kind is WalkKind.ESTIMATE for stop in trip.stops)
    stops = ngettext("%(num)d stop", "%(num)d stops", len(trip.stops))
    return Journey(
        stops=tuple(_stop(stop, number) for number, stop in enumerate(trip.stops, start=1)),
        total=gettext(
            "%(stops)s, %(distance)s on foot",
            stops=stops,
            distance=distance_words(trip.walk_m, is_estimate=is_estimate),
        ),
        ends=clock(trip.stops[-1].leave_at),
    )


def _stop(stop: "Stop", number: int) -> StopLine:
    bundle, language = current_bundle(), current_language()
    matters = bundle.catalogue.matters
    stay = len(stop.matters) * current_settings().service_minutes_per_matter
    count = ngettext("%(num)d matter here", "%(num)d matters here", len(stop.matters))
    return StopLine(
        number=number,
        row=point_row(bundle, stop.point, stop.arrive_at),
        line=gettext(
            "%(walk)s, there at %(time)s, %(count)s, about %(stay)d minutes",
            walk=walk_words(stop.walk_minutes),
            time=clock(stop.arrive_at),
            count=count,
            stay=stay,
        ),
        distance=distance_words(stop.walk.walk_m, is_estimate=stop.walk.kind is WalkKind.ESTIMATE),
        river_between=stop.walk.river_between,
        wait=_wait_words(stop),
        leave=clock(stop.leave_at),
        matters=tuple(
            (
                code,
                matters[code].name(language),
                "zh-CN" if language == "en" and not matters[code].name_en else None,
            )
            for code in stop.matters
        ),
        directions=directions_to(stop.point, language),
        book_url=book_url(stop.point.id, tuple(stop.matters)),
    )


def _wait_words(stop: "Stop") -> str:
    if not stop.wait_minutes:
        return ""
    if stop.status_on_arrival.is_open:
        # open when one comes, but not long enough for all of it
        return gettext("Wait %(minutes)d minutes there until it opens again.", minutes=stop.wait_minutes)
    return gettext("Wait %(minutes)d minutes there until it opens.", minutes=stop.wait_minutes)
