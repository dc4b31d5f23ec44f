"""How the nearest points and lists of points are told to a program (回答): JSON and GeoJSON, as fixed by the interface.

Times are ISO 8601 with +08:00, distances in metres with one decimal, coordinates WGS-84.
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from mapapp.catalogue.points import ServicePoint
from mapapp.finder.nearest import NearestAnswer, NearestResult
from mapapp.finder.understood import Understood
from mapapp.hours.opening_hours import Status
from mapapp.web.fragments import Fragments, dumps, moment_text
from mapapp.web.parse import NearestRequest, Subject

_TRUE = ("false", "true")


def nearest_text(
    request: NearestRequest,
    answer: NearestAnswer,
    fragments: Fragments,
    *,
    goal_m: int,
    revision: int,
    as_of: datetime,
) -> str:
    """Return the JSON answer to `request`."""
    results = ", ".join([_result(result, fragments) for result in answer.results])
    more = ""
    if request.subject.package is not None:
        more = f', "trip": {dumps(_trip_link(request))}'
    if request.heard is not None:
        more += f', "understood": {dumps(heard_fields(request.heard))}'
    if not request.subject.is_understood:
        more += f', "did_you_mean": {dumps(matters_offered(request.subject, fragments.language))}'
    return (
        f'{{"query": {_query(request, fragments)}, "goal_m": {goal_m}, '
        f'"within_goal": {_TRUE[answer.within_goal]}, "within_goal_sure": {_TRUE[answer.within_goal_sure]}, '
        f'"results": [{results}], "revision": {revision}, "as_of": "{moment_text(as_of)}"{more}}}'
    )


def said_fields(heard: Understood) -> dict[str, str | None]:
    """Return the place and the time that stand in words, as they were typed, and what is left for the matter."""
    return {"rest": heard.rest, "place": heard.place_text, "when": heard.when_text}


def heard_fields(heard: Understood) -> dict[str, str | None]:
    """Return the same with the moment that is meant; null where that has gone by."""
    return {**said_fields(heard), "at": None if heard.at is None else moment_text(heard.at)}


def matters_offered(subject: Subject, language: str) -> list[dict[str, object]]:
    """Return the matters that may have been meant, best first."""
    return [
        {"code": hit.matter.code, "name": hit.matter.name(language), "matched": hit.matched}
        for hit in subject.did_you_mean
    ]


def point_text(point: ServicePoint, status: Status, fragments: Fragments) -> str:
    """Return the JSON of a point in a list: its fields, its hours in OSM syntax, its open state."""
    known, rule = fragments.points[point.id][:-1], dumps(point.hours_rule)
    return f'{known}, "hours_rule": {rule}, "open": {fragments.state(status)}}}'


def points_text(listed: Iterable[str], total: int, following: str | None) -> str:
    """Return the JSON of one page of points; `following` is the cursor of the next page."""
    return f'{{"points": [{", ".join(listed)}], "total": {total}, "next": {dumps(following)}}}'


def feature_text(point: ServicePoint, status: Status | None, fragments: Fragments) -> str:
    """Return the GeoJSON feature of a point; the open state only when a moment was asked about."""
    place = point.place.coordinate
    state = "" if status is None else f', "open": {fragments.state(status)}'
    return (
        f'{{"type": "Feature", "id": {dumps(point.id)}, '
        f'"geometry": {{"type": "Point", "coordinates": [{place.lon!r}, {place.lat!r}]}}, '
        f'"properties": {fragments.points[point.id][:-1]}, "hours_rule": {dumps(point.hours_rule)}{state}}}}}'
    )


def collection_text(features: Iterable[str]) -> str:
    """Return the GeoJSON FeatureCollection of these features (RFC 7946: WGS-84, no `crs`)."""
    return f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'


def _result(result: NearestResult, fragments: Fragments) -> str:
    walk = result.walk
    return (
        f'{fragments.start_of_result(result.point, result.offer)}"distance_m": {walk.distance_m}, '
        f'"walk_m": {walk.walk_m}, "walk_kind": "{walk.kind}", "walk_minutes": {result.walk_minutes}, '
        f'"river_between": {_TRUE[walk.river_between]}, "open": {fragments.state(result.status)}, '
        f'"arrive_at": "{moment_text(result.arrive_at)}", "open_on_arrival": {_TRUE[result.open_on_arrival]}, '
        f'"closing_soon": {_TRUE[result.closing_soon]}}}'
    )


def _query(request: NearestRequest, fragments: Fragments) -> str:
    query, origin, subject = request.query, request.origin, request.subject
    place = origin.coordinate
    return (
        f'{{"lat": {round(place.lat, 7)!r}, "lon": {round(place.lon, 7)!r}, "place": {_quoted(origin.name)}, '
        f'"accuracy_m": {origin.accuracy_m!r}, "matter": {fragments.named(subject.matter)}, '
        f'"package": {fragments.named(subject.package)}, "q": {_quoted(subject.text)}, '
        f'"at": "{moment_text(query.at)}", "open": "{query.open}", "k": {query.k}, '
        f'"within": {_quoted(query.within_m)}, "kind": {_quoted(query.kind)}, "street": {_quoted(query.street)}}}'
    )


def _quoted(value: str | float | None) -> str:
    return "null" if value is None else dumps(value)


def _trip_link(request: NearestRequest) -> str:
    coordinate, package = request.origin.coordinate, request.subject.package
    assert package is not None
    asked = {"lat": f"{coordinate.lat:.7f}", "lon": f"{coordinate.lon:.7f}", "package": package.code}
    return f"/api/v1/trips?{urlencode(asked)}"
