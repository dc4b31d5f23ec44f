"""The work queue of staff: bookings of today, searches that found nothing, positions to review, how fresh all is."""

from datetime import date, timedelta

import pytest

from mapapp.catalogue.rows import PointRow
from mapapp.catalogue.search_misses import most_frequent, record
from mapapp.editing.changes import SubjectKind
from mapapp.editing.reading import read_values
from tests.conftest import NOW
from tests.page_reading import read_page
from tests.staff_pages import fields_in, post

GEOCODE = "/staff/points/JB-001/geocode"
FOUND, IN_FILE = (106.5720, 29.6100), (106.5706, 29.6096)


@pytest.fixture
def missed(one_loaded):
    """Words that found nothing on three days."""
    with one_loaded.transaction() as session:
        for days in (2, 1, 0):
            record(session, "遛狗证", NOW.date() - timedelta(days=days))
    return "遛狗证"


@pytest.fixture
def geocoded(one_loaded):
    """A geocoder moved the pin of JB-001, and nobody looked."""
    with one_loaded.transaction() as session:
        row = session.get_one(PointRow, "JB-001")
        row.lon, row.lat, row.place_provider, row.accuracy_m = *FOUND, "amap", 30.0
        assert (row.file_lon, row.file_lat) == IN_FILE


def page_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return read_page(answer.get_data(as_text=True))


def book(app, point="JB-001", start="2026-11-26T09:00:00+08:00", key="1"):
    body = {"point": point, "matter": "M001", "start": start, "name": "张三丰"}
    body |= {"phone": "13912345678", "id_last4": f"12{key}X"}
    made = app.test_client().post("/api/v1/bookings", json=body, headers={"Idempotency-Key": key})
    assert made.status_code == 201, made.text
    return made.get_json()["code"]


def place(database):
    with database.reading() as session:
        return read_values(session, SubjectKind.POINT, "JB-001")["place"]


def test_todays_bookings_are_counted_for_ones_own_points(app, as_, clock):
    code = book(app)
    book(app, start="2026-11-26T09:30:00+08:00", key="2")
    assert "（区行政服务中心） 0 个预约" in page_of(as_("wang"), "/staff/").text
    assert app.test_client().delete(f"/api/v1/bookings/{code}").status_code == 204

    clock.now += timedelta(days=1)

    page = page_of(as_("wang"), "/staff/")
    assert "（区行政服务中心） 1 个预约" in page.text
    assert page.all("a", href="/staff/points/JB-001/visits")


def test_bookings_of_others_points_are_not_counted_and_a_supervisor_sees_none(app, as_, clock):
    book(app)
    clock.now += timedelta(days=1)

    assert not page_of(as_("li"), "/staff/").all("a", href="/staff/points/JB-001/visits")
    assert "今日预约" not in page_of(as_("zhang"), "/staff/").text
    assert "1 今日预约" in page_of(as_("office"), "/staff/").text


def test_words_that_found_nothing_become_a_name_of_a_matter(app, as_, missed, one_loaded):
    office = as_("office")
    assert "遛狗证" in page_of(office, "/staff/").text

    answer = post(
        office, "/staff/searches", {"action": "add", "words": missed, "matter": "M076 社保卡", "name": missed}
    )

    assert answer.status_code == 303
    found = app.test_client().get("/api/v1/matters", query_string={"q": missed}).get_json()["matters"]
    assert found[0]["code"] == "M076"
    assert "没有在三天或更多天里出现的说法" in page_of(office, "/staff/searches").text
    assert page_of(office, "/staff/changes?state=published").all("a", href="/staff/changes/1")
    with one_loaded.reading() as session:
        assert most_frequent(session) == ()


def test_a_department_names_its_own_matters_alone(app, as_, missed, one_loaded):
    chief = as_("chief")
    form = {"action": "add", "words": missed, "name": missed}

    assert post(chief, "/staff/searches", form | {"matter": "M001"}).status_code == 403
    with one_loaded.reading() as session:
        assert len(most_frequent(session)) == 1
    assert post(chief, "/staff/searches", form | {"matter": "m076"}).status_code == 303
    assert missed in app.test_client().get("/api/v1/matters/M076").get_json()["folk_names"]


