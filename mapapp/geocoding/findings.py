"""What a run of the geocoder found (地理编码结果): placed, to review, failed and why, and how far from the file."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mapapp.geocoding.desk import PointToPlace
from mapapp.geocoding.offline import PROVIDER
from mapapp.geocoding.pipeline import Placement, Tried
from mapapp.geocoding.providers import NO_KEY
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.distance import geodesic_m

NEAR_M = 300.0
FAR_M = 1000.0


class Outcome(StrEnum):
    """What happened to a point. `KEPT` has a position already; `VERIFIED` is a pin that staff set."""

    PLACED = "placed"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    KEPT = "kept"
    VERIFIED = "verified"


@dataclass(frozen=True, kw_only=True, slots=True)
class PointFinding:
    """One point of the report. `from_file_m` is how far the answer is from the file's coordinate, in metres.

    `offline_from_file_m` is the same for the answer of the shipped names alone.
    """

    point: PointToPlace
    outcome: Outcome
    placement: Placement
    from_file_m: float | None
    offline_from_file_m: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return the point as plain values for JSON."""
        chosen = self.placement.chosen
        return {
            "id": self.point.id,
            "name": self.point.name_zh,
            "address": self.point.address,
            "outcome": self.outcome.value,
            "notes": list(self.placement.notes),
            "apart_m": self.placement.apart_m,
            "place": None
            if chosen is None
            else {
                "lon": round(chosen.coordinate.lon, 6),
                "lat": round(chosen.coordinate.lat, 6),
                "accuracy_m": chosen.accuracy_m,
                "provider": chosen.provider,
                "confidence": chosen.confidence.value,
                "level": chosen.level,
                "datum": chosen.datum.value,
                "asked_at": chosen.asked_at.isoformat(),
            },
            "from_file_m": self.from_file_m,
            "offline_from_file_m": self.offline_from_file_m,
            "tried": [
                {"provider": one.provider, "code": one.code, "metres_outside": one.metres_outside}
                for one in self.placement.tried
            ],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class GeocodeReport:
    """The whole run. `asked` counts requests that really went out; `not_configured` are providers without a key."""

    points: tuple[PointFinding, ...]
    asked: int
    written: tuple[str, ...]
    not_configured: tuple[str, ...]
    is_dry_run: bool

    def count(self, outcome: Outcome) -> int:
        """Return how many points ended so."""
        return sum(point.outcome is outcome for point in self.points)

    def agreement(self) -> dict[str, int]:
        """Return how many offline answers lie within 300 m of the file, within 1 km, further, and how many found none.

        Agreement, not accuracy: most positions of the file are estimates themselves.
        """
        metres = [point.offline_from_file_m for point in self.points]
        known = [value for value in metres if value is not None]
        return {
            "addresses": len(metres),
            "within_300_m": sum(value <= NEAR_M for value in known),
            "within_1_km": sum(NEAR_M < value <= FAR_M for value in known),
            "further": sum(value > FAR_M for value in known),
            "not_found": len(metres) - len(known),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        return {
            "dry_run": self.is_dry_run,
            "asked": self.asked,
            "written": list(self.written),
            "not_configured": list(self.not_configured),
            "counts": {outcome.value: self.count(outcome) for outcome in Outcome},
            "offline_agreement": self.agreement(),
            "points": [point.as_dict() for point in self.points],
        }

    def as_text(self) -> str:
        """Return the report for a person at a terminal."""
        lines = [line_of(point) for point in self.points]
        counts = ", ".join(f"{self.count(outcome)} {outcome.value.replace('_', ' ')}" for outcome in Outcome)
        lines += ["", f"{len(self.points)} points: {counts}."]
        lines.append(f"{self.asked} requests sent, {len(self.written)} positions {self._verb()}.")
        if self.not_configured:
            lines.append(f"Not asked, no key or address is set: {', '.join(self.not_configured)}.")
        told = self.agreement()
        lines.append(
            f"All {told['addresses']} addresses offline: {told['within_300_m']} agree with the file within 300 m, "
            f"{told['within_1_km']} within 1 km, {told['further']} further, {told['not_found']} not found "
            "(agreement, not accuracy)."
        )
        return "\n".join(lines)

    def _verb(self) -> str:
        return "would be written (dry run)" if self.is_dry_run else "written"


def line_of(report: PointFinding) -> str:
    """Return one point as a line: what happened, by whom, how sure, how far from the file, and what was not taken."""
    chosen = report.placement.chosen
    parts = [f"{report.point.id} {report.outcome.value}"]
    if chosen is not None:
        accuracy = f"{chosen.accuracy_m:.0f} m" if chosen.accuracy_m is not None else "?"
        parts.append(f"{chosen.provider} ({chosen.level}), accuracy {accuracy}, {chosen.confidence.value}")
    if report.from_file_m is not None:
        parts.append(f"{report.from_file_m:.0f} m from the file")
    refused = [_reason(one) for one in report.placement.tried if one.code not in ("accepted", NO_KEY)]
    if refused:
        parts.append("not taken: " + ", ".join(refused))
    if report.placement.notes:
        parts.append("note: " + ", ".join(report.placement.notes))
    if report.placement.apart_m is not None:
        parts.append(f"{report.placement.apart_m:.0f} m apart")
    return "; ".join(parts)


def _reason(one: Tried) -> str:
    outside = f" by {one.metres_outside:.0f} m" if one.metres_outside else ""
    return f"{one.provider} {one.code}{outside}"


def finding(point: PointToPlace, outcome: Outcome, placement: Placement) -> PointFinding:
    """Return the report of one point, compared with the coordinate of the file, else with the one it holds."""
    compared = point.in_file or point.held
    offline = next((one.answer for one in placement.tried if one.provider == PROVIDER), None)
    return PointFinding(
        point=point,
        outcome=outcome,
        placement=placement,
        from_file_m=_metres(compared, placement.chosen.coordinate if placement.chosen else None),
        offline_from_file_m=_metres(compared, offline.coordinate if offline else None),
    )


def _metres(start: Coordinate | None, end: Coordinate | None) -> float | None:
    return None if start is None or end is None else round(geodesic_m(start, end), 1)
