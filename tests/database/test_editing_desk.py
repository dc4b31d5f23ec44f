"""Draft, check, publish, revert: what the desk of staff does to the tables, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from mapapp.catalogue.filling import load_geodata
from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.revision import current_revision
from mapapp.editing import audit, desk, drafting
from mapapp.editing.changes import DISTRICT, SubjectKind, version_of
from mapapp.editing.drafting import Actor
from mapapp.editing.reading import read_values
from mapapp.editing.roles import Staff
from mapapp.errors import Conflict, Forbidden, NotFound, Refused
from mapapp.people import SYSTEM, Role
from mapapp.shipped import shipped

POINT = "JB-001"
HOURS = "Mo-Fr 08:30-12:00,13:30-17:30; PH off"


@pytest.fixture
def session(loaded_database):
    with loaded_database.transaction() as session:
        yield session


def somebody(name="wang", role=Role.EDITOR, points=(POINT,), department=""):
    return Staff(id=1, name=name, role=role, points=frozenset(points), department=department)


OFFICE = somebody("office", Role.OFFICE, ())


@pytest.fixture
def wang(now):
    return Actor(staff=somebody(), now=now, address="203.0.113.7")


@pytest.fixture
def office(now):
    return Actor(staff=OFFICE, now=now)


def drafted(session, actor, values, kind=SubjectKind.POINT, key=POINT):
    version = version_of(read_values(session, kind, key))
    return drafting.save_draft(session, actor, kind, key, values, version)


def test_a_draft_is_not_public(session, wang, now):
    drafted(session, wang, {"hours_rule": HOURS})

    assert read_catalogue(session, now).points[POINT].hours_rule != HOURS
    assert current_revision(session) == 1


def test_an_editor_publishes_the_hours_of_an_own_point(session, wang, now):
    row = drafted(session, wang, {"hours_rule": HOURS, "phone": "023-67560000"})

    revision = desk.publish(session, wang, row)

    catalogue = read_catalogue(session, now)
    assert (revision, catalogue.revision) == (2, 2)
    assert catalogue.points[POINT].hours_rule == HOURS
    assert catalogue.points[POINT].phone == "023-67560000"


def test_the_name_needs_a_second_person(session, wang, office, now):
    row = drafted(session, wang, {"name_zh": "新名字"})

    with pytest.raises(Forbidden, match="needs_second_person"):
        desk.publish(session, wang, row)
    drafting.submit(session, wang, row)
    desk.publish(session, office, row)

    assert read_catalogue(session, now).points[POINT].name_zh == "新名字"


def test_somebody_elses_point_is_not_yours(session, now):
    li = Actor(staff=somebody("li", points=("JB-002",)), now=now)

    with pytest.raises(Forbidden, match="not_yours"):
        drafted(session, li, {"phone": "023-1"})


def test_a_change_of_somebody_elses_point_cannot_be_found(session, wang, now):
    row = drafted(session, wang, {"phone": "023-1"})

    with pytest.raises(NotFound, match="unknown_change"):
        drafting.find(session, somebody("li", points=("JB-002",)), row.id)


def test_a_supervisor_reads_and_notes_but_changes_nothing(session, wang, now):
    row = drafted(session, wang, {"phone": "023-1"})
    supervisor = Actor(staff=somebody("zhang", Role.SUPERVISOR, ()), now=now)

    drafting.note(session, supervisor, drafting.find(session, supervisor.staff, row.id), "请核对")

    assert [note.text for note in drafting.notes(session, row)] == ["请核对"]
    with pytest.raises(Forbidden):
        desk.publish(session, supervisor, row)
    with pytest.raises(Forbidden):
        drafted(session, supervisor, {"phone": "023-2"})


def test_drafting_again_adds_to_the_own_draft(session, wang):
    first = drafted(session, wang, {"phone": "023-1"})
    second = drafted(session, wang, {"hours_rule": HOURS})

    assert first.id == second.id
    assert [row.field for row in drafting.differences(second)] == ["phone", "hours_rule"]


def test_a_draft_that_changes_nothing_any_more_is_dropped(session, wang):
    row = drafted(session, wang, {"phone": "023-1"})

    assert drafted(session, wang, {"phone": ""}) is None
    assert row.state == "dropped"


def test_who_edits_older_values_is_told(session, wang, office):
    version = version_of(read_values(session, SubjectKind.POINT, POINT))
    desk.publish(session, office, drafted(session, office, {"phone": "023-2"}))

    with pytest.raises(Conflict, match="edited_meanwhile"):
        drafting.save_draft(session, wang, SubjectKind.POINT, POINT, {"phone": "023-1"}, version)


def test_an_overtaken_draft_is_not_published_in_silence(session, wang, office, now):
    row = drafted(session, wang, {"phone": "023-1"})
    desk.publish(session, office, drafted(session, office, {"phone": "023-2"}))

    with pytest.raises(Conflict, match="edited_meanwhile"):
        desk.publish(session, wang, row)

    assert read_catalogue(session, now).points[POINT].phone == "023-2"
    assert drafting.rebase(session, wang, row)
    assert [(each.before, each.after) for each in drafting.differences(row)] == [("023-2", "023-1")]
    desk.publish(session, wang, row)
    assert read_catalogue(session, now).points[POINT].phone == "023-1"


def test_reverting_brings_back_what_was_there(session, wang, now):
    before = read_values(session, SubjectKind.POINT, POINT)
    row = drafted(session, wang, {"hours_rule": HOURS})
    desk.publish(session, wang, row)

    back = desk.revert(session, wang, row, undo_days=30)

    assert read_values(session, SubjectKind.POINT, POINT) == before
    assert (back.reverts, back.state) == (row.id, "published")
    assert current_revision(session) == 3


def test_what_was_changed_again_is_not_reverted(session, wang):
    row = drafted(session, wang, {"phone": "023-1"})
    desk.publish(session, wang, row)
    desk.publish(session, wang, drafted(session, wang, {"phone": "023-2"}))

    with pytest.raises(Conflict, match="edited_meanwhile"):
        desk.revert(session, wang, row, undo_days=30)


def test_after_thirty_days_nothing_is_reverted(session, wang, now):
    row = drafted(session, wang, {"phone": "023-1"})
    desk.publish(session, wang, row)

    with pytest.raises(Refused, match="not_undoable"):
        desk.revert(session, Actor(staff=wang.staff, now=now + timedelta(days=31)), row, undo_days=30)


def test_a_published_change_survives_loading_the_files_again(session, wang, now):
    desk.publish(session, wang, drafted(session, wang, {"phone": "023-1"}))

    load_geodata(session, shipped("geodata"), now, SYSTEM)

    assert read_catalogue(session, now).points[POINT].phone == "023-1"


def test_a_scheduled_change_is_published_when_it_is_due(session, wang, now):
    row = drafted(session, wang, {"phone": "023-1"})
    due = now + timedelta(hours=2)
    desk.schedule(session, wang, row, due)

    assert desk.next_due(session) == due
    assert desk.publish_due(session, Actor(staff=OFFICE, now=due - timedelta(seconds=1))) == 0
    assert desk.publish_due(session, Actor(staff=OFFICE, now=due)) == 1
    assert read_catalogue(session, now).points[POINT].phone == "023-1"
    assert (row.published_by, desk.next_due(session)) == ("wang", None)


def test_a_scheduled_change_that_was_overtaken_becomes_a_draft(session, wang, office, now):
    row = drafted(session, wang, {"phone": "023-1"})
    desk.schedule(session, wang, row, now + timedelta(hours=2))
    desk.publish(session, office, drafted(session, office, {"phone": "023-2"}))

    assert desk.publish_due(session, Actor(staff=OFFICE, now=now + timedelta(hours=3))) == 0
    assert row.state == "draft"


def test_a_closure_is_seen_at_once_and_can_be_taken_back(session, wang, now):
    starts = now + timedelta(hours=1)
    closure = {"starts": starts.isoformat(), "ends": None, "reason_zh": "停电", "reason_en": ""}
    row = drafted(session, wang, {"closures": [closure]}, SubjectKind.CLOSURES)
    desk.publish(session, wang, row)

    assert [each.reason_zh for each in read_catalogue(session, now).closures[POINT]] == ["停电"]
    desk.revert(session, wang, row, undo_days=30)
    assert read_catalogue(session, now).closures == {}


def test_only_the_office_closes_the_whole_district(session, wang, office, now):
    closure = {"starts": now.isoformat(), "ends": None, "reason_zh": "停电", "reason_en": ""}

    with pytest.raises(Forbidden):
        drafted(session, wang, {"closures": [closure]}, SubjectKind.CLOSURES, DISTRICT)
    row = drafted(session, office, {"closures": [closure]}, SubjectKind.CLOSURES, DISTRICT)
    desk.publish(session, office, row)

    assert len(read_catalogue(session, now).closures[""]) == 1


def test_a_department_changes_what_points_offer_of_its_matters(session, now):
    catalogue = read_catalogue(session, now)
    code = catalogue.offers_by_point[POINT][0].matter_code
    department = catalogue.matters[code].department
    chief = Actor(staff=somebody("chief", Role.REPRESENTATIVE, (), department), now=now)

    row = drafted(session, chief, {code: None}, SubjectKind.OFFERS)
    desk.publish(session, chief, row)

    assert POINT not in read_catalogue(session, now).offers_by_matter[code]
    desk.revert(session, chief, row, undo_days=30)
    assert POINT in read_catalogue(session, now).offers_by_matter[code]


def test_retiring_a_point_takes_it_off_the_map_and_keeps_its_row(session, office, now):
    row = drafted(session, office, {"retired": True})
    desk.publish(session, office, row)

    assert POINT not in read_catalogue(session, now).points
    desk.revert(session, office, row, undo_days=30)
    assert POINT in read_catalogue(session, now).points


def test_folk_names_and_materials_of_a_matter_change(session, office, now):
    values = {"folk_names": ["娃儿上学"], "materials": [["户口簿", False, True]]}
    desk.publish(session, office, drafted(session, office, values, SubjectKind.MATTER, "M001"))

    matter = read_catalogue(session, now).matters["M001"]
    assert matter.folk_names == ("娃儿上学",)
    assert [(each.name, each.may_follow) for each in matter.materials] == [("户口簿", True)]


def test_a_day_of_the_calendar_changes(session, office, now):
    value = {"kind": "holiday", "name_zh": "测试", "name_en": "", "follows": None, "source": "test"}
    desk.publish(session, office, drafted(session, office, {"2027-03-03": value}, SubjectKind.CALENDAR, "2027"))

    assert any(day.name_zh == "测试" for day in read_catalogue(session, now).calendar.days)


def test_the_audit_log_has_before_and_after(session, wang):
    desk.publish(session, wang, drafted(session, wang, {"phone": "023-1"}))

    entry = audit.entries(session)[0]

    assert (entry.by, entry.role, entry.deed, entry.key, entry.address) == (
        *("wang", "editor", "publish", POINT, "203.0.113.7"),
    )
    assert (json.loads(entry.before), json.loads(entry.after)) == ({"phone": None}, {"phone": "023-1"})


@pytest.mark.parametrize("statement", ["UPDATE audit SET deed = 'nothing'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit_log(loaded_database, wang, statement):
    with loaded_database.transaction() as session:
        desk.publish(session, wang, drafted(session, wang, {"phone": "023-1"}))

    with pytest.raises(DatabaseError, match="only added to"), loaded_database.transaction() as session:
        session.execute(text(statement))


def test_declining_needs_a_reason(session, wang, office):
    row = drafted(session, wang, {"name_zh": "新名字"})
    drafting.submit(session, wang, row)

    with pytest.raises(Refused, match="answer_missing"):
        drafting.decline(session, office, row, "  ")
    drafting.decline(session, office, row, "门牌不对")

    assert (row.state, row.answer) == ("declined", "门牌不对")
    with pytest.raises(Conflict, match="change_moved_on"):
        desk.publish(session, office, row)