def test_a_name_joins_the_own_draft_of_a_matter_and_publishes_nothing_of_it(app, as_, missed):
    office = as_("office")
    form = fields_in(office.get("/staff/matters/M076").get_data(as_text=True))
    office.post("/staff/matters/M076", data=form | {"note": ["half done"], "action": ["draft"]})

    post(office, "/staff/searches", {"action": "add", "words": missed, "matter": "M076", "name": missed})

    matter = app.test_client().get("/api/v1/matters/M076").get_json()
    assert missed not in matter["folk_names"]
    assert matter["note"] != "half done"
    drafted = fields_in(office.get("/staff/matters/M076").get_data(as_text=True))
    assert missed in drafted["folk_names"][0]
    assert drafted["note"] == ["half done"]


def test_words_that_are_not_for_us_are_listed_no_more_and_it_is_written_down_who_said_so(as_, missed):
    office = as_("office")

    post(office, "/staff/searches", {"action": "dismiss", "words": missed})

    assert "无待办" in page_of(office, "/staff/searches").text
    assert missed in page_of(office, "/staff/audit?q=search").text
    assert post(office, "/staff/searches", {"action": "dismiss", "words": missed}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"matter": "M999"}, "没有这个编码的事项"),
        ({"matter": ""}, "请填写此项"),
        ({"matter": "M076", "name": ""}, "请填写此项"),
        ({"matter": "M076", "name": "=1+1"}, "不能以"),
        ({"matter": "M076", "name": "x" * 300}, "文字太长"),
    ],
    ids=["unknown", "none", "no name", "formula", "long"],
)
def test_a_faulty_name_is_refused_and_the_words_stay(as_, missed, one_loaded, fields, said):
    office = as_("office")

    answer = post(office, "/staff/searches", {"action": "add", "words": missed, "name": missed} | fields)

    assert answer.status_code == 400
    assert said in read_page(answer.get_data(as_text=True)).text
    with one_loaded.reading() as session:
        assert len(most_frequent(session)) == 1


def test_shipped_positions_are_of_the_file_and_wait_for_nobody(as_):
    page = page_of(as_("office"), "/staff/geocodes")

    assert not [link for link in page.all("a") if link["href"].endswith("/geocode")]
    assert as_("office").get(GEOCODE).status_code == 404


def test_the_map_of_a_review_has_both_positions(as_, geocoded):
    wang = as_("wang")
    assert page_of(wang, "/staff/").all("a", href=GEOCODE)

    page = page_of(wang, GEOCODE)

    assert [(each["sign"], each["lon"], each["lat"]) for each in page.data["pair"]] == [("A", *FOUND), ("B", *IN_FILE)]
    assert "两处相距 143 米" in page.text
    assert not page_of(as_("li"), "/staff/geocodes").all("a", href=GEOCODE)


@pytest.mark.parametrize(("choice", "kept", "provider"), [("held", FOUND, "amap"), ("file", IN_FILE, "file")])
def test_the_position_that_was_taken_is_kept_with_who_and_when(as_, geocoded, one_loaded, choice, kept, provider):
    office = as_("office")
    form = fields_in(office.get(GEOCODE).get_data(as_text=True))

    office.post(GEOCODE, data=form | {"choice": [choice], "accuracy_m": ["12"], "action": ["publish"]})

    found = place(one_loaded)
    assert (found["lon"], found["lat"], found["provider"], found["accuracy_m"]) == (*kept, provider, 12.0)
    assert (found["verified_by"], found["verified_at"][:10]) == ("office", "2026-11-25")
    assert office.get(GEOCODE).status_code == 404


def test_an_editor_hands_the_choice_over_to_a_second_person(as_, geocoded, one_loaded):
    wang, office = as_("wang"), as_("office")
    form = fields_in(wang.get(GEOCODE).get_data(as_text=True))

    answer = wang.post(GEOCODE, data=form | {"choice": ["file"], "action": ["publish"]})

    assert place(one_loaded)["verified_by"] is None
    post(office, answer.headers["Location"], {"action": "publish"})
    assert place(one_loaded)["verified_by"] == "wang"


@pytest.mark.parametrize("fields", [{"accuracy_m": ["0"]}, {"accuracy_m": [""]}, {"choice": ["other"]}], ids=str)
def test_a_choice_that_makes_no_sense_is_refused(as_, geocoded, one_loaded, fields):
    office = as_("office")
    form = fields_in(office.get(GEOCODE).get_data(as_text=True))

    assert office.post(GEOCODE, data=form | fields | {"action": ["publish"]}).status_code == 400
    assert place(one_loaded)["verified_by"] is None


