"""How fast and in how much memory are files taken over? `scripts/bench import`: 100,000 rows by `mapapp import`.

Points that are new, the same points changed, and offers of 400 of them, each by a process of its own that publishes,
on a new SQLite database and on PostgreSQL in a cluster of its own. The memory is the largest the process ever had;
a file of a tenth beside it shows what grows with the rows.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import func, select

from mapapp.catalogue.rows import OfferRow, PointRow
from mapapp.database import Database
from mapapp.shipped import shipped
from tests.booking_server import cluster

ROWS, OFFER_POINTS, LIMIT_S = 100_000, 400, 60.0


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One import: rows in the file, seconds, those a processor worked for it, and its largest memory in MB."""

    database: str
    what: str
    rows: int
    seconds: float
    worked_s: float
    memory_mb: float


def points(path: Path, rows: int, phone: str) -> None:
    """Write points round those of the sample, each in its street, with the hours they have."""
    with (shipped("geodata") / "service_points.csv").open(encoding="utf-8-sig", newline="") as file:
        sample = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(sample[0]))
        writer.writeheader()
        for number in range(rows):
            row, shift = sample[number % len(sample)], (number % 97) * 1e-5
            place = {"lon": f"{float(row['lon']) + shift:.6f}", "lat": f"{float(row['lat']) + shift:.6f}"}
            writer.writerow({**row, **place, "code": f"B{number:06}", "name_zh": f"测试点{number}", "phone": phone})


def offers(path: Path, rows: int) -> None:
    """Write offers of 400 points, as many matters each as make the rows."""
    each = rows // OFFER_POINTS
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["point", "matter", "mode", "hours", "bookable"])
        for point in range(OFFER_POINTS):
            writer.writerows([f"B{point:06}", f"M{matter:03}", "finish", "", "no"] for matter in range(1, each + 1))


def taken(environ: dict[str, str], kind: str, path: Path) -> tuple[float, float, float]:
    """Import a file by a process of its own and return (seconds, seconds worked, MB)."""
    command = [str(Path(sys.executable).with_name("mapapp")), "import", kind, str(path), "--json"]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            out.seek(0)
            sys.exit(f"scripts/bench: {kind}: {said.read().decode()[-500:]} {out.read().decode()[-500:]}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measured(kind: str, rows: int) -> list[Figure]:
    """Return what was measured on one kind of database, after counting what it holds."""
    figures = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(cluster()).url if kind == "postgresql" else f"sqlite:///{folder / 'mapapp.sqlite'}"
        environ = {**os.environ, "DATABASE_URL": url, "MAPAPP_DATA": str(folder)}
        subprocess.run([Path(sys.executable).with_name("mapapp"), "load"], env=environ, check=True, capture_output=True)
        path = folder / "file.csv"
        for what, table, count in (
            ("new points, a tenth", "points", rows // 10),
            ("new points", "points", rows),
            ("changed points", "points", rows),
            ("new offers", "offers", rows),
        ):
            offers(path, count) if table == "offers" else points(path, count, f"023-{len(figures):07}")
            seconds, worked, memory = taken(environ, table, path)
            facts = {"seconds": round(seconds, 1), "worked_s": round(worked, 1), "memory_mb": round(memory)}
            figures.append(Figure(database=kind, what=what, rows=count, **facts))
            print(
                f"  {kind}: {what}, {count} rows: {seconds:.1f} s, worked {worked:.1f} s, {memory:.0f} MB",
                file=sys.stderr,
            )
        database = Database(url)
        stack.callback(database.dispose)
        with database.reading() as session:
            phones = select(func.count()).select_from(PointRow).where(PointRow.phone == "023-0000002")
            made = select(func.count()).select_from(OfferRow).where(OfferRow.point_id.startswith("B"))
            if (session.scalar(phones), session.scalar(made)) != (rows, rows // OFFER_POINTS * OFFER_POINTS):
                sys.exit("scripts/bench: the tables do not hold what the files said")
    return figures


def main() -> None:
    """Measure and print; exit status 1 when 100,000 rows took a minute or more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    figures = [each for kind in chosen.database or ("sqlite", "postgresql") for each in measured(kind, chosen.rows)]
    if chosen.json:
        print(json.dumps([asdict(each) for each in figures], ensure_ascii=False, indent=2))
    else:
        for each in figures:
            name = f"{each.database:<11}{each.what:<22}"
            took = f"{each.seconds:>7.1f} s {each.worked_s:>7.1f} s worked {each.memory_mb:>6.0f} MB"
            print(f"{name}{each.rows:>8} rows {took}")
    sys.exit(1 if any(each.seconds >= LIMIT_S for each in figures) else 0)


if __name__ == "__main__":
    main()
