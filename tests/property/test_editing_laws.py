"""After any sequence of edits the page, the interface and the file given out say the same, and undoing undoes."""

import csv
import io
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapapp.catalogue.checking import Line
from mapapp.database import Database
from mapapp.editing import desk, drafting
from mapapp.editing.changes import ChangeState, SubjectKind, version_of
from mapapp.editing.drafting import Actor
from mapapp.editing.giving_out import give_out
from mapapp.editing.reading import read_many, read_values
from mapapp.editing.roles import Staff
from mapapp.people import Role
from tests.conftest import NOW, _migrate_and_load
from tests.page_reading import read_page
from tests.staff_pages import Clock, staff_app

OFFICE = Staff(id=1, name="office", role=Role.OFFICE)
POINTS = ("JB-001", "JB-002")
RULES = (None, "Mo-Fr 09:00-17:00", "Mo-Su 08:00-20:00", "Mo-Fr 09:00-12:00,14:00-18:00; PH off")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=20).map(
    str.strip
)
EDIT = st.one_of(
    st.tuples(st.just("phone"), st.sampled_from([None, "023-1234567", "023-7654321"])),
    st.tuples(st.just("hours_rule"), st.sampled_from(RULES)),
    st.tuples(st.just("note"), TEXT),
    st.tuples(st.just("address"), TEXT.filter(bool)),
    st.tuples(st.just("undo"), st.none()),
)


def _edit(session, actor, point, field, value):
    if field == "undo":
        for row in drafting.changes(session, states=(ChangeState.PUBLISHED,), key=point, limit=1):
            desk.revert(session, actor, row, undo_days=30)
        return
    version = version_of(read_values(session, SubjectKind.POINT, point))
    row = drafting.save_draft(session, actor, SubjectKind.POINT, point, {field: value}, version)
    if row is not None:
        desk.publish(session, actor, row)


def _unescaped(cell):
    return Line(file="", number=1, cells={"text": cell}).text("text")


def _given_out(session):
    out = io.BytesIO()
    give_out(session, "points", "csv", out)
    return {row["code"]: row for row in csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.sampled_from(POINTS), EDIT), min_size=1, max_size=6))
def test_page_interface_and_file_agree_after_any_edits(sqlite_templates, tmp_path, edits):
    database = Database(sqlite_templates.copy("loaded", _migrate_and_load))
    client = staff_app(database, tmp_path, Clock()).test_client()
    for number, (point, (field, value)) in enumerate(edits):
        with database.transaction() as session:
            _edit(session, Actor(staff=OFFICE, now=NOW + timedelta(seconds=number)), point, field, value)

    with database.reading() as session:
        rows = _given_out(session)
    for point in POINTS:
        told = client.get(f"/api/v1/points/{point}").get_json()
        row = rows[point]
        assert (told["phone"] or "", told["hours_rule"] or "") == (row["phone"], row["hours"])
        assert (told["note"], told["address"]) == (_unescaped(row["note"]), _unescaped(row["address"]))
        page = read_page(client.get(f"/points/{point}").get_data(as_text=True))
        assert " ".join(told["address"].split()) in page.text
    database.dispose()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.sampled_from(POINTS), EDIT.filter(lambda edit: edit[0] != "undo")), max_size=6))
def test_undoing_everything_in_turn_brings_back_the_beginning(sqlite_templates, edits):
    database = Database(sqlite_templates.copy("loaded", _migrate_and_load))
    with database.transaction() as session:
        before = read_many(session, SubjectKind.POINT)
        for number, (point, (field, value)) in enumerate(edits):
            _edit(session, Actor(staff=OFFICE, now=NOW + timedelta(seconds=number)), point, field, value)
        published = drafting.changes(session, states=(ChangeState.PUBLISHED,))
        for row in published:
            desk.revert(session, Actor(staff=OFFICE, now=NOW + timedelta(hours=1)), row, undo_days=30)

        assert read_many(session, SubjectKind.POINT) == before
    database.dispose()
