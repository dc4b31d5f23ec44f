"""A backup is one file of everything, and a restore brings all of it back, on both databases and between them."""

import gzip
import json
import stat
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import insert, inspect, select, text

from mapapp.booking.rows import BookingRow, MessageRow, SeatRow
from mapapp.catalogue import backup_files
from mapapp.catalogue.backup_files import rows_in, summary_of
from mapapp.catalogue.backups import LEFT_OUT, write_backup
from mapapp.catalogue.restoring import restore
from mapapp.catalogue.revision import current_revision
from mapapp.catalogue.rows import AboutRow, CalendarDayRow, ClosureRow, NamedPlaceRow, PointRow, WalkingNetworkRow
from mapapp.commands.backup import backup_command, restore_command
from mapapp.database import Database, migrate, migrated_to, newest_migration, upgrade
from mapapp.editing import audit, desk
from mapapp.editing.changes import SubjectKind
from mapapp.editing.drafting import Actor
from mapapp.editing.roles import Staff
from mapapp.editing.rows import AuditRow, ChangeRow, ReportRow, StaffSessionRow
from mapapp.errors import Refused
from mapapp.people import SYSTEM, Role
from tests.conftest import NOW
from tests.staff_pages import add_people

OFFICE = Actor(staff=Staff(id=1, name="office", role=Role.OFFICE), now=NOW, address="192.0.2.1")
LATER = datetime(2026, 11, 26, 8, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))


def fill(database):
    """Put a row of everything that is hard to bring back into a loaded database."""
    add_people(database)
    with database.transaction() as session:
        first = desk.publish_values(session, OFFICE, SubjectKind.POINT, "JB-001", {"phone": "023-1234567"}, "publish")
        first.published_at = NOW
        session.flush()
        back = desk.revert(session, OFFICE, first, undo_days=30)
        assert back.reverts == first.id
        session.add(ClosureRow(starts=LATER, reason_zh="停电", reason_en='"x",\n\\', **entered()))
        session.add(WalkingNetworkRow(**a_network(bytes(range(256)))))
        booking = BookingRow(**a_booking())
        session.add(booking)
        session.flush()
        session.add(SeatRow(point_id="JB-001", starts=LATER, seat=1, booking_id=booking.id))
        session.add(MessageRow(booking_id=booking.id, kind="made", language="zh", sealed="s", tries=0, **due()))
        session.add(
            StaffSessionRow(token_hash="t", staff_id=1, made_at=NOW, seen_at=NOW, proved_at=NOW, address="", agent="")
        )


def entered():
    return {"entered_at": NOW, "entered_by": "office"}


def a_network(graph):
    facts = {"id": 1, "digest": "d", "file": "f", "nodes": 2, "edges": 1, "graph": graph}
    return {**facts, "loaded_at": NOW, "loaded_by": "system"}


def due():
    return {"made_at": NOW, "due_at": LATER}


def a_booking():
    return {
        "code_hash": "h",
        "point_id": "JB-001",
        "matter_code": "M001",
        "more_matters": ("M002", "M003"),
        "starts": LATER,
        "ends": LATER.replace(hour=9),
        "state": "booked",
        "sealed": "sealed",
        "confirm_tries": 0,
        "language": "zh",
        "is_walk_in": False,
        "made_at": NOW,
        "changed_at": NOW,
        "changed_by": "resident",
    }


def a_named_place(name="观音桥", lon=106.5, moment=NOW):
    texts = {"name_zh": name, "kind": "road", "name_en": "", "street": "", "confidence": "high", "source": ""}
    return {**texts, "aliases": (name, "x"), "lon": lon, "lat": 29.5, "accuracy_m": 10.0, "edited_at": moment}


def fill_small(database):
    """Put a few rows without any point into an empty database."""
    with database.transaction() as session:
        session.add_all(AboutRow(name=f"fact {number}", value="x") for number in range(20))
        session.add(NamedPlaceRow(**a_named_place()))
        session.add(CalendarDayRow(day=NOW.date(), kind="holiday", name_zh="x", name_en="x", source="x"))
        session.add(ClosureRow(starts=LATER, reason_zh="停电", reason_en="", **entered()))


def saved(database, path):
    write_backup(database, path, NOW, "test")
    return path


def lines_of(path):
    """Return table -> rows as JSON texts; the revision has a history of its own."""
    tables = {name: [] for name in summary_of(path).rows}
    for name, row in rows_in(path):
        tables[name].append(json.dumps(row))
    return {name: rows for name, rows in tables.items() if name != "revision"}


