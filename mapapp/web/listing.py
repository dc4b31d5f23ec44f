"""Which points a list shows (筛选): the filters of `/points`, `/points.geojson` and the start page, in one place."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from mapapp.catalogue.points import ServicePoint
from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import OpenFilter
from mapapp.hours.opening_hours import Schedule, Status
from mapapp.web.context import Bundle
from mapapp.web.parse import Values

_CURSOR = "after:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One page of points in order of id with their state; `total` counts all pages, `following` is the next cursor."""

    rows: tuple[tuple[ServicePoint, Status], ...]
    total: int
    following: str | None


def list_points(values: Values, bundle: Bundle, at: datetime) -> Listing:
    """Return the points that pass every filter given, with their state at the aware time `at`.

    Raises NotFound `unknown_matter`, InvalidQuery `wrong_parameter` for a cursor that is not ours.
    """
    matching = tuple(_matching(values, bundle, at))
    after = read_cursor(values["cursor"]) if "cursor" in values else ""
    rest = [row for row in matching if row[0].id > after]
    page = rest[: values.get("limit", len(rest))]
    following = write_cursor(page[-1][0].id) if len(page) < len(rest) else None
    return Listing(rows=tuple(page), total=len(matching), following=following)


def write_cursor(point_id: str) -> str:
    """Return the cursor of the page that begins after this point."""
    return urlsafe_b64encode(f"{_CURSOR}{point_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Return the id of the last point of the page before; raise InvalidQuery `wrong_parameter`."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    if not text.startswith(_CURSOR) or write_cursor(text.removeprefix(_CURSOR)) != cursor:
        raise InvalidQuery("wrong_parameter", field="cursor", value=cursor)
    return text.removeprefix(_CURSOR)


def _matching(values: Values, bundle: Bundle, at: datetime) -> Iterator[tuple[ServicePoint, Status]]:
    catalogue = bundle.catalogue
    offers = None
    if "matter" in values:
        offers = catalogue.offers_by_matter[catalogue.matter(values["matter"]).code]
    words = _folded(values["q"]) if "q" in values else None
    only_open = values.get("open", OpenFilter.ANY) is OpenFilter.NOW
    # most points share a schedule, and asking each only once is what makes a long list quick
    known: dict[int, tuple[Schedule, Status]] = {}
    for point in catalogue.points.values():
        offer = None if offers is None else offers.get(point.id)
        if (offers is not None and offer is None) or not _passes(point, values, words):
            continue
        schedule = catalogue.schedule(point.id, offer)
        if id(schedule) not in known:
            known[id(schedule)] = schedule, schedule.status_at(at)
        status = known[id(schedule)][1]
        if status.is_open or not only_open:
            yield point, status


def _passes(point: ServicePoint, values: Values, words: str | None) -> bool:
    if "kind" in values and point.kind is not values["kind"]:
        return False
    if "street" in values and point.street != values["street"]:
        return False
    if "bbox" in values:
        west, south, east, north = values["bbox"]
        there = point.place.coordinate
        if not (west <= there.lon <= east and south <= there.lat <= north):
            return False
    return words is None or any(
        words in _folded(text) for text in (point.name_zh, point.name_en, point.address, point.street, point.id)
    )


def _folded(text: str) -> str:
    return "".join(normalize("NFKC", text).casefold().split())
