"""The interface over a real database with the shipped data, on a fixed Wednesday morning."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from mapapp.catalogue.filling import load_geodata
from mapapp.database import Database, upgrade
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from tests.conftest import NOW
from tests.staff_pages import finish_recording

# Inside the district, near 观音桥.
HERE = {"lat": "29.5734", "lon": "106.5141"}


def _filled(database: Database) -> None:
    upgrade(database)
    with database.transaction() as session:
        load_geodata(session, shipped("geodata"), NOW, SYSTEM)


def application(address: str, now: Callable[[], datetime] = lambda: NOW, **settings: Any) -> APIFlask:
    """Return an application on this database; limits are off unless told otherwise."""
    chosen = {"data": Path("/nonexistent"), "rate_limits": "off", "log_level": "error", **settings}
    return create_app(Settings(database_url=address, **chosen), now=now)


@pytest.fixture(scope="session")
def shared_app(templates: Any) -> Iterator[APIFlask]:
    """An application for tests that only read."""
    app = application(templates.copy("loaded", _filled))
    yield app
    finish_recording()
    app.extensions[EXTENSION].keeper.close()


@pytest.fixture
def client(shared_app: APIFlask) -> FlaskClient:
    return shared_app.test_client()


@pytest.fixture
def make_app(templates: Any) -> Iterator[Callable[..., APIFlask]]:
    """A function (settings) -> application on a database of its own."""
    made: list[APIFlask] = []

    def make(**settings: Any) -> APIFlask:
        made.append(application(templates.copy("loaded", _filled), **settings))
        return made[-1]

    yield make
    finish_recording()
    for app in made:
        app.extensions[EXTENSION].keeper.close()


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., Any]:
    """A function (path, parameters) -> JSON of an answer with status 200."""

    def get(path: str, **parameters: str) -> Any:
        response = client.get(path, query_string=parameters)
        assert response.status_code == 200, response.get_data(as_text=True)[:500]
        return response.get_json(force=True)

    return get


@pytest.fixture
def refuse(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """A function (path, parameters, status) -> the problem a request is refused with."""

    def get(path: str, *, status: int = 400, **parameters: str) -> dict[str, Any]:
        response = client.get(path, query_string=parameters)
        assert response.status_code == status, response.get_data(as_text=True)[:500]
        assert response.content_type == "application/problem+json"
        problem: dict[str, Any] = response.get_json(force=True)
        assert problem["status"] == status
        return problem

    return get
