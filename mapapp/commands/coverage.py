"""`mapapp coverage` (覆盖): tables, geodata, the report, and what is written down of a revision."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import click

from mapapp.commands.common import Told, database_of
from mapapp.database import ZONE, Database
from mapapp.errors import InvalidQuery
from mapapp.settings import Settings, from_environ

if TYPE_CHECKING:
    # loaded by the command that needs it: `mapapp --help` must not wait for shapely
    from mapapp.coverage.analysis import Coverage
    from mapapp.coverage.questions import Question

T = TypeVar("T")
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
@click.option("--record", is_flag=True, help="Only write down what this revision covers, for the trend; once.")
def coverage_command(
    everything: bool,
    within: int | None,
    moment: str | None,
    form: str,
    output: Path | None,
    record: bool,
    **about: str | None,
) -> None:
    """Say which share of the land and of the communities has a service point within a walk."""
    settings = from_environ()
    now = datetime.now(ZONE).replace(microsecond=0)
    if record:
        _record(settings, now, (everything, within, moment, output, *about.values(), form != "table"))
        return
    if form == "gpkg" and output is None:
        raise click.UsageError("A GeoPackage needs --output FILE.")
    question = _question(about, everything, _within(within, settings), _moment(moment))
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


def _within(given: int | None, settings: Settings) -> int:
    from mapapp.coverage.questions import goal_within

    return goal_within(settings.goal_m) if given is None else given


def _record(settings: Settings, now: datetime, others: Iterable[object]) -> None:
    """Write down what is covered in the present revision, as the pages do; nothing when that is done."""
    from mapapp.coverage.desk import past_of, record, taken

    if any(others):
        raise click.UsageError("--record takes no other option: it writes down every matter, within the goal.")
    database, within_m = database_of(settings), _within(None, settings)
    coverage = _coverage(database, settings)
    revision = coverage.catalogue.revision
    with database.reading() as session:
        is_new = past_of(session, revision, within_m) is None
    if is_new:
        today = taken(coverage, within_m, now)
        with database.transaction() as session:
            is_new = record(session, today, within_m)
    click.echo(f"Revision {revision}: " + ("written down." if is_new else "was written down before."))


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
    """Return rows for a terminal, with the error of the district's share, or the largest of all matters, below."""
    method = coverage.method(coverage.measure(question))
    error, place_error = method.error, method.place_error
    if everything:
        error, place_error = (max((row[name] for row in rows), default=0.0) for name in ("error", "place_error"))
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
        f"{error:.2%}, the positions of the points may move it by {place_error:.1%}."
    )
    return "\n".join(lines) + "\n"


def _give(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8-sig" if output.suffix == ".csv" else "utf-8")
    except OSError as error:
        raise click.FileError(str(output), hint=str(error.strerror)) from error


def _give_areas(coverage: "Coverage", questions: "list[Question]", form: str, output: Path | None) -> None:
    from mapapp.coverage.exporting import uncovered_geojson, write_geopackage

    measured = [coverage.measure(question) for question in with_progress(questions, "areas drawn")]
    if form == "geojson":
        _give(uncovered_geojson(coverage, measured), output)
    else:
        assert output is not None
        try:
            write_geopackage(output, coverage, measured)
        except (OSError, RuntimeError) as error:
            # pyogrio's errors are RuntimeErrors
            raise click.FileError(str(output), hint=str(error).splitlines()[0]) from error


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
