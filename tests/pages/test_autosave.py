"""What is typed is kept as a draft by itself: in silence, checked as ever, and never over what somebody else wrote."""

import pytest

from tests.page_reading import read_page
from tests.pages.test_staff_editing import POINT, fill
from tests.staff_pages import fields_in, log_in


def shown(client, where, field):
    return fields_in(client.get(where).get_data(as_text=True))[field]


@pytest.mark.parametrize(
    ("where", "field", "value"),
    [
        (f"{POINT}/details", "phone", "023-7654321"),
        (f"{POINT}/hours", "mo1_from", "08:15"),
        (f"{POINT}/position", "lat", "29.573000"),
        (f"{POINT}/announcements", "text_zh_0", "一楼装修"),
    ],
)
def test_what_is_typed_so_far_is_there_again_and_nobody_outside_sees_it(app, wang, where, field, value):
    days = {"first_day_0": "2026-11-25", "last_day_0": "2026-11-25"} if "announcements" in where else {}
    before = app.test_client().get("/api/v1/points/JB-001").get_json()

    answer = fill(wang, where, action="autosave", **{field: value}, **days)

    assert (answer.status_code, answer.data) == (204, b"")
    assert shown(wang, where, field) == [value]
    assert app.test_client().get("/api/v1/points/JB-001").get_json() == before


def test_a_draft_that_saves_itself_says_nothing_on_the_next_page(wang):
    fill(wang, f"{POINT}/details", action="autosave", phone="023-7654321")

    assert "已存为草稿" not in read_page(wang.get("/staff/").get_data(as_text=True)).text


def test_what_is_faulty_is_not_kept(wang):
    answer = fill(wang, f"{POINT}/details", action="autosave", phone="not a number")

    assert answer.status_code == 400
    assert shown(wang, f"{POINT}/details", "phone") != ["not a number"]


def test_nothing_is_kept_over_what_somebody_published_meanwhile(app, wang):
    form = fields_in(wang.get(f"{POINT}/details").get_data(as_text=True))
    office = app.test_client()
    log_in(office, "office")
    fill(office, f"{POINT}/details", phone="023-1111111")

    answer = wang.post(f"{POINT}/details", data={**form, "phone": ["023-2222222"], "action": ["autosave"]})

    assert answer.status_code == 409
    assert shown(wang, f"{POINT}/details", "phone") == ["023-1111111"]


def test_somebody_elses_point_is_not_drafted_by_itself(app, wang):
    form = fields_in(wang.get(f"{POINT}/details").get_data(as_text=True))

    answer = wang.post("/staff/points/JB-003/details", data={**form, "action": ["autosave"]})

    assert answer.status_code == 403


def test_typing_back_what_is_public_leaves_no_draft(wang):
    old = shown(wang, f"{POINT}/details", "phone")
    fill(wang, f"{POINT}/details", action="autosave", phone="023-7654321")

    fill(wang, f"{POINT}/details", action="autosave", phone=old)

    assert "草稿，未公布" not in read_page(wang.get(f"{POINT}/details").get_data(as_text=True)).text
