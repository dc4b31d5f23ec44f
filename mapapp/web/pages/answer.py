"""The answer (就近办): the nearest points that can do it, or in one sentence what is missing."""

from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.catalogue.matters import Matter
from mapapp.catalogue.packages import Package
from mapapp.errors import InvalidQuery, NotFound
from mapapp.finder.nearest import NearestAnswer, NearestQuery, OpenFilter
from mapapp.web.bodies import PRIVATE, REVALIDATE
from mapapp.web.context import current_bundle, current_language, current_now, current_settings
from mapapp.web.missed import note_miss
from mapapp.web.pages.facets import themes
from mapapp.web.pages.frame import page
from mapapp.web.pages.heard import NOTHING_HEARD, Heard, take_in
from mapapp.web.pages.question import MORE_K, Question, When, read_question, typed_only
from mapapp.web.pages.rows import Card, card, kinds_in_use, opens_shortly, page_data, street_names
from mapapp.web.pages.start import usual_errands
from mapapp.web.pages.understood import Understood, understand
from mapapp.web.parse import Origin, moment_of, origin_of
from mapapp.web.reach_line import reach_line
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.suggesting import also_found
from mapapp.web.words import clock, day_words, kind_name

blueprint = Blueprint("answer", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One thing that was understood; `fields` are the question without it."""

    label: str
    lang: str | None
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why there is no answer yet: the field to mend, a sentence, and what may have been meant.

    `is_error` is false for a question that is simply not finished.
    """

    field: str
    text: str
    suggestions: tuple[tuple[str, dict[str, str]], ...] = ()
    is_error: bool = True


@blueprint.get("/nearest")
def ask() -> AnyResponse:
    """Answer a question whose place has a name."""
    return _answer(request.args)


@blueprint.post("/nearest")
def ask_from_here() -> AnyResponse:
    """Answer a question from the reader's own position, which stands in the body and in no address or log."""
    return _answer(request.form)


def _answer(arguments: Any) -> AnyResponse:
    now = current_now()
    try:
        question, heard = take_in(read_question(arguments, now), current_bundle(), now)
        at = moment_of({"at": question.at} if question.at else {}, current_bundle(), now)
        understood = understand(question, current_bundle(), current_language())
    except (InvalidQuery, NotFound) as error:
        field = error.field if error.field != "at" else "day"
        text = gettext("Choose a day or a time.") if error.code == "missing_time" else sentence_of(error, 400)[1]
        status = 404 if isinstance(error, NotFound) else 400
        return _form_page(typed_only(arguments), Trouble(field=field or "q", text=text), status=status)
    if understood.point is not None and not question.has_position and understood.place is None:
        return redirect(url_for("point_pages.show", point_id=understood.point.id), 303)
    trouble = _trouble_with_subject(question, understood)
    if trouble is not None:
        return _form_page(question, trouble, understood, heard=heard)
    return _located(question, understood, at, heard)


def _trouble_with_subject(question: Question, understood: Understood) -> Trouble | None:
    if understood.is_clear:
        return None
    hits = tuple(
        (matter.name(current_language()), question.again("q", "package", matter=matter.code))
        for matter in understood.others[:3]
    )
    note_miss(question.typed.get("q", ""))
    text = gettext("We are not sure what “%(text)s” means.", text=question.typed.get("q", ""))
    return Trouble(field="q", text=text, suggestions=hits)


def _located(question: Question, understood: Understood, at: datetime, heard: Heard) -> AnyResponse:
    """Answer a question whose subject is clear; the place may still be missing, unknown or too far away."""
    try:
        origin = _origin(question, understood)
    except InvalidQuery as error:
        if error.code == "missing_place":
            # asked in words of its own: nothing is wrong yet
            return _form_page(
                question,
                Trouble(field="place", text=gettext("One more thing: where do you start from?"), is_error=False),
                understood,
                heard=heard,
            )
        names = error.values.get("did_you_mean", ())
        assert isinstance(names, list | tuple)
        suggestions = tuple((str(name), question.again("lat", "place", place=str(name))) for name in names)
        trouble = Trouble(field="place", text=sentence_of(error, 400)[1], suggestions=suggestions)
        return _form_page(question, trouble, understood, heard=heard)
    query = NearestQuery(
        origin=origin.coordinate,
        origin_accuracy_m=origin.accuracy_m,
        matters=understood.codes,
        at=at,
        open=question.open,
        k=question.k,
        kind=question.values.get("kind"),
        street=question.values.get("street"),
    )
    found = current_bundle().finder.find_nearest(query)
    if question.open is OpenFilter.ARRIVAL:
        found = _with_short_waits(found, query)
    return _result_page(question, understood, origin, at, found, heard)


def _with_short_waits(found: NearestAnswer, query: NearestQuery) -> NearestAnswer:
    """Return the answer with nearer points that open soon after one arrives: a short wait is an answer, not a miss."""
    everything = current_bundle().finder.find_nearest(replace(query, open=OpenFilter.ANY, k=MORE_K))
    first_m = found.results[0].walk.walk_m if found.results else inf
    waits = [
        each
        for each in everything.results
        if each.walk.walk_m < first_m and opens_shortly(each.status_on_arrival, each.arrive_at)
    ]
    if not waits:
        return found
    near = waits[0].walk.walk_m <= current_settings().goal_m
    results, sure = (*waits, *found.results)[: query.k], near and everything.within_goal_sure
    return NearestAnswer(results=results, within_goal=near, within_goal_sure=sure)


def _origin(question: Question, understood: Understood) -> Origin:
    names = ("lat", "lon") if question.has_position else ("place",)
    values = {name: question.values[name] for name in names if name in question.values}
    if not values and understood.place is not None:
        values = {"place": understood.place}
    origin = origin_of(values, current_bundle(), current_settings(), current_language())
    if question.has_position:
        accuracy_m = float(question.values.get("accuracy", 0.0))
        return Origin(coordinate=origin.coordinate, accuracy_m=accuracy_m, name=gettext("your position"))
    return origin


def _result_page(
    question: Question, understood: Understood, origin: Origin, at: datetime, found: NearestAnswer, heard: Heard
) -> Response:
    bundle, language = current_bundle(), current_language()
    is_arrival = question.when is When.ARRIVE
    cards = tuple(
        card(bundle, result, number, at, is_arrival=is_arrival) for number, result in enumerate(found.results, start=1)
    )
    start = {
        "lat": round(origin.coordinate.lat, 6),
        "lon": round(origin.coordinate.lon, 6),
        "accuracy_m": round(origin.accuracy_m),
    }
    data = page_data(
        [each.row for each in cards],
        [each.row.id for each in cards],
        numbers={each.row.id: each.number for each in cards},
        start=start,
        reach=reach_line(bundle, origin.coordinate, current_settings()),
    )
    return page(
        "pages/answer.html",
        cache=PRIVATE if question.has_position else REVALIDATE,
        question=question,
        chips=_chips(question, understood, origin, at),
        heard=heard,
        matter=understood.matter,
        package=understood.package,
        subject_name=_subject_name(understood.matter, understood.package, language),
        others=_others(question, understood),
        origin=origin,
        origin_accuracy_m=round(origin.accuracy_m),
        cards=cards,
        found=found,
        goal=_goal_words(found, cards),
        first_open=next((each for each in cards if each.is_open_then), None),
        more=question.again("k", k=str(MORE_K)) if len(cards) == question.k and question.k < MORE_K else None,
        widened=_widened(question),
        is_open_wanted=question.open is not OpenFilter.ANY,
        kinds=_kind_choices(),
        streets=tuple(street_names(bundle, language).items()),
        data=data,
    )


def _form_page(
    question: Question,
    trouble: Trouble,
    understood: Understood | None = None,
    status: int = 200,
    heard: Heard = NOTHING_HEARD,
) -> Response:
    bundle, language = current_bundle(), current_language()
    matter = understood.matter if understood else None
    package = understood.package if understood else None
    return page(
        "pages/ask.html",
        status=status,
        cache=PRIVATE if question.has_position or "lat" in question.typed else REVALIDATE,
        question=question,
        trouble=trouble,
        heard=heard,
        found=also_found(bundle, question.typed.get("q", ""), language) if trouble.field == "q" else (),
        matter=matter,
        package=package,
        subject_name=_subject_name(matter, package, language),
        errands=usual_errands(bundle, language),
        themes=themes(bundle.catalogue, language) if trouble.field == "q" else (),
    )


def _subject_name(matter: Matter | None, package: Package | None, language: str) -> str:
    subject = matter or package
    return subject.name(language) if subject is not None else ""


def _kind_choices() -> tuple[tuple[str, str], ...]:
    return tuple((kind.value, kind_name(kind)) for kind in kinds_in_use(current_bundle().catalogue))


def _others(question: Question, understood: Understood) -> tuple[tuple[str, dict[str, str]], ...]:
    language = current_language()
    return tuple(
        (matter.name(language), question.again("q", "package", "k", matter=matter.code))
        for matter in understood.others[:4]
    )


def _chips(question: Question, understood: Understood, origin: Origin, at: datetime) -> tuple[Chip, ...]:
    """Return what was understood, each with the question that is left when it is taken away."""
    language = current_language()
    chips = []
    subject = _subject_name(understood.matter, understood.package, language)
    if subject:
        chips.append(Chip(label=subject, lang=None, fields=question.again("q", "matter", "package")))
    chips.append(
        Chip(label=origin.name or gettext("this position"), lang=None, fields=question.again("place", "lat", "k"))
    )
    if question.at is not None:
        text = gettext("%(day)s at %(time)s", day=day_words(at.date()), time=clock(at))
        label = (
            gettext("arrive %(moment)s", moment=text)
            if question.when is When.ARRIVE
            else gettext("leave %(moment)s", moment=text)
        )
        chips.append(Chip(label=label, lang=None, fields=question.again("when", "day", "time")))
    if "open" in question.values and question.values["open"] != "any":
        chips.append(Chip(label=gettext("open on arrival"), lang=None, fields=question.again("open")))
    if "kind" in question.values:
        chips.append(Chip(label=kind_name(question.values["kind"]), lang=None, fields=question.again("kind")))
    if "street" in question.values:
        name = street_names(current_bundle(), language).get(question.values["street"], question.values["street"])
        chips.append(Chip(label=name, lang=None, fields=question.again("street")))
    return tuple(chips)


def _goal_words(found: NearestAnswer, cards: tuple[Card, ...]) -> str:
    """Return in one sentence whether the promise of one kilometre is kept from here."""
    if not cards:
        return ""
    first = cards[0]
    kilometres = f"{current_settings().goal_m / 1000:g}"
    if not found.within_goal:
        return gettext(
            "None within %(km)s km. The nearest is %(name)s: %(walk)s.",
            km=kilometres,
            name=first.row.name,
            walk=first.walk,
        )
    if found.within_goal_sure:
        return gettext("The nearest is within %(km)s km on foot.", km=kilometres)
    return gettext("The nearest is probably within %(km)s km on foot; positions are estimates.", km=kilometres)


def _widened(question: Question) -> dict[str, str] | None:
    """Return the question without its filters, when it has some."""
    filters = [name for name in ("open", "kind", "street") if name in question.values]
    return question.again(*filters) if filters else None
