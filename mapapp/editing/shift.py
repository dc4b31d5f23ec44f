"""Do the positions of a file look shifted (坐标偏移)? A file in GCJ-02 that says WGS-84 lies half a kilometre off.

The positions are compared with those that are known: if reading them in another datum brings most of them close, the
datum of the file is probably wrong.
"""

from dataclasses import dataclass, field
from statistics import median

from mapapp.errors import InvalidQuery
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import to_wgs84
from mapapp.geography.distance import geodesic_m

# Fewer pairs say nothing.
_LEAST = 5
# More are not needed to be sure.
_MOST = 500
# Shifted by a datum: farther than this as read, and closer than this when read otherwise; in metres.
_FAR_M, _CLOSE_M = 150.0, 60.0
_SUSPECTS = (Datum.GCJ02, Datum.BD09)

Pair = tuple[float, float]


@dataclass
class Shift:
    """Collects (known, new) positions in WGS-84 as (lon, lat)."""

    _as_read: list[float] = field(default_factory=list)
    _otherwise: dict[Datum, list[float]] = field(default_factory=lambda: {datum: [] for datum in _SUSPECTS})

    def note(self, known: Pair, new: Pair) -> None:
        """Note a point whose position differs."""
        if len(self._as_read) >= _MOST:
            return
        old = Coordinate(*known)
        self._as_read.append(geodesic_m(old, Coordinate(*new)))
        for datum, distances in self._otherwise.items():
            distances.append(geodesic_m(old, to_wgs84(new[0], new[1], datum)))

    @property
    def is_full(self) -> bool:
        """Return whether more pairs would change nothing."""
        return len(self._as_read) >= _MOST

    @property
    def fits(self) -> bool:
        """Return whether most positions lie where they are known to be, so that they are in WGS-84 for all we know."""
        return len(self._as_read) >= _LEAST and median(self._as_read) < _CLOSE_M

    @property
    def looks_like(self) -> str | None:
        """Return the datum the file seems to be in, None when nothing speaks for another one."""
        if len(self._as_read) < _LEAST or median(self._as_read) < _FAR_M:
            return None
        best = min(_SUSPECTS, key=lambda datum: median(self._otherwise[datum]))
        return best.value if median(self._otherwise[best]) < _CLOSE_M else None


def position_of(lon: str, lat: str) -> Pair | None:
    """Return the two cells as (lon, lat), None when they are none."""
    try:
        coordinate = Coordinate(float(lon), float(lat))
    except (ValueError, InvalidQuery):
        return None
    return coordinate.lon, coordinate.lat
