"""An edit is seen at the next request by every server process, and a lost database does not take the map away."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import update

from mapapp.catalogue.revision import raise_revision
from mapapp.catalogue.rows import DistrictNameRow, PointRow
from mapapp.database import Database
from mapapp.errors import Refused
from mapapp.settings import Settings
from mapapp.web.context import Keeper
from tests.building import at


@pytest.fixture
def keepers(loaded_database: Database, settings: Settings, now: datetime) -> Iterator[tuple[Keeper, Keeper]]:
    address = loaded_database.url.render_as_string(hide_password=False)
    pair = (Keeper(Database(address), settings, lambda: now), Keeper(Database(address), settings, lambda: now))
    yield pair
    for keeper in pair:
        keeper.close()


def edit_and_publish(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(PointRow).where(PointRow.id == "JB-001").values(phone="023-12345678"))
        raise_revision(session)


def test_an_edit_is_seen_by_a_second_keeper_at_once(keepers: tuple[Keeper, Keeper], loaded_database: Database) -> None:
    first, second = keepers
    before = second.bundle().catalogue
    assert first.bundle().catalogue.digest == before.digest

    edit_and_publish(loaded_database)

    for keeper in keepers:
        catalogue = keeper.bundle().catalogue
        assert (catalogue.revision, catalogue.points["JB-001"].phone) == (2, "023-12345678")
    assert before.points["JB-001"].phone is None


def test_the_same_catalogue_is_kept_while_nothing_is_published(keepers: tuple[Keeper, Keeper]) -> None:
    first, _ = keepers

    assert first.bundle() is first.bundle()


def test_a_name_that_comes_into_force_by_date_is_taken_up(loaded_database: Database, settings: Settings) -> None:
    with loaded_database.transaction() as session:
        first_of_january = at("2027-01-01 00:00").date()
        session.execute(
            update(DistrictNameRow).where(DistrictNameRow.position == 1).values(valid_from=first_of_january)
        )
    moments = [at("2026-12-31 23:59")]
    keeper = Keeper(loaded_database, settings, lambda: moments[-1])
    before = keeper.bundle()

    moments.append(at("2027-01-01 00:00"))
    after = keeper.bundle()
    keeper.close()

    assert before.catalogue.next_change_at == at("2027-01-01 00:00")
    assert after is not before
    assert after.digest != before.digest


def test_nothing_loaded_is_not_ready(database: Database, settings: Settings, now: datetime) -> None:
    keeper = Keeper(database, settings, lambda: now)

    with pytest.raises(Refused):
        keeper.bundle()
    keeper.close()


def test_the_last_catalogue_is_served_while_the_database_is_away(
    sqlite_loaded: Database, settings: Settings, now: datetime
) -> None:
    keeper = Keeper(sqlite_loaded, settings, lambda: now)
    held = keeper.bundle()

    sqlite_loaded.sqlite_path.unlink()

    assert keeper.bundle() is held
    assert not keeper.can_write()
    keeper.close()
