"""How millions of rows become offers (承办关系) without a detour: what is done for each row is the time it takes."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from mapapp.catalogue.matters import Offer, OfferMode


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


def offers_of(rows: Iterable[Any], points: Iterable[str], matters: Iterable[str]) -> tuple[Offer, ...]:
    """Return the offers of these points and matters; a row is point id, matter code, mode, hours, bookable, note."""
    modes = {mode.value: mode for mode in OfferMode}
    # one text for each id, not one for each row
    ids, codes = {each: each for each in points}, {each: each for each in matters}
    with no_collection():
        return tuple(
            Offer(
                point_id=ids[point_id],
                matter_code=codes[code],
                mode=modes[mode],
                hours_rule=hours_rule,
                bookable=bookable,
                note=note,
            )
            for point_id, code, mode, hours_rule, bookable, note in rows
            if point_id in ids and code in codes
        )
