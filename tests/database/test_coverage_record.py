"""What was covered is written down once a revision, and shown as a trend."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import raise_revision
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.desk import ANY, Past, past, record, taken
from mapapp.coverage.ground import ground_of
from mapapp.database import Database
from mapapp.finder.nearest import Finder
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from mapapp.web.measuring import measuring_of
from mapapp.web.recording import Recorder
from tests.conftest import NOW
from tests.page_reading import compile_translations, read_page


def coverage_in(database: Database) -> Coverage:
    with database.reading() as session:
        catalogue = read_catalogue(session, NOW)
    return Coverage(catalogue, ground_of(Finder.of(catalogue, Settings()).reach))


def test_a_revision_is_written_down_once(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)

    with loaded_database.transaction() as session:
        first = record(session, today, 1000)
    with loaded_database.transaction() as session:
        again = record(session, today, 1000)
    with loaded_database.reading() as session:
        known = past(session, 1000, before=99)

    assert (first, again) == (True, False)
    assert known == (today,)


def test_the_newest_comes_first_and_later_revisions_are_left_out(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)
    with loaded_database.transaction() as session:
        record(session, today, 1000)
        raise_revision(session)
    tomorrow = taken(coverage_in(loaded_database), 1000, NOW + timedelta(days=1))
    with loaded_database.transaction() as session:
        record(session, tomorrow, 1000)

    with loaded_database.reading() as session:
        assert [each.revision for each in past(session, 1000, before=2)] == [2, 1]
        assert [each.revision for each in past(session, 1000, before=1)] == [1]
        assert past(session, 500, before=2) == ()


def test_what_is_written_down_is_what_is_measured(loaded_database: Database) -> None:
    today = taken(coverage_in(loaded_database), 1000, NOW)

    assert today.shares[ANY][0] == pytest.approx(0.1897, abs=0.001)
    assert today.communities_total == 132
    assert "M150" not in today.shares


@pytest.fixture
def app(loaded_database: Database, tmp_path: Path) -> Iterator[Any]:
    compile_translations()
    address = loaded_database.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=address, data=tmp_path, log_level="error"), now=lambda: NOW)
    yield app
    recorded(app)
    app.extensions[EXTENSION].keeper.close()


def recorded(app: Any) -> None:
    """Wait until what a page began to write down is written down."""
    services = app.extensions[EXTENSION]
    measuring_of(services.keeper.bundle(), services.settings).wait()


def test_the_page_shows_a_trend_from_the_second_revision_on(loaded_database: Database, app: Any) -> None:
    client = app.test_client()

    first = read_page(client.get("/coverage").get_data(as_text=True))
    recorded(app)
    with loaded_database.transaction() as session:
        raise_revision(session)
    second = read_page(client.get("/coverage").get_data(as_text=True))
    recorded(app)

    assert "历次变化" not in first.text
    assert "历次变化" in second.text
    with loaded_database.reading() as session:
        assert [each.revision for each in past(session, 1000, before=9)] == [2, 1]


def test_matters_packages_trips_and_kinds_have_a_trend(loaded_database: Database, app: Any) -> None:
    client = app.test_client()
    client.get("/coverage")
    recorded(app)
    with loaded_database.transaction() as session:
        raise_revision(session)

    for question in ("package=P05", "package=P03&mode=trip", "kind=sub-tax", "matter=M061"):
        page = read_page(client.get(f"/coverage?{question}").get_data(as_text=True))
        told = [row["href"] for row in page.all("a") if row["href"].startswith("/coverage/revisions/")]

        assert told[0] == "/coverage/revisions/2", question
        assert told[-1] == "/coverage/revisions/1", question
        # the record of this revision may be ready meanwhile
        assert set(told) == {"/coverage/revisions/2", "/coverage/revisions/1"}, question


def test_what_is_written_down_of_a_package_is_what_its_page_says(loaded_database: Database, app: Any) -> None:
    told = app.test_client().get("/api/v1/coverage?package=P03&mode=trip").get_json(force=True)
    app.test_client().get("/coverage")
    recorded(app)
    with loaded_database.reading() as session:
        (today,) = past(session, 1000, before=9)

    assert today.shares["trip P03"] == (told["share_area"], told["communities_covered"])
    assert "package P03" not in today.shares


def test_the_report_compares_quarters_and_links_each_to_its_revision(loaded_database: Database, app: Any) -> None:
    for number, day in enumerate(("2026-05-20", "2026-06-20", "2026-08-01"), start=1):
        moment = datetime.fromisoformat(f"{day}T12:00:00+08:00")
        row = replace(taken(coverage_in(loaded_database), 1000, moment), revision=number)
        with loaded_database.transaction() as session:
            record(session, row, 1000)
            if number < 3:
                raise_revision(session)
    with loaded_database.transaction() as session:
        raise_revision(session)

    page = read_page(app.test_client().get("/coverage/report").get_data(as_text=True))
    told = [row["href"] for row in page.all("a") if row["href"].startswith("/coverage/revisions/")]

    assert [name in page.text for name in ("2026 年第 4 季度", "2026 年第 3 季度", "2026 年第 2 季度")] == [True] * 3
    assert "2026 年第 1 季度" not in page.text
    assert told[1:4] == [f"/coverage/revisions/{number}" for number in (4, 3, 2)]


def test_a_revision_tells_all_that_was_measured_in_it(app: Any) -> None:
    client = app.test_client()
    now = read_page(client.get("/coverage/revisions/1").get_data(as_text=True))

    assert "2026年11月25日 10:00 计算，数据版本 1。" in now.text
    assert "这是当前版本" in now.text
    assert now.text.count("%") > 250
    assert client.get("/coverage/revisions/2").status_code == 404
    assert client.get("/coverage/revisions/0").status_code == 404


class Gate:
    """Stands for the end of a process: who waits for it goes on when `opened`, and is told whether it `is_closed`."""

    def __init__(self) -> None:
        self.opened, self.is_closed, self.waits = threading.Event(), False, list[float]()

    def wait(self, seconds: float) -> bool:
        if seconds < 1.0:
            # the rest between two questions
            return self.is_closed
        self.waits.append(seconds)
        self.opened.wait()
        return self.is_closed

    def is_set(self) -> bool:
        return False

    def set(self) -> None: ...


@pytest.fixture
def gate(app: Any, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Return what the thread that writes down waits for; measuring itself takes no time."""

    def nothing(coverage: Coverage, within_m: int, now: datetime, rest: Callable[[], None]) -> Past:
        rest()
        revision = coverage.catalogue.revision
        return Past(revision=revision, taken_at=now, distance="estimate", communities_total=132, shares={})

    gate = Gate()
    monkeypatch.setattr(app.extensions[EXTENSION].keeper, "closing", gate)
    monkeypatch.setattr("mapapp.web.measuring.taken", nothing)
    monkeypatch.setattr("mapapp.web.recording.DELAY_S", 30.0)
    return gate