def test_somebody_who_moved_the_pin_meanwhile_is_not_overruled(as_, geocoded, one_loaded):
    office, other = as_("office"), as_("office2")
    form = fields_in(office.get(GEOCODE).get_data(as_text=True))
    position = fields_in(other.get("/staff/points/JB-001/details").get_data(as_text=True))
    other.post("/staff/points/JB-001/details", data=position | {"phone": ["023-67560000"], "action": ["publish"]})

    assert office.post(GEOCODE, data=form | {"choice": ["file"], "action": ["publish"]}).status_code == 409
    assert place(one_loaded)["provider"] == "amap"


def test_an_address_that_changed_since_its_position_was_found_waits_too(as_, one_loaded):
    office = as_("office")
    form = fields_in(office.get("/staff/points/JB-001/details").get_data(as_text=True))
    office.post("/staff/points/JB-001/details", data=form | {"address": ["重庆市江北区别处1号"], "action": ["publish"]})

    assert "此后地址改过" in page_of(office, "/staff/geocodes").text


def test_a_point_without_a_position_is_in_the_queue(as_):
    office = as_("office")
    form = fields_in(office.get("/staff/new-point").get_data(as_text=True))
    form |= {"id": ["JB-052"], "name_zh": ["新办理点"], "address": ["重庆市江北区观音桥街道1号"]}
    office.post("/staff/new-point", data=form)

    assert page_of(office, "/staff/").all("a", href="/staff/points/JB-052/position")
    assert not page_of(as_("wang"), "/staff/").all("a", href="/staff/points/JB-052/position")


def test_map_and_table_say_how_fresh_each_point_is(as_, one_loaded):
    with one_loaded.transaction() as session:
        for point_id, days in (("JB-001", 1), ("JB-002", 80), ("JB-003", 91)):
            row = session.get_one(PointRow, point_id)
            row.verified_at, row.verified_by = NOW.date() - timedelta(days=days), "editor"

    page = page_of(as_("zhang"), "/staff/freshness")

    signs = {point: sign for point, (sign, _, _) in page.data["signs"].items()}
    assert [signs[point] for point in ("JB-001", "JB-002", "JB-003", "JB-004")] == ["✓", "…", "!", "?"]
    assert set(page.listed) == set(signs) == set(page.data["shown"])
    assert page.listed[-1] == "JB-001"
    assert "2026-11-24 · 办理点维护员 · 1 天前" in page.text
    assert page_of(as_("zhang"), "/staff/freshness?show=overdue").listed == ["JB-003"]


def test_who_has_not_confirmed_is_named_until_they_did(as_):
    wang = as_("wang")
    assert "wang 办理点维护员 · 2 个办理点待确认 JB-001, JB-002" in page_of(as_("office"), "/staff/freshness").text

    post(wang, "/staff/points/JB-001/confirm")

    text = page_of(as_("office"), "/staff/freshness").text
    assert "wang 办理点维护员 · 1 个办理点待确认 JB-002" in text
    assert "无人负责的办理点 · 48 个办理点待确认" in text


def test_an_overdue_point_is_confirmed_with_one_tap_in_the_queue(as_):
    wang, zhang = as_("wang"), as_("zhang")
    confirm = "/staff/points/JB-001/confirm"
    assert page_of(wang, "/staff/").all("form", action=confirm)
    assert not page_of(zhang, "/staff/").all("form", action=confirm)

    assert post(wang, confirm, {"next": "/staff/"}, page="/staff/").headers["Location"] == "/staff/"

    assert not page_of(wang, "/staff/").all("form", action=confirm)
    assert post(wang, confirm, {"next": "//evil.example"}).headers["Location"] == "/staff/"
    assert post(wang, confirm).headers["Location"] == "/staff/points/JB-001"


def test_the_file_of_freshness_says_the_same(as_):
    post(as_("wang"), "/staff/points/JB-001/confirm")

    lines = as_("office").get("/staff/freshness.csv").get_data(as_text=True).splitlines()

    assert len(lines) == 52
    assert lines[-1].endswith(f"{date(2026, 11, 25)},editor,0,fresh,wang")


def test_changes_of_this_week_are_counted_by_kind(as_, clock):
    office = as_("office")
    form = fields_in(office.get("/staff/points/JB-001/details").get_data(as_text=True))
    office.post("/staff/points/JB-001/details", data=form | {"phone": ["023-67560000"], "action": ["publish"]})

    assert "办理点 1" in page_of(office, "/staff/freshness").text
    clock.now += timedelta(days=8)
    assert "办理点 1" not in page_of(as_("office"), "/staff/freshness").text
