"""A new catalogue of an old one and of the rows of the few points that changed (增量更新); the old stays."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy.orm import Session

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.loading import next_change
from mapapp.catalogue.matters import Offer
from mapapp.catalogue.offering import Offers
from mapapp.catalogue.point_loading import PointFacts, name_of_all, read_points
from mapapp.catalogue.revision import changed_points, current_epoch, current_revision

T = TypeVar("T")


def read_changes(
    session: Session, known: Catalogue, epoch: str, now: datetime
) -> tuple[Catalogue, frozenset[str]] | None:
    """Return the catalogue of the current revision and the ids of the points that differ from the `known` one.

    `epoch` is that of the database from which the known one was read.

    Equal to reading everything, at the cost of copying some tables. None when it must be read anew: other things
    than points changed, a name came into force, it is the same revision or another database, or what changed is no
    longer known.
    """
    revision = current_revision(session)
    is_due = known.next_change_at is not None and known.next_change_at <= now
    if is_due or revision <= known.revision or current_epoch(session) != epoch:
        return None
    changed = changed_points(session, known.revision, revision)
    if changed is None:
        return None
    facts = read_points(session, known.matters, changed)
    return patched(known, facts, changed, revision, now), changed


def patched(
    known: Catalogue, facts: PointFacts, changed: Collection[str], revision: int, now: datetime | None
) -> Catalogue:
    """Return the catalogue in which `facts` are all there is about the `changed` points."""
    digests = MappingProxyType(_exchanged(known.point_digests, facts.digests, changed))
    catalogue = replace(
        known,
        revision=revision,
        digest=name_of_all(known.rest_digest, digests),
        points=MappingProxyType(_exchanged(known.points, facts.points, changed)),
        offers=Offers(MappingProxyType(_exchanged(known.offers_by_point, facts.offers, changed))),
        closures=MappingProxyType(_exchanged(known.closures, facts.closures, changed)),
        point_digests=digests,
        next_change_at=next_change(known.district.names, now),
    )
    # what a cached property would work out from millions of offers
    vars(catalogue)["offers_by_matter"] = MappingProxyType(_by_matter(known, facts, changed))
    vars(catalogue)["packages_by_matter"] = known.packages_by_matter
    vars(catalogue)["_schedules"] = known.schedules_of_others(changed)
    return catalogue


def _by_matter(known: Catalogue, facts: PointFacts, changed: Collection[str]) -> dict[str, Mapping[str, Offer]]:
    """Return matter code -> point id -> offer: the old rows but for those in which a changed point is or was."""
    table = dict(known.offers_by_matter)
    news: dict[str, dict[str, Offer]] = {}
    for point_id in changed:
        for offer in known.offers_by_point.get(point_id, ()):
            news.setdefault(offer.matter_code, {})
        for offer in facts.offers.get(point_id, ()):
            news.setdefault(offer.matter_code, {})[point_id] = offer
    for code, row in news.items():
        table[code] = MappingProxyType(_exchanged(table[code], row, changed))
    return table


def _exchanged(old: Mapping[str, T], news: Mapping[str, T], changed: Iterable[str]) -> dict[str, T]:
    """Return the old entries with those of the changed points exchanged, added or gone; new ones in order of id."""
    # a copy in one step: through the interface of a mapping it takes ten times as long
    table = old.copy() if isinstance(old, MappingProxyType) else dict(old)
    added = False
    for point_id in changed:
        if point_id in news:
            added = added or point_id not in table
            table[point_id] = news[point_id]
        else:
            table.pop(point_id, None)
    return dict(sorted(table.items(), key=lambda entry: entry[0])) if added else table
