"""Where people live (居民): communities and villages with their place, and how many people if somebody counted them.

Communities come from an imported file, else from the gazetteer, where many stand at the centre of their street for
want of anything better. A population counts only when it says something about all the land.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.cells import Grid
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District

# Kinds of the gazetteer that are communities; those at the centre of their street have no place of their own.
_PLACED = "community_approx"
_UNPLACED = ("community_street_centre", "village_street_centre")
# A counted place so far off the land belongs to nobody here.
_STRAY_M = 500.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Community:
    """A community or village (社区、村). `is_placed` is false where its place is only the centre of its street."""

    name_zh: str
    name_en: str
    street: str
    coordinate: Coordinate
    accuracy_m: float
    is_placed: bool

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en"); Chinese stands in where no English name is known."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


@dataclass(frozen=True, kw_only=True)
class Population:
    """How many people live on each cell; `year`, `source` as in the file, `is_by_street` if only streets are known."""

    people: NDArray[np.float64]
    year: str
    source: str
    is_by_street: bool


def communities_of(catalogue: Catalogue) -> tuple[Community, ...]:
    """Return the communities and villages, in order of street and name."""
    features = _features(catalogue, "communities")
    found = [_imported(feature) for feature in features] if features else _named(catalogue)
    order = {name: number for number, (name, _) in enumerate(catalogue.district.street_areas)}
    return tuple(sorted(found, key=lambda each: (order.get(each.street, len(order)), each.name_zh)))


def population_of(catalogue: Catalogue, grid: Grid) -> Population | None:
    """Return the people on each cell; None without a table, or with one that leaves out a street."""
    features = _features(catalogue, "population")
    if not features:
        return None
    people = np.zeros(len(grid))
    by_street: dict[str, float] = {}
    for feature in features:
        count = float(feature["properties"]["population"])
        if feature.get("geometry") is None:
            by_street[str(feature["properties"]["name_zh"])] = count
        else:
            _spread(people, count, feature["geometry"], catalogue.district, grid)
    if by_street and not _spread_by_street(people, by_street, grid):
        return None
    said = features[0]["properties"]
    return Population(
        people=people,
        year=str(said.get("year", "")),
        source=str(said.get("source", "")),
        is_by_street=bool(by_street),
    )


def _features(catalogue: Catalogue, name: str) -> Sequence[Any]:
    collection = catalogue.areas.get(name)
    return [] if collection is None else list(collection["features"])


def _named(catalogue: Catalogue) -> list[Community]:
    return [
        Community(
            name_zh=place.name_zh,
            name_en=place.name_en,
            street=place.street,
            coordinate=place.place.coordinate,
            accuracy_m=place.place.accuracy_m,
            is_placed=place.kind == _PLACED,
        )
        for place in catalogue.named_places
        if place.kind == _PLACED or place.kind in _UNPLACED
    ]


def _imported(feature: Mapping[str, Any]) -> Community:
    said, inner = feature["properties"], shape(feature["geometry"]).representative_point()
    return Community(
        name_zh=str(said["name_zh"]),
        name_en=str(said.get("name_en", "")),
        street=str(said["street"]),
        coordinate=Coordinate(inner.x, inner.y),
        accuracy_m=float(said.get("accuracy_m", 0.0)),
        is_placed=True,
    )


def _spread(people: NDArray[np.float64], count: float, geometry: Any, district: District, grid: Grid) -> None:
    """Add the people evenly to the cells in an area, or to the cell nearest to a place."""
    drawn = district.plane.flatten(shape(geometry))
    middle = drawn.representative_point()
    radius_m = max(grid.frame.cell_m, float(shapely.hausdorff_distance(drawn, middle)) if drawn.area else _STRAY_M)
    near = grid.near(middle.x, middle.y, radius_m)
    if not len(near):
        return
    flat = grid.spots.flat[near]
    inside = near[shapely.contains_xy(drawn, flat[:, 0], flat[:, 1])] if drawn.area else near[:0]
    if not len(inside):
        away = np.hypot(flat[:, 0] - middle.x, flat[:, 1] - middle.y)
        inside = near[[int(np.argmin(away))]] if away.min() <= _STRAY_M else near[:0]
    if len(inside):
        people[inside] += count / len(inside)


def _spread_by_street(people: NDArray[np.float64], by_street: Mapping[str, float], grid: Grid) -> bool:
    """Add each street's people evenly to its cells; return whether every street with land was counted."""
    for number, (name, cells) in enumerate(zip(grid.streets, grid.counts, strict=True)):
        if not cells:
            continue
        if name is None or name not in by_street:
            return False
        people[grid.street == number] += by_street[name] / cells
    return True
