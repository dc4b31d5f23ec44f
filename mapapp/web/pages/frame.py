"""What surrounds every page (页面外框): language and elder view, the footer's facts, the links that switch views."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from mapapp.errors import MapappError
from mapapp.web.announced import announced
from mapapp.web.bodies import BY_LANGUAGE, PRIVATE, REVALIDATE, send_text
from mapapp.web.context import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    current_bundle,
    current_language,
    current_now,
    current_settings,
)
from mapapp.web.spoken import gettext

VIEW_COOKIE = "view"
VIEWS = ("plain", "elder")
HTML = "text/html"
# Longer addresses are nobody's question: what is in them is not sent back.
_LONGEST_QUERY = 4_000
_YEAR_S = 365 * 24 * 3600
# Addresses of staff without a page of their own.
_POSTED = frozenset(("/staff/account/password", "/staff/exchange/import"))
# What is chosen on the pages of booking and is nobody's fact.
_OF_BOOKING = ("/book/", "/booking/")
_CHOSEN = frozenset(("matter", "day", "slot", "wait"))
_SWITCHES = {"lang": (LANGUAGE_COOKIE, LANGUAGES), "view": (VIEW_COOKIE, VIEWS)}

blueprint = Blueprint("frame", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """A link that shows this same page otherwise. After a POST it is a form that sends the same fields again."""

    url: str
    fields: tuple[tuple[str, str], ...]
    label: str
    lang: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The facts around a page. `site` is the product's name, `version` names the data, `""` while there is none."""

    language: str
    html_lang: str
    is_elder: bool
    site: str
    operator: str
    hotline: str
    version: str
    is_sample: bool
    language_switch: Switch
    view_switch: Switch


def page(template: str, *, status: int = 200, cache: str = REVALIDATE, **values: Any) -> Response:
    """Answer with a page: 304 when the reader has these very words, `no-store` when a position is in it.

    The validator is the digest of the words themselves, so that no setting, style or moment can be forgotten in it.
    """
    text = render_template(template, **values)
    if cache != PRIVATE and status == 200:
        return send_text(text, mimetype=HTML, cache=cache, vary=BY_LANGUAGE)
    response = current_app.response_class(text, status, mimetype=HTML)
    response.headers.update({"Cache-Control": cache, "Vary": BY_LANGUAGE})
    return response


def is_elder() -> bool:
    """Return whether the reader wants larger type (长辈版): `?view=`, else the cookie."""
    asked = request.args.get("view")
    return (asked if asked in VIEWS else request.cookies.get(VIEW_COOKIE)) == "elder"


@blueprint.app_context_processor
def surroundings() -> dict[str, Any]:
    """Give every template its frame; an error page must work while there is no catalogue."""
    language, settings = current_language(), current_settings()
    try:
        catalogue = current_bundle().catalogue
        name = catalogue.district_name(current_now().date(), language)
        version = f"{catalogue.revision}-{catalogue.digest[:8]}"
        is_sample = catalogue.is_sample
    except (MapappError, HTTPException):
        name, version, is_sample = "", "", False
    other = "zh" if language == "en" else "en"
    elder = is_elder()
    frame = Frame(
        language=language,
        html_lang="en" if language == "en" else "zh-CN",
        is_elder=elder,
        site=gettext("%(district)s service points", district=name) if name else gettext("Service points"),
        operator=settings.operator,
        hotline=settings.hotline,
        version=version,
        is_sample=is_sample,
        language_switch=_switch(
            "lang", other, "中文" if other == "zh" else "English", "zh-CN" if other == "zh" else "en"
        ),
        view_switch=_switch("view", "plain", gettext("Standard view"))
        if elder
        else _switch("view", "elder", gettext("Elder view")),
    )
    return {"frame": frame, "announcements": announced() if version else ()}


def _switch(name: str, value: str, label: str, lang: str | None = None) -> Switch:
    kept = [(key, text) for key, text in request.args.items(multi=True) if key not in _SWITCHES]
    if len(request.query_string) > _LONGEST_QUERY:
        kept = []
    query = urlencode([*kept, (name, value)])
    fields = _sent()
    path = request.path
    if path.startswith("/staff/"):
        # a password is never sent back in a page; an address that is only posted to is left
        fields, path = (), "/staff/" if path in _POSTED else path
    if request.method == "POST" and path.startswith(_OF_BOOKING):
        # nobody's name stands in a page twice, and looking at a page otherwise books nothing
        kept += [(key, text) for key, text in fields if key in _CHOSEN and path.startswith("/book/")]
        fields, path = (), "/".join(path.split("/")[:3])
        query = urlencode([*kept, (name, value)])
    # a browser takes a backslash or a tab after the first / for //, which leads to another site
    return Switch(url=f"{quote(path)}?{query}", fields=fields, label=label, lang=lang)


def _sent() -> tuple[tuple[str, str], ...]:
    """Return the fields that were sent in the body; none of a body that is refused, whose page has switches too."""
    if request.method != "POST":
        return ()
    try:
        return tuple(request.form.items(multi=True))
    except HTTPException:
        return ()


@blueprint.after_app_request
def remember(response: Response) -> Response:
    """Keep the language and view that were asked for in the address, for a year."""
    if response.mimetype != HTML:
        return response
    for name, (cookie, allowed) in _SWITCHES.items():
        value = request.args.get(name)
        if value in allowed:
            response.set_cookie(
                cookie, str(value), max_age=_YEAR_S, secure=request.is_secure, httponly=True, samesite="Lax"
            )
    return response
