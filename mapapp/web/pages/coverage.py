"""Coverage (覆盖): who has a point within a walk, in words, on the map, by street; and where the next should be."""

from flask import Blueprint, Response, g

from mapapp.catalogue.points import PointKind
from mapapp.coverage.candidates import CandidateKind, candidates_of
from mapapp.coverage.questions import Question
from mapapp.coverage.report import candidate_rows, csv_text, site_rows, street_rows
from mapapp.coverage.siting import Siting, SitingQuestion
from mapapp.errors import InvalidQuery, Refused
from mapapp.web.bodies import PRIVATE, REVALIDATE, send_text
from mapapp.web.context import current_bundle, current_language, current_now, current_settings, services
from mapapp.web.coverage_words import candidate_words, sentence_of_coverage, sentence_of_siting, share_words
from mapapp.web.measuring import Answer, Measuring, prepare_later
from mapapp.web.pages.coverage_form import DISTANCES, CoverageForm, Trouble
from mapapp.web.pages.coverage_history import TrendLine, dated, trend_lines
from mapapp.web.pages.coverage_reports import asked_about_coverage, subject_of
from mapapp.web.pages.coverage_rows import (
    is_schematic,
    local_streets,
    map_data,
    method_sentences,
    missed_lines,
    site_lines,
    street_lines,
    worst_lines,
)
from mapapp.web.pages.frame import page
from mapapp.web.sentences import sentence_of
from mapapp.web.words import kind_name

blueprint = Blueprint("coverage_pages", __name__)

_CSV = "text/csv; charset=utf-8"
_DEFAULT_NEW = 3
_TARGETS = (0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@blueprint.after_app_request
def prepare(response: Response) -> Response:
    """Begin, off the request, what takes seconds with a walking network: once in a revision, after any answer."""
    if "bundle" in g and g.bundle.catalogue.network is not None:
        prepare_later(g.bundle, current_settings())
    return response


@blueprint.get("/coverage")
def show() -> Response:
    """Answer with who is covered: by any point, by those of a kind, or by those for one matter or package."""
    form, measuring, answer = asked_about_coverage()
    bundle, language = current_bundle(), current_language()
    subject = form.subject(language)
    streets = local_streets(bundle, answer.measured.uncovered_streets, language)
    return page(
        "pages/coverage.html",
        status=form.trouble.status if form.trouble else 200,
        form=form,
        subject=subject,
        sentence=sentence_of_coverage(answer.measured, subject_of(form), streets),
        share=share_words(answer.measured.share_area),
        percent=round(answer.measured.share_area * 100, 1),
        measured=answer.measured,
        lines=street_lines(answer, bundle, language),
        is_schematic=is_schematic(bundle),
        method=method_sentences(answer, measuring),
        dated=dated(answer.as_of, bundle.catalogue.revision),
        worst=worst_lines(measuring, form.question.within_m),
        missed=missed_lines(measuring, form.question.within_m),
        trend=_trend(form, measuring, answer),
        kinds=_kinds(),
        distances=_distances(form.question),
        data=map_data(answer),
    )


@blueprint.get("/coverage/table.csv")
def table() -> Response:
    """Answer with the table by street as CSV; what cannot be read is refused."""
    _, _, answer = asked_about_coverage(strict=True)
    rows = street_rows(answer.measured, current_bundle().catalogue.revision, answer.as_of)
    return _download(csv_text(rows), "coverage.csv")


@blueprint.get("/coverage/siting")
def siting() -> Response:
    """Answer with the form for new sites, and with the sites once it is filled in."""
    form, measuring, answer = asked_about_coverage()
    bundle, language = current_bundle(), current_language()
    found, trouble = _sited(form, measuring) if "new" in form.typed and not form.trouble else (None, form.trouble)
    sites = site_lines(found) if found else ()
    response = page(
        "pages/siting.html",
        status=trouble.status if trouble else 200,
        cache=PRIVATE if trouble and trouble.status == 503 else REVALIDATE,
        form=form,
        trouble=trouble,
        subject=form.subject(language),
        found=found,
        sentence=sentence_of_siting(found) if found else "",
        greedy=share_words(found.greedy_after) if found else "",
        sites=sites,
        new=form.values.get("new", _DEFAULT_NEW),
        targets=[(each, f"{each:.0%}") for each in _TARGETS],
        has_people=measuring.coverage.population is not None,
        kinds=_kinds(),
        candidate_kinds=[(kind.value, candidate_words(kind)) for kind in CandidateKind],
        distances=_distances(form.question),
        dated=dated(answer.as_of, current_bundle().catalogue.revision),
        data=map_data(answer, sites, candidates_of(bundle.catalogue, form.values.get("candidates"))),
    )
    if trouble and trouble.status == 503:
        response.headers["Retry-After"] = "5"
    return response


@blueprint.get("/coverage/sites.csv")
def sites() -> Response:
    """Answer with the sites as CSV."""
    form, measuring, answer = asked_about_coverage(strict=True)
    found = measuring.siting(_siting_question(form), services().keeper.database, current_now())
    rows = site_rows(found, form.question, current_bundle().catalogue.revision, answer.as_of)
    return _download(csv_text(rows, None if rows else ("order", "name_zh", "lon", "lat", "share_gained")), "sites.csv")


@blueprint.get("/coverage/candidates.csv")
def candidates() -> Response:
    """Answer with every candidate as CSV, and what it would add alone."""
    form, measuring, answer = asked_about_coverage(strict=True)
    found = measuring.siting(_siting_question(form), services().keeper.database, current_now())
    rows = candidate_rows(found, form.question, current_bundle().catalogue.revision, answer.as_of)
    names = None if rows else ("order", "name_zh", "lon", "lat", "share_gained")
    return _download(csv_text(rows, names), "candidates.csv")


def _trend(form: CoverageForm, measuring: Measuring, answer: Answer) -> tuple[TrendLine, ...]:
    """Return the trend of what is written down: within the goal, whenever open."""
    question = form.question
    if question.within_m != measuring.goal_m or question.at is not None:
        return ()
    return trend_lines(measuring.trend(services().keeper.database, current_now()), answer, measuring.revision)


def _sited(form: CoverageForm, measuring: Measuring) -> tuple[Siting | None, Trouble | None]:
    try:
        return measuring.siting(_siting_question(form), services().keeper.database, current_now()), None
    except InvalidQuery as error:
        return None, Trouble(field="weigh", text=sentence_of(error, 400)[1])
    except Refused as error:
        return None, Trouble(field="", text=sentence_of(error, 503)[1], status=503)


def _siting_question(form: CoverageForm) -> SitingQuestion:
    return SitingQuestion(
        question=form.question,
        new=form.values.get("new", _DEFAULT_NEW),
        kind=form.values.get("candidates"),
        target=form.values.get("target"),
        by=form.values.get("weigh"),
    )


def _kinds() -> list[tuple[str, str]]:
    """Return the kinds of which there is a point, in the order of the list of kinds."""
    known = {point.kind for point in current_bundle().catalogue.points.values()}
    return [(kind.value, kind_name(kind)) for kind in PointKind if kind in known]


def _distances(question: Question) -> tuple[int, ...]:
    return tuple(sorted({*DISTANCES, question.within_m}))


def _download(text: str, name: str) -> Response:
    # spreadsheets take a file for UTF-8 only when it says so
    response = send_text("\ufeff" + text, mimetype=_CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
