"""One run of `mapapp geocode` (地理编码): which points are asked, what is written, and the report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.loading import read_catalogue
from mapapp.database import Database
from mapapp.errors import InvalidQuery
from mapapp.geocoding.answers import READERS, Answer
from mapapp.geocoding.asking import Asking
from mapapp.geocoding.desk import PointToPlace, place_points, points_to_place
from mapapp.geocoding.findings import GeocodeReport, Outcome, PointFinding, finding
from mapapp.geocoding.gazetteer import Gazetteer
from mapapp.geocoding.offline import PROVIDER
from mapapp.geocoding.pipeline import Chain, Placement, Region
from mapapp.geocoding.providers import providers
from mapapp.settings import Settings

PROVIDERS = (*READERS, PROVIDER)


def run(
    database: Database,
    settings: Settings,
    *,
    now: datetime,
    provider: str | None = None,
    point: str | None = None,
    dry_run: bool = False,
    force: bool = False,
    echo: Callable[[str], None] = lambda line: None,
    pause: Callable[[float], None] | None = None,
) -> GeocodeReport:
    """Place the points that have no position or a changed address, and return the report over all chosen points.

    Online geocoders are only asked for those points, with `force` for every one; kept answers are used first, with
    `force` they are asked afresh. The shipped names are asked for every point, so that the report compares them with
    the file. `provider` limits the online geocoders to one (`gazetteer`: none), `point` the points to one. `dry_run`
    writes nothing. `echo` gets one line of progress a point; `pause` replaces sleeping between requests.
    A pin that staff verified is never moved, nor is a better position replaced by a worse one, `force` or not.

    Raises InvalidQuery `unknown_provider`; NotFound `unknown_point`, `nothing_loaded`.
    """
    _check_provider(provider)
    with database.reading() as session:
        catalogue = read_catalogue(session)
        points = points_to_place(session, point)
    chain = _chain(catalogue, settings, now)
    wanted = tuple(name for name in READERS if provider in (None, name))
    configured = providers(settings, city=chain.region.city, adcodes=chain.region.adcodes)
    asking = Asking(
        database,
        wanted,
        (each for each in configured if each.name in wanted),
        rate_per_s=settings.geocoder_rate_per_s,
        now=now,
        keeps=not dry_run,
        afresh=force,
        pause=pause,
    )
    findings = _all_findings(_Work(chain=chain, asking=asking, now=now, force=force), points, echo)
    return GeocodeReport(
        points=findings,
        asked=asking.asked,
        written=_write(database, findings, now, dry_run=dry_run),
        not_configured=asking.not_configured,
        is_dry_run=dry_run,
    )


def _chain(catalogue: Catalogue, settings: Settings, now: datetime) -> Chain:
    region = Region.of(catalogue.district, now.date())
    return Chain(
        district=catalogue.district,
        region=region,
        gazetteer=Gazetteer.of(catalogue.named_places, home=region.home),
        tolerance_m=settings.district_tolerance_m,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    chain: Chain
    asking: Asking
    now: datetime
    force: bool

    def placement(self, point: PointToPlace) -> Placement:
        """Return where the point's address is; online geocoders are asked when it needs a place."""
        address = self.chain.parse(point.address)
        asks = not point.is_verified and (self.force or point.needs_place) and address.elsewhere is None
        replies = self.asking.replies(self.chain.query(address)) if asks else ()
        return self.chain.place(address, replies, self.now)

    def outcome(self, point: PointToPlace, chosen: Answer | None, *, needs_review: bool) -> Outcome:
        """Return what is to happen to the point."""
        if point.is_verified:
            return Outcome.VERIFIED
        if not point.needs_place and not (self.force and _is_better(chosen, point)):
            return Outcome.KEPT
        if chosen is None:
            return Outcome.FAILED
        return Outcome.NEEDS_REVIEW if needs_review else Outcome.PLACED


def _is_better(chosen: Answer | None, point: PointToPlace) -> bool:
    """Return whether the answer is at least as accurate as the position the point holds."""
    if chosen is None or chosen.accuracy_m is None:
        return False
    return point.accuracy_m is None or chosen.accuracy_m <= point.accuracy_m


def _all_findings(
    work: _Work, points: tuple[PointToPlace, ...], echo: Callable[[str], None]
) -> tuple[PointFinding, ...]:
    findings = []
    for number, point in enumerate(points, 1):
        placement = work.placement(point)
        outcome = work.outcome(point, placement.chosen, needs_review=placement.needs_review)
        findings.append(finding(point, outcome, placement))
        echo(f"[{number}/{len(points)}] {point.id} {outcome.value.replace('_', ' ')}")
    return tuple(findings)


def _write(database: Database, findings: tuple[PointFinding, ...], now: datetime, *, dry_run: bool) -> tuple[str, ...]:
    """Write the new positions in one transaction, one revision; return the ids, in a dry run those it would be."""
    placed = [
        (one.point, one.placement.chosen)
        for one in findings
        if one.placement.chosen is not None and one.outcome in (Outcome.PLACED, Outcome.NEEDS_REVIEW)
    ]
    if dry_run or not placed:
        return tuple(point.id for point, _ in placed)
    with database.transaction() as session:
        return place_points(session, placed, now)


def _check_provider(provider: str | None) -> None:
    if provider is not None and provider not in PROVIDERS:
        raise InvalidQuery("unknown_provider", field="provider", value=provider, known=", ".join(PROVIDERS))
