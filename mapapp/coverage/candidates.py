"""Where a new point could stand (候选地点): communities, centres of streets, stations, and points already there."""

from dataclasses import dataclass
from enum import StrEnum

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.points import NamedPlace
from mapapp.coverage.residents import communities_of
from mapapp.geography.coordinate import Coordinate


class CandidateKind(StrEnum):
    """What stands there now. At a `POINT` nothing is built: it learns the matter; `GIVEN` ones an operator imported."""

    COMMUNITY = "community"
    STREET_CENTRE = "street_centre"
    STATION = "station"
    POINT = "point"
    GIVEN = "given"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A place for a new point; `point_id` is set where one exists already."""

    kind: CandidateKind
    name_zh: str
    name_en: str
    coordinate: Coordinate
    accuracy_m: float
    point_id: str | None = None

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en"); Chinese stands in where no English name is known."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


def candidates_of(catalogue: Catalogue, kind: CandidateKind | None = None) -> tuple[Candidate, ...]:
    """Return the candidates in the district, of one kind or of all, in a fixed order.

    A community whose place is only the centre of its street is no candidate: the centre itself stands for it.
    """
    found = [*_communities(catalogue), *_named(catalogue), *_points(catalogue), *_given(catalogue)]
    return tuple(each for each in found if kind is None or each.kind is kind)


def _communities(catalogue: Catalogue) -> list[Candidate]:
    return [
        Candidate(
            kind=CandidateKind.COMMUNITY,
            name_zh=each.name_zh,
            name_en=each.name_en,
            coordinate=each.coordinate,
            accuracy_m=each.accuracy_m,
        )
        for each in communities_of(catalogue)
        if each.is_placed
    ]


def _named(catalogue: Catalogue) -> list[Candidate]:
    rows = [(_kind_of(place), place) for place in catalogue.named_places]
    return [
        Candidate(
            kind=kind,
            name_zh=place.name_zh,
            name_en=place.name_en,
            coordinate=place.place.coordinate,
            accuracy_m=place.place.accuracy_m,
        )
        for kind, place in rows
        if kind is not None
    ]


def _kind_of(place: NamedPlace) -> CandidateKind | None:
    if place.kind == "metro_station":
        return CandidateKind.STATION
    return CandidateKind.STREET_CENTRE if place.kind in ("subdistrict_centroid", "town_centroid") else None


def _given(catalogue: Catalogue) -> list[Candidate]:
    features = catalogue.areas.get("candidates", {}).get("features", [])
    return [
        Candidate(
            kind=CandidateKind.GIVEN,
            name_zh=feature["properties"]["name_zh"],
            name_en=feature["properties"].get("name_en", ""),
            coordinate=Coordinate(*feature["geometry"]["coordinates"][:2]),
            accuracy_m=0.0,
        )
        for feature in features
    ]


def _points(catalogue: Catalogue) -> list[Candidate]:
    return [
        Candidate(
            kind=CandidateKind.POINT,
            name_zh=point.name_zh,
            name_en=point.name_en,
            coordinate=point.place.coordinate,
            accuracy_m=point.place.accuracy_m,
            point_id=point.id,
        )
        for point in catalogue.points.values()
    ]
