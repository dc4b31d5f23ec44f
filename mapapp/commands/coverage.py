"""`mapapp coverage` (覆盖), and `mapapp import streets | communities | population` (图层导入)."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import click

from mapapp.commands.common import Told, database_of, print_json
from mapapp.database import ZONE, Database
from mapapp.errors import InvalidQuery
from mapapp.settings import Settings, from_environ

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for shapely
    from mapapp.catalogue.checking import Fault
    from mapapp.coverage.analysis import Coverage
    from mapapp.coverage.desk import AreaChange
    from mapapp.coverage.questions import Question

T = TypeVar("T")
AREA_KINDS = ("streets", "communities", "population", "candidates")
_FORMATS = ("table", "csv", "geojson", "gpkg", "html")


@click.command("coverage", cls=Told)
@click.option("--matter", help="Code of the matter; without it any service point counts.")
@click.option("--package", help="Code of the package: all its matters.")
@click.option("--kind", help="Only points of this kind, such as street or sub-tax.")
@click.option("--mode", type=click.Choice(("one_point", "trip")), help="Of a package: at one point, or by a trip.")
@click.option("--all", "everything", is_flag=True, help="Every matter, the worst covered first.")
@click.option("--within", type=int, help="Metres of walking; default the goal.")
@click.option("--at", "moment", help="Only points open at this time count; a time with its offset.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output.")
def coverage_command(
    everything: bool, within: int | None, moment: str | None, form: str, output: Path | None, **about: str | None
) -> None:
    """Say which share of the land and of the communities has a service point within a walk."""
    if form == "gpkg" and output is None:
        raise click.UsageError("A GeoPackage needs --output FILE.")
    settings = from_environ()
    now = datetime.now(ZONE).replace(microsecond=0)
    question = _question(about, everything, within or settings.goal_m, _moment(moment))
    coverage = _coverage(database_of(settings), settings)
    coverage.check(question)
    if form == "html":
        _give(_report(settings, question), output)
    elif form in ("geojson", "gpkg"):
        _give_areas(coverage, _questions(coverage, question, everything), form, output)
    else:
        if everything:
            rows = sorted(_matter_rows(coverage, question, now), key=lambda row: (row["share_area"], row["matter"]))
        else:
            rows = _street_rows(coverage, question, now)
        _give(_as_csv(rows) if form == "csv" else _as_table(coverage, question, rows, everything), output)


def _question(about: dict[str, str | None], everything: bool, within_m: int, at: datetime | None) -> "Question":
    """Return the question of the options.

    Raises InvalidQuery `one_of`, `wrong_parameter`, `mode_without_package`, `unknown_kind_of_point`.
    """
    from mapapp.catalogue.points import PointKind
    from mapapp.coverage.questions import Mode, Question

    named = [name for name in ("matter", "package", "kind") if about[name] is not None]
    if everything and named:
        raise InvalidQuery("one_of", field="all", names=f"{named[0]}, all")
    if about["mode"] is not None and about["package"] is None:
        raise InvalidQuery("mode_without_package", field="mode")
    kind = about["kind"]
    if kind is not None and kind not in tuple(PointKind):
        raise InvalidQuery("unknown_kind_of_point", field="kind", value=kind, known=", ".join(PointKind))
    return Question(
        within_m=within_m,
        matter=about["matter"],
        package=about["package"],
        kind=None if kind is None else PointKind(kind),
        mode=Mode(about["mode"] or Mode.ONE_POINT),
        at=at,
    )


def import_areas(kind: str, file: Path, *, dry_run: bool, datum: str, crs: str | None, as_json: bool) -> None:
    """Put streets, communities or people of a file in place of those before; exit status 1 when any was rejected."""
    from mapapp.catalogue.loading import read_catalogue
    from mapapp.catalogue.surroundings import DATUMS
    from mapapp.coverage.area_files import AreaKind, read_area_file
    from mapapp.coverage.desk import area_change, put_in_place
    from mapapp.people import SYSTEM

    if datum and datum.lower() not in DATUMS:
        raise InvalidQuery("unknown_datum", field="datum", value=datum)
    database = database_of(from_environ())
    with database.reading() as session:
        district = read_catalogue(session).district
    declared = DATUMS[datum.lower()] if datum else None
    found = read_area_file(file, AreaKind(kind), district, crs=crs, datum=declared)
    with database.reading() if dry_run else database.transaction() as session:
        change = area_change(session, kind, found.features)
        if not dry_run and (change.added or change.changed):
            now = datetime.now(ZONE)
            put_in_place(session, kind, change, now, SYSTEM)
            _write_down(session, kind, file.name, change, len(found.rejected), now)
    report = _report_of(change, found.rejected, found.warnings)
    if as_json:
        print_json(report)
    else:
        _print_report(report, dry_run)
    sys.exit(1 if found.rejected else 0)


def _write_down(session: Any, kind: str, file: str, change: "AreaChange", rejected: int, now: datetime) -> None:
    """Add the import to the audit log: which file, and what it did, never the shapes themselves."""
    from mapapp.editing import audit
    from mapapp.people import SYSTEM

    after = {
        "file": file,
        "added": len(change.added),
        "changed": len(change.changed),
        "unchanged": change.unchanged,
        "rejected": rejected,
    }
    entry = audit.Entry(deed="import", kind=kind, key=file[:100], after=audit.json_text(after))
    audit.note(session, SYSTEM, now, "", entry)


def _report_of(change: "AreaChange", rejected: "Sequence[Fault]", warnings: "Sequence[Fault]") -> dict[str, Any]:
    return {
        "added": list(change.added),
        "changed": [
            {"id": key, "field": field, "before": before.get(field), "after": after.get(field)}
            for key, old, new in change.changed
            for field, before, after in _differences(old, new)
        ],
        "unchanged": change.unchanged,
        "rejected": [_told(fault) for fault in rejected],
        "warnings": [_told(fault) for fault in warnings],
    }


def _differences(old: Any, new: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return (field, properties before, properties after); a shape is only said to be another one."""
    before, after = dict(old["properties"]), dict(new["properties"])
    fields = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    rows = [(name, before, after) for name in fields]
    if old.get("geometry") != new.get("geometry"):
        rows.append(("geometry", {"geometry": "before"}, {"geometry": "another"}))
    return rows


