"""Staff keep a point true: hours, closures, facts, position, matters; drafts, second person, conflict, undo."""

from datetime import timedelta

import pytest

from mapapp.editing.desk import next_due
from tests.page_reading import read_page
from tests.staff_pages import another_app, fields_in, post

POINT = "/staff/points/JB-001"
HOSTILE = "</script><img src=x onerror=alert(1)>"


def fill(client, where, action="publish", **changes):
    """Open a form, change some fields, send it as a browser would, and return the answer."""
    form = fields_in(client.get(where).get_data(as_text=True))
    form |= {name: [value] if isinstance(value, str) else value for name, value in changes.items()}
    form["action"] = [action]
    return client.post(where, data=form)


def text_of(client, address):
    return read_page(client.get(address).get_data(as_text=True)).text


def point_api(app, language="zh"):
    return app.test_client().get(f"/api/v1/points/JB-001?lang={language}").get_json()


def test_hours_typed_in_the_week_form_are_public_at_the_next_request(app, as_):
    wang = as_("wang")

    answer = fill(wang, f"{POINT}/hours", mo1_from="8:30", fr2_to="17:00")

    assert answer.status_code == 303
    assert point_api(app)["hours_rule"] == (
        "Mo 08:30-12:00,14:00-18:00; Tu-Th 09:00-12:00,14:00-18:00; Fr 09:00-12:00,14:00-17:00; PH off"
    )
    assert "8:30–12:00" in text_of(app.test_client(), "/points/JB-001")


