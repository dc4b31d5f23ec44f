"""geopy's real HTTP code against a service on this machine: hits, misses, refusals, silence and rubbish."""

import pytest

from mapapp.geocoding.answers import READERS
from mapapp.geocoding.providers import BaiduCity, Provider, providers
from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from mapapp.geography.distance import geodesic_m
from mapapp.settings import Settings
from tests.building import at
from tests.geocoder_service import (
    AMAP,
    BAIDU,
    BAIDU_REVERSE,
    NOMINATIM,
    TIANDITU,
    GeocoderService,
    amap_found,
    baidu_found,
    nominatim_found,
    tianditu_found,
)

HERE = Coordinate(106.532, 29.575)
ADDRESS = "重庆市江北区建新东路19号"
NOON = at("2026-11-25 12:00")
PATHS = {"tianditu": TIANDITU, "amap": AMAP, "baidu": BAIDU, "nominatim": NOMINATIM}
FOUND = {"tianditu": tianditu_found, "amap": amap_found, "baidu": baidu_found, "nominatim": nominatim_found}
DATUM = {"tianditu": Datum.WGS84, "amap": Datum.GCJ02, "baidu": Datum.BD09, "nominatim": Datum.WGS84}
NAMES = tuple(PATHS)


def the_provider(service: GeocoderService, name: str, timeout_s: float = 5.0) -> Provider:
    settings = service.settings(Settings(), name, geocoder_timeout_s=timeout_s)
    made = providers(settings, city="重庆市", adcodes=("500105",))
    assert [provider.name for provider in made] == [name]
    return made[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_in_wgs84_whatever_the_service_speaks(service, name):
    service.say(PATHS[name], FOUND[name](*from_wgs84(HERE, DATUM[name])))

    reply = the_provider(service, name).ask(ADDRESS)
    answer = READERS[name](reply.raw, NOON)

    assert reply.code == "found"
    assert geodesic_m(answer.coordinate, HERE) < 0.001
    assert answer.datum is DATUM[name]
    assert answer.provider == name
    assert answer.accuracy_m == 50.0
    assert answer.asked_at == NOON


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "query_refused"),
        (401, "auth_failed"),
        (402, "quota_exceeded"),
        (403, "auth_failed"),
        (429, "rate_limited"),
        (500, "server_error"),
        (502, "server_error"),
        (503, "timeout"),
    ],
)
def test_a_status_of_http_has_a_reason(service, name, status, code):
    service.say(PATHS[name], "{}", status=status)

    assert the_provider(service, name).ask(ADDRESS).code == code


@pytest.mark.parametrize("name", NAMES)
def test_a_page_instead_of_json_has_a_reason(service, name):
    service.say(PATHS[name], "\n<!DOCTYPE html><title>403</title>", content_type="text/html")

    assert the_provider(service, name).ask(ADDRESS).code == "html_answer"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", ["not json", "", '{"status":', "[[1]]", '"text"', "17", "true", "\ufeff{}"])
def test_rubbish_has_a_reason(service, name, body):
    service.say(PATHS[name], body)

    assert the_provider(service, name).ask(ADDRESS).code == "bad_answer"


@pytest.mark.parametrize("name", NAMES)
def test_bytes_that_are_no_text_have_a_reason(service, name):
    service.says[PATHS[name]] = (200, b"\xff\xfe\xfa{", "application/json")

    assert the_provider(service, name).ask(ADDRESS).code == "bad_answer"


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_a_timeout(service, name):
    service.hang(PATHS[name])

    assert the_provider(service, name, timeout_s=0.05).ask(ADDRESS).code == "timeout"


