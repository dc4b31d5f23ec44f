"""A wrong password makes one wait, longer each time, and never for ever."""

from datetime import timedelta

import pytest

from mapapp.editing.delays import FORGOTTEN_AFTER, FREE, LONGEST_S, DelayKind, keys_of, wait_s
from tests.building import at

NOW = at("2026-11-25 10:00")


@pytest.mark.parametrize("kind", DelayKind)
def test_the_first_failures_cost_nothing(kind):
    assert wait_s(kind, FREE[kind] - 1, NOW, NOW) == 0
    assert wait_s(kind, FREE[kind], NOW, NOW) == 1


@pytest.mark.parametrize("kind", DelayKind)
def test_the_wait_doubles_up_to_its_longest(kind):
    waits = [wait_s(kind, FREE[kind] + more, NOW, NOW) for more in range(40)]

    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_S[kind]


def test_the_wait_passes_with_time():
    assert wait_s(DelayKind.PAIR, FREE[DelayKind.PAIR] + 3, NOW, NOW + timedelta(seconds=7.5)) == 1
    assert wait_s(DelayKind.PAIR, FREE[DelayKind.PAIR] + 3, NOW, NOW + timedelta(seconds=8)) == 0


@pytest.mark.parametrize("kind", DelayKind)
def test_old_failures_are_forgotten(kind):
    later = NOW + FORGOTTEN_AFTER[kind] + timedelta(seconds=1)

    assert wait_s(kind, 1000, NOW, later) == 0


def test_whoever_comes_from_a_known_address_does_not_wait_for_others():
    assert DelayKind.ACCOUNT in keys_of("wang", "203.0.113.7", is_known_address=False).values()
    assert DelayKind.ACCOUNT not in keys_of("wang", "203.0.113.7", is_known_address=True).values()
