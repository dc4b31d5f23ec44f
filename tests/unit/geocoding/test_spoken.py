"""How a text is folded, and what is taken away from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.geocoding.spoken import fold, other_area, telling_characters, without_filler, without_home, without_number


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("觀音橋", "观音桥"),
        ("ＩＦＳ", "ifs"),
        ("北滨1路", "北滨一路"),
        ("建新北路 4 支路", "建新北路四支路"),
        ("12村", "十二村"),
        ("建新东路19号", "建新东路19号"),
        ("黄泥磅", "黄泥塝"),
        ("国奥·村！", "国奥村"),
        ("lüdu", "lvdu"),
    ],
)
def test_one_form_for_all_spellings(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("我在观音桥那边", "观音桥"),
        ("请问我要去红土地附近的", "红土地"),
        ("北城天街门口", "北城天街"),
        ("桥里", "桥里"),
    ],
)
def test_filler_goes_away_but_never_the_name(text, bare):
    assert without_filler(text) == bare


def test_home_goes_away_whole():
    assert without_home("重庆市江北区观音桥") == "观音桥"
    assert without_home("江北区") == "江北区"


def test_a_house_number_goes_away_but_not_a_name_that_is_one():
    assert without_number("建新东路19号2楼") == "建新东路"
    assert without_number("d7") == "d7"
    assert without_number("12345") == "12345"


def test_directions_and_numerals_tell_neighbours_apart():
    assert telling_characters("建新东路") != telling_characters("建新西路")
    assert telling_characters("建新路") == ""


def test_another_area_is_named_only_by_its_full_name():
    assert other_area(fold("渝北区嘉州路")) == "渝北区"
    assert other_area(fold("渝北四村")) is None
    assert other_area(fold("盘溪市场")) is None
