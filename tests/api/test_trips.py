"""GET /api/v1/trips."""

import pytest

from mapapp.finder import trip_search
from mapapp.web.api.trips import TripsShape
from tests.api.conftest import HERE

TRIPS = "/api/v1/trips"


@pytest.fixture
def plan(client):
    """A function (codes, parameters) -> the answer, held against its documented shape."""

    def get(codes, **parameters):
        pairs = [*HERE.items(), *(("matter", code) for code in codes), *parameters.items()]
        response = client.get(TRIPS, query_string=pairs)
        assert response.status_code == 200, response.get_data(as_text=True)[:500]
        answer = response.get_json(force=True)
        TripsShape.model_validate(answer)
        return answer

    return get


def test_a_trip_does_every_matter_once_with_the_fewest_stops_first(plan):
    answer = plan(["M001", "M017", "M061"])

    best = answer["trips"][0]
    done = [code for stop in best["stops"] for code in stop["matters"]]
    assert sorted(done) == ["M001", "M017", "M061"]
    assert answer["query"]["matters"] == ["M001", "M017", "M061"]
    assert [len(trip["stops"]) for trip in answer["trips"]] == sorted(len(trip["stops"]) for trip in answer["trips"])
    assert best["walk_m"] == pytest.approx(sum(stop["walk_m"] for stop in best["stops"]), abs=0.11)
    firsts = [trip["stops"][0]["point"]["id"] for trip in answer["trips"]]
    assert len(set(firsts)) == len(firsts)


def test_the_times_of_a_stop_follow_from_walk_wait_and_service(plan):
    stop = plan(["M001", "M017"], open="arrival")["trips"][0]["stops"][0]

    assert stop["arrive_at"] > "2026-11-25T10:00:00+08:00"
    assert stop["leave_at"] > stop["arrive_at"]
    assert stop["open_on_arrival"] or stop["wait_minutes"] > 0


def test_a_package_is_asked_whole(client):
    package = client.get("/api/v1/packages/P01").get_json(force=True)
    answer = client.get(TRIPS, query_string={**HERE, "package": "P01"}).get_json(force=True)

    TripsShape.model_validate(answer)
    members = {member["code"] for member in package["members"]}
    done = {code for stop in answer["trips"][0]["stops"] for code in stop["matters"]}
    assert done | set(answer["impossible"]) == members
    assert answer["query"]["package"] == "P01"


def test_every_package_of_the_data_has_an_answer(client):
    for package in client.get("/api/v1/packages").get_json(force=True)["packages"]:
        response = client.get(TRIPS, query_string={**HERE, "package": package["code"]})

        assert response.status_code == 200, package["code"]


def test_at_night_everything_is_closed(plan):
    answer = plan(["M001", "M017"], at="2026-11-25T23:30:00+08:00", open="now")

    assert answer["trips"] == []
    assert answer["closed"] == ["M001", "M017"]


@pytest.mark.parametrize(
    ("pairs", "code", "field"),
    [
        ([("matter", "M001"), ("package", "P01")], "one_of", "package"),
        ([], "missing_parameter", "matter"),
        ([("matter", f"M00{number}") for number in range(1, 10)], "wrong_parameter", "matter"),
        ([("matter", "")], "wrong_parameter", "matter"),
        ([("package", "P01"), ("package", "P02")], "repeated_parameter", "package"),
    ],
)
def test_a_wrong_question_names_its_parameter(client, pairs, code, field):
    response = client.get(TRIPS, query_string=[*HERE.items(), *pairs])

    problem = response.get_json(force=True)
    assert (response.status_code, problem["code"], problem["field"]) == (400, code, field)


def test_a_start_is_needed(refuse):
    assert refuse(TRIPS, matter="M001")["code"] == "missing_place"


def test_an_unknown_matter_is_not_found(refuse):
    assert refuse(TRIPS, status=404, **HERE, matter="M999999")["code"] == "unknown_matter"


def test_a_place_by_name_is_a_start_and_an_unknown_one_is_named(client, refuse):
    answer = client.get(TRIPS, query_string={"place": "观音桥", "matter": "M001"}).get_json(force=True)
    problem = refuse(TRIPS, place="火星街", matter="M001")

    assert answer["query"]["place"] == "观音桥商圈"
    assert (problem["code"], problem["field"]) == ("unknown_place", "place")


def test_a_start_far_outside_the_district_is_refused(refuse):
    assert refuse(TRIPS, lat="39.9", lon="116.4", matter="M001")["code"] == "outside_area"


def test_a_matter_that_no_point_takes_is_named_and_the_rest_is_planned(plan):
    answer = plan(["M150", "M001"])
    alone = plan(["M150"])

    assert answer["impossible"] == ["M150"]
    assert answer["trips"][0]["stops"][-1]["matters"] == ["M001"]
    assert (alone["impossible"], alone["trips"], alone["is_proven"]) == (["M150"], [], True)


def test_where_each_matter_could_be_done_but_not_all_in_one_day_there_is_no_trip(plan):
    codes = ["M003", "M017", "M157", "M061"]
    answer = plan(codes, at="2026-11-25T15:40:00+08:00", open="arrival")

    assert (answer["trips"], answer["impossible"], answer["closed"]) == ([], [], [])
    assert answer["is_proven"]
    assert plan(codes, at="2026-11-25T15:40:00+08:00")["trips"]


def test_a_matter_that_cannot_be_reached_before_it_closes_is_named_closed(plan):
    answer = plan(["M017", "M061"], at="2026-11-25T17:00:00+08:00", open="arrival")

    assert answer["closed"] == ["M017"]


def test_a_trip_that_could_not_be_proved_the_best_says_so(plan, monkeypatch):
    codes = ["M001", "M002", "M052", "M061", "M076"]
    assert plan(codes)["is_proven"]

    monkeypatch.setattr(trip_search, "WIDTHS", (1,))
    answer = plan(codes)

    assert not answer["is_proven"]
    assert sorted(code for stop in answer["trips"][0]["stops"] for code in stop["matters"]) == codes