def test_the_preview_shows_what_hours_would_mean_and_publishes_nothing(app, as_):
    answer = fill(as_("wang"), f"{POINT}/hours", action="preview", we1_from="10:00")

    page = read_page(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "11月25日 周三 10:00–12:00" in page.text
    assert point_api(app)["hours_rule"] == "Mo-Fr 09:00-12:00,14:00-18:00; PH off"


def test_the_preview_shows_the_next_holiday(as_):
    text = text_of(as_("office"), f"{POINT}/hours")

    assert "实际效果" in text
    assert "11月29日" in text


def test_a_faulty_span_keeps_what_was_typed_and_names_the_field(as_):
    answer = fill(as_("wang"), f"{POINT}/hours", mo1_to="08:00")

    page = read_page(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert page.all("input", name="mo1_to")[0]["value"] == "08:00"
    assert page.all("input", name="mo1_to")[0]["aria-invalid"] == "true"
    assert "结束早于开始" in page.text


def test_an_expert_writes_the_rule(app, as_):
    fill(as_("wang"), f"{POINT}/hours", way="rule", rule="Mo[1] 09:00-12:00")

    assert point_api(app)["hours_rule"] == "Mo[1] 09:00-12:00"
    page = read_page(as_("wang").get(f"{POINT}/hours").get_data(as_text=True))
    assert "checked" in page.all("input", name="way", value="rule")[0]


def test_a_rule_that_cannot_be_read_is_refused(app, as_):
    answer = fill(as_("wang"), f"{POINT}/hours", way="rule", rule="whenever")

    assert answer.status_code == 400
    assert "办理时间写法有误" in answer.get_data(as_text=True)


def test_a_draft_is_kept_and_nobody_outside_sees_it(app, as_):
    wang = as_("wang")

    fill(wang, f"{POINT}/details", action="draft", phone="023-67560000")

    assert point_api(app)["phone"] is None
    page = wang.get(f"{POINT}/details").get_data(as_text=True)
    assert "草稿，未公布" in page
    assert fields_in(page)["phone"] == ["023-67560000"]


def test_a_phone_is_published_at_once_and_a_name_after_a_second_look(app, as_):
    wang, office = as_("wang"), as_("office")
    fill(wang, f"{POINT}/details", phone="023-67560000")
    assert point_api(app)["phone"] == "023-67560000"

    answer = fill(wang, f"{POINT}/details", name_en="A new name")

    assert point_api(app, "en")["name"] != "A new name"
    assert "A new name" in office.get(answer.headers["Location"]).get_data(as_text=True)
    assert "待我核对 办理点: JB-001" in text_of(office, "/staff/")
    post(office, answer.headers["Location"], {"action": "publish"})
    assert point_api(app, "en")["name"] == "A new name"


def test_an_editor_cannot_publish_a_name_by_sending_the_deed(app, as_):
    wang = as_("wang")
    answer = fill(wang, f"{POINT}/details", name_en="A new name")

    assert post(wang, answer.headers["Location"], {"action": "publish"}).status_code == 403
    assert point_api(app, "en")["name"] != "A new name"


def test_a_change_is_sent_back_with_a_reason(as_):
    wang, office = as_("wang"), as_("office")
    address = fill(wang, f"{POINT}/details", name_en="A new name").headers["Location"]

    post(office, address, {"action": "decline", "answer": "门牌不对"})

    assert "门牌不对" in text_of(wang, address)


def test_the_second_of_two_people_is_told_and_shown_both_versions(app, as_):
    wang, office = as_("wang"), as_("office")
    opened = fields_in(wang.get(f"{POINT}/details").get_data(as_text=True))
    fill(office, f"{POINT}/details", phone="023-22222222")

    opened |= {"phone": ["023-11111111"], "action": ["publish"]}
    answer = wang.post(f"{POINT}/details", data=opened)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert {"023-11111111", "023-22222222"} <= set(read_page(page).text.split())
    assert point_api(app)["phone"] == "023-22222222"
    again = fields_in(page) | {"action": ["publish"]}
    assert read_page(page).all("form", action=f"{POINT}/details")
    assert wang.post(f"{POINT}/details", data=again).status_code == 303
    assert point_api(app)["phone"] == "023-11111111"


def test_what_was_published_can_be_undone(app, as_):
    wang = as_("wang")
    address = fill(wang, f"{POINT}/details", phone="023-67560000").headers["Location"]

    post(wang, address, {"action": "revert"})

    assert point_api(app)["phone"] is None
    assert "已撤回" in text_of(wang, address) or "恢复" in text_of(wang, address)


def test_what_was_changed_again_is_not_undone(app, as_):
    wang = as_("wang")
    address = fill(wang, f"{POINT}/details", phone="023-11111111").headers["Location"]
    fill(wang, f"{POINT}/details", phone="023-22222222")

    assert post(wang, address, {"action": "revert"}).status_code == 409
    assert point_api(app)["phone"] == "023-22222222"


def test_a_closure_closes_the_point_while_it_lasts(app, as_, clock):
    fill(
        as_("wang"),
        f"{POINT}/closures",
        starts_day_0="2026-11-25",
        starts_time_0="11:00",
        ends_day_0="2026-11-25",
        ends_time_0="16:00",
        reason_zh_0="停电检修",
    )

    assert point_api(app)["open"]["state"] == "open"
    clock.now += timedelta(hours=2)
    assert point_api(app)["open"]["state"] == "closed"
    assert "停电检修" in text_of(app.test_client(), "/points/JB-001")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason_zh_0": "停电"}, "请填写此项"),
        ({"starts_day_0": "2026-11-25", "reason_zh_0": ""}, "请填写此项"),
        ({"starts_day_0": "2026-11-25", "ends_day_0": "2026-11-24", "reason_zh_0": "停电"}, "结束早于开始"),
        ({"starts_day_0": "25.11.2026", "reason_zh_0": "停电"}, "这不是日期"),
    ],
)
def test_a_closure_that_makes_no_sense_is_refused(as_, changes, said):
    answer = fill(as_("wang"), f"{POINT}/closures", **changes)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_a_closure_can_be_taken_out_again(app, as_):
    wang = as_("wang")
    fill(wang, f"{POINT}/closures", starts_day_0="2026-11-25", reason_zh_0="停电")
    assert point_api(app)["open"]["state"] == "closed"

    fill(wang, f"{POINT}/closures", remove_0="on")

    assert point_api(app)["open"]["state"] == "open"


def test_the_office_closes_all_points_at_once(app, as_):
    fill(as_("office"), "/staff/points/district/closures", starts_day_0="2026-11-25", reason_zh_0="汛情")

    states = app.test_client().get("/api/v1/points").get_json()["points"]
    assert {point["open"]["state"] for point in states} == {"closed"}


def test_an_editor_closes_no_other_point(app, as_):
    wang = as_("wang")

    assert wang.get("/staff/points/JB-003/closures").status_code == 403
    assert wang.get("/staff/points/district/closures").status_code == 403
    assert post(wang, "/staff/points/JB-003/hours", {"mo1_from": "1:00"}).status_code == 403


