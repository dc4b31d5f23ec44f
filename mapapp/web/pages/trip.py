"""One trip for several matters (一次跑完): the basket, the stops in order with their times, and the other ways."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mapapp.errors import InvalidQuery, NotFound
from mapapp.finder.nearest import OpenFilter
from mapapp.web.bodies import PRIVATE, REVALIDATE
from mapapp.web.context import current_bundle, current_language, current_now, current_settings
from mapapp.web.missed import note_miss
from mapapp.web.pages.frame import page
from mapapp.web.pages.heard import take_in
from mapapp.web.pages.question import Question, When, read_question, typed_only
from mapapp.web.pages.rows import page_data
from mapapp.web.pages.start import usual_errands
from mapapp.web.pages.trip_rows import Journey, journey
from mapapp.web.pages.understood import Understood, understand
from mapapp.web.parameters import Parameter, count_between, read_form, table
from mapapp.web.parse import Origin, moment_of, origin_of
from mapapp.web.questions import MANY_MATTERS, MAX_PACKAGE_TRIP, MAX_TRIP_MATTERS, TRIP_PACKAGE
from mapapp.web.sentences import sentence_of
from mapapp.web.spoken import gettext
from mapapp.web.trips import TripRequest, find_trips, what_of
from mapapp.web.words import clock, day_words

blueprint = Blueprint("trip_pages", __name__)
_CHOICE = Parameter(name="choice", read=count_between(1, 10), schema={"type": "integer"}, description="Which trip.")
_BASKET = table(MANY_MATTERS, TRIP_PACKAGE, _CHOICE)
_KEPT = ("place", "lat", "lon", "accuracy", "when", "day", "time", "open")
Fields = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Basket:
    """What is to be done: matters by code, or the members of a package; `choice` is the trip shown, from 1."""

    codes: tuple[str, ...] = ()
    package: str | None = None
    choice: int = 1

    def fields(self, question: Question, codes: tuple[str, ...] | None = None, **changed: str) -> Fields:
        """Return the fields of the address of this basket, with other `codes` if given."""
        kept: Fields = {name: question.typed[name] for name in _KEPT if question.typed.get(name)}
        if codes is None and self.package is not None:
            kept["package"] = self.package
        else:
            kept["matter"] = list(self.codes if codes is None else codes)
        return kept | changed


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why there is no trip yet: the field to mend, a sentence, and what may have been meant (label, fields)."""

    field: str
    text: str
    suggestions: tuple[tuple[str, Fields], ...] = ()
    is_error: bool = True


@blueprint.get("/trip")
def show() -> AnyResponse:
    """Answer with the basket and, once a start is known, the trip; the address says all of it."""
    return _answer(request.args)


@blueprint.post("/trip")
def show_from_here() -> AnyResponse:
    """Answer from the reader's own position, which stands in the body and in no address or log."""
    return _answer(request.form)


