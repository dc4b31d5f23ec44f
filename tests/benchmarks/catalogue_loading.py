"""How long a worker takes to read and index a catalogue of 51 to 100,000 points, as at its start."""

import json
import os
import subprocess
import sys
import time

from mapapp.catalogue.loading import read_catalogue
from mapapp.database import Database
from mapapp.settings import Settings
from mapapp.web.context import bundle_of
from tests.benchmarks.catalogue_country import AT, country_database
from tests.benchmarks.engine_country import resident_mb

# points, matters
SIZES = ((51, 255), (1_000, 255), (10_000, 1_000), (100_000, 2_000))
SERVER = "MAPAPP_TEST_POSTGRESQL"


def loaded(database: Database) -> dict[str, object]:
    """Return what a load from this database costs, in seconds by the clock and of the processor."""
    before_mb, begin, busy = resident_mb(), time.perf_counter(), time.process_time()
    with database.reading() as session:
        catalogue = read_catalogue(session, AT)
    read_s, read_busy = time.perf_counter() - begin, time.process_time() - busy
    bundle_of(catalogue, Settings())
    return {
        "points": len(catalogue.points),
        "matters": len(catalogue.matters),
        "offers": len(catalogue.offers),
        "read_s": round(read_s, 2),
        "all_s": round(time.perf_counter() - begin, 2),
        "read_cpu_s": round(read_busy, 2),
        "all_cpu_s": round(time.process_time() - busy, 2),
        "peak_memory_mb": round(resident_mb() - before_mb),
    }


def of_size(points: int, matters: int, server: str) -> dict[str, object]:
    """Return the figures of one size, measured in a process that has only that in memory."""
    with country_database(points, matters, server) as database:
        address = database.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.benchmarks.catalogue_loading", "--database", address]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures: dict[str, object] = json.loads(done.stdout)
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
    else:
        print(f"busy processors make the clock run longer: {os.getloadavg()[0]:.1f} programs wanted one")


if __name__ == "__main__":
    main(sys.argv[1:])
