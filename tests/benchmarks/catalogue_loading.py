"""How long a worker takes to load 51 to 100,000 points, and until it answers with a change of one of them."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from mapapp.catalogue.revision import raise_revision
from mapapp.catalogue.rows import OfferRow, PointRow
from mapapp.database import Database
from mapapp.finder.nearest import NearestQuery
from mapapp.settings import Settings
from mapapp.web.bundles import Bundle, bundle_of
from mapapp.web.context import Keeper
from tests.benchmarks.catalogue_country import AT, country_database
from tests.benchmarks.engine_country import resident_mb

# points, matters
SIZES = ((51, 255), (1_000, 255), (10_000, 1_000), (100_000, 2_000))
SERVER = "MAPAPP_TEST_POSTGRESQL"


Change = Callable[[Session, str], object]
CHANGES: dict[str, Change] = {
    "details": lambda session, point: session.execute(_set(point, phone="023-67560000")),
    "hours": lambda session, point: session.execute(_set(point, hours_rule="Mo-Fr 08:15-11:45")),
    "name": lambda session, point: session.execute(_set(point, name_zh="石马河便民服务站")),
    "position": lambda session, point: session.execute(_set(point, lat=PointRow.lat + 0.01)),
    "offers": lambda session, point: session.execute(
        update(OfferRow).where(OfferRow.point_id == point).values(withdrawn_at=AT)
    ),
    "taken off": lambda session, point: session.execute(_set(point, withdrawn_at=AT)),
}


def _set(point: str, **values: object) -> Update:
    return update(PointRow).where(PointRow.id == point).values(**values)


def loaded(database: Database) -> dict[str, object]:
    """Return what a load from this database costs, and a change; seconds by the clock and of the processor."""
    before_mb, begin, busy = resident_mb(), time.perf_counter(), time.process_time()
    keeper = Keeper(database, Settings(), lambda: AT)
    bundle = keeper.bundle()
    figures: dict[str, object] = {
        "points": len(bundle.catalogue.points),
        "matters": len(bundle.catalogue.matters),
        "offers": len(bundle.catalogue.offers),
        "load_s": round(time.perf_counter() - begin, 2),
        "load_cpu_s": round(time.process_time() - busy, 2),
        "peak_memory_mb": round(resident_mb() - before_mb),
    }
    # as in service: somebody has asked for every matter
    ask(bundle, tuple(bundle.catalogue.matters))
    for number, (name, change) in enumerate(CHANGES.items()):
        figures[f"{name}_s"], figures[f"{name}_cpu_s"] = visible_after(keeper, change, 3 * number + 10)
    last = keeper.bundle()
    whole = bundle_of(last.catalogue, Settings())
    figures["differ"] = sum(each != right for each, right in zip(answers(last), answers(whole), strict=True))
    keeper.close()
    return figures


def visible_after(keeper: Keeper, change: Change, number: int) -> tuple[float, float]:
    """Return how long it takes from a commit until the nearest point of its first matter is answered anew.

    The median of three points, one after the other.
    """
    seconds = []
    for again in range(3):
        bundle = keeper.bundle()
        point = list(bundle.catalogue.points)[number + again]
        code = bundle.catalogue.offers_by_point[point][0].matter_code
        with keeper.database.transaction() as session:
            change(session, point)
            raise_revision(session, (point,))
        begin, busy = time.perf_counter(), time.process_time()
        after = keeper.bundle()
        ask(after, (code,))
        seconds.append((time.perf_counter() - begin, time.process_time() - busy))
        if after is bundle:
            sys.exit("scripts/bench: a change was not taken up")
    by_clock, of_processor = zip(*seconds, strict=True)
    return round(statistics.median(by_clock), 3), round(statistics.median(of_processor), 3)


def ask(bundle: Bundle, codes: tuple[str, ...]) -> list[object]:
    """Return the nearest points for each of these matters from somewhere among the points."""
    middle = next(iter(bundle.catalogue.points.values())).place.coordinate
    return [bundle.finder.find_nearest(NearestQuery(origin=middle, at=AT, matters=(code,), k=9)) for code in codes]


def answers(bundle: Bundle) -> list[object]:
    """Return many answers, to be compared."""
    texts = ("石马河便民服务站", "观音桥", "smhbmfwz", "station")
    return [*ask(bundle, tuple(bundle.catalogue.matters)), *(bundle.gazetteer.find(text, 9) for text in texts)]


def of_size(points: int, matters: int, server: str) -> dict[str, object]:
    """Return the figures of one size, measured in a process that has only that in memory."""
    with country_database(points, matters, server) as database:
        address = database.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.benchmarks.catalogue_loading", "--database", address]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return {"database": "PostgreSQL" if server else "SQLite", **figures}


def main(arguments: list[str]) -> None:
    if "--database" in arguments:
        print(json.dumps(loaded(Database(arguments[-1]))))
        return
    figures = []
    for server in filter(None, ("-", os.environ.get(SERVER))):
        for points, matters in SIZES:
            figures.append(of_size(points, matters, server.strip("-")))
            if "--json" not in arguments:
                print("  ".join(f"{name} {value}" for name, value in figures[-1].items()), flush=True)
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    if any(each["differ"] for each in figures):
        sys.exit("scripts/bench: what was made of the old catalogue and what was made anew differ")
    if "--json" not in arguments:
        print("seconds until a change of one point is in the answers; cpu: of the processor alone")
        print(f"busy processors make the clock run longer: {os.getloadavg()[0]:.1f} programs wanted one")


if __name__ == "__main__":
    main(sys.argv[1:])
