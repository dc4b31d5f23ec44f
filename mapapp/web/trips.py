"""One trip for several matters (一次跑完): the question of a request, and the answer as JSON fixed by the interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mapapp.catalogue.packages import Package
from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import OpenFilter
from mapapp.settings import Settings
from mapapp.web.context import Bundle
from mapapp.web.fragments import Fragments, dumps, moment_text
from mapapp.web.parse import Origin, Values, moment_of, origin_of
from mapapp.web.questions import MAX_TRIP_MATTERS

if TYPE_CHECKING:
    from mapapp.finder.trip import Stop, Trip, TripAnswer, TripFinder

_TRUE = ("false", "true")


@dataclass(frozen=True, kw_only=True, slots=True)
class TripRequest:
    """A whole question for a trip: from where, what, and at which aware time one sets out."""

    origin: Origin
    codes: tuple[str, ...]
    package: Package | None
    at: datetime
    open: OpenFilter


def trip_request(values: Values, bundle: Bundle, settings: Settings, now: datetime, language: str) -> TripRequest:
    """Return the question of these values.

    Raises InvalidQuery `one_of`, `missing_parameter`, `wrong_parameter`, `missing_place`, `unknown_place`,
    `outside_area`; NotFound `unknown_matter`, `unknown_package`.
    """
    codes, package = what_of(values, bundle)
    if not codes:
        raise InvalidQuery("missing_parameter", field="matter")
    return TripRequest(
        origin=origin_of(values, bundle, settings, language),
        codes=codes,
        package=package,
        at=moment_of(values, bundle, now),
        open=OpenFilter(values.get("open", OpenFilter.ANY)),
    )


def what_of(values: Values, bundle: Bundle) -> tuple[tuple[str, ...], Package | None]:
    """Return the codes of the matters, each once, and the package they come from; no codes when nothing was asked.

    Raises InvalidQuery `one_of`, `wrong_parameter` for more than eight; NotFound `unknown_matter`, `unknown_package`.
    """
    chosen: list[str] = values.get("matter", [])
    if "package" in values:
        if chosen:
            raise InvalidQuery("one_of", field="package", names="matter, package")
        package = bundle.catalogue.package(values["package"])
        return package.members, package
    if len(chosen) > MAX_TRIP_MATTERS:
        raise InvalidQuery("wrong_parameter", field="matter", value=len(chosen))
    return tuple(dict.fromkeys(bundle.catalogue.matter(code).code for code in chosen)), None


def find_trips(request: TripRequest, bundle: Bundle, settings: Settings) -> "TripAnswer":
    """Return the trips that do all of it; raise InvalidQuery `wrong_parameter` for a package beyond all measure."""
    # scipy comes with it, which a request for anything else need not wait for
    from mapapp.finder.trip import TripQuery

    query = TripQuery(origin=request.origin.coordinate, at=request.at, matters=request.codes, open=request.open)
    return trip_finder(bundle, settings).find_trips(query)


def trip_finder(bundle: Bundle, settings: Settings) -> "TripFinder":
    """Return the trip finder of this revision, built at the first question."""

    def build() -> "TripFinder":
        from mapapp.finder.trip import TripFinder

        return TripFinder(bundle.catalogue, bundle.finder.reach, settings)

    return bundle.once("trip finder", build)


def trips_text(
    request: TripRequest, answer: "TripAnswer", fragments: Fragments, *, revision: int, as_of: datetime
) -> str:
    """Return the JSON answer to `request`."""
    trips = ", ".join(_trip(trip, fragments) for trip in answer.trips)
    return (
        f'{{"query": {dumps(_query(request))}, "trips": [{trips}], "impossible": {dumps(answer.impossible)}, '
        f'"closed": {dumps(answer.closed)}, "is_proven": {_TRUE[answer.is_proven]}, "revision": {revision}, '
        f'"as_of": "{moment_text(as_of)}"}}'
    )


def _query(request: TripRequest) -> Mapping[str, Any]:
    place = request.origin.coordinate
    return {
        "lat": round(place.lat, 7),
        "lon": round(place.lon, 7),
        "place": request.origin.name,
        "accuracy_m": request.origin.accuracy_m,
        "matters": request.codes,
        "package": request.package.code if request.package else None,
        "at": moment_text(request.at),
        "open": request.open.value,
    }


def _trip(trip: "Trip", fragments: Fragments) -> str:
    stops = ", ".join(_stop(stop, fragments) for stop in trip.stops)
    return f'{{"stops": [{stops}], "walk_m": {trip.walk_m}}}'


def _stop(stop: "Stop", fragments: Fragments) -> str:
    walk = stop.walk
    return (
        f'{{"point": {fragments.points[stop.point.id]}, "matters": {dumps(stop.matters)}, '
        f'"distance_m": {walk.distance_m}, "walk_m": {walk.walk_m}, "walk_kind": "{walk.kind}", '
        f'"walk_minutes": {stop.walk_minutes}, "river_between": {_TRUE[walk.river_between]}, '
        f'"arrive_at": "{moment_text(stop.arrive_at)}", "wait_minutes": {stop.wait_minutes}, '
        f'"leave_at": "{moment_text(stop.leave_at)}", "open": {fragments.state(stop.status_on_arrival)}, '
        f'"open_on_arrival": {_TRUE[stop.open_on_arrival]}}}'
    )
