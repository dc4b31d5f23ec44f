"""GET /api/v1/geocode, /reverse."""

import pytest

from mapapp.web.api.place_shapes import PlacesShape, ReverseShape
from tests.api.conftest import HERE

GEOCODE, REVERSE = "/api/v1/geocode", "/api/v1/reverse"


def test_a_name_finds_places_best_first(ask):
    answer = ask(GEOCODE, q="观音桥", limit="3")

    PlacesShape.model_validate(answer)
    assert len(answer["places"]) == 3
    assert answer["places"][0]["name"] == "观音桥商圈"


def test_what_nothing_is_called_finds_nothing(ask):
    assert ask(GEOCODE, q="zzqqxx") == {"places": []}


def test_a_position_has_a_street_and_a_nearest_name(ask):
    answer = ask(REVERSE, **HERE)

    ReverseShape.model_validate(answer)
    assert answer["in_district"] is True
    assert answer["street"] == "观音桥街道"
    assert answer["nearest"]["distance_m"] < 1000


def test_a_position_beyond_the_line_has_no_street(ask):
    # 渝中区 across the river
    answer = ask(REVERSE, lat="29.556", lon="106.575")

    assert (answer["in_district"], answer["street"]) == (False, None)


def test_what_somebody_looked_up_is_not_stored(client):
    assert client.get(GEOCODE, query_string={"q": "观音桥"}).headers["Cache-Control"] == "no-store"
    assert client.get(REVERSE, query_string=HERE).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "parameters", "code", "field"),
    [
        (GEOCODE, {}, "missing_parameter", "q"),
        (GEOCODE, {"q": "x\x00"}, "invalid_text", "q"),
        (GEOCODE, {"q": "观音桥", "limit": "201"}, "wrong_parameter", "limit"),
        (REVERSE, {"lat": "29.5"}, "missing_parameter", "lon"),
        (REVERSE, {"lat": "0", "lon": "0"}, "outside_area", "lat"),
        (REVERSE, {**HERE, "place": "观音桥"}, "unknown_parameter", "place"),
    ],
)
def test_what_is_wrong_is_named(refuse, path, parameters, code, field):
    problem = refuse(path, **parameters)

    assert (problem["code"], problem["field"]) == (code, field)
