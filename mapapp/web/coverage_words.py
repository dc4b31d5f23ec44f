"""Coverage in words (覆盖的说法): shares, and the sentence that matters first, in the reader's language."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import format_date, lazy_gettext

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.analysis import Measured
from mapapp.coverage.candidates import CandidateKind
from mapapp.coverage.questions import Mode, Question
from mapapp.coverage.ranking import ClosureHarm
from mapapp.coverage.siting import Siting, Weigh
from mapapp.web.spoken import gettext, ngettext
from mapapp.web.words import clock, day_words

_CANDIDATES = {
    CandidateKind.COMMUNITY: lazy_gettext("Community"),
    CandidateKind.STREET_CENTRE: lazy_gettext("Middle of a street or town"),
    CandidateKind.STATION: lazy_gettext("Metro station"),
    CandidateKind.POINT: lazy_gettext("Service point that would learn it"),
    CandidateKind.GIVEN: lazy_gettext("Imported candidate"),
}


def share_words(share: float) -> str:
    """Return a share of 0 to 1 in per cent with one decimal; what is more than nothing is not called 0.0."""
    if 0 < share < 0.0005:
        return gettext("less than %(share)s", share="0.1%")
    if 0.9995 <= share < 1:
        return gettext("more than %(share)s", share="99.9%")
    return f"{share:.1%}"


def points_of_share(share: float) -> str:
    """Return how far a share may be off, in percentage points, never less than was found."""
    return f"{share * 100:.2f}" if share < 0.0095 else f"{share * 100:.1f}"


def candidate_words(kind: CandidateKind) -> str:
    """Return what stands at a candidate now."""
    return str(_CANDIDATES[kind])


def sentence_of_coverage(measured: Measured, subject: str | None, streets: Sequence[str]) -> str:
    """Return what is covered in one sentence; `subject` is the name of what is asked about, `streets` where none is."""
    question = measured.question
    values: dict[str, object] = {
        "metres": question.within_m,
        "what": subject,
        "moment": "" if question.at is None else moment_of_question(question.at),
    }
    if not measured.points:
        return _nobody(subject, question, values)
    covered = {
        "share": share_words(measured.share_area),
        "covered": measured.communities_covered,
        "total": len(measured.communities),
    }
    if subject is None:
        first = gettext(
            "%(share)s of the land and %(covered)d of %(total)d communities have a service point within a walk of "
            "%(metres)d m",
            **covered,
            **values,
        )
    elif question.kind is not None:
        first = gettext(
            "%(share)s of the land and %(covered)d of %(total)d communities have a service point of the kind "
            "“%(what)s” within a walk of %(metres)d m",
            **covered,
            **values,
        )
    else:
        first = gettext(
            "For “%(what)s”, %(share)s of the land and %(covered)d of %(total)d communities have a service point "
            "within a walk of %(metres)d m",
            **covered,
            **values,
        )
    if question.at is not None:
        first = gettext("%(sentence)s, open on %(moment)s", sentence=first, **values)
    return _with_streets(first, streets, len(measured.streets))


def day_of_record(day: date) -> str:
    """Return the day on which something was measured, with its year: 2026年11月25日 or 25 Nov 2026."""
    return str(format_date(day, gettext("d MMM y")))


def moment_of_record(at: datetime) -> str:
    """Return when something was measured, day with year and time."""
    return gettext("%(day)s at %(time)s", day=day_of_record(at.date()), time=clock(at))


def moment_of_question(at: datetime) -> str:
    """Return the moment asked about, day and time."""
    return gettext("%(day)s at %(time)s", day=day_words(at.date()), time=clock(at))


def sentence_of_siting(siting: Siting) -> str:
    """Return what the new sites would do, and how sure it is that none do more."""
    if not siting.sites:
        return gettext("No candidate would cover more than is covered now.")
    count = len(siting.sites)
    values = {
        "before": share_words(siting.share_before),
        "after": share_words(siting.share_after),
    }
    if siting.by is Weigh.PEOPLE:
        first = ngettext(
            "%(num)d new site would raise the share of people within the walk from %(before)s to %(after)s.",
            "%(num)d new sites would raise the share of people within the walk from %(before)s to %(after)s.",
            count,
            **values,
        )
    else:
        first = ngettext(
            "%(num)d new site would raise the covered land from %(before)s to %(after)s.",
            "%(num)d new sites would raise the covered land from %(before)s to %(after)s.",
            count,
            **values,
        )
    if siting.gap == 0:
        return gettext(
            "%(sentence)s It is proved that no other choice among the candidates does better.", sentence=first
        )
    return gettext(
        "%(sentence)s The search was stopped; another choice might add up to %(gap)s more.",
        sentence=first,
        gap=share_words(siting.gap),
    )


def closure_words(harm: ClosureHarm, within_m: int, catalogue: Catalogue, language: str) -> str:
    """Return what a closure of the point takes from whom, for those who are about to enter it."""
    if not harm.matters:
        return gettext(
            "While this point is closed, all it does can still be done within a walk of %(metres)d m of the same "
            "places.",
            metres=within_m,
        )
    code, share = harm.matters[0]
    return gettext(
        "While this point is closed, %(count)d of its matters can no longer be done within a walk of %(metres)d m of "
        "places that have them today, most of all “%(what)s” (%(share)s of the land).",
        count=len(harm.matters),
        metres=within_m,
        what=catalogue.matters[code].name(language),
        share=share_words(share),
    )


def _nobody(subject: str | None, question: Question, values: dict[str, object]) -> str:
    if question.at is not None:
        if subject is None:
            return gettext("No service point is open on %(moment)s.", **values)
        if question.kind is not None:
            return gettext("No service point of the kind “%(what)s” is open on %(moment)s.", **values)
        return gettext("No service point that does “%(what)s” is open on %(moment)s.", **values)
    if subject is None:
        return gettext("There is no service point.")
    if question.kind is not None:
        return gettext("There is no service point of the kind “%(what)s”.", **values)
    if question.mode is Mode.TRIP and question.package is not None:
        return gettext("No trip of %(metres)d m does all of “%(what)s”.", **values)
    return gettext("No single service point does “%(what)s”.", **values)


def _with_streets(sentence: str, streets: Sequence[str], total: int) -> str:
    if not streets:
        return gettext("%(sentence)s.", sentence=sentence)
    if len(streets) > total // 2:
        return gettext(
            "%(sentence)s; in %(count)d of %(total)d streets and towns there is none.",
            sentence=sentence,
            count=len(streets),
            total=total,
        )
    return gettext("%(sentence)s; %(streets)s have none.", sentence=sentence, streets=gettext(", ").join(streets))