def revisions_in(database: Database) -> list[int]:
    with database.reading() as session:
        return [each.revision for each in past(session, 1000, before=99)]


def test_every_revision_is_written_down_though_nobody_looks_at_coverage(
    loaded_database: Database, app: Any, gate: Gate
) -> None:
    recorder = app.extensions[EXTENSION].keeper.loaded.__self__

    app.test_client().get("/api/v1/matters")
    at_once = revisions_in(loaded_database)
    gate.opened.set()
    recorder.wait()
    first = revisions_in(loaded_database)
    with loaded_database.transaction() as session:
        raise_revision(session)
    for _ in range(2):
        app.test_client().get("/matters")
        recorder.wait()

    # the answer was there before anything was measured
    assert (at_once, first, revisions_in(loaded_database)) == ([], [1], [2, 1])
    assert gate.waits == [30.0, 30.0]


def test_revisions_that_follow_each_other_quickly_are_one_change(
    loaded_database: Database, app: Any, gate: Gate
) -> None:
    for _ in range(3):
        app.test_client().get("/matters")
        with loaded_database.transaction() as session:
            raise_revision(session)
    gate.opened.set()
    app.extensions[EXTENSION].keeper.loaded.__self__.wait()

    assert revisions_in(loaded_database) == [3]


def test_what_cannot_be_written_down_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [False, True]
    measuring = SimpleNamespace(record=lambda *_: answers.pop(0))
    monkeypatch.setattr("mapapp.web.recording.measuring_of", lambda *_: measuring)
    monkeypatch.setattr("mapapp.web.recording.DELAY_S", 30.0)
    gate = Gate()
    gate.opened.set()
    recorder = Recorder(SimpleNamespace(closing=gate, database=None), Settings(), lambda: NOW)  # type: ignore[arg-type]

    recorder.notice(SimpleNamespace())  # type: ignore[arg-type]
    recorder.wait()

    assert (answers, gate.waits) == ([], [30.0, 300.0])


def test_at_the_end_of_the_process_nothing_is_written_down_any_more(
    loaded_database: Database, app: Any, gate: Gate
) -> None:
    gate.is_closed = True
    gate.opened.set()

    app.test_client().get("/matters")
    app.extensions[EXTENSION].keeper.loaded.__self__.wait()

    assert gate.waits == [30.0]
    assert revisions_in(loaded_database) == []


def test_measuring_stops_when_the_process_ends(app: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def measured(_database: Database, _now: datetime, rest: Callable[[], None]) -> bool:
        asked.append("first")
        gate.is_closed = True
        rest()
        asked.append("second")
        return True

    monkeypatch.setattr("mapapp.web.recording.measuring_of", lambda *_: SimpleNamespace(record=measured))
    gate.opened.set()
    app.test_client().get("/matters")
    app.extensions[EXTENSION].keeper.loaded.__self__.wait()

    assert asked == ["first"]


def test_a_revision_that_is_written_down_is_not_measured_again(loaded_database: Database, app: Any) -> None:
    services = app.extensions[EXTENSION]
    with loaded_database.transaction() as session:
        record(session, taken(coverage_in(loaded_database), 1000, NOW), 1000)
    measuring = measuring_of(services.keeper.bundle(), services.settings)

    assert measuring.record(services.keeper.database, NOW)
    assert measuring._today is None