def failure(call, *arguments, **options):
    with pytest.raises(Refused) as caught:
        call(*arguments, **options)
    return caught.value


@pytest.fixture
def full(loaded_database):
    fill(loaded_database)
    return loaded_database


@pytest.fixture
def small(database):
    fill_small(database)
    return database


@pytest.fixture
def one_small(templates):
    """A database with few rows, for tests that need just one that works."""
    database = Database(templates.copy("empty", upgrade))
    fill_small(database)
    yield database
    database.dispose()


def test_every_table_is_in_a_backup_but_those_of_the_moment(full, tmp_path):
    rows = write_backup(full, tmp_path / "all", NOW, "test")

    assert set(inspect(full.engine).get_table_names()) == {*rows, *LEFT_OUT}
    assert rows["point"] == 51
    assert rows["change"] == 2


def test_a_backup_can_be_read_by_its_owner_alone(full, tmp_path):
    path = tmp_path / "all"
    path.touch(mode=0o644)

    saved(full, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["all"]


def test_a_restore_over_what_is_there_brings_every_row_back(full, tmp_path):
    before = saved(full, tmp_path / "before")
    with full.transaction() as session:
        session.execute(text("DELETE FROM message"))
        session.execute(text("UPDATE point SET phone = '1', name_en = 'x'"))
        session.add(ReportRow(point_id="JB-001", topic="hours", text="?", made_at=NOW, state="new", answer=""))

    restore(full, before, replace=True)

    assert lines_of(saved(full, tmp_path / "after")) == lines_of(before)


def test_a_restored_database_goes_on_counting_where_it_was(full, tmp_path):
    restore(full, saved(full, tmp_path / "before"), replace=True)

    with full.transaction() as session:
        values = {"phone": "023-7654321"}
        row = desk.publish_values(session, OFFICE, SubjectKind.POINT, "JB-002", values, "publish")
        assert row.id == 3
        assert session.scalars(select(AuditRow.id).order_by(AuditRow.id)).all() == [1, 2, 3]


def test_running_workers_notice_a_restore(full, tmp_path):
    path = saved(full, tmp_path / "before")
    with full.transaction() as session:
        before, epoch = session.execute(text("SELECT number, epoch FROM revision")).one()
        session.execute(text("UPDATE revision SET number = number + 5"))

    assert restore(full, path, replace=True).revision == before + 6
    with full.reading() as session:
        assert current_revision(session) == before + 6
        assert session.execute(text("SELECT epoch FROM revision")).scalar_one() == epoch


def test_logins_end_with_a_restore(full, tmp_path):
    restore(full, saved(full, tmp_path / "before"), replace=True)

    with full.reading() as session:
        assert session.scalars(select(StaffSessionRow)).all() == []


def test_entries_of_the_audit_log_stay_and_missing_ones_are_added(small, tmp_path):
    add_entry(small, NOW, "first")
    add_entry(small, NOW, "second")
    path, other = saved(small, tmp_path / "before"), tmp_path / "other"
    change_line(path, other, "audit", lambda row: [*row[:5], "changed", *row[6:]])
    add_entry(small, LATER, "after the backup")

    for file in (path, other, other):
        restore(small, file, replace=True)

    with small.reading() as session:
        entries = [(row.id, row.deed) for row in audit.entries(session)]
    assert entries == [(4, "changed"), (3, "after the backup"), (2, "second"), (1, "first")]


def add_entry(database, moment, deed):
    with database.transaction() as session:
        audit.note(session, SYSTEM, moment, "", audit.Entry(deed=deed))


def change_line(path, other, table, changed):
    """Write another whole backup in which the first row of a table is another one."""
    summary = summary_of(path)
    rows = {name: [] for name in summary.columns}
    for name, row in rows_in(path):
        rows[name].append(row)
    rows[table][0] = changed(rows[table][0])
    with other.open("wb") as file:
        writer = backup_files.BackupWriter(file, summary.heading)
        for name, columns in summary.columns.items():
            writer.begin(name, columns)
            for row in rows[name]:
                writer.add(row)
        writer.finish()


def test_a_database_with_data_is_not_replaced_without_a_word(full, tmp_path):
    path = saved(full, tmp_path / "before")

    error = failure(restore, full, path, replace=False)

    assert (error.code, error.values["point"], error.values["change"], error.values["booking"]) == (
        *("database_not_empty", 51, 2, 1),
    )


def test_a_database_without_tables_gets_those_of_the_backup_and_then_those_of_this_version(
    full, bare_database_url, tmp_path
):
    path = saved(full, tmp_path / "before")
    bare = Database(bare_database_url)

    restored = restore(bare, path, replace=False)

    assert restored.migration == newest_migration()
    assert lines_of(saved(bare, tmp_path / "after")) == lines_of(path)
    with bare.reading() as session:
        assert len(session.scalars(select(PointRow.id)).all()) == 51
    bare.dispose()


def test_a_backup_of_an_older_version_is_brought_forward_in_a_new_database(database_copy, tmp_path):
    empty = database_copy("bare", lambda database: database.engine.connect().close())
    old, new = (Database(empty), Database(database_copy("bare", lambda _: None)))
    with old.writing_engine.begin() as connection:
        migrate(connection, "0010")
        connection.execute(insert(AboutRow).values(name="is_sample", value="no"))
    path = saved(old, tmp_path / "old")

    restore(new, path, replace=False)

    assert migrated_to(new) == newest_migration() != "0010"
    with new.reading() as session:
        assert session.get(AboutRow, "is_sample").value == "no"
    upgrade(old)
    assert failure(restore, old, path, replace=True).code == "backup_older"
    old.dispose()
    new.dispose()


def test_without_tables_there_is_nothing_to_back_up(bare_database_url, tmp_path):
    database = Database(bare_database_url)

    assert failure(write_backup, database, tmp_path / "x", NOW, "test").code == "database_away"
    assert list(tmp_path.iterdir()) == []
    database.dispose()


@pytest.mark.postgresql
def test_a_backup_goes_from_one_database_to_the_other_and_back(
    sqlite_loaded, sqlite_templates, server_templates, tmp_path
):
    first = sqlite_loaded
    server = Database(server_templates.copy("empty", upgrade))
    last = Database(sqlite_templates.copy("empty", upgrade))
    fill(first)

    files = [saved(first, tmp_path / "0")]
    for number, database in enumerate((server, last), start=1):
        restore(database, files[-1], replace=False)
        files.append(saved(database, tmp_path / str(number)))

    assert lines_of(files[0]) == lines_of(files[1]) == lines_of(files[2])
    for database in (server, last):
        database.dispose()
    server_templates.drop(server.url.render_as_string(hide_password=False))


# what PostgreSQL can hold too: no NUL, no half characters
_TEXTS = some.text(some.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=50)
# no summer time since 1991: an hour that never was does not come back as itself
_MOMENTS = some.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=some.just(ZoneInfo("Asia/Shanghai")))


