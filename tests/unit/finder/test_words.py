"""The word lists are sound, and words that mean the same become one."""

import csv
from collections import Counter

import pytest

from mapapp.finder.english import English, stem
from mapapp.finder.sounds import Sounds, blurred
from mapapp.finder.words import SearchWords, shipped_words, units
from mapapp.shipped import shipped

KINDS = {"same", "english", "filler", "filler_en", "elsewhere", "keep"}


def rows():
    with (shipped("geodata") / "search_words.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_row_is_of_a_known_kind_and_only_words_of_a_kind_have_one_that_stands_for_them():
    for row in rows():
        assert row["kind"] in KINDS
        assert bool(row["word"]) == (row["kind"] in ("same", "english")), row
        assert row["words"].strip(), row


@pytest.mark.parametrize("kind", ["same", "english"])
def test_no_word_stands_for_two_things(kind):
    counted = Counter(word for row in rows() if row["kind"] == kind for word in {row["word"], *row["words"].split(";")})

    assert [word for word, count in counted.items() if count > 1] == []


def test_no_word_both_means_something_and_is_filler():
    words = shipped_words()

    assert set(words.same) & words.filler == set()
    assert set(words.english) & words.filler_english == set()


def test_words_that_mean_the_same_become_one_and_the_longest_wins():
    words = SearchWords(same={"娃儿": "小孩", "娃": "小孩", "驾驶证": "驾照"})

    assert words.canonical("娃儿的驾驶证") == "小孩的驾照"


def test_filler_becomes_a_gap_but_filler_alone_stays():
    words = SearchWords(filler=frozenset({"请问", "怎么办"}))

    assert units(words.canonical("请问护照怎么办")) == ("", "护", "照", "")
    assert words.canonical("请问怎么办") == "请问怎么办"


def test_a_word_that_is_kept_is_not_cut():
    words = SearchWords(same={"查": "查询"}, kept=frozenset({"检查"}))

    assert words.canonical("检查") == "检查"
    assert words.canonical("查档案") == "查询档案"


def test_words_about_other_things_are_found_whole():
    words = SearchWords(elsewhere=frozenset({"外卖", "点外卖", "song"}))

    assert words.elsewhere_in("我要点外卖") == ("点外卖",)
    assert words.elsewhere_in("play a song") == ("song",)
    assert words.elsewhere_in("is on gas") == ()


def test_letters_and_digits_are_pieces_of_their_own():
    assert units("开ktv满80岁") == ("开", "ktv", "满", "80", "岁")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("registering", "register"),
        ("licences", "licence"),
        ("stopped", "stop"),
        ("parties", "party"),
        ("houses", "house"),
    ],
)
def test_endings_of_number_and_tense_go_away(one, other):
    assert stem(one) == stem(other)


def test_english_words_of_a_kind_become_one_and_slips_are_mended():
    english = English(SearchWords(english={"lost": "lost", "missing": "lost", "passed away": "death"}))
    english.learn("renew passport")

    assert english.read("missing pasport") == ("lost", "passport")
    assert english.read("he passed away") == ("he", "death")


@pytest.mark.parametrize(("one", "other"), [("zhe", "ze"), ("nan", "lan"), ("ling", "lin"), ("sheng", "sen")])
def test_syllables_that_people_here_do_not_tell_apart_are_one(one, other):
    assert blurred(one) == blurred(other)


def test_first_letters_stand_for_what_most_names_hold():
    sounds = Sounds(["补身份证", "换身份证", "租房子"])

    assert sounds.spelled_out("sfz")[0] == "身份证"
    assert sounds.spelled_out("qqq") == ()
