"""How long the best trip from a place is (覆盖所用的行程): handed to coverage, which does not know the finder."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.analysis import TripM
from mapapp.finder.nearest import OpenFilter
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import Reach
from mapapp.hours.opening_hours import ZONE
from mapapp.settings import Settings

if TYPE_CHECKING:
    from mapapp.finder.trip import TripFinder


def trip_lengths(catalogue: Catalogue, reach: Reach, settings: Settings) -> TripM:
    """Return a function from place, matter codes and moment to the metres walked on the best trip, None for no trip."""
    # a walk does not depend on the moment; without one any will do
    whenever = datetime(2000, 1, 3, 12, tzinfo=ZONE)

    @cache
    def finder() -> "TripFinder":
        # it brings scipy, which only questions about trips need
        from mapapp.finder.trip import TripFinder

        return TripFinder(catalogue, reach, settings)

    def trip_m(place: Coordinate, codes: tuple[str, ...], at: datetime | None) -> float | None:
        from mapapp.finder.trip import TripQuery

        filter_by = OpenFilter.ANY if at is None else OpenFilter.NOW
        query = TripQuery(origin=place, at=at or whenever, matters=codes, open=filter_by, alternatives=1)
        answer = finder().find_trips(query)
        if answer.impossible or answer.closed or not answer.trips:
            return None
        return answer.trips[0].walk_m

    return trip_m
