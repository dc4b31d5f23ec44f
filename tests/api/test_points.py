"""GET /api/v1/points, /points/{id}, /points.geojson."""

from datetime import datetime

import pytest

from mapapp.hours.opening_hours import ZONE
from mapapp.web.api.shapes import CollectionShape, PointDetailsShape, PointsShape

POINTS, MAP = "/api/v1/points", "/api/v1/points.geojson"
SATURDAY = "2026-11-28T10:00:00+08:00"


def ids(answer):
    if "features" in answer:
        return [feature["id"] for feature in answer["features"]]
    return [point["id"] for point in answer["points"]]


def test_the_list_has_all_points_in_order_of_id(ask, catalogue):
    answer = ask(POINTS)

    PointsShape.model_validate(answer)
    assert ids(answer) == sorted(catalogue.points)
    assert (answer["total"], answer["next"]) == (51, None)


def test_pages_together_are_the_whole_list(ask):
    seen, cursor = [], {}
    for _ in range(4):
        page = ask(POINTS, limit="17", **cursor)
        assert page["total"] == 51
        seen += ids(page)
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert seen == ids(ask(POINTS))


FILTERS = [
    {"matter": "M061"},
    {"kind": "sub-police"},
    {"street": "观音桥街道"},
    {"street": "没有的街道"},
    {"open": "now", "at": SATURDAY},
    {"open": "now", "at": "2026-11-25T10:00:00+08:00"},
    {"bbox": "106.5,29.55,106.55,29.6"},
    {"q": "派出所"},
    {"q": "Service Centre"},
    {"matter": "M061", "kind": "sub-police", "open": "now"},
]


def expected(catalogue, asked):
    """Return the ids that pass, by looking at every point."""
    at = datetime.fromisoformat(asked.get("at", "2026-11-25T10:00:00+08:00")).astimezone(ZONE)
    west, south, east, north = map(float, asked.get("bbox", "-180,-90,180,90").split(","))
    found = []
    for point in catalogue.points.values():
        offer = catalogue.offers_by_matter.get(asked.get("matter"), {}).get(point.id)
        texts = (point.name_zh, point.name_en, point.address, point.street, point.id)
        place = point.place.coordinate
        passes = [
            "matter" not in asked or offer is not None,
            point.kind.value == asked.get("kind", point.kind.value),
            point.street == asked.get("street", point.street),
            "open" not in asked or catalogue.status(point.id, at, offer).is_open,
            west <= place.lon <= east and south <= place.lat <= north,
            any(asked.get("q", "").lower().replace(" ", "") in text.lower().replace(" ", "") for text in texts),
        ]
        if all(passes):
            found.append(point.id)
    return found


@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_every_filter_equals_looking_at_every_point(ask, catalogue, asked):
    assert ids(ask(POINTS, **asked)) == expected(catalogue, asked)


@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_the_map_shows_the_points_of_the_list(ask, asked):
    assert ids(ask(MAP, **asked)) == ids(ask(POINTS, **asked))


def test_the_map_is_a_feature_collection_as_rfc_7946_has_it(ask, client, catalogue):
    answer = ask(MAP)

    CollectionShape.model_validate(answer)
    assert client.get(MAP).content_type == "application/geo+json"
    assert "crs" not in answer
    for feature in answer["features"]:
        place = catalogue.points[feature["id"]].place.coordinate
        assert feature["geometry"] == {"type": "Point", "coordinates": [place.lon, place.lat]}
        assert feature["properties"]["id"] == feature["id"]


def test_the_map_tells_states_only_when_a_moment_was_asked_about(ask):
    assert all("open" not in feature["properties"] for feature in ask(MAP)["features"])
    assert all(feature["properties"]["open"]["state"] for feature in ask(MAP, at=SATURDAY)["features"])


def test_a_point_tells_everything_known(ask, catalogue):
    answer = ask(f"{POINTS}/JB-001")

    PointDetailsShape.model_validate(answer)
    point = catalogue.points["JB-001"]
    assert (answer["source"], answer["confidence"]) == (point.source, point.confidence)
    assert [offer["matter"] for offer in answer["offers"]] == [
        offer.matter_code for offer in catalogue.offers_by_point["JB-001"]
    ]


def test_every_point_has_the_documented_shape(ask, catalogue):
    for point_id in catalogue.points:
        PointDetailsShape.model_validate(ask(f"{POINTS}/{point_id}", lang="en"))


def test_the_ordinary_week_begins_on_monday_and_knows_no_holiday(ask):
    hours = ask(f"{POINTS}/JB-001", at="2026-10-01T10:00:00+08:00")["hours"]

    day = [["09:00", "12:00"], ["14:00", "18:00"]]
    assert hours["week"] == [day, day, day, day, day, [], []]
    assert hours["today"] == []


def test_holidays_and_worked_weekends_are_exceptions(ask):
    exceptions = ask(f"{POINTS}/JB-001", at="2026-09-15T10:00:00+08:00")["hours"]["exceptions"]

    festival = next(row for row in exceptions if row["from"] <= "2026-10-01" <= row["to"])
    assert (festival["spans"], "国庆" in festival["reason"]) == ([], True)
    worked = next(row for row in exceptions if row["spans"])
    assert worked["from"] == worked["to"]
    assert datetime.fromisoformat(worked["from"]).weekday() >= 5


def test_days_after_the_calendar_are_told_as_not_announced(ask):
    hours = ask(f"{POINTS}/JB-001")["hours"]

    assert {"from": "2027-01-01", "to": "2027-01-03", "spans": [], "reason": "calendar_not_announced"} in hours[
        "exceptions"
    ]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"bbox": "106.6,29.5,106.5,29.6"}, "bbox"),
        ({"bbox": "106.5,29.6,106.6,29.5"}, "bbox"),
        ({"bbox": "106.5,29.5,106.6"}, "bbox"),
        ({"bbox": "106.5,29.5,106.6,NaN"}, "bbox"),
        ({"bbox": "106.5,29.5,106.6,91"}, "bbox"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"open": "arrival"}, "open"),
        ({"cursor": "JB-001"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "YWZ0ZXI6SkItMDAx="}, "cursor"),
    ],
)
@pytest.mark.parametrize("path", [POINTS, MAP])
def test_what_is_wrong_is_named(refuse, path, parameters, field):
    problem = refuse(path, **parameters)

    assert (problem["code"], problem["field"]) == ("wrong_parameter", field)


@pytest.mark.parametrize("point_id", ["JB-999", "x", "JB-001%00", "..%2Fetc", "%FF", "1' OR '1'='1"])
def test_an_unknown_point_is_not_found(client, point_id):
    response = client.get(f"{POINTS}/{point_id}")

    assert response.status_code == 404
    assert response.get_json(force=True)["code"] in {"unknown_point", "not_found"}


def test_an_unknown_matter_is_not_found(refuse):
    assert refuse(POINTS, status=404, matter="M999")["code"] == "unknown_matter"
