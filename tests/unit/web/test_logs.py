"""Request ids and masked paths."""

import pytest

from mapapp.web.logs import id_for, masked


def test_a_well_formed_id_is_kept():
    assert id_for({"HTTP_X_REQUEST_ID": "Abc-09"}) == "Abc-09"


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "ä", "x" * 65, '"'])
def test_another_id_is_made_anew(given):
    assert id_for({"HTTP_X_REQUEST_ID": given}) != given


def test_ids_differ():
    assert len({id_for({}) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/booking/k7Qe2m9", "/booking/…"),
        ("/api/v1/bookings/k7Qe2m9.ics", "/api/v1/bookings/…"),
        ("/booking/k7Qe2m9/cancel", "/booking/…/cancel"),
        ("/book/JB-001", "/book/JB-001"),
        ("/points/JB-001", "/points/JB-001"),
    ],
)
def test_a_booking_code_is_never_written(path, shown):
    assert masked(path) == shown