def test_fields_that_a_form_does_not_have_are_not_taken(app, as_):
    fill(
        as_("wang"),
        f"{POINT}/details",
        phone="023-67560000",
        retired="on",
        verified_by="office",
        hours_rule="24/7",
        edited_by="x",
    )

    point = point_api(app)
    assert (point["phone"], point["hours_rule"]) == ("023-67560000", "Mo-Fr 09:00-12:00,14:00-18:00; PH off")


@pytest.mark.parametrize("action", ["publish", "drop", "submit", "schedule", "note", "revert", "rebase"])
def test_a_change_of_another_point_can_be_neither_seen_nor_touched(as_, action):
    address = fill(as_("wang"), f"{POINT}/details", action="draft", phone="023-67560000").headers["Location"]
    li = as_("li")

    answer = post(li, address, {"action": action, "day": "2026-12-01", "text": "x"})

    assert (li.get(address).status_code, answer.status_code) == (404, 404)
    assert "草稿，未公布" in as_("wang").get(address).get_data(as_text=True)


def test_a_position_in_another_datum_is_converted_and_handed_over(app, as_):
    from mapapp.geography.coordinate import Coordinate, Datum
    from mapapp.geography.datum import from_wgs84

    wang, office = as_("wang"), as_("office")
    lon, lat = from_wgs84(Coordinate(106.571, 29.61), Datum.GCJ02)
    answer = fill(wang, f"{POINT}/position", lat=f"{lat:.7f}", lon=f"{lon:.7f}", datum="GCJ-02", accuracy_m="20")
    assert point_api(app)["place_accuracy_m"] != 20

    post(office, answer.headers["Location"], {"action": "publish"})

    point = point_api(app)
    assert (round(point["lon"], 6), round(point["lat"], 6), point["place_accuracy_m"]) == (106.571, 29.61, 20)


def test_the_preview_of_a_position_says_what_is_noticed(as_):
    answer = fill(as_("office"), f"{POINT}/position", action="preview", lat="29.62", lon="106.58")

    text = read_page(answer.get_data(as_text=True)).text
    assert "在辖区内" in text
    assert "坐标系选对了吗" in text


def test_a_position_outside_the_district_is_refused(as_):
    answer = fill(as_("office"), f"{POINT}/position", lat="39.9", lon="116.4")

    assert answer.status_code == 400
    assert "位置在辖区之外" in answer.get_data(as_text=True)


def test_a_new_point_is_offered_the_place_of_its_address_and_a_map_to_put_the_pin_on(app, as_):
    office = as_("office")
    facts = {"id": "JB-052", "name_zh": "新办理点", "kind": "street", "street": "观音桥街道"}
    where = fill(office, "/staff/new-point", address="重庆市江北区观音桥步行街", **facts).headers["Location"]
    page = read_page(office.get(where).get_data(as_text=True))
    assert page.all("div", id="map")
    assert page.all("input", id="lat")[0]["value"] == ""
    assert "按地址" in page.text

    offered = read_page(office.get(f"{where}?at=address").get_data(as_text=True))

    lat, lon = (float(offered.all("input", id=name)[0]["value"]) for name in ("lat", "lon"))
    assert (abs(lat - 29.574) < 0.01, abs(lon - 106.532) < 0.01) == (True, True)
    assert (offered.data["doubt"]["lat"], offered.data["doubt"]["lon"]) == (lat, lon)
    assert app.test_client().get("/points/JB-052").status_code == 404
    assert fill(office, f"{where}?at=address").status_code == 303
    assert app.test_client().get("/points/JB-052").status_code == 200


def test_what_a_point_takes_changes_after_a_second_look(app, as_):
    wang, office = as_("wang"), as_("office")
    before = {row["matter"] for row in point_api(app)["offers"]}
    assert "M001" in before

    answer = fill(wang, f"{POINT}/offers", mode_M001="")
    assert {row["matter"] for row in point_api(app)["offers"]} == before
    post(office, answer.headers["Location"], {"action": "publish"})

    assert {row["matter"] for row in point_api(app)["offers"]} == before - {"M001"}


