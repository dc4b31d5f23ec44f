"""After any sequence of edits the page, the interface and the file given out say the same, and undoing undoes."""

import csv
import io
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
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
from tests.staff_pages import Clock, close_apps, staff_app

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


# kind, key and how the values of one edit follow from those that are published
DAYS = {"first_day": "2026-11-20", "last_day": "2026-12-31"}
OTHERS = st.sampled_from(
    [
        *(
            (SubjectKind.CLOSURES, "JB-001", lambda _, text=text: {"closures": _closures(text)})
            for text in ("", "防汛")
        ),
        *(
            (SubjectKind.ANNOUNCEMENTS, "JB-001", lambda _, text=text: {"announcements": _told(text)})
            for text in ("", "装修")
        ),
        *((SubjectKind.OFFERS, "JB-001", lambda now, way=way: _offer(now, way)) for way in ("gone", "print", "booked")),
        *((SubjectKind.MATTER, "M001", lambda _, name=name: {"folk_names": [name]}) for name in ("开公司", "办个照")),
        *((SubjectKind.MATTER, "M001", lambda _, name=name: {"name_zh": name}) for name in ("设立公司", "公司设立")),
        *((SubjectKind.MATTER, "M001", lambda _, days=days: {"promised_days": days}) for days in (None, 0, 7)),
        *((SubjectKind.PACKAGE, "P01", lambda _, code=code: {"members": ["M001", code]}) for code in ("M002", "M003")),
        *((SubjectKind.POINT, "JB-002", lambda _, gone=gone: {"retired": gone}) for gone in (True, False)),
        *(
            (SubjectKind.POINT, "JB-001", lambda now, lat=lat: {"place": {**now["place"], "lat": lat}})
            for lat in (29.6, 29.57)
        ),
    ]
)


def _closures(reason):
    row = {"starts": "2026-11-25T09:00:00+08:00", "ends": None, "reason_zh": reason, "reason_en": ""}
    return [row] if reason else []


def _told(text):
    return [{"text_zh": text, "text_en": "", **DAYS}] if text else []


def _offer(now, way):
    code = "M001" if "M001" in now else min(now, default="M001")
    if way == "gone":
        return {code: None}
    return {
        code: {
            "mode": "print" if way == "print" else "finish",
            "hours_rule": None,
            "bookable": way != "print",
            "note": "",
        }
    }


def _unescaped(cell):
    return Line(file="", number=1, cells={"text": cell}).text("text")


def _given_out(session, kind):
    out = io.BytesIO()
    give_out(session, kind, "csv", out)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.sampled_from(POINTS), EDIT), min_size=1, max_size=6))
def test_page_interface_and_file_agree_after_any_edits(templates, tmp_path, edits):
    database = Database(templates.copy("loaded", _migrate_and_load))
    client = staff_app(database, tmp_path, Clock()).test_client()
    for number, (point, (field, value)) in enumerate(edits):
        with database.transaction() as session:
            _edit(session, Actor(staff=OFFICE, now=NOW + timedelta(seconds=number)), point, field, value)

    with database.reading() as session:
        rows = {row["code"]: row for row in _given_out(session, "points")}
    for point in POINTS:
        told = client.get(f"/api/v1/points/{point}").get_json()
        row = rows[point]
        assert (told["phone"] or "", told["hours_rule"] or "") == (row["phone"], row["hours"])
        assert (told["note"], told["address"]) == (_unescaped(row["note"]), _unescaped(row["address"]))
        page = read_page(client.get(f"/points/{point}").get_data(as_text=True))
        assert " ".join(told["address"].split()) in page.text
    close_apps()
    database.dispose()


# an example makes a database and loads the map: making one smaller would take minutes
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(OTHERS, min_size=4, max_size=8))
def test_they_agree_after_every_other_kind_of_edit(templates, tmp_path, edits):
    database = Database(templates.copy("loaded", _migrate_and_load))
    client = staff_app(database, tmp_path, Clock()).test_client()
    for number, (kind, key, values) in enumerate(edits):
        with database.transaction() as session:
            now = read_values(session, kind, key)
            actor = Actor(staff=OFFICE, now=NOW + timedelta(seconds=number))
            row = drafting.save_draft(session, actor, kind, key, values(now), version_of(now))
            if row is not None:
                desk.publish(session, actor, row)

    with database.reading() as session:
        files = {kind: _given_out(session, kind) for kind in ("points", "matters", "packages", "offers")}
        expected = {kind: read_many(session, kind) for kind in (SubjectKind.CLOSURES, SubjectKind.ANNOUNCEMENTS)}
    _check_points(client, files, expected)
    _check_matter(client, files)
    close_apps()
    database.dispose()


def _check_points(client, files, expected):
    in_file = {row["code"]: row for row in files["points"]}
    for point in POINTS:
        answer, page = client.get(f"/api/v1/points/{point}"), client.get(f"/points/{point}")
        if point not in in_file:
            assert (answer.status_code, page.status_code) == (404, 410)
            continue
        told, text = answer.get_json(), read_page(page.get_data(as_text=True)).text
        assert (answer.status_code, page.status_code) == (200, 200)
        assert float(in_file[point]["lat"]) == told["lat"]
        offers = {row["matter"]: row["mode"] for row in files["offers"] if row["point"] == point}
        assert {offer["matter"]: offer["mode"] for offer in told["offers"]} == offers
        assert f"({len(offers)})" in text
        closures = expected[SubjectKind.CLOSURES].get(point, {}).get("closures", ())
        assert (told["open"]["state"] == "closed") == ("防汛" in text) == bool(closures)
        assert ("装修" in text) == bool(expected[SubjectKind.ANNOUNCEMENTS].get(point, {}).get("announcements"))


def _check_matter(client, files):
    row = next(row for row in files["matters"] if row["code"] == "M001")
    told, text = (
        client.get("/api/v1/matters/M001").get_json(),
        read_page(client.get("/matters/M001").get_data(True)).text,
    )
    assert (told["name"], ";".join(told["folk_names"])) == (row["name_zh"], row["folk_names"])
    assert row["name_zh"] in text
    promised = told["limits"]["promised"]
    assert row["promised_days"] == ("" if promised is None else str(promised["days"]))
    package = next(row for row in files["packages"] if row["code"] == "P01")
    members = [each["code"] for each in client.get("/api/v1/packages/P01").get_json()["members"]]
    assert ";".join(members) == package["members"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.sampled_from(POINTS), EDIT.filter(lambda edit: edit[0] != "undo")), max_size=6))
def test_undoing_everything_in_turn_brings_back_the_beginning(templates, edits):
    database = Database(templates.copy("loaded", _migrate_and_load))
    with database.transaction() as session:
        before = read_many(session, SubjectKind.POINT)
        for number, (point, (field, value)) in enumerate(edits):
            _edit(session, Actor(staff=OFFICE, now=NOW + timedelta(seconds=number)), point, field, value)
        published = drafting.changes(session, states=(ChangeState.PUBLISHED,))
        for row in published:
            desk.revert(session, Actor(staff=OFFICE, now=NOW + timedelta(hours=1)), row, undo_days=30)

        assert read_many(session, SubjectKind.POINT) == before
    database.dispose()
