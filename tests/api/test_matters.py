"""GET /api/v1/matters, /matters/{code}."""

import pytest

from mapapp.web.api.shapes import MatterDetailsShape, MattersShape

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
