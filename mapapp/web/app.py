"""The web application (网站): everything is put together here, and nothing is decided here."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from apiflask import APIFlask
from flask import Response, request
from flask_babel import Babel
from flask_compress import Compress
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from mapapp.database import Database
from mapapp.hours.opening_hours import ZONE
from mapapp.settings import Settings, from_environ
from mapapp.shipped import shipped
from mapapp.web.api.blueprints import ROOT, VERSIONED
from mapapp.web.assets import register_assets
from mapapp.web.context import EXTENSION, Keeper, Services, current_language
from mapapp.web.failures import register_failures
from mapapp.web.front import Front
from mapapp.web.headers import security_headers
from mapapp.web.logs import configure_logs
from mapapp.web.openapi import describe
from mapapp.web.pages.blueprints import BLUEPRINTS
from mapapp.web.parameters import check_encoding
from mapapp.web.rates import limit_requests
from mapapp.web.recording import Recorder
from mapapp.web.staff.blueprints import BLUEPRINTS as STAFF
from mapapp.web.staff.due import publish_due
from mapapp.web.staff.login import set_up_logins
from mapapp.web.staff.menu import staff_surroundings
from mapapp.web.version import released

MAX_BODY_BYTES = 64 * 1024
# Where a whole file may be sent, by whoever may take it over.
LARGE = {"/staff/exchange/import": 21_000_000}
_STATIC = Path(__file__).parent / "static"
# Flask-Babel finds translations/zh_Hans only by this exact name.
_LOCALES = {"zh": "zh_Hans", "en": "en"}


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] | None = None) -> APIFlask:
    """Return the application for these settings (default: of the environment) and this clock (default: the real one).

    Nothing is created or migrated here; `mapapp upgrade` and `mapapp load` do that. A database that is away does not
    stop the start: `/readyz` tells. Raises InvalidQuery for a setting that cannot be read.
    """
    settings = from_environ() if settings is None else settings
    clock = now or _real_time
    configure_logs(settings.log_level)
    app = APIFlask(
        "mapapp.web",
        title="mapapp",
        version=released(),
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # as Flask allows: our own files have a route of their own
        template_folder=str(shipped("templates")),
    )
    _configure(app)
    database = Database(settings.resolved_database_url(), settings.database_read_url, settings.database_read_lag_s)
    keeper = Keeper(database, settings, clock, publish_due)
    keeper.loaded = Recorder(keeper, settings, clock).notice
    app.extensions[EXTENSION] = Services(settings=settings, keeper=keeper, now=clock)
    Babel(app, locale_selector=_locale, default_locale="zh_Hans", default_timezone=str(ZONE))
    _compress(app)
    register_failures(app)
    register_assets(app, _STATIC)
    app.before_request(_check_request)
    set_up_logins(app, settings)
    app.context_processor(staff_surroundings)
    limit_requests(app, settings, VERSIONED)
    for blueprint in VERSIONED:
        app.register_blueprint(blueprint, url_prefix="/api/v1")
    for blueprint in (*ROOT, *BLUEPRINTS, *STAFF):
        app.register_blueprint(blueprint)
    describe(app)
    _wrap(app, settings)
    return app


def _configure(app: APIFlask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        OPENAPI_VERSION="3.1.0",
        # else the document repeats the Host header and differs from machine to machine
        SERVERS=[{"url": "/"}],
        AUTO_404_RESPONSE=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_REGISTER=False,
        COMPRESS_STREAMS=False,
        # 304 is decided by the routes
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    app.config["COMPRESS_MIMETYPES"] = [
        "text/html",
        "text/plain",
        "text/css",
        "text/javascript",
        "application/json",
        "application/geo+json",
        "application/problem+json",
    ]
    # the order in which things are told is part of how well they read
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]


def _compress(app: APIFlask) -> None:
    """Compress what was made for one request, when the reader takes it; prepared bodies come compressed already."""
    compress = Compress()
    compress.init_app(app)

    def after(response: Response) -> Response:
        if "HTTP_ACCEPT_ENCODING" in request.environ:
            return compress.after_request(response)
        return response

    app.after_request(after)


def _wrap(app: APIFlask, settings: Settings) -> None:
    """Put the layers round the application: proxies inside, so that everything else sees the client's address."""
    if settings.trusted_proxies > 0:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.wsgi_app = Front(app.wsgi_app, security_headers(settings))  # type: ignore[method-assign]


def _check_request() -> None:
    """Refuse what no route could read: a body too large, and a query that is not UTF-8."""
    environ = request.environ
    length = environ.get("CONTENT_LENGTH")
    most = MAX_BODY_BYTES
    if request.path in LARGE:
        request.max_content_length = most = LARGE[request.path]
    if length and (not length.isdecimal() or int(length) > most):
        raise RequestEntityTooLarge
    # WSGI carries the bytes of the address as Latin-1
    query = environ.get("QUERY_STRING", "")
    if "%" in query or not query.isascii():
        check_encoding(query.encode("latin-1", "replace"))


def _locale() -> str:
    return _LOCALES[current_language()]


def _real_time() -> datetime:
    return datetime.now(ZONE)
