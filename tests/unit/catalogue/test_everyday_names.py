"""Everyday names come in both languages and are told apart by their letters."""

from building import a_matter
from shipped_catalogue import shipped_catalogue


def test_everyday_names_of_both_columns_are_loaded_in_order():
    names = shipped_catalogue().matters["M144"].folk_names

    assert names[0] == "结婚"
    assert "get married" in names
    assert names.index("get married") > names.index("扯证")


def test_names_in_small_letters_are_english_and_the_others_chinese():
    matter = a_matter(folk_names=("开歌厅", "KTV", "12315", "karaoke licence"))

    assert matter.folk_names_in("zh") == ("开歌厅", "KTV", "12315")
    assert matter.folk_names_in("en") == ("karaoke licence",)