def _told(fault: "Fault") -> dict[str, Any]:
    from mapapp.catalogue.fault_codes import MEANINGS

    return {
        "line": fault.line,
        "id": fault.id,
        "field": fault.field,
        "code": fault.code,
        "reason": MEANINGS.get(fault.code, fault.code) + (f": {fault.value}" if fault.value else ""),
    }


def _print_report(report: dict[str, Any], dry_run: bool) -> None:
    for name in ("rejected", "warnings"):
        for each in report[name]:
            click.echo(f"{name}: {each['id'] or each['line']}, {each['field']}: {each['reason']}", err=True)
    changed = len({each["id"] for each in report["changed"]})
    click.echo(
        f"{len(report['added'])} {'would be ' if dry_run else ''}added, {changed} changed, "
        f"{report['unchanged']} unchanged, {len(report['rejected'])} rejected."
    )


def _coverage(database: Database, settings: Settings) -> "Coverage":
    from mapapp.catalogue.loading import read_catalogue
    from mapapp.coverage.analysis import Coverage
    from mapapp.coverage.ground import ground_of
    from mapapp.finder.nearest import Finder
    from mapapp.web.coverage_trips import trip_lengths

    with database.reading() as session:
        catalogue = read_catalogue(session)
    reach = Finder.of(catalogue, settings).reach
    return Coverage(catalogue, ground_of(reach), trip_lengths(catalogue, reach, settings))


def _questions(coverage: "Coverage", question: "Question", everything: bool) -> "list[Question]":
    return [replace(question, matter=code) for code in coverage.catalogue.matters] if everything else [question]


def _matter_rows(coverage: "Coverage", question: "Question", now: datetime) -> list[Any]:
    from mapapp.coverage.report import matter_row

    questions = _questions(coverage, question, True)
    return [matter_row(coverage, each, now) for each in with_progress(questions, "matters measured")]


def _street_rows(coverage: "Coverage", question: "Question", now: datetime) -> list[Any]:
    from mapapp.coverage.report import street_rows

    return street_rows(coverage.measure(question), coverage.catalogue.revision, now)


def with_progress(items: Iterable[T], label: str) -> Iterator[T]:
    """Yield the items, with a bar on a terminal that moves as each of them is done."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(list(items), label=label, file=sys.stderr) as shown:
        yield from shown


def _as_csv(rows: list[Any]) -> str:
    from mapapp.coverage.report import csv_text

    return csv_text(rows)


def _as_table(coverage: "Coverage", question: "Question", rows: list[Any], everything: bool) -> str:
    """Return rows for a terminal, with the error of the district's share below."""
    method = coverage.method(coverage.measure(question))
    first = "matter" if everything else "street"
    lines = [f"{'share':>7}  {'communities':>11}  {'points':>6}  {first}"]
    for row in rows:
        count = f"{row['communities_covered']} of {row['communities_total']}"
        name = (
            f"{row['matter']} {row['name_zh']}"
            if everything
            else ("whole district" if row[first] == "*" else row[first])
        )
        lines.append(f"{row['share_area']:>7.1%}  {count:>11}  {row['points']:>6}  {name}")
    lines.append(
        f"Land within a walk of {question.within_m} m ({method.distance.value}); counting is off by at most "
        f"{method.error:.2%}, the positions of the points may move it by {method.place_error:.1%}."
    )
    return "\n".join(lines) + "\n"


def _give(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        output.write_text(text, encoding="utf-8-sig" if output.suffix == ".csv" else "utf-8")


def _give_areas(coverage: "Coverage", questions: "list[Question]", form: str, output: Path | None) -> None:
    from mapapp.coverage.exporting import uncovered_geojson, write_geopackage

    measured = [coverage.measure(question) for question in with_progress(questions, "areas drawn")]
    if form == "geojson":
        _give(uncovered_geojson(coverage, measured), output)
    else:
        assert output is not None
        write_geopackage(output, coverage, measured)


def _report(settings: Settings, question: "Question") -> str:
    """Return the report page about the question as one file: its style sheets stand in it, to be kept and sent."""
    from mapapp.web.app import create_app
    from mapapp.web.context import EXTENSION
    from mapapp.web.pages.coverage_form import fields_of
    from mapapp.web.standalone import standalone

    # one page drawn here is no traffic to be logged
    app = create_app(replace(settings, log_level="error"))
    try:
        return standalone(app, f"/coverage/report?{urlencode({**fields_of(question), 'lang': 'zh'})}")
    finally:
        app.extensions[EXTENSION].keeper.close()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
        if moment.tzinfo is not None:
            return moment.astimezone(ZONE)
    except (ValueError, OverflowError):
        pass
    raise InvalidQuery("wrong_time", field="at", value=text)
