"""Everyday words find the matter; the sample of queries is answered well enough to stand on."""

import csv
from pathlib import Path

import pytest

from mapapp.finder.matter_search import MatterSearch, normalise
from shipped_catalogue import shipped_catalogue

SAMPLE = Path(__file__).parents[2] / "data" / "queries_sample.csv"


@pytest.fixture(scope="module")
def search():
    return MatterSearch.of(shipped_catalogue())


def first_codes(hits, count=3):
    return [hit.matter.code for hit in hits.hits[:count]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("落户", "M053"),
        ("办护照", "M063"),
        ("辦護照", "M063"),
        ("ＨＵＺＨＡＯ", "M063"),
        ("gongjijin", "M206"),
        ("普通护照签发", "M063"),
        ("ordinary passport", "M063"),
        ("娃儿读书", "M164"),
        ("办个执照", "M006"),
    ],
)
def test_the_words_of_a_resident_find_the_matter(search, words, code):
    assert code in first_codes(search.search(words)), search.search(words).hits[:3]


def test_a_name_typed_in_full_is_the_first_and_a_sure_answer(search):
    for matter in shipped_catalogue().matters.values():
        found = search.search(matter.name_zh)
        assert found.confident
        assert found.hits[0].score == 1.0
        # two matters may share a folk name with another's official name; the exact hit is among the first two
        assert matter.code in first_codes(found, 2)


def test_what_hit_is_told_as_it_is_written_in_the_data(search):
    hit = search.search("落户").hits[0]

    assert hit.matched == "落户"
    assert hit.matter.code == "M053"


@pytest.mark.parametrize("nothing", ["", "   ", "？！", "\t"])
def test_no_words_find_nothing(search, nothing):
    assert search.search(nothing).hits == ()
    assert not search.search(nothing).confident


@pytest.mark.parametrize("words", ["点外卖", "看电影", "打麻将", "zzzzzz"])
def test_words_about_something_else_are_no_sure_answer(search, words):
    assert not search.search(words).confident


def test_at_most_the_number_asked_for_best_first(search):
    found = search.search("社保卡", limit=4).hits

    assert len(found) == 4
    assert len({hit.matter.code for hit in found}) == 4
    assert all(0 <= hit.score <= 1 for hit in found)


def test_hostile_lengths_and_signs_do_no_harm(search):
    for words in ("社" * 100_000, "\U0001f600" * 50, '"; DROP TABLE matter; --', "%_%", "\x00社保卡"):
        assert len(search.search(words).hits) <= 10


def test_normalising_twice_changes_nothing():
    for text in ("辦 護 照", "ＡＢＣ—１２３", "（社保）卡！"):
        assert normalise(normalise(text)) == normalise(text)


def test_of_the_sample_queries_nine_in_ten_have_a_right_matter_among_the_first_three(search):
    """A floor for this first version, measured at 0.92; raise it with the search, never lower it."""
    with SAMPLE.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["expected"]]
    right = [set(first_codes(search.search(row["query"]))) & set(row["expected"].split(";")) for row in rows]

    assert sum(map(bool, right)) / len(rows) >= 0.9