def _answer(arguments: Any) -> AnyResponse:
    basket = Basket()
    try:
        values = read_form(arguments, _BASKET)
        codes, package = what_of(values, current_bundle())
        basket = Basket(codes=codes, package=package.code if package else None, choice=values.get("choice", 1))
        question = read_question(arguments, current_now())
        if "q" in question.values:
            return _added(take_in(question, current_bundle(), current_now())[0], basket)
        return _planned(question, basket)
    except (InvalidQuery, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else 400
        field = {"at": "day", "matter": "q", "package": "q"}.get(error.field or "q", error.field or "q")
        text = gettext("Choose a day or a time.") if error.code == "missing_time" else sentence_of(error, status)[1]
        chosen = arguments.getlist("matter")
        if error.field == "matter" and len(chosen) > MAX_TRIP_MATTERS:
            text, basket = _too_many(), Basket(codes=_first_of(chosen))
        return _page(typed_only(arguments), basket, trouble=Trouble(field=field, text=text), status=status)


def _too_many() -> str:
    return gettext("One trip takes at most %(most)d matters.", most=MAX_TRIP_MATTERS)


def _first_of(chosen: list[str]) -> tuple[str, ...]:
    """Return as many of these matters as one trip takes."""
    known = current_bundle().catalogue.matters
    return tuple(dict.fromkeys(code for code in chosen if code in known))[:MAX_TRIP_MATTERS]


def _added(question: Question, basket: Basket) -> AnyResponse:
    """Put what the words mean into the basket, or ask what they mean."""
    if "q" not in question.values:
        # place and time were all it said
        return _onward(question, basket)
    text = str(question.values["q"])
    understood = _understood(text)
    matter, package = understood.matter, understood.package
    if package is not None and not basket.codes:
        return _onward(question, Basket(package=package.code))
    members = package.members if package is not None else () if matter is None else (matter.code,)
    if not members:
        hits = tuple(
            (each.name(current_language()), basket.fields(question, tuple(dict.fromkeys((*basket.codes, each.code)))))
            for each in understood.others[:3]
        )
        note_miss(text)
        sentence = gettext("We are not sure what “%(text)s” means.", text=text)
        return _page(question, basket, trouble=Trouble(field="q", text=sentence, suggestions=hits))
    codes = tuple(dict.fromkeys((*basket.codes, *members)))
    if len(codes) > MAX_TRIP_MATTERS:
        return _page(question, basket, trouble=Trouble(field="q", text=_too_many()))
    return _onward(question, Basket(codes=codes))


def _understood(text: str) -> Understood:
    asked = Question(typed={"q": text}, values={"q": text, "place": ""}, when=When.NOW, at=None)
    return understand(asked, current_bundle(), current_language())


def _onward(question: Question, basket: Basket) -> AnyResponse:
    """Show the new basket at an address of its own; with a position in it, at once."""
    if question.has_position:
        return _planned(question, basket)
    return redirect(url_for("trip_pages.show", **basket.fields(question)), 303)


def _planned(question: Question, basket: Basket) -> AnyResponse:
    if not basket.codes:
        return _page(question, basket)
    if len(basket.codes) > MAX_PACKAGE_TRIP:
        text = gettext(
            "One trip takes at most %(most)d matters of a package. Choose the ones you need first.",
            most=MAX_PACKAGE_TRIP,
        )
        return _page(question, basket, trouble=Trouble(field="place", text=text))
    bundle, settings = current_bundle(), current_settings()
    at = moment_of({"at": question.at} if question.at else {}, bundle, current_now())
    try:
        origin = _origin(question)
    except InvalidQuery as error:
        if error.code == "missing_place":
            text = gettext("One more thing: where do you start from?")
            return _page(question, basket, trouble=Trouble(field="place", text=text, is_error=False))
        names = error.values.get("did_you_mean", ())
        assert isinstance(names, list | tuple)
        suggestions = tuple((str(name), basket.fields(question, place=str(name))) for name in names)
        trouble = Trouble(field="place", text=sentence_of(error, 400)[1], suggestions=suggestions)
        return _page(question, basket, trouble=trouble)
    package = bundle.catalogue.package(basket.package) if basket.package else None
    asked = TripRequest(origin=origin, codes=basket.codes, package=package, at=at, open=question.open)
    found = find_trips(asked, bundle, settings)
    journeys = tuple(journey(trip) for trip in found.trips)
    return _page(question, basket, origin=origin, at=at, found=found, journeys=journeys)


def _origin(question: Question) -> Origin:
    names = ("lat", "lon") if question.has_position else ("place",)
    values = {name: question.values[name] for name in names if name in question.values}
    origin = origin_of(values, current_bundle(), current_settings(), current_language())
    if not question.has_position:
        return origin
    accuracy_m = float(question.values.get("accuracy", 0.0))
    return Origin(coordinate=origin.coordinate, accuracy_m=accuracy_m, name=gettext("your position"))


def _page(
    question: Question,
    basket: Basket,
    *,
    trouble: Trouble | None = None,
    origin: Origin | None = None,
    journeys: tuple[Journey, ...] = (),
    status: int = 200,
    **more: Any,
) -> AnyResponse:
    catalogue, language = current_bundle().catalogue, current_language()
    chosen = min(basket.choice, len(journeys)) if journeys else 0
    shown = journeys[chosen - 1] if chosen else None
    at = more.get("at")
    return page(
        "pages/trip.html",
        status=status,
        cache=PRIVATE if question.has_position or "lat" in question.typed else REVALIDATE,
        question=question,
        trouble=trouble,
        basket=tuple(
            (
                catalogue.matters[code].name(language),
                basket.fields(question, tuple(each for each in basket.codes if each != code)),
            )
            for code in basket.codes
        ),
        basket_fields=basket.fields(question),
        package=catalogue.packages.get(basket.package or ""),
        without_package={name: text for name, text in basket.fields(question).items() if name != "package"},
        origin=origin,
        leave=gettext("%(day)s at %(time)s", day=day_words(at.date()), time=clock(at)) if at else "",
        found=more.get("found"),
        shown=shown,
        others=_others(question, basket, journeys, chosen),
        is_open_now=question.open is OpenFilter.NOW,
        any_time=basket.fields(question, open="any"),
        impossible=_names(more.get("found"), "impossible"),
        closed=_names(more.get("found"), "closed"),
        errands=usual_errands(current_bundle(), language),
        data=_data(origin, shown) if origin and shown else None,
    )


def _others(
    question: Question, basket: Basket, journeys: tuple[Journey, ...], chosen: int
) -> tuple[tuple[Journey, Fields], ...]:
    return tuple(
        (each, basket.fields(question, choice=str(number)))
        for number, each in enumerate(journeys, start=1)
        if number != chosen
    )


def _names(found: Any, which: str) -> tuple[str, ...]:
    matters = current_bundle().catalogue.matters
    return tuple(matters[code].name(current_language()) for code in getattr(found, which, ()))


def _data(origin: Origin, shown: Journey) -> dict[str, Any]:
    numbers: dict[str, int] = {}
    for stop in shown.stops:
        numbers.setdefault(stop.row.id, stop.number)
    place = origin.coordinate
    start = {"lat": round(place.lat, 6), "lon": round(place.lon, 6), "accuracy_m": round(origin.accuracy_m)}
    rows = [stop.row for stop in shown.stops]
    return page_data(rows, list(numbers), numbers=numbers, start=start)
