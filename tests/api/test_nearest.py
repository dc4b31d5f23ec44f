"""GET /api/v1/nearest."""

import pytest
from pyproj import Geod

from mapapp.geography.coordinate import Coordinate, Datum
from mapapp.geography.datum import from_wgs84
from mapapp.web.api.shapes import NearestShape
from tests.api.conftest import HERE

NEAREST = "/api/v1/nearest"


def test_the_answer_has_exactly_the_documented_fields(ask):
    answer = ask(NEAREST, **HERE, matter="M061", within="5000", open="arrival")

    NearestShape.model_validate(answer)


def test_the_question_is_repeated_as_it_was_understood(ask):
    answer = ask(NEAREST, **HERE, matter="M061", k="3")

    query = answer["query"]
    assert (query["lat"], query["lon"], query["place"]) == (29.5734, 106.5141, None)
    assert query["matter"] == {"code": "M061", "name": "无犯罪记录证明"}
    assert (query["at"], query["open"], query["k"]) == ("2026-11-25T10:00:00+08:00", "any", 3)
    assert (answer["revision"], answer["as_of"], answer["goal_m"]) == (1, "2026-11-25T10:00:00+08:00", 1000)


def test_distances_are_the_geodesics_of_brute_force(ask, catalogue):
    offering = catalogue.offers_by_matter["M061"]
    geod = Geod(ellps="WGS84")

    results = ask(NEAREST, **HERE, matter="M061", k="50")["results"]

    assert {result["point"]["id"] for result in results} == set(offering)
    for result in results:
        there = catalogue.points[result["point"]["id"]].place.coordinate
        exact = geod.inv(106.5141, 29.5734, there.lon, there.lat)[2]
        assert result["distance_m"] == pytest.approx(exact, abs=0.051)


def test_results_are_in_order_of_walk_and_id(ask):
    results = ask(NEAREST, **HERE, k="50")["results"]

    keys = [(result["walk_m"], result["point"]["id"]) for result in results]
    assert len(keys) == 50
    assert keys == sorted(keys)


