"""The parts of an answer that do not change within a revision (片段), written as JSON once and joined for each answer.

An answer of five points then costs a few string joins instead of building and encoding two hundred values.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mapapp.catalogue.matters import Matter, Offer
from mapapp.catalogue.packages import Package
from mapapp.catalogue.points import ServicePoint
from mapapp.hours.opening_hours import Status
from mapapp.web.context import Bundle

# Different states of all schedules in a few days; beyond it the oldest memory is dropped.
_MAX_STATES = 4096


def dumps(value: object) -> str:
    """Return JSON in UTF-8 characters; refuses NaN, which is not JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


def moment_text(at: datetime | None) -> str | None:
    """Return an aware time in Asia/Shanghai as ISO 8601 with its offset, whole seconds."""
    return None if at is None else at.isoformat(timespec="seconds")


def point_fields(point: ServicePoint, language: str) -> dict[str, Any]:
    """Return what every answer tells about a point; WGS-84 degrees, accuracy in metres."""
    return {
        "id": point.id,
        "name": point.name(language),
        "kind": point.kind.value,
        "street": point.street,
        "address": point.address,
        "phone": point.phone,
        "lat": point.place.coordinate.lat,
        "lon": point.place.coordinate.lon,
        "place_accuracy_m": point.place.accuracy_m,
        "place_confidence": point.place.confidence.value,
    }


def state_fields(status: Status, language: str) -> dict[str, Any]:
    """Return an open state; `reason_text` is the name of the holiday or the text of the closure."""
    texts = (status.reason_en, status.reason_zh) if language == "en" else (status.reason_zh, status.reason_en)
    return {
        "state": status.state.value,
        "until": moment_text(status.until),
        "opens_at": moment_text(status.opens_at),
        "reason": None if status.reason is None else status.reason.value,
        "reason_detail": None if status.reason_detail is None else status.reason_detail.value,
        "reason_text": texts[0] or texts[1] or None,
        "calendar_unknown": status.calendar_unknown,
    }


class _Points(dict[str, str]):
    """The JSON of points by id, each written when first told of: all of a hundred thousand take seconds."""

    def __init__(self, points: Mapping[str, ServicePoint], language: str) -> None:
        super().__init__()
        self._points, self._language = points, language

    def __missing__(self, point_id: str) -> str:
        text = self[point_id] = dumps(point_fields(self._points[point_id], self._language))
        return text


class Fragments:
    """The JSON of points, offers and states in one language; get it with `fragments_of`. Safe for threads."""

    def __init__(self, bundle: Bundle, language: str) -> None:
        self.language = language
        self.points: Mapping[str, str] = _Points(bundle.catalogue.points, language)
        self._states: dict[int, tuple[Status, str]] = {}
        self._named: dict[str, str] = {}
        self._starts: dict[tuple[str, str | None], str] = {}

    def state(self, status: Status) -> str:
        """Return the JSON of an open state. A schedule gives the same object for the same stretch of a day."""
        # the kept object itself keeps its id from being given to another one
        kept = self._states.get(id(status))
        if kept is not None:
            return kept[1]
        if len(self._states) >= _MAX_STATES:
            self._states = {}
        text = dumps(state_fields(status, self.language))
        self._states[id(status)] = (status, text)
        return text

    def named(self, thing: Matter | Package | None) -> str:
        """Return the JSON of the code and the name of a matter or a package, null without one."""
        if thing is None:
            return "null"
        text = self._named.get(thing.code)
        if text is None:
            text = self._named[thing.code] = dumps({"code": thing.code, "name": thing.name(self.language)})
        return text

    def start_of_result(self, point: ServicePoint, offer: Offer | None) -> str:
        """Return how the JSON of one result begins: the point, and what it does with the one matter asked for."""
        key = (point.id, None if offer is None else offer.matter_code)
        text = self._starts.get(key)
        if text is None:
            text = self._starts[key] = f'{{"point": {self.points[point.id]}, "offer": {offer_text(offer)}, '
        return text


def offer_text(offer: Offer | None) -> str:
    """Return the JSON of what a point does with the one matter asked for, null without one."""
    if offer is None:
        return "null"
    return f'{{"mode": "{offer.mode.value}", "bookable": {"true" if offer.bookable else "false"}}}'


def fragments_of(bundle: Bundle, language: str) -> Fragments:
    """Return the fragments of this revision in this language."""
    return bundle.once(("fragments", language), lambda: Fragments(bundle, language))
