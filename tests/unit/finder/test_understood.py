"""Places and times that stand in a query are found, and official words are left alone."""

from datetime import datetime

import pytest

from building import at
from mapapp.finder.understood import QueryReader, Understood
from mapapp.finder.when import find_when
from shipped_catalogue import shipped_catalogue

# a Wednesday
NOW = at("2026-11-25 10:00")


@pytest.fixture(scope="module")
def reader():
    catalogue = shipped_catalogue()
    places = [name for place in catalogue.named_places for name in (place.name_zh, *place.aliases, place.name_en)]
    matters = [name for each in catalogue.matters.values() for name in (each.name_zh, *each.folk_names, each.name_en)]
    return QueryReader(places, matters)


@pytest.mark.parametrize(
    ("text", "rest", "place"),
    [
        ("在观音桥办居住证", "办居住证", "观音桥"),
        ("观音桥附近补社保卡", "补社保卡", "观音桥"),
        ("我在五里店，哪里补社保卡", "哪里补社保卡", "五里店"),
        ("石马河办老年证", "办老年证", "石马河"),
        ("鱼嘴那边娃娃上户口", "娃娃上户口", "鱼嘴"),
        ("去寸滩换驾照", "换驾照", "寸滩"),
        ("在觀音橋辦居住證", "辦居住證", "觀音橋"),
        ("renew passport near guanyinqiao", "renew passport", "guanyinqiao"),
        ("观音桥", "", "观音桥"),
    ],
)
def test_a_place_is_found_and_taken_out(reader, text, rest, place):
    assert reader.read(text, NOW) == Understood(rest=rest, place_text=place)


@pytest.mark.parametrize(
    "text",
    [
        "建新房要审批吗",  # 建新 is short for four roads
        "医院开的出生证",
        "公园里摆摊",
        "学校档案转出",
        "法院旁边办公证",
        "晚上施工证",
        "80周岁老人补贴",
        "便宜一点的公租房",
        "明年退休",
        "满月酒",
        "儿子上户口",
        "下个月换驾照",
        "",
    ],
)
def test_words_that_are_neither_place_nor_time_stay(reader, text):
    assert reader.read(text, NOW) == Understood(rest=text)


def test_no_name_of_a_matter_is_taken_apart(reader):
    for matter in shipped_catalogue().matters.values():
        for name in (matter.name_zh, matter.name_en, *matter.folk_names):
            understood = reader.read(name, NOW)
            assert (understood.place_text, understood.when_text) == (None, None), name


def test_place_and_time_together(reader):
    understood = reader.read("观音桥周六哪里办社保卡", NOW)

    assert understood == Understood(
        rest="哪里办社保卡", place_text="观音桥", when_text="周六", at=at("2026-11-28 10:00")
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("今天", "2026-11-25 10:00"),
        ("现在", "2026-11-25 10:00"),
        ("今天下午", "2026-11-25 15:00"),
        ("明天", "2026-11-26 10:00"),
        ("明天下午", "2026-11-26 15:00"),
        ("明早", "2026-11-26 09:00"),
        ("后天上午9点", "2026-11-27 09:00"),
        ("大后天", "2026-11-28 10:00"),
        ("周六", "2026-11-28 10:00"),
        ("星期天", "2026-11-29 10:00"),
        ("周末", "2026-11-28 10:00"),
        ("周三", "2026-11-25 10:00"),
        ("周二", "2026-12-01 10:00"),
        ("礼拜五下午3点半", "2026-11-27 15:30"),
        ("下周一上午", "2026-11-30 10:00"),
        ("下下周三", "2026-12-09 10:00"),
        ("下班后", "2026-11-25 18:00"),
        ("下班的时候", "2026-11-25 18:00"),
        ("中午", "2026-11-25 12:30"),
        ("早上", "2026-11-26 09:00"),
        ("三点半", "2026-11-25 15:30"),
        ("14:30", "2026-11-25 14:30"),
        ("8点", "2026-11-26 08:00"),
        ("下午5点", "2026-11-25 17:00"),
        ("12月3日", "2026-12-03 10:00"),
        ("1月5号下午", "2027-01-05 15:00"),
        ("tomorrow", "2026-11-26 10:00"),
        ("saturday morning", "2026-11-28 10:00"),
        ("next monday 3pm", "2026-11-30 15:00"),
        ("after work", "2026-11-25 18:00"),
        ("the day after tomorrow at 9 am", "2026-11-27 09:00"),
        ("this weekend", "2026-11-28 10:00"),
    ],
)
def test_a_time_is_a_moment_after_now(reader, text, moment):
    for words in (text, f"{text}办护照", f"办护照 {text}") if not text.isascii() else (text, f"{text} renew passport"):
        understood = reader.read(words, NOW)
        assert understood.at == at(moment), words
        assert understood.when_text == text


@pytest.mark.parametrize("text", ["今天早上", "这周一", "周三上午9点"])
def test_a_time_that_has_gone_by_is_told_without_a_moment_or_is_the_next(text):
    found = find_when(text, NOW)

    assert found is not None
    assert found.at is None or found.at > NOW


def test_a_day_that_does_not_exist_is_no_moment():
    found = find_when("2月30日", NOW)

    assert found is not None
    assert found.at is None


def test_on_sunday_the_weekend_is_today():
    sunday = at("2026-11-29 08:00")

    assert find_when("周末", sunday).at == sunday


def test_a_time_keeps_the_zone_of_now(reader):
    assert reader.read("明天办护照", NOW).at.tzinfo is NOW.tzinfo
    assert isinstance(find_when("明天", NOW).at, datetime)


@pytest.mark.parametrize("text", ["观" * 100_000, "\x00\x1f在观音桥", "周" * 500, "'; DROP TABLE matter; --", "😀周六"])
def test_hostile_lengths_and_signs_do_no_harm(reader, text):
    assert len(reader.read(text, NOW).rest) <= 200
