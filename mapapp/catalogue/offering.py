"""Millions of offers (承办关系) without a detour: what is done for each of them is the time a load takes."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, overload

from mapapp.catalogue.matters import Offer, OfferMode

# point id, matter code, mode, hours, 1 or 0 for bookable, note: as the driver gives them
OfferCells = tuple[str, str, str, str | None, int, str]


@contextmanager
def no_collection() -> Iterator[None]:
    """Look for no unreachable cycles meanwhile: many new objects would be looked through again and again for none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Offers(Sequence[Offer]):
    """The offers of all points, one point after the other; kept by point, so that one point's can be exchanged."""

    def __init__(self, by_point: Mapping[str, tuple[Offer, ...]]) -> None:
        self.by_point = by_point
        self._count = sum(map(len, by_point.values()))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Offer]:
        return chain.from_iterable(self.by_point.values())

    @overload
    def __getitem__(self, index: int) -> Offer: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Offer, ...]: ...

    def __getitem__(self, index: int | slice) -> Offer | tuple[Offer, ...]:
        return tuple(self)[index]


class OfferMaker:
    """Makes offers of rows; equal texts become one text."""

    def __init__(self, points: Iterable[str], matters: Iterable[str]) -> None:
        self._ids, self._codes = {each: each for each in points}, {each: each for each in matters}
        self._modes = {mode.value: mode for mode in OfferMode}
        self._rules: dict[str, str] = {}

    def offers(self, rows: Iterable[OfferCells]) -> tuple[Offer, ...]:
        """Return the offers of the points and matters that are known, in the order of the rows."""
        ids, codes, modes, rules, new = self._ids, self._codes, self._modes, self._rules, tuple.__new__
        made: list[Any] = [
            new(
                Offer,
                (
                    ids[point_id],
                    codes[code],
                    modes[mode],
                    rule if rule is None else rules.setdefault(rule, rule),
                    bool(bookable),
                    note,
                ),
            )
            for point_id, code, mode, rule, bookable, note in rows
            if point_id in ids and code in codes
        ]
        return tuple(made)
