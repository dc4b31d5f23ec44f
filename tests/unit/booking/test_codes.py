"""Booking codes: enough bits, no look-alikes, read back however they are typed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.booking.codes import ALPHABET, LENGTH, NO_CODE, RANDOM_BYTES, code_of, grouped, number_of, read_code

RANDOM = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


def test_a_code_has_at_least_80_random_bits():
    assert LENGTH * math.log2(len(ALPHABET)) >= 80
    assert 8 * RANDOM_BYTES - LENGTH * math.log2(len(ALPHABET)) >= 40


def test_no_sign_looks_like_another():
    assert not set("01OIL") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


@given(RANDOM)
def test_a_code_is_read_back_in_any_spelling(random):
    code = code_of(random)
    shown = grouped(code)

    assert {read_code(text) for text in (code, shown, shown.lower(), shown.replace("-", " "), f" {shown} ")} == {code}


@given(RANDOM, RANDOM)
def test_other_random_bytes_make_another_code(one, other):
    assert (code_of(one) == code_of(other)) == (
        int.from_bytes(one, "big") % len(ALPHABET) ** LENGTH == int.from_bytes(other, "big") % len(ALPHABET) ** LENGTH
    )


@pytest.mark.parametrize(
    "text", ["", "A", "0" * LENGTH, "A" * (LENGTH + 1), "\x00" * LENGTH, "Ä" * LENGTH, "A" * 10_000]
)
def test_what_cannot_be_a_code_is_none(text):
    assert read_code(text) is None


def test_the_code_in_place_of_none_can_be_looked_up():
    assert read_code(NO_CODE) == NO_CODE


def test_a_number_has_six_digits():
    assert number_of(bytes(8)) == "000000"
    assert number_of(b"\xff" * 8).isdecimal() and len(number_of(b"\xff" * 8)) == 6