@pytest.mark.parametrize("name", NAMES)
def test_nobody_there_has_a_reason(service, name):
    # port 9 (discard) is closed on any machine that runs tests
    service.url = "http://127.0.0.1:9"

    assert the_provider(service, name).ask(ADDRESS).code == "unavailable"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("tianditu", {"status": "101", "msg": "结果为空！"}, "empty"),
        ("tianditu", {"status": "0", "msg": "ok", "location": {}}, "empty"),
        ("tianditu", {"status": "404", "msg": "错误"}, "server_error"),
        ("tianditu", {"code": 301001, "msg": "非法Key", "resolve": "请检查Key"}, "auth_failed"),
        ("tianditu", {"code": 300003, "msg": "超过日访问量", "resolve": ""}, "quota_exceeded"),
        ("tianditu", {"status": "0", "location": {"lon": "", "lat": ""}}, "bad_answer"),
        ("tianditu", {"status": "0", "location": [1]}, "bad_answer"),
        ("amap", {"status": "1", "info": "OK", "infocode": "10000", "count": "0", "geocodes": []}, "empty"),
        ("amap", {"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"}, "empty"),
        ("amap", {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}, "auth_failed"),
        ("amap", {"status": "0", "info": "DAILY_QUERY_OVER_LIMIT", "infocode": "10003"}, "quota_exceeded"),
        ("amap", {"status": "0", "info": "CUQPS_HAS_EXCEEDED_THE_LIMIT", "infocode": "10021"}, "rate_limited"),
        ("amap", {"status": "0", "info": "INVALID_PARAMS", "infocode": "20000"}, "query_refused"),
        ("amap", {"status": "0", "info": "SERVICE_NOT_AVAILABLE", "infocode": "10016"}, "server_error"),
        ("amap", {"status": "1", "geocodes": [{"location": []}]}, "bad_answer"),
        ("amap", {"status": "1", "geocodes": "none"}, "bad_answer"),
        ("amap", {"status": "1"}, "bad_answer"),
        ("baidu", {"status": 0, "result": {}}, "empty"),
        ("baidu", {"status": 1, "msg": "Internal Service Error"}, "server_error"),
        ("baidu", {"status": 2, "msg": "Parameter Invalid"}, "query_refused"),
        ("baidu", {"status": 4, "msg": "quota"}, "quota_exceeded"),
        ("baidu", {"status": 101, "message": "no ak"}, "auth_failed"),
        ("baidu", {"status": 200, "message": "APP不存在"}, "auth_failed"),
        ("baidu", {"status": 302, "message": "天配额超限"}, "quota_exceeded"),
        ("baidu", {"status": "302"}, "bad_answer"),
        ("baidu", {"status": 0, "result": {"location": {"lng": "x", "lat": 1}}}, "bad_answer"),
        ("baidu", {"status": 0, "result": {"location": None}}, "bad_answer"),
        ("baidu", {}, "bad_answer"),
        ("nominatim", [], "empty"),
        ("nominatim", {"error": "Unable to geocode"}, "empty"),
        ("nominatim", {"error": "Bandwidth limit exceeded"}, "query_refused"),
        ("nominatim", [{"display_name": "nowhere"}], "bad_answer"),
    ],
)
def test_each_service_says_no_in_its_own_way(service, name, body, code):
    service.say(PATHS[name], body)

    assert the_provider(service, name).ask(ADDRESS).code == code


def test_tianditu_is_asked_with_its_key_and_the_whole_address(service):
    service.say(TIANDITU, tianditu_found(106.5, 29.6))

    the_provider(service, "tianditu").ask(ADDRESS)

    assert service.asked[0].parameters == {"ds": f'{{"keyWord": "{ADDRESS}"}}', "tk": "key-of-tianditu"}
    assert service.asked[0].user_agent.startswith("mapapp")


@pytest.mark.parametrize("name", ["amap", "baidu"])
def test_the_city_goes_along(service, name):
    service.say(PATHS[name], FOUND[name](106.5, 29.6))

    the_provider(service, name).ask(ADDRESS)

    assert service.asked[0].parameters["city"] == "重庆市"
    assert service.asked[0].parameters["address"] == ADDRESS


def test_amap_prefers_the_hit_in_our_district(service):
    ours, theirs = amap_found(106.5, 29.6), amap_found(121.5, 29.9, adcode="330205", district="江北区")
    service.say(AMAP, ours | {"geocodes": theirs["geocodes"] + ours["geocodes"]})

    reply = the_provider(service, "amap").ask(ADDRESS)

    assert reply.raw["adcode"] == "500105"


def test_nominatim_may_live_under_a_path(service):
    service.say("/osm/search", nominatim_found(106.5, 29.6))
    settings = service.settings(Settings(), "nominatim")
    (nominatim,) = providers(
        Settings(nominatim_url=f"{settings.nominatim_url}/osm/"), city="重庆市", adcodes=("500105",)
    )

    assert nominatim.ask(ADDRESS).code == "found"
    assert service.asked[0].parameters["countrycodes"] == "cn"


def test_a_provider_without_a_key_is_not_made():
    assert providers(Settings(), city="重庆市", adcodes=()) == ()


def test_baidu_gives_a_list_when_a_list_is_wanted(service):
    service.say(BAIDU, baidu_found(106.5, 29.6))

    found = BaiduCity("key", service.url, city="重庆市").geocode(ADDRESS, exactly_one=False)

    assert [(one.longitude, one.latitude) for one in found] == [(106.5, 29.6)]


def test_the_level_of_baidu_is_no_address(service):
    service.say(BAIDU, baidu_found(106.5, 29.6, level="门址"))

    reply = the_provider(service, "baidu").ask(ADDRESS)

    assert READERS["baidu"](reply.raw, NOON).address == ""
    assert READERS["baidu"](reply.raw, NOON).level == "门址"


@pytest.mark.parametrize("exactly_one", [True, False])
def test_a_reverse_address_of_baidu_is_text(service, exactly_one):
    result = {"formatted_address": "重庆市江北区建新东路19号", "location": {"lng": 106.5, "lat": 29.6}}
    service.say(BAIDU_REVERSE, {"status": 0, "result": result})

    found = BaiduCity("key", service.url, city="重庆市").reverse((29.6, 106.5), exactly_one=exactly_one)

    assert (found if exactly_one else found[0]).address == "重庆市江北区建新东路19号"
