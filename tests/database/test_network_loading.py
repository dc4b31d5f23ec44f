"""The walking network in the database: loaded, replaced, removed; seen by readers; what is wrong changes nothing."""

import pytest
from sqlalchemy import func, select

from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.network_loading import load_network, read_network, remove_network
from mapapp.catalogue.revision import current_revision
from mapapp.catalogue.rows import WalkingNetworkRow
from mapapp.errors import InvalidQuery, NotFound, Refused
from mapapp.finder.nearest import Finder, NearestQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.reach import WalkKind
from mapapp.people import SYSTEM
from mapapp.settings import Settings
from tests.osm_files import HELSINKI, write_extract

FOOTWAY = {"highway": "footway"}


@pytest.fixture
def load(loaded_database, now):
    """A function (path) -> report of loading it as the network."""

    def load(path, **more):
        return load_network(loaded_database, path, now=now, person=SYSTEM, outside_m=20_000, snap_limit_m=200, **more)

    return load


@pytest.fixture
def street(loaded_database, tmp_path):
    """An extract with one street of 7 nodes, about 600 m, that begins at the first service point and leads east."""
    with loaded_database.reading() as session:
        here = next(iter(read_catalogue(session).points.values())).place.coordinate
    nodes = {number: (here.lon + 0.001 * number, here.lat) for number in range(1, 8)}
    return write_extract(tmp_path / "street.osm.pbf", nodes, {1: (list(nodes), FOOTWAY)})


def state(database):
    with database.reading() as session:
        digests = session.scalars(select(WalkingNetworkRow.digest)).all()
        return current_revision(session), tuple(digests)


def test_a_network_is_kept_and_read_again(load, loaded_database, street, now):
    report = load(street)

    with loaded_database.reading() as session:
        row = session.scalars(select(WalkingNetworkRow)).one()
        network = read_network(session)
    assert (row.file, row.nodes, row.edges, row.loaded_at, row.loaded_by) == ("street.osm.pbf", 7, 6, now, SYSTEM.name)
    assert network.digest == row.digest == report.extract.network.digest


def test_loading_publishes(load, loaded_database, street):
    before = state(loaded_database)[0]

    report = load(street)

    assert (report.is_changed, report.revision) == (True, before + 1)
    assert state(loaded_database)[0] == before + 1


def test_loading_the_same_again_publishes_nothing(load, loaded_database, street):
    load(street)
    before = state(loaded_database)

    assert load(street).is_changed is False
    assert state(loaded_database) == before


def test_a_network_replaces_the_one_before(load, loaded_database, street):
    load(street)
    load(HELSINKI)

    with loaded_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WalkingNetworkRow)) == 1
        assert read_network(session).nodes == 6874


def test_the_report_tells_which_points_it_serves(load, street):
    report = load(street)

    assert report.points == 51
    assert 1 <= report.points_on < 51
    assert report.extract.covers is True
    assert "7 nodes, 6 edges" in report.as_text()
    assert "does not cover all points" in report.as_text()


def test_an_extract_of_another_town_is_a_warning(load):
    report = load(HELSINKI)

    assert (report.points_on, report.extract.covers) == (0, False)
    assert "nothing in this file lies near the district" in report.as_text()


def test_what_lies_far_from_the_district_is_not_kept(load, loaded_database, tmp_path):
    nodes = {1: (106.53, 29.57), 2: (106.531, 29.57), 3: (107.5, 29.57), 4: (107.501, 29.57)}
    ways = {1: ([1, 2], FOOTWAY), 2: ([3, 4], FOOTWAY)}

    report = load(write_extract(tmp_path / "wide.osm.pbf", nodes, ways))

    assert (report.extract.network.edges, report.extract.outside_edges) == (1, 1)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", InvalidQuery),
        (b"not an extract", InvalidQuery),
        (HELSINKI.read_bytes()[:200_000], InvalidQuery),
        (None, InvalidQuery),
    ],
    ids=["empty", "text", "cut off", "missing"],
)
def test_a_file_that_cannot_be_read_changes_nothing(load, loaded_database, street, tmp_path, content, error):
    load(street)
    before, path = state(loaded_database), tmp_path / "bad.osm.pbf"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(error, match="network_unreadable"):
        load(path)

    assert state(loaded_database) == before


def test_a_file_nobody_can_walk_in_changes_nothing(load, loaded_database, street, tmp_path):
    load(street)
    before = state(loaded_database)
    motorway = write_extract(
        tmp_path / "motorway.osm.pbf", {1: (106.5, 29.5), 2: (106.6, 29.5)}, {1: ([1, 2], {"highway": "motorway"})}
    )

    with pytest.raises(Refused, match="network_empty"):
        load(motorway)

    assert state(loaded_database) == before


def test_without_a_district_there_is_nothing_to_load_for(database, now):
    with pytest.raises(NotFound, match="nothing_loaded"):
        load_network(database, HELSINKI, now=now, person=SYSTEM, outside_m=20_000, snap_limit_m=200)


def test_removing_it_brings_the_estimate_back(load, loaded_database, street):
    load(street)
    before = state(loaded_database)[0]

    with loaded_database.transaction() as session:
        assert remove_network(session) is True

    assert state(loaded_database) == (before + 1, ())
    with loaded_database.reading() as session:
        assert read_catalogue(session).network is None


def test_removing_nothing_publishes_nothing(loaded_database):
    before = state(loaded_database)

    with loaded_database.transaction() as session:
        assert remove_network(session) is False

    assert state(loaded_database) == before


def test_readers_walk_by_it(load, loaded_database, street, now):
    load(street)
    with loaded_database.reading() as session:
        catalogue = read_catalogue(session)
    point = next(iter(catalogue.points.values()))
    east = Coordinate(point.place.coordinate.lon + 0.005, point.place.coordinate.lat)

    results = Finder.of(catalogue, Settings()).find_nearest(NearestQuery(origin=east, at=now, k=50)).results

    walks = {result.point.id: result.walk for result in results}
    assert walks[point.id].kind is WalkKind.NETWORK
    assert walks[point.id].walk_m == walks[point.id].distance_m
    assert WalkKind.ESTIMATE in {walk.kind for walk in walks.values()}


def test_a_network_changes_the_name_of_the_content(load, loaded_database, street):
    with loaded_database.reading() as session:
        before = read_catalogue(session).digest
    load(street)
    with loaded_database.reading() as session:
        assert read_catalogue(session).digest != before


def test_a_network_that_stays_is_not_read_again(load, loaded_database, street):
    load(street)
    with loaded_database.reading() as session:
        known = read_catalogue(session).network
        again = read_catalogue(session, known_network=known).network
        other = read_network(session, None)

    assert again is known
    assert other is not known
