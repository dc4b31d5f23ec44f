"""Sealed personal data and keyed hashes, with keys that are made, given and changed."""

import stat

import pytest
from cryptography.fernet import Fernet

from mapapp.booking.sealing import Keys, Sealer
from mapapp.errors import InvalidQuery, Refused
from mapapp.settings import Settings

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
FACTS = {"name": "张三", "phone": "13812345678"}


def test_sealed_facts_say_nothing_and_open_again():
    sealer = Sealer((OLD,))

    sealed = sealer.seal(FACTS)

    assert "13812345678" not in sealed and "张三" not in sealed
    assert sealer.open(sealed) == FACTS


def test_an_older_key_still_opens_and_the_first_one_seals_again():
    sealed = Sealer((OLD,)).seal(FACTS)
    both = Sealer((NEW, OLD))

    assert both.open(sealed) == FACTS
    assert Sealer((NEW,)).open(both.seal_again(sealed)) == FACTS


@pytest.mark.parametrize("deed", [Sealer.open, Sealer.seal_again])
def test_what_no_key_opens_is_refused(deed):
    with pytest.raises(Refused, match="booking_key_missing"):
        deed(Sealer((NEW,)), Sealer((OLD,)).seal(FACTS))


def test_a_hash_depends_on_key_and_kind():
    one, other = Sealer((OLD,)), Sealer((NEW,))

    names = {one.hash("phone", "1"), one.hash("code", "1"), other.hash("phone", "1"), one.hash("phone", "2")}

    assert len(names) == 4
    assert Sealer((NEW, OLD)).hashes("phone", "1") == (other.hash("phone", "1"), one.hash("phone", "1"))


def test_a_hash_is_recognised_under_every_key():
    both = Sealer((NEW, OLD))

    assert both.matches("phone", "1", Sealer((OLD,)).hash("phone", "1"))
    assert not both.matches("phone", "1", both.hash("phone", "2"))


def test_the_key_file_is_made_once_and_readable_by_its_owner_alone(settings):
    first, second = Keys(settings), Keys(settings)

    assert first.sealer().keys == second.sealer().keys
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert list(settings.data.iterdir()) == [first.path]


def test_a_running_process_follows_a_new_key(settings):
    running = Keys(settings)
    before = running.sealer()

    Keys(settings).add_new()

    assert running.sealer().keys[1:] == before.keys
    Keys(settings).keep_first()
    assert len(running.sealer().keys) == 1


def test_given_keys_are_used_and_never_written(tmp_path):
    keys = Keys(Settings(data=tmp_path / "none", booking_keys=f"{NEW}, {OLD}"))

    assert keys.sealer().keys == (NEW, OLD)
    assert not keys.path.parent.exists()
    with pytest.raises(InvalidQuery, match="booking_keys_are_given"):
        keys.add_new()


@pytest.mark.parametrize("given", ["short", "x" * 44])
def test_a_wrong_key_is_refused_without_being_repeated(given):
    with pytest.raises(InvalidQuery) as refused:
        Keys(Settings(booking_keys=given)).sealer()

    assert refused.value.code == "wrong_booking_keys"
    assert given not in f"{refused.value}{refused.value.values}"


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(Refused, match="booking_key_missing"):
        Keys(Settings(data=tmp_path / "file" / "data")).sealer()
