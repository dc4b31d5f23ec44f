"""GET /api/v1/matters, /matters/{code}."""

from datetime import timedelta

import pytest

from mapapp.catalogue.search_misses import most_frequent, record
from mapapp.web.api.matter_shapes import MatterDetailsShape, MattersShape
from mapapp.web.context import EXTENSION
from tests.api.conftest import HERE
from tests.conftest import NOW

MATTERS = "/api/v1/matters"


def test_without_words_all_matters_are_listed_by_code(ask, catalogue):
    answer = ask(MATTERS)

    MattersShape.model_validate(answer)
    assert [matter["code"] for matter in answer["matters"]] == sorted(catalogue.matters)
    assert answer["confident"] is True


def test_a_limit_holds_with_and_without_words(ask):
    assert len(ask(MATTERS, limit="7")["matters"]) == 7
    assert len(ask(MATTERS, limit="3", q="证明")["matters"]) == 3


def test_words_find_matters_best_first_and_say_what_hit(ask):
    answer = ask(MATTERS, q="注册公司")

    MattersShape.model_validate(answer)
    best = answer["matters"][0]
    assert (best["code"], best["matched"], answer["confident"]) == ("M001", "注册公司", True)


def test_nonsense_is_not_answered_with_confidence(ask):
    assert ask(MATTERS, q="zzqqxx")["confident"] is False


def test_place_and_time_in_the_words_are_told_and_leave_the_matter(ask):
    answer = ask(MATTERS, q="观音桥周六哪里办社保卡")

    MattersShape.model_validate(answer)
    assert answer["understood"] == {"rest": "哪里办社保卡", "place": "观音桥", "when": "周六"}
    assert answer["matters"] == ask(MATTERS, q="哪里办社保卡")["matters"]
    assert "understood" not in ask(MATTERS)


def test_words_without_a_good_match_are_counted_by_their_text_alone(make_app):
    app = make_app()
    client = app.test_client()
    words = {"q": "观音桥周六买电影票"}

    for _ in range(2):
        assert client.get(MATTERS, query_string=words).get_json()["confident"] is False
    assert client.get("/api/v1/nearest", query_string={**HERE, **words}).get_json()["results"] == []
    client.get(MATTERS, query_string={"q": "社保卡"})
    # what stands in the box so far is no search yet
    client.get("/api/v1/suggest", query_string=words)

    with app.extensions[EXTENSION].keeper.database.transaction() as session:
        for day in (NOW + timedelta(days=1), NOW + timedelta(days=2)):
            record(session, "买电影票", day.date())
        (miss,) = most_frequent(session)
    assert (miss.text, miss.times) == ("买电影票", 5)


def test_a_matter_tells_what_to_bring_how_long_and_where(ask, catalogue):
    answer = ask(f"{MATTERS}/M061")

    MatterDetailsShape.model_validate(answer)
    assert [row["name"] for row in answer["materials"]] == [row.name for row in catalogue.matters["M061"].materials]
    assert {point["id"] for point in answer["points"]} == set(catalogue.offers_by_matter["M061"])
    assert answer["limits"]["legal"] == {"days": 3, "unit": "working"}


def test_every_matter_has_the_documented_shape(ask, catalogue):
    for code in list(catalogue.matters)[::8]:
        MatterDetailsShape.model_validate(ask(f"{MATTERS}/{code}", lang="en"))


@pytest.mark.parametrize("code", ["M999", "m061", "M061 "])
def test_an_unknown_matter_is_not_found(refuse, code):
    problem = refuse(f"{MATTERS}/{code}", status=404)

    assert (problem["code"], problem["field"]) == ("unknown_matter", "matter")


@pytest.mark.parametrize("path", [MATTERS, f"{MATTERS}/M061"])
def test_an_unknown_parameter_is_refused(refuse, path):
    assert refuse(path, at="2026-11-25T10:00:00+08:00")["code"] == "unknown_parameter"


@pytest.mark.parametrize("path", [MATTERS, "/api/v1/suggest", "/api/v1/nearest", "/api/v1/points", "/api/v1/geocode"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "wrong_parameter"),
        ("   ", "wrong_parameter"),
        ("证" * 34_000, "invalid_text"),  # 102 kB
        ("社\x07保", "invalid_text"),
        ("社\x00保", "invalid_text"),
        ("社\x85保", "invalid_text"),
    ],
)
def test_words_that_cannot_be_read_are_refused_and_not_sent_back(client, path, text, code):
    place = HERE if path.endswith("/nearest") else {}
    response = client.get(path, query_string={**place, "q": text})

    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    problem = response.get_json(force=True)
    assert (problem["code"], problem["field"]) == (code, "q")
    assert len(response.get_data()) < 500


@pytest.mark.parametrize("path", [MATTERS, "/api/v1/suggest", "/api/v1/nearest", "/api/v1/points", "/api/v1/geocode"])
@pytest.mark.parametrize(
    "text", ["'; DROP TABLE matter;--", '"a" AND NEAR(b*, 2) -c:d ^x', "%_%*?", "<script>alert(1)</script>"]
)
def test_hostile_words_are_words_like_any(client, path, text):
    place = HERE if path.endswith("/nearest") else {}
    response = client.get(path, query_string={**place, "q": text})

    assert response.status_code == 200
    assert response.content_type.startswith("application/json")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
