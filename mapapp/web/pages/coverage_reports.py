"""The coverage report to be printed, quarter by quarter, and what was measured in one revision (覆盖报告、各版本)."""

from flask import Blueprint, Response, request

from mapapp.coverage.desk import trend_key
from mapapp.errors import InvalidQuery, NotFound
from mapapp.web.context import current_bundle, current_language, current_now, current_settings, services
from mapapp.web.coverage_words import sentence_of_coverage
from mapapp.web.measuring import Answer, Measuring, measuring_of
from mapapp.web.pages.coverage_form import CoverageForm, read_coverage_form
from mapapp.web.pages.coverage_history import dated, quarter_lines, quarters_of, record_lines
from mapapp.web.pages.coverage_rows import (
    is_schematic,
    local_streets,
    method_sentences,
    missed_lines,
    street_lines,
    worst_lines,
)
from mapapp.web.pages.frame import page
from mapapp.web.words import kind_name

blueprint = Blueprint("coverage_reports", __name__)


@blueprint.get("/coverage/report")
def report() -> Response:
    """Answer with the report to be printed: quarters, every street, every matter; each figure dated."""
    form, measuring, answer = asked_about_coverage()
    bundle, language, question = current_bundle(), current_language(), form.question
    streets = local_streets(bundle, answer.measured.uncovered_streets, language)
    return page(
        "pages/coverage_report.html",
        form=form,
        sentence=sentence_of_coverage(answer.measured, subject_of(form), streets),
        lines=street_lines(answer, bundle, language),
        is_schematic=is_schematic(bundle),
        method=method_sentences(answer, measuring),
        dated=dated(answer.as_of, bundle.catalogue.revision),
        goal_m=measuring.goal_m,
        quarters=_quarters(form, measuring, answer),
        matters=worst_lines(measuring, question.within_m, None),
        missed=missed_lines(measuring, question.within_m),
        untaken=sum(1 for row in measuring.worst_matters(question.within_m) if not row.points),
    )


@blueprint.get("/coverage/revisions/<int:number>")
def revision(number: int) -> Response:
    """Answer with all that was measured in one revision of the data, within the goal."""
    bundle, now = current_bundle(), current_now()
    measuring, database = measuring_of(bundle, current_settings()), services().keeper.database
    if number > measuring.revision:
        raise NotFound("not_found", field="revision", value=number)
    found = measuring.written_down(number, database)
    if found is None and number == measuring.revision:
        found = measuring.today(now)
    if found is None:
        raise NotFound("not_found", field="revision", value=number)
    return page(
        "pages/coverage_revision.html",
        past=found,
        dated=dated(found.taken_at, found.revision),
        goal_m=measuring.goal_m,
        is_current=number == measuring.revision,
        lines=record_lines(found, bundle.catalogue, current_language()),
    )


def asked_about_coverage(*, strict: bool = False) -> tuple[CoverageForm, Measuring, Answer]:
    """Return the form of this request as read, and the answer; raise InvalidQuery for a wrong form if `strict`."""
    bundle, settings, now = current_bundle(), current_settings(), current_now()
    form = read_coverage_form(request.args, bundle, settings, now)
    if strict and form.trouble is not None:
        raise InvalidQuery("wrong_parameter", field=form.trouble.field)
    measuring = measuring_of(bundle, settings)
    return form, measuring, measuring.answer(form.question, now)


def subject_of(form: CoverageForm) -> str | None:
    """Return what is asked about in words: a matter, a package, a kind of point; None for any point."""
    kind = form.question.kind
    return form.subject(current_language()) if kind is None else kind_name(kind)


def _quarters(form: CoverageForm, measuring: Measuring, answer: Answer) -> tuple[object, ...]:
    """Return the quarters, which are written down within the goal and for whenever open alone."""
    question, database = form.question, services().keeper.database
    if question.within_m != measuring.goal_m or question.at is not None:
        return ()
    measuring.trend(database, current_now())
    known = quarters_of(measuring, answer, measuring.quarters(database))
    return quarter_lines(known, trend_key(question))
