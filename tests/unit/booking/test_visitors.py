"""What somebody types about themselves: read in every usual spelling, refused without repeating it."""

import pytest

from mapapp.booking.visitors import Visitor, masked_name, masked_phone, read_last4, read_name, read_phone
from mapapp.errors import InvalidQuery


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张三", "张三"),
        ("  张  三 ", "张 三"),
        ("𠮷野家", "𠮷野家"),
        ("阿卜杜·热合曼", "阿卜杜·热合曼"),
        ("Jean-Luc O'Neill", "Jean-Luc O'Neill"),
        ("重庆两江（江北）有限公司", "重庆两江（江北）有限公司"),
        ("Jose\u0301", "José"),
    ],
)
def test_names_of_people_and_companies_are_read(typed, name):
    assert read_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "  ", "123", "<b>张三</b>", "张三\u202e", "张\x00三", "张三😀", "名" * 51, "\ud800"]
)
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(InvalidQuery) as refused:
        read_name(typed)

    assert (refused.value.code, refused.value.field) == ("wrong_name", "name")


@pytest.mark.parametrize(
    "typed",
    ["13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "008613812345678", "１３８１２３４５６７８"],
)
def test_a_mobile_number_is_read_in_every_usual_spelling(typed):
    assert read_phone(typed) == "13812345678"


@pytest.mark.parametrize("typed", ["", "1381234567", "12812345678", "138123456789", "023-67851234", "+1 2125550100"])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(InvalidQuery, match="wrong_phone"):
        read_phone(typed)


@pytest.mark.parametrize(("typed", "last4"), [("123x", "123X"), ("AB12", "AB12"), (" 0001 ", "0001")])
def test_the_last_four_of_any_document_are_read(typed, last4):
    assert read_last4(typed) == last4


@pytest.mark.parametrize("typed", ["", "123", "12345", "12-4", "一二三四"])
def test_what_is_not_four_signs_is_refused(typed):
    with pytest.raises(InvalidQuery, match="wrong_id_last4"):
        read_last4(typed)


def test_no_refusal_and_no_print_repeats_what_was_typed():
    visitor = Visitor.read("张三", "13812345678", "123X")
    with pytest.raises(InvalidQuery) as refused:
        read_phone("1381234")

    assert "1381234" not in f"{refused.value}{refused.value.values}"
    assert not any(part in f"{visitor!r} {visitor}" for part in ("张三", "13812345678", "123X"))


def test_masks_leave_enough_to_recognise_and_no_more():
    assert (masked_name("张三"), masked_name("欧阳娜娜"), masked_phone("13812345678")) == (
        "张*",
        "欧***",
        "138****5678",
    )
