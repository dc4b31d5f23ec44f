"""GET /api/v1/coverage, /api/v1/coverage.geojson, /api/v1/siting."""

import threading

import pytest
from shapely.geometry import shape

from mapapp.web import turns
from mapapp.web.api.coverage_shapes import CoverageShape, SitingShape, UncoveredShape
from tests.shipped_catalogue import shipped_catalogue

COVERAGE = "/api/v1/coverage"
AREA = "/api/v1/coverage.geojson"
SITING = "/api/v1/siting"
NIGHT = "2026-11-25T03:00:00+08:00"
MORNING = "2026-11-25T10:00:00+08:00"


def test_the_promised_fields_are_there(ask):
    answer = ask(COVERAGE, matter="M061", within="1000")

    CoverageShape.model_validate(answer)
    assert answer["matter"] == "M061"
    assert answer["within_m"] == 1000
    assert answer["communities_total"] == 132
    assert answer["population_share"] is None
    assert answer["method"]["distance"] == "estimate"
    assert (answer["method"]["detour"], answer["method"]["grid_m"]) == (1.3, 50)
    assert 0 < answer["method"]["error"] < 0.002
    assert 0 < answer["share_area"] < 1


def test_without_a_question_any_point_counts(ask):
    anything = ask(COVERAGE)

    assert (anything["matter"], anything["package"], anything["kind"]) == (None, None, None)
    assert anything["points"] == 51
    assert anything["share_area"] >= ask(COVERAGE, matter="M061")["share_area"]


def test_the_goal_is_the_default_distance(ask):
    assert ask(COVERAGE, matter="M061") == {**ask(COVERAGE, matter="M061", within="1000")}


def test_a_matter_that_no_point_takes_leaves_every_street_uncovered(ask):
    answer = ask(COVERAGE, matter="M150")

    assert answer["share_area"] == 0.0
    assert answer["uncovered_streets"] == [street["name"] for street in answer["streets"]]


def test_streets_add_up_to_the_district(ask):
    answer = ask(COVERAGE, matter="M061")
    covered = sum(street["share_area"] * street["land_km2"] for street in answer["streets"])

    assert covered == pytest.approx(answer["share_area"] * answer["land_km2"], abs=0.05)
    assert sum(street["communities_total"] for street in answer["streets"]) == 132


def test_at_night_nobody_is_covered_and_in_the_morning_as_many_as_ever(ask):
    assert ask(COVERAGE, at=NIGHT)["share_area"] == 0.0
    assert ask(COVERAGE, at=MORNING)["share_area"] == ask(COVERAGE)["share_area"]
    assert ask(COVERAGE, at=MORNING)["at"] == MORNING


def test_the_week_is_told_for_no_moment_in_particular(ask):
    week = ask(COVERAGE, matter="M061")["week"]

    assert week["monday"] == "2026-11-23"
    assert 0 < week["share"] < ask(COVERAGE, matter="M061")["share_area"]
    assert ask(COVERAGE, matter="M061", at=MORNING)["week"] is None


def test_a_package_by_trip_covers_at_least_what_it_covers_at_one_point(ask):
    one = ask(COVERAGE, package="P05", mode="one_point")
    trip = ask(COVERAGE, package="P05", mode="trip")

    assert (one["mode"], trip["mode"], trip["package"]) == ("one_point", "trip", "P05")
    assert 0 < one["share_area"] <= trip["share_area"]


def test_a_package_that_needs_several_points_is_covered_by_trip_alone(ask):
    assert ask(COVERAGE, package="P03", mode="one_point")["share_area"] == 0.0
    assert ask(COVERAGE, package="P03", mode="trip")["share_area"] > 0.0


def test_a_kind_of_point_can_be_asked_about(ask):
    assert ask(COVERAGE, kind="sub-tax")["kind"] == "sub-tax"


def test_the_uncovered_area_is_the_rest_of_the_land(ask):
    answer = ask(AREA, matter="M061")
    covered = ask(COVERAGE, matter="M061")
    district = shipped_catalogue().district

    UncoveredShape.model_validate(answer)
    (feature,) = answer["features"]
    assert feature["properties"]["share_area"] == pytest.approx(1 - covered["share_area"], abs=1e-6)
    drawn = district.plane.flatten(shape(feature["geometry"])).area / district.land.area
    assert drawn == pytest.approx(1 - covered["share_area"], abs=0.001)


