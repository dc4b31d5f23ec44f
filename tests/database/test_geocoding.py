"""`mapapp geocode` on a real database, with geocoding services on this machine: asked once, written when needed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from mapapp.catalogue.revision import current_revision
from mapapp.catalogue.rows import PointRow
from mapapp.database import Database
from mapapp.errors import InvalidQuery, NotFound
from mapapp.geocoding.answers import Answer
from mapapp.geocoding.asking import Asking
from mapapp.geocoding.desk import place_points, points_to_place
from mapapp.geocoding.findings import GeocodeReport, Outcome
from mapapp.geocoding.providers import Provider, providers
from mapapp.geocoding.report import run
from mapapp.geocoding.rows import GeocodeAnswerRow
from mapapp.geography.coordinate import Confidence, Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from mapapp.geography.distance import geodesic_m
from mapapp.settings import Settings
from tests.geocoder_service import (
    AMAP,
    BAIDU,
    TIANDITU,
    GeocoderService,
    amap_found,
    baidu_found,
    geocoder_service,
    tianditu_found,
)

# 27 m from where the shipped names have 建新东路19号
HERE = Coordinate(106.5343, 29.5773)
NUMBERED = "重庆市江北区观音桥街道建新东路19号"
POINT = "JB-007"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeocoderService]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with geocoder_service() as running:
        running.say(TIANDITU, tianditu_found(HERE.lon, HERE.lat))
        running.say(AMAP, amap_found(*from_wgs84(HERE, Datum.GCJ02)))
        running.say(BAIDU, baidu_found(*from_wgs84(HERE, Datum.BD09)))
        yield running


@pytest.fixture
def geocode(loaded_database: Database, settings: Settings, now: datetime) -> Callable[..., GeocodeReport]:
    """Run on the loaded database without pausing between requests."""

    def geocoded(chosen: Settings = settings, **options: Any) -> GeocodeReport:
        return run(loaded_database, chosen, **{"now": now, "pause": lambda seconds: None, **options})

    return geocoded


def change(database: Database, point_id: str = POINT, **values: Any) -> None:
    with database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == point_id).values(**values))


def without_place(database: Database, *point_ids: str) -> None:
    for point_id in point_ids:
        change(database, point_id, lon=None, lat=None, accuracy_m=None)


def the_row(database: Database, point_id: str = POINT) -> PointRow:
    with database.reading() as session:
        return session.get_one(PointRow, point_id)


def revision(database: Database) -> int:
    with database.reading() as session:
        return current_revision(session)


def kept_codes(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.provider: row.code for row in session.scalars(select(GeocodeAnswerRow))}


def test_the_shipped_points_are_placed_already_and_compared_offline(loaded_database, geocode):
    report = geocode()

    assert report.count(Outcome.KEPT) == 51
    assert (report.asked, report.written) == (0, ())
    assert revision(loaded_database) == 1
    agreement = report.agreement()
    assert agreement["addresses"] == 51
    assert agreement["within_300_m"] >= 20
    assert agreement["within_300_m"] + agreement["within_1_km"] >= 45
    assert agreement["not_found"] == 0


def test_the_report_speaks_of_agreement_not_accuracy(geocode):
    text = geocode().as_text()

    assert "All 51 addresses offline:" in text
    assert "(agreement, not accuracy)" in text
    assert "JB-001 kept; gazetteer (number)" in text
    assert "Not asked, no key or address is set: tianditu, amap, baidu, nominatim." in text


def test_a_point_without_a_place_is_asked_and_placed(loaded_database, geocode, service, settings, now):
    change(loaded_database, address=NUMBERED, lon=None, lat=None, accuracy_m=None)

    report = geocode(service.settings(settings, "tianditu", "amap", "baidu"))

    assert report.written == (POINT,)
    assert report.count(Outcome.PLACED) == 1
    row = the_row(loaded_database)
    assert (row.lon, row.lat, row.accuracy_m) == (HERE.lon, HERE.lat, 50.0)
    assert (row.place_provider, row.place_confidence, row.placed_at) == ("tianditu", "high", now)
    assert row.address_geocoded == row.address
    assert revision(loaded_database) == 2
    assert [asked.path for asked in service.asked] == [TIANDITU, AMAP, BAIDU]


def test_offline_alone_places_a_point_too_and_asks_for_a_look(loaded_database, geocode):
    without_place(loaded_database, "JB-009")

    report = geocode()

    assert report.count(Outcome.NEEDS_REVIEW) == 1
    assert the_row(loaded_database, "JB-009").place_provider == "gazetteer"


def test_running_twice_asks_nothing_twice(loaded_database, geocode, service, settings):
    online = service.settings(settings, "tianditu", "amap", "baidu")
    without_place(loaded_database, POINT)
    geocode(online)
    without_place(loaded_database, POINT)
    asked = len(service.asked)

    report = geocode(online)

    assert len(service.asked) == asked == 3
    assert report.asked == 0
    assert report.written == (POINT,)


def test_an_empty_answer_is_final(loaded_database, geocode, service, settings):
    service.say(TIANDITU, {"status": "101", "msg": "结果为空！"})
    without_place(loaded_database, "JB-009")
    geocode(service.settings(settings, "tianditu"))
    without_place(loaded_database, "JB-009")

    geocode(service.settings(settings, "tianditu"))

    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": 300003, "msg": "超过日访问量"}, 200, "quota_exceeded"),
        ({"code": 301001, "msg": "非法Key"}, 200, "auth_failed"),
        ("<html>", 200, "html_answer"),
        ("{", 200, "bad_answer"),
        ("{}", 500, "server_error"),
        ("{}", 429, "rate_limited"),
    ],
)
def test_a_failure_is_told_and_asked_again(loaded_database, geocode, service, settings, body, status, code):
    online = service.settings(settings, "tianditu")
    service.say(TIANDITU, body, status=status)
    without_place(loaded_database, POINT)
    first = geocode(online, point=POINT)
    service.say(TIANDITU, tianditu_found(HERE.lon, HERE.lat))
    without_place(loaded_database, POINT)

    second = geocode(online, point=POINT)

    assert {one.provider: one.code for one in first.points[0].placement.tried}["tianditu"] == code
    assert f"tianditu {code}" in first.as_text()
    assert the_row(loaded_database).place_provider == "tianditu"
    assert second.asked == 1
    assert kept_codes(loaded_database) == {"tianditu": "found"}


def test_the_chain_goes_on_when_one_fails(loaded_database, geocode, service, settings):
    service.say(TIANDITU, "<html>")
    service.say(AMAP, {"status": "0", "infocode": "10003", "info": "DAILY_QUERY_OVER_LIMIT"})
    without_place(loaded_database, POINT)

    report = geocode(service.settings(settings, "tianditu", "amap", "baidu"))

    assert the_row(loaded_database).place_provider == "baidu"
    assert "not taken: tianditu html_answer, amap quota_exceeded" in report.as_text()


def test_a_used_up_quota_is_not_asked_again_in_the_same_run(loaded_database, geocode, service, settings):
    service.say(AMAP, {"status": "0", "infocode": "10003", "info": "DAILY_QUERY_OVER_LIMIT"})
    without_place(loaded_database, "JB-007", "JB-008", "JB-009")

    report = geocode(service.settings(settings, "amap"))

    assert len(service.asked) == 1
    assert report.as_text().count("amap quota_exceeded") == 3


def test_a_silent_provider_is_left_alone_after_three_times(loaded_database, geocode, service, settings):
    service.hang(TIANDITU)
    without_place(loaded_database, "JB-006", "JB-007", "JB-008", "JB-009", "JB-010")

    geocode(service.settings(settings, "tianditu", geocoder_timeout_s=0.05))

    assert len(service.asked) == 3


def test_a_failed_point_stays_without_a_place_and_says_why(loaded_database, geocode, service, settings):
    service.say(TIANDITU, tianditu_found(106.55, 30.2))
    change(loaded_database, address="重庆市江北区无此路1号", lon=None, lat=None, accuracy_m=None)

    report = geocode(service.settings(settings, "tianditu"))

    assert report.count(Outcome.FAILED) == 1
    assert "tianditu outside_district by" in report.as_text()
    assert the_row(loaded_database).lon is None
    assert revision(loaded_database) == 1


def test_a_changed_address_is_asked(loaded_database, geocode, service, settings):
    change(loaded_database, address="重庆市江北区建新东路19号")

    report = geocode(service.settings(settings, "amap"))

    assert report.written == (POINT,)
    assert the_row(loaded_database).address_geocoded == "重庆市江北区建新东路19号"


@pytest.mark.parametrize("force", [False, True])
def test_a_verified_pin_is_never_moved(loaded_database, geocode, service, settings, now, force):
    before = the_row(loaded_database)
    change(loaded_database, place_verified_at=now, place_verified_by="张", address="重庆市江北区建新东路19号")

    report = geocode(service.settings(settings, "amap"), force=force, point=POINT)

    after = the_row(loaded_database)
    assert (after.lon, after.lat, after.address_geocoded) == (before.lon, before.lat, before.address)
    assert report.count(Outcome.VERIFIED) == 1
    assert service.asked == []


def test_a_pin_verified_during_the_run_is_not_moved(loaded_database, now):
    answer = Answer(
        provider="amap",
        coordinate=HERE,
        datum=Datum.GCJ02,
        accuracy_m=50.0,
        confidence=Confidence.HIGH,
        level="门牌号",
        address="",
        asked_at=now,
    )
    with loaded_database.reading() as session:
        (point,) = points_to_place(session, POINT)
    change(loaded_database, place_verified_at=now)

    with loaded_database.transaction() as session:
        written = place_points(session, [(point, answer)], now)

    assert written == ()
    assert revision(loaded_database) == 1


def test_force_asks_afresh_and_takes_what_is_more_accurate(loaded_database, geocode, service, settings):
    online = service.settings(settings, "amap")
    change(loaded_database, address="重庆市江北区建新东路19号", address_geocoded="重庆市江北区建新东路19号")
    first = geocode(online, point=POINT, force=True)

    second = geocode(online, point=POINT, force=True)

    assert first.written == second.written == (POINT,)
    assert len(service.asked) == 2


def test_force_keeps_a_position_that_is_better(loaded_database, geocode):
    # 600 m in the file, 2,500 m by the shipped names
    report = geocode(point="JB-009", force=True)

    assert report.count(Outcome.KEPT) == 1
    assert report.written == ()


def test_a_dry_run_writes_nothing_at_all(loaded_database, geocode, service, settings):
    without_place(loaded_database, POINT)

    report = geocode(service.settings(settings, "amap"), dry_run=True)

    assert report.written == (POINT,)
    assert "1 positions would be written (dry run)" in report.as_text()
    assert the_row(loaded_database).lon is None
    assert kept_codes(loaded_database) == {}
    assert revision(loaded_database) == 1


def test_one_point_and_one_provider_can_be_chosen(loaded_database, geocode, service, settings):
    without_place(loaded_database, "JB-007", "JB-008")

    report = geocode(service.settings(settings, "tianditu", "amap"), provider="amap", point="JB-008")

    assert [one.point.id for one in report.points] == ["JB-008"]
    assert [asked.path for asked in service.asked] == [AMAP]


def test_the_shipped_names_alone_can_be_chosen(loaded_database, geocode, service, settings):
    without_place(loaded_database, POINT)

    geocode(service.settings(settings, "amap"), provider="gazetteer")

    assert service.asked == []
    assert the_row(loaded_database).place_provider == "gazetteer"


def test_unknown_choices_are_refused(geocode):
    with pytest.raises(InvalidQuery) as provider:
        geocode(provider="google")
    with pytest.raises(NotFound) as point:
        geocode(point="JB-999")

    assert (provider.value.code, point.value.code) == ("unknown_provider", "unknown_point")


def test_an_interrupted_run_goes_on_where_it_stopped(loaded_database, geocode, service, settings):
    online = service.settings(settings, "amap")
    without_place(loaded_database, "JB-006", "JB-007", "JB-008", "JB-009")

    def stop_at_the_third(line: str) -> None:
        if "JB-008" in line:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        geocode(online, echo=stop_at_the_third)
    asked_before = len(service.asked)
    report = geocode(online)

    assert asked_before == 3
    assert report.asked == 1
    assert report.written == ("JB-006", "JB-007", "JB-008", "JB-009")
    assert revision(loaded_database) == 2


def test_progress_is_told_point_by_point(geocode):
    lines: list[str] = []

    geocode(echo=lines.append)

    assert lines[0] == "[1/51] JB-001 kept"
    assert lines[-1] == "[51/51] JB-051 kept"


def test_the_rate_of_a_provider_is_kept(loaded_database, geocode, service, settings):
    pauses: list[float] = []
    without_place(loaded_database, "JB-007", "JB-008", "JB-009")

    class EnoughError(Exception):
        """Stands for the time that a real pause would take."""

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        raise EnoughError

    with suppress(EnoughError):
        geocode(service.settings(settings, "amap", geocoder_rate_per_s=0.001), pause=pause)

    assert len(service.asked) == 1
    assert pauses[0] == pytest.approx(1000, abs=30)


def test_kept_answers_need_no_pause(loaded_database, service, settings, now):
    made: tuple[Provider, ...] = providers(service.settings(settings, "amap"), city="重庆市", adcodes=("500105",))

    def asking() -> Asking:
        return Asking(loaded_database, ("amap",), made, rate_per_s=0.001, now=now, pause=pytest.fail)

    asking().replies("重庆市江北区建新东路19号")
    again = asking()
    first, second = again.replies("重庆市江北区建新东路19号"), again.replies("重庆市江北区建新东路19号")

    assert first == second
    assert again.asked == 0
    assert first[0].was_kept


def test_answers_are_kept_with_text_provider_datum_and_time(loaded_database, geocode, service, settings, now):
    without_place(loaded_database, POINT)
    geocode(service.settings(settings, "amap"))
    without_place(loaded_database, POINT)

    geocode(service.settings(settings, "amap"), now=now + timedelta(days=3))

    with loaded_database.reading() as session:
        (row,) = session.scalars(select(GeocodeAnswerRow)).all()
        assert session.scalar(select(func.count()).select_from(GeocodeAnswerRow)) == 1
    assert (row.provider, row.datum, row.code, row.asked_at) == ("amap", "gcj02", "found", now)
    assert row.query == "重庆市江北区观音桥街道建新西路"
    assert "key-of-amap" not in (row.raw or "")


def test_a_withdrawn_point_is_left_alone(loaded_database, geocode, now):
    change(loaded_database, withdrawn_at=now, lon=None, lat=None, accuracy_m=None)

    assert POINT not in {one.point.id for one in geocode().points}


def test_an_empty_database_says_so(database, settings, now):
    with pytest.raises(NotFound) as failure:
        run(database, settings, now=now)

    assert failure.value.code == "nothing_loaded"


def test_the_report_as_plain_values(loaded_database, geocode, service, settings, now):
    change(loaded_database, address=NUMBERED, lon=None, lat=None, accuracy_m=None)

    told = geocode(service.settings(settings, "amap"), point=POINT).as_dict()

    assert told["counts"]["placed"] == 1
    assert told["points"][0]["place"]["datum"] == "gcj02"
    assert told["points"][0]["place"]["asked_at"] == now.isoformat()
    file = Coordinate(106.5245, 29.5754)
    assert told["points"][0]["from_file_m"] == round(geodesic_m(file, HERE), 1)
    assert {"provider": "tianditu", "code": "no_key", "metres_outside": 0.0} in told["points"][0]["tried"]
