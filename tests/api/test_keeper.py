"""The keeper: one bundle per revision, renewed at the next request, safe for threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mapapp.catalogue.filling import load_geodata
from mapapp.database import Database, upgrade
from mapapp.errors import Refused
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from mapapp.shipped import shipped
from mapapp.web import context
from mapapp.web.context import Keeper
from tests.conftest import NOW


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keeper(sqlite_templates, clock):
    def fill(database):
        upgrade(database)
        with database.transaction() as session:
            load_geodata(session, shipped("geodata"), NOW, SYSTEM)

    kept = Keeper(Database(sqlite_templates.copy("loaded", fill)), Settings(), clock)
    yield kept
    kept.close()


def edit(database, statement="UPDATE point SET phone = '023-1' WHERE id = 'JB-001'"):
    with database.transaction() as session:
        session.execute(text(statement))
        session.execute(text("UPDATE revision SET number = number + 1"))


def test_the_same_revision_is_loaded_once(keeper):
    assert keeper.bundle() is keeper.bundle()


def test_an_edit_is_seen_at_the_next_request(keeper):
    before = keeper.bundle()

    edit(keeper.database)

    after = keeper.bundle()
    assert (after.catalogue.revision, after.catalogue.points["JB-001"].phone) == (2, "023-1")
    assert before.catalogue.points["JB-001"].phone is None
    assert after.digest != before.digest


def test_another_database_of_the_same_revision_is_loaded(keeper):
    before = keeper.bundle()

    with keeper.database.transaction() as session:
        session.execute(text("UPDATE revision SET epoch = 'restored'"))

    assert keeper.bundle() is not before


def test_a_change_by_date_is_loaded_once_when_it_is_due(keeper, clock, monkeypatch):
    due = NOW + timedelta(days=1)
    real = context.read_catalogue

    def with_change(*arguments):
        catalogue = real(*arguments)
        object.__setattr__(catalogue, "next_change_at", due)
        return catalogue

    monkeypatch.setattr(context, "read_catalogue", with_change)
    first = keeper.bundle()

    clock.now = due - timedelta(seconds=1)
    assert keeper.bundle() is first
    clock.now = due
    second = keeper.bundle()
    assert second is not first
    assert keeper.bundle() is second


def test_while_one_thread_loads_the_others_serve_what_is_held(keeper, monkeypatch):
    old = keeper.bundle()
    edit(keeper.database)
    begun, go_on = threading.Event(), threading.Event()
    real = context.read_catalogue

    def slowly(*arguments):
        begun.set()
        assert go_on.wait(10)
        return real(*arguments)

    monkeypatch.setattr(context, "read_catalogue", slowly)
    with ThreadPoolExecutor(2) as threads:
        loading = threads.submit(keeper.bundle)
        assert begun.wait(10)
        meanwhile = threads.submit(keeper.bundle).result(10)
        go_on.set()
        new = loading.result(10)

    assert meanwhile is old
    assert new.catalogue.revision == 2


def test_at_the_start_everybody_waits_for_one_load(keeper, monkeypatch):
    loads = []
    real = context.read_catalogue
    monkeypatch.setattr(context, "read_catalogue", lambda *arguments: (loads.append(1), real(*arguments))[1])

    with ThreadPoolExecutor(8) as threads:
        bundles = list(threads.map(lambda _: keeper.bundle(), range(16)))

    assert len(loads) == 1
    assert len({id(bundle) for bundle in bundles}) == 1


def test_a_reload_that_fails_keeps_what_is_held(keeper, monkeypatch):
    old = keeper.bundle()
    edit(keeper.database)
    monkeypatch.setattr(context, "read_catalogue", lambda *_: (_ for _ in ()).throw(Refused("database_away")))

    assert keeper.bundle() is old


def test_a_first_load_that_fails_is_not_the_readers_fault(keeper):
    edit(keeper.database, "UPDATE point SET hours_rule = 'nonsense' WHERE id = 'JB-001'")
    edit(keeper.database, "DELETE FROM area")

    with pytest.raises(Refused) as refused:
        keeper.bundle()

    assert refused.value.code == "not_ready"


def test_a_database_that_went_away_is_read_again_when_it_is_back(keeper):
    path = Path(keeper.database.url.database)
    old = keeper.bundle()
    keeper.database.dispose()
    path.rename(f"{path}.away")
    assert keeper.bundle() is old
    assert not keeper.can_write()

    Path(f"{path}.away").rename(path)
    edit(keeper.database)

    assert keeper.bundle().catalogue.revision == 2
    assert keeper.can_write()


def test_what_is_kept_for_a_revision_is_built_once(keeper):
    bundle, built = keeper.bundle(), []

    def build():
        built.append(1)
        return "map"

    assert [bundle.once("key", build), bundle.once("key", build), bundle.kept("key")] == ["map"] * 3
    assert built == [1]
    assert bundle.kept("other") is None
