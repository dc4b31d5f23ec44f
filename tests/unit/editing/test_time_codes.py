"""The six digits are those that every authenticator shows: the test values of RFC 6238, appendix B."""

from datetime import UTC, datetime, timedelta

import pytest

from mapapp.editing.time_codes import PERIOD_S, code_of, enrolment_address, key_text, step_at, step_of, typed_code

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 25, 2, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_values_of_the_standard_come_out(second, code):
    assert code_of(SECRET, second // PERIOD_S, digits=8) == code
    assert code_of(SECRET, second // PERIOD_S) == code[2:]


@pytest.mark.parametrize(("late", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_telephone_may_be_half_a_minute_early_or_late(late, is_taken):
    code = code_of(SECRET, step_at(NOW + timedelta(seconds=late)))

    assert (step_of(SECRET, code, NOW) is not None) == is_taken


@pytest.mark.parametrize("code", ["", "12345", "1234567", "口令一二三四", "٠١٢٣٤٥", "abcdef"])
def test_what_is_no_code_is_none(code):
    assert step_of(SECRET, code, NOW) is None


def test_spaces_between_the_digits_do_not_matter():
    assert typed_code(" 123 456 ") == "123456"


def test_the_address_of_the_qr_code_names_the_account_and_hides_nothing_in_it():
    address = enrolment_address(SECRET, "办理点 map", "王 a/b?c&d")

    assert key_text(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert address == (
        "otpauth://totp/%E5%8A%9E%E7%90%86%E7%82%B9%20map:%E7%8E%8B%20a%2Fb%3Fc%26d"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%8A%9E%E7%90%86%E7%82%B9%20map"
    )
