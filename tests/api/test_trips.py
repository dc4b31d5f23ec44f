"""GET /api/v1/trips."""

import pytest

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
