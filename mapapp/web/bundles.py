"""Everything that belongs to one revision (版本): the catalogue and its indexes, made anew or of those before."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.offering import no_collection
from mapapp.finder.matter_search import MatterSearch
from mapapp.finder.nearest import Finder
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Bundle:
    """Everything that belongs to one revision: the catalogue, its indexes, and what was rendered from it.

    `maps` keeps what the map pages rendered, by a key of their choice; `once` keeps anything else that is the same
    for everybody. `digest` names the content (hex).
    """

    catalogue: Catalogue
    finder: Finder
    matter_search: MatterSearch
    gazetteer: Gazetteer
    maps: dict[Any, Any] = field(default_factory=dict)
    # cells of the earth known to lie wholly in the service area: a few hundred at most
    cells_inside: set[tuple[int, int]] = field(default_factory=set)
    _kept: dict[Any, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def digest(self) -> str:
        """Return the name of the content; another one after something took effect by date."""
        change_at = self.catalogue.next_change_at
        return self.catalogue.digest if change_at is None else f"{self.catalogue.digest}-{change_at:%Y%m%d}"

    @cached_property
    def years(self) -> tuple[int, int]:
        """Return the first and last year a question may be about: the known calendar and one year on either side."""
        calendar = self.catalogue.calendar
        if calendar.first_known is None or calendar.last_known is None:
            return 1900, 2999
        return calendar.first_known.year - 1, calendar.last_known.year + 1

    def once(self, key: Any, build: Callable[[], T]) -> T:
        """Return what `build` made for `key`, building it at the first call in this revision only."""
        try:
            return cast(T, self._kept[key])
        except KeyError:
            with self._lock:
                if key not in self._kept:
                    self._kept[key] = build()
                return cast(T, self._kept[key])

    def kept(self, key: Any) -> object | None:
        """Return what `once` keeps for `key`, None when nothing was built yet."""
        return cast("object | None", self._kept.get(key))


def bundle_of(catalogue: Catalogue, settings: Settings) -> Bundle:
    """Return the indexes over one catalogue."""
    with no_collection():
        # now, so that no question waits for it
        _ = catalogue.offers_by_matter
        return Bundle(
            catalogue=catalogue,
            finder=Finder.of(catalogue, settings),
            matter_search=MatterSearch.of(catalogue),
            gazetteer=gazetteer_of(catalogue),
        )


def renewed(known: Bundle, catalogue: Catalogue, changed: Collection[str]) -> Bundle:
    """Return the indexes over a catalogue that differs in the points `changed` only, made of those that are known.

    Equal in every answer to `bundle_of`.
    """
    return Bundle(
        catalogue=catalogue,
        finder=known.finder.renewed(catalogue, changed),
        matter_search=known.matter_search,
        gazetteer=known.gazetteer.renewed({point_id: catalogue.points.get(point_id) for point_id in changed}),
        cells_inside=set(known.cells_inside),
    )


def gazetteer_of(catalogue: Catalogue) -> Gazetteer:
    """Return the index of the names of places and points."""
    names = catalogue.district.names
    home = [text for name in names for text in (name.name_zh, name.short_zh, *name.aliases)]
    return Gazetteer.of(catalogue.named_places, catalogue.points.values(), home)