def test_distances_have_one_decimal_and_minutes_are_rounded_up(ask):
    for result in ask(NEAREST, **HERE, k="50")["results"]:
        assert result["walk_m"] == round(result["walk_m"], 1)
        assert result["distance_m"] == round(result["distance_m"], 1)
        assert result["walk_minutes"] == -(-result["walk_m"] // 75)


def test_without_a_matter_every_point_counts_and_no_offer_is_told(ask):
    answer = ask(NEAREST, **HERE)

    assert answer["query"]["matter"] is None
    assert [result["offer"] for result in answer["results"]] == [None] * 5


def test_within_limits_the_walk(ask):
    everything = ask(NEAREST, **HERE, k="50")["results"]
    limit = everything[3]["walk_m"]

    near = ask(NEAREST, **HERE, k="50", within=str(limit))["results"]

    assert near == everything[:4]


def test_only_points_open_on_arrival_when_asked(ask):
    # ten minutes before lunch every point farther than that is closed on arrival
    asked = {**HERE, "at": "2026-11-25T11:50:00+08:00", "k": "50"}

    arrival = ask(NEAREST, **asked, open="arrival")["results"]
    now = ask(NEAREST, **asked, open="now")["results"]

    assert arrival
    assert len(arrival) < len(now)
    assert all(result["open_on_arrival"] for result in arrival)
    assert all(result["open"]["state"] == "open" for result in now)


def test_a_point_closed_for_lunch_says_so_and_when_it_opens(ask):
    state = ask(NEAREST, **HERE, matter="M061", at="2026-11-25T12:30:00+08:00")["results"][0]["open"]

    assert state == {
        "state": "closed",
        "until": None,
        "opens_at": "2026-11-25T14:00:00+08:00",
        "reason": "outside_hours",
        "reason_detail": "lunch",
        "reason_text": None,
        "calendar_unknown": False,
    }


def test_a_holiday_is_named(ask):
    state = ask(NEAREST, **HERE, matter="M061", at="2026-10-01T10:00:00+08:00")["results"][0]["open"]

    assert (state["state"], state["reason"], state["reason_detail"]) == ("closed", "holiday", "holiday")
    assert "国庆" in state["reason_text"]


def test_the_goal_holds_only_when_the_first_walk_is_short_enough(ask, catalogue):
    there = catalogue.points["JB-007"].place.coordinate

    at_the_door = ask(NEAREST, lat=str(there.lat), lon=str(there.lon))
    far = ask(NEAREST, lat=str(there.lat), lon=str(there.lon), within="1", matter="M061")

    assert at_the_door["within_goal"] is True
    assert at_the_door["within_goal_sure"] is (at_the_door["results"][0]["point"]["place_accuracy_m"] * 1.3 <= 1000)
    assert (far["results"], far["within_goal"], far["within_goal_sure"]) == ([], False, False)


def test_everyday_words_are_understood(ask):
    answer = ask(NEAREST, **HERE, q="社保卡补领")

    assert answer["query"]["matter"]["code"] == "M077"
    assert answer["query"]["q"] == "社保卡补领"
    assert answer["results"]


def test_words_without_a_good_match_get_suggestions_and_no_point(ask):
    answer = ask(NEAREST, **HERE, q="zzqqxx")

    assert answer["results"] == []
    assert answer["within_goal"] is False
    assert isinstance(answer["did_you_mean"], list)
    NearestShape.model_validate(answer)


def test_place_and_time_in_the_words_are_told_and_not_applied(ask):
    answer = ask(NEAREST, **HERE, q="鱼嘴周六哪里办社保卡")

    NearestShape.model_validate(answer)
    assert answer["understood"] == {
        "rest": "哪里办社保卡",
        "place": "鱼嘴",
        "when": "周六",
        "at": "2026-11-28T10:00:00+08:00",
    }
    asked_from_here = ask(NEAREST, **HERE, q="社保卡")
    assert answer["query"]["q"] == "鱼嘴周六哪里办社保卡"
    assert (answer["query"]["at"], answer["query"]["place"]) == (asked_from_here["query"]["at"], None)
    assert answer["results"] == asked_from_here["results"]


def test_a_place_in_the_words_is_offered_where_none_was_given(refuse):
    problem = refuse(NEAREST, q="观音桥办社保卡")

    assert (problem["code"], problem["field"], problem["did_you_mean"]) == ("missing_place", "place", ["观音桥"])


def test_without_words_nothing_is_said_to_be_understood(ask):
    assert "understood" not in ask(NEAREST, **HERE, matter="M061")


def test_a_place_in_words_is_looked_up(ask):
    answer = ask(NEAREST, place="观音桥")

    assert answer["query"]["place"] == "观音桥商圈"
    assert answer["query"]["accuracy_m"] > 0


def test_a_package_links_to_the_trip(ask):
    answer = ask(NEAREST, **HERE, package="P01")

    assert answer["query"]["package"]["code"] == "P01"
    assert answer["trip"] == "/api/v1/trips?lat=29.5734000&lon=106.5141000&package=P01"


@pytest.mark.parametrize("datum", list(Datum))
def test_other_datums_are_converted_once(ask, datum):
    lon, lat = from_wgs84(Coordinate(106.5141, 29.5734), datum)

    answer = ask(NEAREST, lat=f"{lat:.9f}", lon=f"{lon:.9f}", datum=datum.value)

    assert answer["query"]["lat"] == pytest.approx(29.5734, abs=2e-7)
    assert answer["query"]["lon"] == pytest.approx(106.5141, abs=2e-7)


def test_a_raw_plus_before_the_offset_is_read_as_plus(client):
    response = client.get(f"{NEAREST}?lat=29.5734&lon=106.5141&at=2026-11-25T10:00:00+08:00")

    assert response.get_json()["query"]["at"] == "2026-11-25T10:00:00+08:00"


def test_another_offset_is_told_in_local_time(ask):
    assert ask(NEAREST, **HERE, at="2026-11-25T02:00:00Z")["query"]["at"] == "2026-11-25T10:00:00+08:00"


def test_a_position_is_never_stored(client):
    response = client.get(NEAREST, query_string=HERE)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["ETag"]


def test_names_follow_the_language(client):
    english = client.get(NEAREST, query_string={**HERE, "k": "1"}, headers={"Accept-Language": "en"}).get_json()
    chinese = client.get(
        NEAREST, query_string={**HERE, "k": "1"}, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
    )

    assert english["results"][0]["point"]["name"].isascii()
    assert not chinese.get_json()["results"][0]["point"]["name"].isascii()
    assert "Accept-Language" in chinese.headers["Vary"]


@pytest.mark.parametrize(
    ("parameters", "code", "field"),
    [
        ({}, "missing_place", "place"),
        ({"lat": "29.5"}, "missing_place", "lon"),
        ({"lon": "106.5"}, "missing_place", "lat"),
        ({"place": "火星基地"}, "unknown_place", "place"),
        ({"lat": "31.23", "lon": "121.47"}, "outside_area", "lat"),
        ({**HERE, "place": "观音桥"}, "one_of", "place"),
        ({**HERE, "matter": "M061", "q": "社保"}, "one_of", "q"),
        ({**HERE, "q": "社保", "package": "P01"}, "one_of", "package"),
        ({**HERE, "colour": "red"}, "unknown_parameter", "colour"),
        ({**HERE, "k": "0"}, "wrong_parameter", "k"),
        ({**HERE, "k": "51"}, "wrong_parameter", "k"),
        ({**HERE, "k": "5.0"}, "wrong_parameter", "k"),
        ({**HERE, "k": " 5"}, "wrong_parameter", "k"),
        ({**HERE, "k": "+5"}, "wrong_parameter", "k"),
        ({**HERE, "k": "1_0"}, "wrong_parameter", "k"),
        ({**HERE, "k": "５"}, "wrong_parameter", "k"),
        ({**HERE, "k": ""}, "wrong_parameter", "k"),
        ({**HERE, "within": "0.5"}, "wrong_parameter", "within"),
        ({**HERE, "within": "50001"}, "wrong_parameter", "within"),
        ({"lat": "NaN", "lon": "106.5"}, "wrong_parameter", "lat"),
        ({"lat": "inf", "lon": "106.5"}, "wrong_parameter", "lat"),
        ({"lat": "1e400", "lon": "106.5"}, "wrong_parameter", "lat"),
        ({"lat": "91", "lon": "106.5"}, "wrong_parameter", "lat"),
        ({"lat": "29.5", "lon": "181"}, "wrong_parameter", "lon"),
        ({**HERE, "datum": "mars"}, "wrong_parameter", "datum"),
        ({**HERE, "open": "maybe"}, "wrong_parameter", "open"),
        ({**HERE, "kind": "palace"}, "wrong_parameter", "kind"),
        ({**HERE, "lang": "fr"}, "wrong_parameter", "lang"),
        ({**HERE, "at": "2026-11-25T10:00:00"}, "wrong_parameter", "at"),
        ({**HERE, "at": "2026-11-25"}, "wrong_parameter", "at"),
        ({**HERE, "at": "1700000000"}, "wrong_parameter", "at"),
        ({**HERE, "at": "2026-02-30T10:00:00+08:00"}, "wrong_parameter", "at"),
        ({**HERE, "at": "2018-12-31T10:00:00+08:00"}, "wrong_parameter", "at"),
        ({**HERE, "at": "2028-01-01T10:00:00+08:00"}, "wrong_parameter", "at"),
        ({**HERE, "at": "0001-01-01T00:00:00+13:00"}, "wrong_parameter", "at"),
        ({**HERE, "at": "9999-12-31T23:59:59-12:00"}, "wrong_parameter", "at"),
        ({**HERE, "q": "社" * 201}, "invalid_text", "q"),
        ({**HERE, "q": "社\x00保"}, "invalid_text", "q"),
        ({**HERE, "q": "社\x85保"}, "invalid_text", "q"),
        ({**HERE, "q": "   "}, "wrong_parameter", "q"),
    ],
)
def test_what_is_wrong_is_named(refuse, parameters, code, field):
    problem = refuse(NEAREST, **parameters)

    assert (problem["code"], problem["field"]) == (code, field)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"matter": "M999"}, "unknown_matter"), ({"package": "P99"}, "unknown_package")],
)
def test_an_unknown_code_is_not_found(refuse, parameters, code):
    assert refuse(NEAREST, status=404, **HERE, **parameters)["code"] == code


def test_an_unknown_place_comes_with_suggestions(refuse):
    problem = refuse(NEAREST, place="观音")

    assert problem["code"] == "unknown_place"
    assert any("观音" in name for name in problem["did_you_mean"])


@pytest.mark.parametrize("query", ["lat=29.5&lat=29.6&lon=106.5", "lat=29.5734&lon=106.5141&k=1&k=1"])
def test_a_second_value_is_refused(client, query):
    problem = client.get(f"{NEAREST}?{query}").get_json(force=True)

    assert problem["code"] == "repeated_parameter"


@pytest.mark.parametrize("query", ["place=%FF%FE", "place=%ED%A0%80", "place=%E8%A7", "%FF=1"])
def test_what_is_not_utf8_is_refused(client, query):
    response = client.get(f"{NEAREST}?{query}")

    assert response.status_code == 400
    assert response.get_json(force=True)["code"] == "invalid_text"