@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    facts=some.dictionaries(_TEXTS.filter(bool), _TEXTS, max_size=8),
    name=_TEXTS,
    lon=some.floats(-180, 180),
    moment=_MOMENTS,
    graph=some.binary(max_size=50),
    day=some.dates(date(1990, 1, 1)),
)
def test_whatever_a_row_holds_comes_back_as_it_was(one_small, tmp_path, facts, name, lon, moment, graph, day):
    with one_small.transaction() as session:
        for table in ("about", "named_place", "calendar_day"):
            session.execute(text(f"DELETE FROM {table}"))
        session.add_all(AboutRow(name=fact, value=value) for fact, value in facts.items())
        session.add(NamedPlaceRow(**a_named_place(name, lon, moment)))
        session.add(CalendarDayRow(day=day, kind="holiday", name_zh=name, name_en="", source=""))
        session.merge(WalkingNetworkRow(**a_network(graph)))
    before = saved(one_small, tmp_path / "before")

    restore(one_small, before, replace=True)

    assert lines_of(saved(one_small, tmp_path / "after")) == lines_of(before)
    with one_small.reading() as session:
        place = session.scalars(select(NamedPlaceRow)).one()
        assert (place.name_zh, place.aliases, place.lon, place.edited_at) == (name, (name, "x"), lon, moment)
        assert session.scalars(select(CalendarDayRow.day)).one() == day
        assert session.scalars(select(WalkingNetworkRow.graph)).one() == graph
        assert {row.name: row.value for row in session.scalars(select(AboutRow))} == facts


def test_the_same_rows_give_the_same_bytes(one_small, tmp_path):
    assert saved(one_small, tmp_path / "a").read_bytes() == saved(one_small, tmp_path / "b").read_bytes()


def _cut(data):
    return data[: len(data) // 2]


def _flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _with_more(data):
    return gzip.compress(gzip.decompress(data) + b"[]\n")


def _with_another_cell(data):
    return gzip.compress(gzip.decompress(data).replace("观音桥".encode(), "观音桥 ".encode(), 1))


def _without_a_row(data):
    lines = gzip.decompress(data).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:2] + lines[3:]))


