"""Strict text to typed values."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.errors import InvalidQuery
from mapapp.finder.nearest import OpenFilter
from mapapp.hours.opening_hours import ZONE
from mapapp.web.parameters import (
    Parameter,
    box,
    check_text,
    count_between,
    moment,
    number_between,
    one_of,
    pairs_of,
    read_arguments,
    table,
    words,
)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-0.5", -0.5), ("29.5734", 29.5734), ("1e1", 10), ("2.5E-1", 0.25)]
)
def test_json_numbers_are_numbers(text, value):
    assert number_between(-90, 90)(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "1_0",
        "01",
        ".5",
        "5.",
        "0x1",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "１",
        "1,5",
        "91",
        "٣",
        "1\n",
    ],
)
def test_everything_else_is_no_number(text):
    with pytest.raises(ValueError):
        number_between(-90, 90)(text)


@given(st.floats(min_value=-90, max_value=90, allow_nan=False))
def test_what_a_program_writes_as_a_number_is_read_back(value):
    assert number_between(-90, 90)(repr(value)) == value


@pytest.mark.parametrize("text", ["", "0", "51", "5.0", "+5", " 5", "05", "5e0", "-1", "五", "²", "1_0", "9" * 4000])
def test_counts_are_whole_ascii_numbers_in_range(text):
    with pytest.raises(ValueError):
        count_between(1, 50)(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25T10:00:00+08:00",
        "2026-11-25T10:00:00 08:00",
        "2026-11-25T10:00+08:00",
        "2026-11-25T02:00:00Z",
        "2026-11-25t02:00:00z",
        "2026-11-25T10:00:00.987654321+08:00",
        "2026-11-24T21:00:00-05:00",
    ],
)
def test_every_way_to_write_a_moment_means_the_same(text):
    assert moment(text) == datetime(2026, 11, 25, 10, tzinfo=ZONE)
    assert moment(text).tzinfo is ZONE


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25T10:00:00",
        "2026-11-25",
        "2026-11-25 10:00:00+08:00",
        "2026-11-25T10:00:00+0800",
        "2026-11-25T10:00:00+24:00",
        "2026-11-25T24:00:00+08:00",
        "2026-11-25T10:00:60+08:00",
        "2026-13-01T10:00:00+08:00",
        "2026-02-29T10:00:00+08:00",
        "２０２６-11-25T10:00:00+08:00",
        "1700000000",
        "now",
        "",
    ],
)
def test_everything_else_is_no_moment(text):
    with pytest.raises(ValueError):
        moment(text)


def test_a_box_is_west_south_east_north():
    assert box("106.4,29.5,106.9,29.8") == (106.4, 29.5, 106.9, 29.8)


@pytest.mark.parametrize(
    "text", ["1,2,3", "1,2,3,4,5", "3,2,1,4", "1,4,3,2", "1,2,1,4", "1,2,181,4", "a,b,c,d", "1, 2,3,4"]
)
def test_everything_else_is_no_box(text):
    with pytest.raises(ValueError):
        box(text)


def test_a_choice_is_one_of_its_values_or_of_the_allowed_ones():
    assert one_of(OpenFilter)("arrival") is OpenFilter.ARRIVAL
    for refused in ("arrival", "ANY", "", "any "):
        with pytest.raises(ValueError):
            one_of(OpenFilter, OpenFilter.ANY, OpenFilter.NOW)(refused)


def test_words_lose_the_space_around_them_but_must_say_something():
    assert words("  社保卡 ") == "社保卡"
    with pytest.raises(ValueError):
        words("\u3000 ")


@pytest.mark.parametrize("text", ["\x00", "a\nb", "a\x7f", "\x9f", "\ud800", "x" * 201])
def test_text_that_cannot_be_read_is_refused(text):
    with pytest.raises(InvalidQuery) as refused:
        check_text(text, "q")

    assert (refused.value.code, refused.value.field) == ("invalid_text", "q")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_every_other_text_passes(text):
    check_text(text, "q")


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("a=1&&b", [("a", "1"), ("b", "")]),
        ("q=%E7%A4%BE+%26", [("q", "社 &")]),
        ("q=a+b", [("q", "a b")]),
        ("a=b=c", [("a", "b=c")]),
        ("q=社".encode().decode("latin-1"), [("q", "社")]),
        ("q=%25FF", [("q", "%FF")]),
    ],
)
def test_a_query_string_is_read_as_the_bytes_it_stands_for(query, pairs):
    assert pairs_of(query) == pairs


@pytest.mark.parametrize("query", ["q=%FF", "q=%ED%A0%80", "%C3=1", "q=\xff", "a=1&q=%E7%A4"])
def test_a_query_string_that_is_not_utf8_is_refused(query):
    with pytest.raises(InvalidQuery) as refused:
        pairs_of(query)

    assert refused.value.code == "invalid_text"


LIMIT = Parameter(name="limit", read=count_between(1, 9), schema={}, description="")
NAME = Parameter(name="name", read=words, schema={}, description="", is_required=True)


def test_arguments_come_as_typed_values():
    assert read_arguments([("limit", "3"), ("name", "甲")], table(LIMIT, NAME)) == {"limit": 3, "name": "甲"}


@pytest.mark.parametrize(
    ("pairs", "code", "field"),
    [
        ([("name", "甲"), ("other", "1")], "unknown_parameter", "other"),
        ([("name", "甲"), ("name", "甲")], "repeated_parameter", "name"),
        ([("name", "甲"), ("limit", "0")], "wrong_parameter", "limit"),
        ([("limit", "1")], "missing_parameter", "name"),
        ([], "missing_parameter", "name"),
        ([("name", "\x00")], "invalid_text", "name"),
    ],
)
def test_what_is_wrong_with_arguments_is_named(pairs, code, field):
    with pytest.raises(InvalidQuery) as refused:
        read_arguments(pairs, table(LIMIT, NAME))

    assert (refused.value.code, refused.value.field) == (code, field)
