"""An edit made at one worker is what every other one answers at the next request: several real processes."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from mapapp.database import Database
from mapapp.settings import Settings
from tests.conftest import NOW
from tests.pages.test_staff_editing import fill
from tests.staff_pages import Clock, log_in, post, staff_app

# beside the one at which somebody edits
WORKERS = 2
POINT = "/staff/points/JB-001"


def _serve(address: str, folder: Path, pipe: Connection) -> None:
    """Answer the paths that come through the pipe until None comes, as one worker of the server does."""
    from mapapp.web.app import create_app

    app = create_app(Settings(data=folder, database_url=address, rate_limits="off", log_level="error"), now=lambda: NOW)
    client = app.test_client()
    while (path := pipe.recv()) is not None:
        answer = client.get(path)
        pipe.send((answer.status_code, answer.get_data(as_text=True)))
    app.extensions["mapapp"].keeper.close()


@pytest.fixture
def workers(loaded_database: Database, tmp_path: Path) -> Iterator[list[Connection]]:
    """The near ends of the pipes to workers that have all answered once, so that each holds its catalogue."""
    address = loaded_database.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(WORKERS):
        near, far = context.Pipe()
        process = context.Process(target=_serve, args=(address, tmp_path, far))
        process.start()
        pipes.append(near)
        processes.append(process)
    yield pipes
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send(None)
        process.join()


@pytest.fixture
def office(loaded_database: Database, tmp_path: Path) -> Iterator[Any]:
    """A client of one more worker, logged in as the district office."""
    app = staff_app(loaded_database, tmp_path, Clock())
    client = app.test_client()
    log_in(client, "office")
    yield client
    app.extensions["mapapp"].keeper.close()


def ask(workers: list[Connection], path: str) -> list[Any]:
    for pipe in workers:
        pipe.send(path)
    return [pipe.recv() for pipe in workers]


def test_every_worker_answers_with_the_edit_at_its_next_request(workers: list[Connection], office: Any) -> None:
    path = "/api/v1/points/JB-001"
    assert ["023-76543" in body for _, body in ask(workers, path)] == [False] * WORKERS

    for phone in ("023-7654321", "023-7654322"):
        answer = fill(office, f"{POINT}/details", phone=phone)
        assert [phone in body for _, body in ask(workers, path)] == [True] * WORKERS

    post(office, answer.headers["Location"], {"action": "revert"})
    assert ["023-7654321" in body for _, body in ask(workers, path)] == [True] * WORKERS
