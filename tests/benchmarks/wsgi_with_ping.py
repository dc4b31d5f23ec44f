"""The real application and two trivial routes to measure it against, in one server.

`/ping` is a route of the application itself, so it passes its limits, headers, logs and metrics as every route does;
`/bare/ping` is a Flask application with nothing else in it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from mapapp.web.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

application = create_app()
bare = Flask("bare")


@application.get("/ping")
@application.doc(hide=True)
def ping() -> str:
    return "pong"


@bare.get("/bare/ping")
def bare_ping() -> str:
    return "pong"


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Hand a request to the one or the other."""
    chosen = bare if environ["PATH_INFO"] == "/bare/ping" else application
    return chosen.wsgi_app(environ, start_response)
