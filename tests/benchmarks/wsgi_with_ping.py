"""The real application and two trivial routes to measure it against, in one server.

`/ping` is a route of the application itself and passes what every route passes: headers, logs and metrics.
`/hooks/ping` does as well what every route of the interface begins with: the limit, and the look at the revision.
`/bare/ping` is a Flask application with nothing else in it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION, current_bundle
from mapapp.web.rates import counting_requests

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

application = create_app()
bare = Flask("bare")
settings = application.extensions[EXTENSION].settings
count = counting_requests(settings)


@application.get("/ping")
@application.doc(hide=True)
def ping() -> str:
    return "pong"


@application.get("/hooks/ping")
@application.doc(hide=True)
def hooks_ping() -> str:
    if settings.rate_limits != "off":
        count()
    current_bundle()
    return "pong"


@bare.get("/bare/ping")
def bare_ping() -> str:
    return "pong"


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Hand a request to the one or the other."""
    chosen = bare if environ["PATH_INFO"] == "/bare/ping" else application
    return chosen.wsgi_app(environ, start_response)
