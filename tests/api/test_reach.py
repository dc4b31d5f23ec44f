"""GET /api/v1/reach.geojson."""

import pytest
from shapely.geometry import Point, shape

from mapapp.web.api.reach import ReachShape
from tests.api.conftest import HERE

REACH = "/api/v1/reach.geojson"


def _area(answer):
    ReachShape.model_validate(answer)
    return shape(answer["features"][0]["geometry"])


def test_the_area_within_the_goal_lies_round_here(ask):
    answer = ask(REACH, **HERE)

    area = _area(answer)
    told = answer["features"][0]["properties"]
    assert area.is_valid
    assert area.contains(Point(106.5141, 29.5734))
    assert (told["m"], told["walk_kind"], told["lat"], told["lon"]) == (1000, "estimate", 29.5734, 106.5141)


def test_a_longer_walk_reaches_more(ask):
    near, far = _area(ask(REACH, **HERE, m="500")), _area(ask(REACH, **HERE, m="1500"))

    assert far.contains(near)
    # 1.3 is the detour; a degree is about 96.8 km by 110.8 km here
    assert far.area * 96_800 * 110_800 == pytest.approx(3.1416 * (1500 / 1.3) ** 2, rel=0.01)


def test_a_place_can_be_named(ask):
    told = ask(REACH, place="观音桥商圈", m="800")["features"][0]["properties"]

    assert told["place"] == "观音桥商圈"
    assert told["accuracy_m"] > 0


def test_another_datum_is_converted_once(ask):
    told = ask(REACH, lat="29.5705", lon="106.5180", datum="gcj02")["features"][0]["properties"]

    assert told["lon"] != 106.5180
    assert abs(told["lon"] - 106.5180) < 0.01


def test_an_area_round_somebody_is_not_stored(client):
    response = client.get(REACH, query_string=HERE)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.content_type.startswith("application/geo+json")


def test_the_description_tells_of_it(ask):
    operation = ask("/openapi.json")["paths"]["/api/v1/reach.geojson"]["get"]

    assert {parameter["name"] for parameter in operation["parameters"]} >= {"lat", "lon", "place", "datum", "m"}
    assert "application/geo+json" in operation["responses"]["200"]["content"]


@pytest.mark.parametrize(
    ("parameters", "code", "field"),
    [
        ({}, "missing_place", "place"),
        ({**HERE, "m": "99"}, "wrong_parameter", "m"),
        ({**HERE, "m": "5001"}, "wrong_parameter", "m"),
        ({**HERE, "m": "one"}, "wrong_parameter", "m"),
        ({**HERE, "place": "观音桥"}, "one_of", "place"),
        ({"lat": "0", "lon": "0"}, "outside_area", "lat"),
        ({"place": "zzqqxx"}, "unknown_place", "place"),
        ({**HERE, "k": "1"}, "unknown_parameter", "k"),
    ],
)
def test_what_is_wrong_is_named(refuse, parameters, code, field):
    problem = refuse(REACH, **parameters)

    assert (problem["code"], problem["field"]) == (code, field)