def test_a_department_changes_its_own_matters_alone(as_):
    chief = as_("chief")
    page = chief.get("/staff/points/JB-001/offers").get_data(as_text=True)
    assert "mode_M076" in page
    assert "mode_M001" not in page

    form = fields_in(page) | {"mode_M001": [""], "action": ["publish"]}

    assert chief.post("/staff/points/JB-001/offers", data=form).status_code == 303
    assert "mode_M001" not in chief.get("/staff/points/JB-001/offers").get_data(as_text=True)


def test_a_change_is_published_at_the_settled_moment(app, as_, clock, one_loaded):
    wang = as_("wang")
    address = fill(wang, f"{POINT}/details", action="draft", phone="023-67560000").headers["Location"]

    post(wang, address, {"action": "schedule", "day": "2026-11-25", "time": "12:00"})

    assert point_api(app)["phone"] is None
    clock.now += timedelta(hours=2)
    assert point_api(app)["phone"] == "023-67560000"
    with one_loaded.reading() as session:
        assert next_due(session) is None


def test_another_worker_publishes_what_is_due_as_well(app, as_, clock, one_loaded, tmp_path):
    other = another_app(one_loaded, tmp_path, clock)
    assert point_api(other)["phone"] is None
    wang = as_("wang")
    address = fill(wang, f"{POINT}/details", action="draft", phone="023-67560000").headers["Location"]
    post(wang, address, {"action": "schedule", "day": "2026-11-25", "time": "12:00"})
    assert point_api(other)["phone"] is None

    clock.now += timedelta(hours=2)

    assert point_api(other)["phone"] == "023-67560000"
    assert point_api(app)["phone"] == "023-67560000"


def test_one_tap_confirms_a_point_and_the_public_page_says_so(app, as_):
    wang = as_("wang")
    assert "逾期" in text_of(wang, "/staff/points?show=overdue")

    post(wang, f"{POINT}/confirm")

    assert "JB-001" not in text_of(wang, "/staff/points?show=overdue")
    assert point_api(app)["verified_at"] == "2026-11-25"
    assert "2026-11-25 由办理点维护员" in text_of(app.test_client(), "/points/JB-001")


def test_a_confirmation_is_overdue_again_after_ninety_days(as_, clock):
    wang = as_("wang")
    post(wang, f"{POINT}/confirm")

    clock.now += timedelta(days=91)

    assert "JB-001" in text_of(as_("wang"), "/staff/points?show=overdue")


def test_folk_names_of_a_matter_are_found_by_the_search(app, as_):
    office = as_("office")

    fill(office, "/staff/matters/M076", folk_names="办娃儿的卡卡\n社保卡")

    answer = app.test_client().get("/api/v1/matters", query_string={"q": "办娃儿的卡卡"}).get_json()
    assert answer["matters"][0]["code"] == "M076"


def test_a_department_cannot_give_its_matters_away(app, as_):
    chief = as_("chief")

    fill(chief, "/staff/matters/M076", department="区公安分局", note="x", retired="on")

    matter = app.test_client().get("/api/v1/matters/M076").get_json()
    assert matter["department"] == "区人力社保局"


def test_members_of_a_package_change(app, as_):
    fill(as_("office"), "/staff/packages/P01", members="M001\nM002")

    package = app.test_client().get("/api/v1/packages/P01").get_json()
    assert [row["code"] for row in package["members"]] == ["M001", "M002"]


def test_a_package_of_matters_that_do_not_exist_is_refused(as_):
    assert fill(as_("office"), "/staff/packages/P01", members="M999").status_code == 400


def test_a_day_off_of_next_year_closes_the_points(app, as_):
    fill(as_("office"), "/staff/calendar/2027", day_0="2027-03-03", name_zh_0="测试节")

    answer = app.test_client().get("/api/v1/points/JB-001?at=2027-03-03T10:00:00%2B08:00").get_json()
    assert (answer["open"]["state"], answer["open"]["reason"]) == ("closed", "holiday")


def test_a_new_point_is_public_once_it_has_a_position(app, as_):
    office = as_("office")
    answer = fill(
        office,
        "/staff/new-point",
        id="JB-052",
        name_zh="新办理点",
        kind="street",
        street="观音桥街道",
        address="重庆市江北区观音桥街道1号",
    )
    assert app.test_client().get("/points/JB-052").status_code == 404

    fill(office, answer.headers["Location"], lat="29.574", lon="106.532")

    assert "新办理点" in text_of(app.test_client(), "/points/JB-052")