@pytest.mark.parametrize("path", [COVERAGE, AREA, SITING])
@pytest.mark.parametrize("more", [{}, {"at": MORNING}])
def test_the_reader_who_has_this_revision_gets_304(client, path, more):
    first = client.get(path, query_string={"matter": "M061", **more})
    again = client.get(path, query_string={"matter": "M061", **more}, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(path, query_string={"matter": "M242", **more}, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.get_data() == b""


@pytest.mark.parametrize(
    ("parameters", "code", "field"),
    [
        ({"within": "90"}, "wrong_parameter", "within"),
        ({"within": "5010"}, "wrong_parameter", "within"),
        ({"within": "1005"}, "wrong_parameter", "within"),
        ({"within": "1e3"}, "wrong_parameter", "within"),
        ({"mode": "both"}, "wrong_parameter", "mode"),
        ({"kind": "castle"}, "wrong_parameter", "kind"),
        ({"at": "2026-11-25T10:00:00"}, "wrong_parameter", "at"),
        ({"at": "2099-11-25T10:00:00+08:00"}, "wrong_parameter", "at"),
        ({"matter": "M061", "package": "P01"}, "one_of", "package"),
        ({"metres": "1000"}, "unknown_parameter", "metres"),
    ],
)
@pytest.mark.parametrize("path", [COVERAGE, AREA, SITING])
def test_a_wrong_parameter_is_named(refuse, path, parameters, code, field):
    problem = refuse(path, **parameters)

    assert (problem["code"], problem["field"]) == (code, field)


@pytest.mark.parametrize("path", [COVERAGE, AREA, SITING])
@pytest.mark.parametrize(("name", "code"), [("matter", "unknown_matter"), ("package", "unknown_package")])
def test_what_does_not_exist_is_not_found(refuse, path, name, code):
    assert refuse(path, status=404, **{name: "X999"})["code"] == code


def test_sites_come_largest_gain_first_and_add_up(ask):
    answer = ask(SITING, matter="M061", new="3")
    gains = [site["share_gained"] for site in answer["sites"]]

    SitingShape.model_validate(answer)
    assert len(gains) == 3
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == pytest.approx(answer["share_after"] - answer["share_before"], abs=1e-12)
    assert answer["gap"] == 0.0
    assert answer["share_before"] == pytest.approx(ask(COVERAGE, matter="M061")["share_area"], abs=1e-6)
    assert answer["greedy_after"] <= answer["share_after"]


def test_three_new_sites_are_the_default(ask):
    assert ask(SITING, matter="M061")["new"] == 3


def test_sites_can_be_points_that_learn_the_matter(ask):
    answer = ask(SITING, matter="M242", new="2", candidates="point")

    assert {site["kind"] for site in answer["sites"]} == {"point"}
    assert all(site["point"].startswith("JB-") for site in answer["sites"])


def test_a_target_is_reached_with_no_more_sites_than_needed(ask):
    answer = ask(SITING, new="10", target="0.25")

    assert answer["target_reached"] is True
    assert answer["share_after"] >= 0.25
    assert ask(SITING, new=str(len(answer["sites"]) - 1))["share_after"] < 0.25


@pytest.mark.parametrize(
    ("parameters", "field"), [({"new": "0"}, "new"), ({"new": "11"}, "new"), ({"candidates": "moon"}, "candidates")]
)
def test_a_siting_that_cannot_be_is_refused(refuse, parameters, field):
    assert refuse(SITING, **parameters)["field"] == field


def test_a_second_search_at_the_same_time_is_asked_to_come_back(client):
    with turns._here:
        busy = client.get(SITING, query_string={"matter": "M243", "new": "7"})
    after = client.get(SITING, query_string={"matter": "M243", "new": "7"})

    assert (busy.status_code, busy.get_json(force=True)["code"]) == (503, "siting_busy")
    assert int(busy.headers["Retry-After"]) > 0
    assert after.status_code == 200


def test_an_answer_that_is_known_needs_no_search(client):
    client.get(SITING, query_string={"matter": "M244", "new": "4"})
    with turns._here:
        known = client.get(SITING, query_string={"matter": "M244", "new": "4"})

    assert known.status_code == 200


def test_many_at_once_get_the_same_answer(shared_app):
    answers = []

    def ask_alone():
        response = shared_app.test_client().get(COVERAGE, query_string={"matter": "M100", "within": "1500"})
        answers.append(response.get_json(force=True)["share_area"])

    threads = [threading.Thread(target=ask_alone) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_the_description_tells_of_coverage_and_siting(ask):
    paths = ask("/openapi.json")["paths"]

    assert {"503", "404"} <= paths[SITING]["get"]["responses"].keys()
    assert "application/geo+json" in paths[AREA]["get"]["responses"]["200"]["content"]
    within = next(each for each in paths[COVERAGE]["get"]["parameters"] if each["name"] == "within")
    assert within["schema"]["multipleOf"] == 10
