"""The pages of the shipped data on a fixed Wednesday morning."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from mapapp.catalogue.catalogue import Catalogue
from mapapp.database import Database
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION, bundle_of
from tests.conftest import NOW
from tests.page_reading import Page, compile_translations, read_page
from tests.shipped_catalogue import shipped_catalogue
from tests.staff_pages import Clock, close_apps, log_in, staff_app

SETTINGS = Settings(data=Path("/nonexistent"), rate_limits="off", log_level="error")


class HeldKeeper:
    """A keeper that holds one catalogue and asks no database."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self._bundle = bundle_of(catalogue, settings)
        # there is none: what would be written down is left out
        self.database = Database("sqlite:////nonexistent/none.sqlite")

    def bundle(self) -> Any:
        return self._bundle

    def close(self) -> None:
        """Nothing was opened."""


def app_showing(catalogue: Catalogue, settings: Settings = SETTINGS, now: datetime = NOW) -> APIFlask:
    """Return an application that shows this catalogue at this moment."""
    compile_translations()
    app = create_app(settings, now=lambda: now)
    services = app.extensions[EXTENSION]
    object.__setattr__(services, "keeper", HeldKeeper(catalogue, settings))
    return app


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    yield
    close_apps()


@pytest.fixture(scope="session")
def pages_app() -> APIFlask:
    return app_showing(shipped_catalogue())


@pytest.fixture
def client(pages_app: APIFlask) -> FlaskClient:
    return pages_app.test_client()


@pytest.fixture
def read(client: FlaskClient) -> Callable[..., Page]:
    """A function address -> page, which must answer 200 unless told otherwise."""

    def get(address: str, status: int = 200, **headers: str) -> Page:
        response = client.get(address, headers=headers)
        assert response.status_code == status, response.get_data(as_text=True)[:500]
        return read_page(response.get_data(as_text=True))

    return get


@pytest.fixture
def at_moment() -> Callable[[datetime], Any]:
    """A function moment -> client of the same pages at that moment."""

    @contextmanager
    def clients(moment: datetime) -> Iterator[FlaskClient]:
        yield app_showing(shipped_catalogue(), now=moment).test_client()

    return clients


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(one_loaded: Database, tmp_path: Path, clock: Clock) -> APIFlask:
    """The application with the accounts of staff, on a database of its own."""
    return staff_app(one_loaded, tmp_path, clock)


@pytest.fixture
def as_(app: APIFlask) -> Callable[[str], FlaskClient]:
    """A function name -> a client that is logged in."""

    def client(name: str) -> FlaskClient:
        made = app.test_client()
        assert log_in(made, name).status_code == 303
        return made

    return client


@pytest.fixture
def office(as_: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_("office")


@pytest.fixture
def wang(as_: Callable[[str], FlaskClient]) -> FlaskClient:
    return as_("wang")
