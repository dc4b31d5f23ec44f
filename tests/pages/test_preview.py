"""The public page with a draft: what residents would get, seen by those who may see the draft, and by nobody else."""

import pytest

from tests.page_reading import read_page
from tests.pages.test_staff_editing import POINT, fill
from tests.staff_pages import post


def drafted(client, where, **changes):
    """Save a draft and return the address of its change."""
    return fill(client, where, action="draft", **changes).headers["Location"]


def previewed(client, change):
    answer = client.get(f"{change}/preview")
    assert answer.status_code == 200, answer.headers
    return read_page(answer.get_data(as_text=True)).text


def public(app, address):
    return read_page(app.test_client().get(address).get_data(as_text=True)).text


@pytest.mark.parametrize(
    ("where", "address", "changes", "seen"),
    [
        (f"{POINT}/hours", "/points/JB-001", {"mo1_from": "7:11"}, "7:11"),
        (f"{POINT}/details", "/points/JB-001", {"name_zh": "换了名字"}, "换了名字"),
        (
            f"{POINT}/closures",
            "/points/JB-001",
            {"starts_day_0": "2026-11-25", "ends_day_0": "2026-11-27", "reason_zh_0": "内涝抢修"},
            "内涝抢修",
        ),
        (
            f"{POINT}/announcements",
            "/points/JB-001",
            {"first_day_0": "2026-11-25", "last_day_0": "2026-11-25", "text_zh_0": "一楼装修"},
            "一楼装修",
        ),
        (
            "/staff/points/district/announcements",
            "/",
            {"first_day_0": "2026-11-25", "last_day_0": "2026-11-25", "text_zh_0": "系统维护"},
            "系统维护",
        ),
        ("/staff/matters/M001", "/matters/M001", {"materials": "一张很特别的纸"}, "一张很特别的纸"),
        ("/staff/packages/P01", "/packages/P01", {"name_zh": "另一件事"}, "另一件事"),
        (f"{POINT}/details", "/points/JB-001", {"retired": "on"}, "已停用"),
    ],
)
def test_the_whole_public_page_is_shown_with_the_draft_and_stays_as_it_is(app, office, where, address, changes, seen):
    change = drafted(office, where, **changes)

    shown = previewed(office, change)

    assert seen in shown
    assert "草稿，未公布" in shown
    assert seen not in public(app, address)
    assert "草稿，未公布" not in public(app, address)


def test_a_preview_is_what_the_publication_gives(app, office):
    change = drafted(office, f"{POINT}/details", name_zh="换了名字", phone="023-1234567", note="从东门进")
    before = previewed(office, change)

    post(office, change, {"action": "publish"})

    after = public(app, "/points/JB-001")
    start, end = after.index("换了名字", 40), after.index("数据版本")
    assert after[start:end] in before


def test_a_preview_writes_nothing(app, office, one_loaded):
    from mapapp.catalogue.loading import read_catalogue
    from tests.conftest import NOW

    change = drafted(office, f"{POINT}/details", name_zh="换了名字")
    with one_loaded.reading() as session:
        before = read_catalogue(session, NOW)

    previewed(office, change)

    with one_loaded.reading() as session:
        after = read_catalogue(session, NOW)
    assert (after.revision, after.digest) == (before.revision, before.digest)


def test_who_may_not_see_the_draft_sees_no_preview(as_):
    change = drafted(as_("li"), "/staff/points/JB-003/details", name_zh="换了名字")

    assert as_("wang").get(f"{change}/preview").status_code == 404
    assert previewed(as_("zhang"), change)


def test_what_is_published_has_no_preview(office):
    change = drafted(office, f"{POINT}/details", note="从东门进")
    post(office, change, {"action": "publish"})

    assert office.get(f"{change}/preview").status_code == 409


def test_a_preview_is_kept_nowhere(office):
    answer = office.get(f"{drafted(office, f'{POINT}/details', note='从东门进')}/preview")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_hostile_draft_is_a_text_in_the_preview_too(office):
    change = drafted(office, f"{POINT}/details", name_zh="<script>alert(1)</script>")

    assert "<script>alert" not in office.get(f"{change}/preview").get_data(as_text=True)


def test_a_draft_without_a_page_says_so(office):
    fill(
        office,
        "/staff/new-point",
        id="JB-052",
        name_zh="新办理点",
        kind="street",
        street="观音桥街道",
        address="重庆市江北区观音桥街道1号",
    )
    change = drafted(office, "/staff/points/JB-052/details", note="从东门进")

    answer = office.get(f"{change}/preview")

    assert answer.headers["Location"] == change
    assert "还没有公开页面" in read_page(office.get(change).get_data(as_text=True)).text
