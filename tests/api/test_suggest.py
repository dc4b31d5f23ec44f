"""GET /api/v1/suggest: matters, packages, points and places that fit what was typed so far."""

import pytest

from mapapp.web.api.suggest import SuggestionsShape

SUGGEST = "/api/v1/suggest"


def kinds(answer):
    return [each["kind"] for each in answer["suggestions"]]


def test_one_box_finds_all_four_groups_one_after_another(ask):
    # 观音桥 is a place and stands in names of points; 社保 in names of matters
    answer = ask(SUGGEST, q="观音桥")
    SuggestionsShape.model_validate(answer)
    assert [kind for kind in ("matter", "package", "point", "place") if kind in kinds(answer)][-2:] == [
        "point",
        "place",
    ]
    assert kinds(answer) == sorted(kinds(answer), key=["matter", "package", "point", "place"].index)

    assert "package" in kinds(ask(SUGGEST, q="新生儿"))
    assert kinds(ask(SUGGEST, q="社保"))[0] == "matter"


def test_what_was_typed_is_marked_in_what_matched(ask):
    for typed, part in (("落户", "落户"), ("luohu", "落户"), ("lh", "落户"), ("household", "ousehold")):
        best = ask(SUGGEST, q=typed)["suggestions"][0]
        assert part in best["matched"][best["start"] : best["end"]], (typed, best)


@pytest.mark.parametrize("typed", ["社", "a", "办", "z", "江北", "证明", "1"])
def test_there_are_never_more_than_ten(ask, typed):
    assert len(ask(SUGGEST, q=typed)["suggestions"]) <= 10
    assert len(ask(SUGGEST, q=typed, limit="3")["suggestions"]) <= 3


def test_every_suggestion_leads_to_a_page(ask, client):
    for typed in ("社保", "观音桥", "新生儿", "税务"):
        for each in ask(SUGGEST, q=typed)["suggestions"]:
            assert client.get(each["url"]).status_code == 200, each


def test_names_come_in_the_language_asked_for(ask):
    names = {each["name"] for each in ask(SUGGEST, q="birth", lang="en")["suggestions"]}

    assert names
    assert all(name.isascii() for name in names)


def test_place_and_time_in_the_words_are_told_and_not_applied(ask):
    answer = ask(SUGGEST, q="观音桥周六哪里办社保卡")

    heard = answer["understood"]
    assert (heard["place"], heard["when"], heard["at"]) == ("观音桥", "周六", "2026-11-28T10:00:00+08:00")
    assert "社保卡" in heard["rest"]
    assert answer["suggestions"][0]["kind"] == "matter"
    assert "社会保障卡" in answer["suggestions"][0]["name"]


def test_nothing_fits_nonsense(ask):
    assert ask(SUGGEST, q="qqxxzz")["suggestions"] == []


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        '"AND NOT NEAR(',
        "社保 OR NEAR(卡, 2) *",
        "%_%",
        "<script>alert(1)</script>",
        "^a$*+?{}[]|\\",
        "😀😀",
        "．．／．．／",
        "证" * 200,
    ],
)
def test_signs_of_other_languages_are_words_like_any(ask, text):
    SuggestionsShape.model_validate(ask(SUGGEST, q=text))


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "missing_parameter"),
        ({"q": ""}, "wrong_parameter"),
        ({"q": "   "}, "wrong_parameter"),
        ({"q": "社\x00保"}, "invalid_text"),
        ({"q": "社" * 201}, "invalid_text"),
        ({"q": "社保", "limit": "11"}, "wrong_parameter"),
        ({"q": "社保", "at": "x"}, "unknown_parameter"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(refuse, parameters, code):
    assert refuse(SUGGEST, **parameters)["code"] == code


def test_what_was_typed_is_kept_nowhere(client):
    response = client.get(SUGGEST, query_string={"q": "观音桥"})

    assert response.headers["Cache-Control"] == "no-store"
