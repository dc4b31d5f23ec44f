"""The real application and two trivial routes to measure it against, in one server.

`/ping` is a route of the application itself and passes what every route passes: headers, logs and metrics.
`/hooks/ping` does as well what every route of the interface begins with: the limit, and the look at the revision.
`/bare/ping` is a Flask application with nothing else in it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from mapapp.web.app import create_app
from mapapp.web.context import current_bundle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

application = create_app()
bare = Flask("bare")


@application.get("/ping")
@application.doc(hide=True)
def ping() -> str:
    return "pong"


def hooks_ping() -> str:
    current_bundle()
    return "pong"


for limiter in application.extensions.get("limiter", ()):
    rate = f"{application.extensions['mapapp'].settings.api_rate_per_minute}/minute"
    hooks_ping = limiter.shared_limit(rate, scope="api")(hooks_ping)
application.add_url_rule("/hooks/ping", "hooks_ping", application.doc(hide=True)(hooks_ping))


@bare.get("/bare/ping")
def bare_ping() -> str:
    return "pong"


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Hand a request to the one or the other."""
    chosen = bare if environ["PATH_INFO"] == "/bare/ping" else application
    return chosen.wsgi_app(environ, start_response)
