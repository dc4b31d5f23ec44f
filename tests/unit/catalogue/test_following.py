"""For how long a replica has lacked something: by what was published, not by a clock."""

import pytest

from mapapp.catalogue.following import Lag


def test_a_replica_that_has_everything_is_not_behind_however_long_nothing_is_published() -> None:
    lag = Lag()

    assert [lag.seconds(now, (7, "a"), (7, "a")) for now in (0.0, 100.0, 10_000.0)] == [0.0, 0.0, 0.0]


def test_the_time_counts_from_when_the_primary_was_first_seen_with_it() -> None:
    lag = Lag()

    seconds = [
        lag.seconds(now, primary, (7, "a")) for now, primary in ((1.0, (8, "a")), (2.0, (8, "a")), (4.0, (9, "a")))
    ]

    assert seconds == [0.0, 1.0, 3.0]
    assert lag.seconds(5.0, (9, "a"), (9, "a")) == 0.0


def test_a_steady_stream_of_publications_is_no_lag() -> None:
    lag = Lag()

    # one revision behind at each look, yet none is missing for two looks
    behind = [lag.seconds(number / 10, (number, "a"), (number - 1, "a")) for number in range(1, 200)]

    assert max(behind) <= 0.11


def test_what_is_missing_among_many_publications_is_counted_from_the_first_of_them() -> None:
    lag = Lag()

    behind = [lag.seconds(float(number), (number, "a"), (3, "a")) for number in range(3, 10)]

    assert behind == [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(("primary", "replica"), [(None, (3, "a")), ((8, "a"), None), (None, None)])
def test_where_one_of_them_is_away_there_is_nothing_to_compare(
    primary: tuple[int, str] | None, replica: tuple[int, str] | None
) -> None:
    lag = Lag()
    lag.seconds(0.0, (8, "a"), (3, "a"))

    assert lag.seconds(9.0, primary, replica) == 0.0


def test_a_restored_primary_is_followed_into_its_new_epoch() -> None:
    lag = Lag()

    behind = [lag.seconds(now, (2, "b"), (7, "a")) for now in (0.0, 3.0)]

    assert behind == [0.0, 3.0]
    assert lag.seconds(4.0, (2, "b"), (2, "b")) == 0.0
