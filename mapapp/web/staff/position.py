"""The form of a point's position (位置): drag the pin or type coordinates with their datum; checked before kept."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.checking import MAX_REMARK, Line
from mapapp.catalogue.surroundings import place
from mapapp.editing.changes import SubjectKind
from mapapp.geography.coordinate import Coordinate, Place
from mapapp.geography.distance import geodesic_m
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_now, current_settings
from mapapp.web.pages.frame import page
from mapapp.web.pages.rows import page_data
from mapapp.web.spoken import gettext
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import current_staff
from mapapp.web.staff.saving import Opened, fault_words, form_line, may_publish, opened, save
from mapapp.web.words import confidence_words

blueprint = staff_blueprint("position", __name__)
# How exact a pin is that somebody put on the map, in metres.
_PINNED_M = 30
# Below this a click beside the old pin says nothing new.
_FAR_M = 500
# What the map shows around the pin at least, in metres.
_AROUND_M = 150.0
# The same for a point without a pin: around what its address names, and when that is not known.
_UNPLACED_M, _NOWHERE_M = 500.0, 8000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Where the address lies by the names we know; `metres` from the position in the form, None without one."""

    name: str
    place: Place
    metres: int | None

    @property
    def confidence(self) -> str:
        """Return how sure it is, in words."""
        return confidence_words(self.place.confidence.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What is noticed about a position before it is kept; distances in metres."""

    lat: float
    lon: float
    metres_outside: int
    street: str | None
    is_other_street: bool
    moved_m: int | None

    @property
    def is_far(self) -> bool:
        """Return whether the pin moves so far that the datum may be wrong."""
        return self.moved_m is not None and self.moved_m > _FAR_M


@blueprint.get("/staff/points/<point_id>/position")
def edit(point_id: str) -> Response:
    """Answer with the form and the map; `at=address` puts the place that the address suggests into the form."""
    subject = opened(SubjectKind.POINT, point_id)
    where = subject.values["place"] or {}
    suggestion = _suggestion(subject, None)
    if request.args.get("at") == "address" and suggestion is not None:
        # as sure as the name is, until somebody has stood there
        where = {
            "lon": suggestion.place.coordinate.lon,
            "lat": suggestion.place.coordinate.lat,
            "accuracy_m": suggestion.place.accuracy_m,
            "confidence": suggestion.place.confidence.value,
            "source": gettext("by the address: %(name)s", name=suggestion.name),
        }
    cells = {
        "lat": f"{where['lat']:.6f}" if where else "",
        "lon": f"{where['lon']:.6f}" if where else "",
        "datum": "WGS-84",
        "accuracy_m": f"{where['accuracy_m']:.0f}" if where else str(_PINNED_M),
        "place_confidence": where.get("confidence") or "medium",
        "place_source": where.get("source") or "",
    }
    return _page(subject, cells, {}, _findings(subject, Coordinate(where["lon"], where["lat"])) if where else None)


@blueprint.post("/staff/points/<point_id>/position")
def save_form(point_id: str) -> AnyResponse:
    """Save the position, or show what is noticed about it."""
    subject = opened(SubjectKind.POINT, point_id)
    line = form_line()
    value = _read(line)
    findings = _findings(subject, Coordinate(value["lon"], value["lat"])) if value else None
    if line.faults or value is None or request.form.get("action") == "preview":
        return _page(subject, dict(request.form), fault_words(line), findings, 400 if line.faults else 200)
    back = url_for("staff_points.show", point_id=point_id)
    return save(SubjectKind.POINT, point_id, {"place": value}, back)


def _read(line: Line) -> dict[str, Any] | None:
    """Return the position in WGS-84, verified by whoever typed it."""
    for name in ("lat", "lon", "accuracy_m"):
        if not line.cells.get(name, "").strip():
            line.fault(name, "missing_value")
    if line.faults:
        return None
    district, tolerance_m = current_bundle().catalogue.district, current_settings().district_tolerance_m
    found = place(line, district, tolerance_m)
    source = line.text("place_source", limit=MAX_REMARK)
    if found["lon"] is None:
        return None
    return {
        "lon": round(float(str(found["lon"])), 7),
        "lat": round(float(str(found["lat"])), 7),
        "accuracy_m": found["accuracy_m"],
        "confidence": found["place_confidence"],
        "source": source,
        "provider": "staff",
        "verified_at": current_now().isoformat(),
        "verified_by": current_staff().name,
    }


def _findings(subject: Opened, coordinate: Coordinate) -> Findings:
    bundle = current_bundle()
    district, old = bundle.catalogue.district, subject.published["place"]
    street = district.street_of(coordinate)
    return Findings(
        lat=coordinate.lat,
        lon=coordinate.lon,
        metres_outside=round(district.metres_outside(coordinate)),
        street=street,
        is_other_street=street is not None and street != subject.values["street"],
        moved_m=round(geodesic_m(Coordinate(old["lon"], old["lat"]), coordinate)) if old else None,
    )


def _suggestion(subject: Opened, coordinate: Coordinate | None) -> Suggestion | None:
    """Return the place that the address names best; None when no name in it is known."""
    best = next(iter(current_bundle().gazetteer.find(subject.values["address"], limit=1)), None)
    if best is None:
        return None
    return Suggestion(
        name=best.name_zh,
        place=best.place,
        metres=None if coordinate is None else round(geodesic_m(best.place.coordinate, coordinate)),
    )


def _around(subject: Opened, suggestion: Suggestion | None) -> dict[str, float]:
    """Return what the map shows: where the point is, else where its address is, else the middle of the district."""
    bundle = current_bundle()
    point = bundle.catalogue.points.get(subject.key)
    if point is not None:
        where, radius_m = point.place.coordinate, max(point.place.accuracy_m, _AROUND_M)
    elif suggestion is not None:
        where, radius_m = suggestion.place.coordinate, _UNPLACED_M
    else:
        west, south, east, north = bundle.catalogue.district.bounds
        where, radius_m = Coordinate((west + east) / 2, (south + north) / 2), _NOWHERE_M
    return {"lat": where.lat, "lon": where.lon, "radius_m": radius_m}


def _page(
    subject: Opened, cells: dict[str, str], faults: dict[str, str], findings: Findings | None, status: int = 200
) -> Response:
    suggestion = _suggestion(subject, Coordinate(findings.lon, findings.lat) if findings else None)
    # without the marks of points: the pin alone can be taken hold of
    around = _around(subject, suggestion)
    if findings is not None:
        around |= {"lat": findings.lat, "lon": findings.lon}
    data = page_data([], [], one=subject.key, doubt=around)
    return page(
        "staff/position.html",
        status=status,
        cache=PRIVATE,
        subject=subject,
        cells=cells,
        faults=faults,
        findings=findings,
        suggestion=suggestion,
        data=data,
        confidences=[(name, confidence_words(name)) for name in ("high", "medium", "low")],
        may_publish=may_publish(subject, ("place",)),
    )