def _without_its_end(data):
    return gzip.compress(b"".join(gzip.decompress(data).splitlines(keepends=True)[:-1]))


def _of_tomorrow(data):
    return gzip.compress(gzip.decompress(data).replace(newest_migration().encode(), b"9999", 1))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_cut, "backup_damaged"),
        (_flipped, "backup_damaged"),
        (_with_more, "backup_damaged"),
        (_with_another_cell, "backup_damaged"),
        (_without_a_row, "backup_damaged"),
        (_without_its_end, "backup_damaged"),
        (_of_tomorrow, "backup_damaged"),
        (lambda data: b"", "backup_foreign"),
        (lambda data: b"code,name\n", "backup_foreign"),
        (lambda data: gzip.compress(b'{"format": "another"}\n'), "backup_foreign"),
        (lambda data: gzip.compress(b"[" * 9000), "backup_foreign"),
        (lambda data: gzip.compress(b"\xff\xfe\n"), "backup_foreign"),
    ],
)
def test_a_file_that_is_not_whole_changes_nothing(one_small, tmp_path, spoil, code):
    path = saved(one_small, tmp_path / "before")
    spoilt = tmp_path / "spoilt"
    spoilt.write_bytes(spoil(path.read_bytes()))

    assert failure(restore, one_small, spoilt, replace=True).code == code
    assert saved(one_small, tmp_path / "after").read_bytes() == path.read_bytes()


def test_a_backup_of_a_newer_version_is_refused(one_small, tmp_path):
    path, newer = saved(one_small, tmp_path / "before"), tmp_path / "newer"
    summary = summary_of(path)
    with newer.open("wb") as file:
        writer = backup_files.BackupWriter(file, backup_files.Heading(migration="9999", program="9", made_at=""))
        writer.finish()

    assert summary.heading.migration == newest_migration()
    assert failure(restore, one_small, newer, replace=True).code == "backup_newer"


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        # whole files that no database of ours can hold
        ("closure", lambda row: [row[0], "JB-999", *row[2:]]),
        ("about", lambda row: [row[0], None]),
        ("calendar_day", lambda row: ["never", *row[1:]]),
        ("calendar_day", lambda row: [20261, *row[1:]]),
    ],
)
def test_rows_that_the_database_refuses_change_nothing(small, tmp_path, table, changed):
    path, other = saved(small, tmp_path / "before"), tmp_path / "other"
    change_line(path, other, table, changed)

    assert failure(restore, small, other, replace=True).code == "backup_damaged"
    assert saved(small, tmp_path / "after").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("step", ["add", "finish"])
def test_a_backup_that_fails_half_way_leaves_the_one_before_whole(one_small, tmp_path, monkeypatch, step):
    path = saved(one_small, tmp_path / "all")
    before, writes = path.read_bytes(), iter(range(100))

    def full_disk(*_):
        if step == "finish" or next(writes) == 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_files.BackupWriter, step, full_disk)

    error = failure(write_backup, one_small, path, NOW, "test")
    assert (error.code, error.values["reason"]) == ("backup_not_written", "No space left on device")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["all"]


def test_a_folder_that_is_not_there_is_told(one_small, tmp_path):
    assert failure(write_backup, one_small, tmp_path / "no" / "file", NOW, "test").code == "backup_not_written"


def test_operators_back_up_check_and_restore(one_loaded, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", one_loaded.url.render_as_string(hide_password=False))
    path = str(tmp_path / "all")

    def run(command, *arguments):
        return CliRunner().invoke(command, arguments)

    wrote, looked = run(backup_command, path), run(restore_command, path, "--check")
    refused, restored = run(restore_command, path), run(restore_command, path, "--replace")

    assert "51 points, 255 matters" in wrote.stdout
    assert "is whole" in looked.stdout
    assert (refused.exit_code, "--replace" in refused.stderr) == (1, True)
    assert (restored.exit_code, "now at revision 2" in restored.stdout) == (0, True)
    with one_loaded.reading() as session:
        assert [(row.by, row.deed, row.key) for row in audit.entries(session)] == [("system", "restore", "all")]
        assert session.scalars(select(ChangeRow)).all() == []


def test_a_file_of_something_else_is_told_in_one_sentence(one_small, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", one_small.url.render_as_string(hide_password=False))
    path = Path(tmp_path / "some.csv")
    path.write_text("code,name\n")

    result = CliRunner().invoke(restore_command, [str(path), "--replace"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("Error: The file is no backup of this program")