def test_a_retired_point_leaves_the_map_and_can_come_back(app, as_):
    office = as_("office")

    address = fill(office, f"{POINT}/details", retired="on").headers["Location"]

    assert app.test_client().get("/points/JB-001").status_code == 410
    assert app.test_client().get("/api/v1/points/JB-001").status_code == 404
    assert office.get(POINT).status_code == 200
    assert "JB-001" in text_of(office, "/staff/points?show=retired")
    post(office, address, {"action": "revert"})
    assert app.test_client().get("/points/JB-001").status_code == 200


def test_an_announcement_is_shown_between_its_days_alone(app, as_, clock):
    office = as_("office")
    fill(
        office,
        "/staff/points/district/announcements",
        text_zh_0="系统周末维护",
        first_day_0="2026-11-26",
        last_day_0="2026-11-27",
    )
    fill(office, f"{POINT}/announcements", text_zh_0="一楼装修", first_day_0="2026-11-25", last_day_0="2026-11-25")

    assert "系统周末维护" not in text_of(app.test_client(), "/matters")
    assert "一楼装修" in text_of(app.test_client(), "/points/JB-001")
    clock.now += timedelta(days=1)
    assert "系统周末维护" in text_of(app.test_client(), "/matters")
    assert "一楼装修" not in text_of(app.test_client(), "/points/JB-001")


def test_what_staff_write_is_a_text_everywhere(app, as_):
    office = as_("office")
    fill(office, f"{POINT}/details", name_zh=HOSTILE, name_en=HOSTILE, address=HOSTILE, note=HOSTILE)
    fill(office, f"{POINT}/closures", starts_day_0="2026-11-25", reason_zh_0=HOSTILE)
    fill(office, f"{POINT}/announcements", text_zh_0=HOSTILE, first_day_0="2026-11-25", last_day_0="2026-11-25")

    for address in ("/", "/points/JB-001", "/staff/", "/staff/points", POINT, "/staff/changes", "/staff/audit"):
        html = office.get(address).get_data(as_text=True)
        assert "<img src=x" not in html, address
        assert read_page(html).inline == [], address


def test_what_is_typed_into_a_search_of_staff_is_no_element(as_):
    office = as_("office")
    for address in ("/staff/audit", "/staff/matters", "/staff/changes", "/staff/points"):
        html = office.get(address, query_string={"q": HOSTILE, "state": HOSTILE, "show": HOSTILE}).get_data(
            as_text=True
        )
        assert "<img src=x" not in html


def test_the_history_says_who_did_what(as_):
    wang, office = as_("wang"), as_("office")
    fill(wang, f"{POINT}/details", phone="023-67560000")

    text = text_of(office, "/staff/audit?q=wang")

    assert "wang 公布: JB-001" in text
    csv = office.get("/staff/audit.csv").get_data(as_text=True)
    assert '""phone"": ""023-67560000""' in csv


def test_pages_of_staff_are_there_in_english(as_):
    wang = as_("wang")

    for address in ("/staff/", POINT, f"{POINT}/hours", "/staff/changes"):
        page = read_page(wang.get(f"{address}?lang=en").get_data(as_text=True))
        assert page.all("html")[0]["lang"] == "en"
    assert "Work queue" in text_of(wang, "/staff/?lang=en")


def test_before_a_closure_staff_see_what_it_takes_from_residents(as_):
    text = text_of(as_("office"), "/staff/points/JB-012/closures")

    assert "此办理点停办期间，有" in text
    assert "此办理点停办期间" not in text_of(as_("office"), "/staff/points/district/closures")


def test_a_closure_counts_others_that_are_closed_at_the_same_time(as_):
    office = as_("office")
    before = text_of(office, "/staff/points/JB-012/closures")
    fill(office, f"{POINT}/closures", starts_day_0="2026-11-24", ends_day_0="2026-12-24", reason_zh_0="装修")

    assert "同时停办的还有" not in before
    assert "个停办的影响更大" in before or "停办影响最大" in before
    assert "同时停办的还有" in text_of(office, "/staff/points/JB-012/closures")
