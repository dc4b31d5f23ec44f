"""Words that found nothing are counted without saying who asked: legible from the third day, gone after ninety."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mapapp.catalogue import search_misses
from mapapp.catalogue.rows import SearchMissRow
from mapapp.catalogue.search_misses import SearchMiss, dismiss, forget_old, most_frequent, record

MONDAY = date(2026, 11, 23)


def came(database, text, *days):
    """Record the words once on each day (days after Monday)."""
    with database.transaction() as session:
        return [record(session, text, MONDAY + timedelta(days=day)) for day in days]


def listed(database, **question):
    with database.reading() as session:
        return most_frequent(session, **question)


def test_words_can_be_read_only_after_they_came_on_three_days(database):
    came(database, "遛狗证", 0, 0, 0, 1)
    before = listed(database)
    came(database, "遛狗证", 2)

    assert before == ()
    assert listed(database) == (
        SearchMiss(text="遛狗证", times=5, days=3, first_day=MONDAY, last_day=MONDAY + timedelta(days=2)),
    )


def test_before_the_third_day_the_table_does_not_hold_the_words(database):
    came(database, "遛狗证", 0, 1)

    with database.reading() as session:
        (row,) = session.scalars(select(SearchMissRow))
    assert row.text is None
    assert "遛狗证" not in row.digest


@pytest.mark.parametrize("text", ["  遛狗证 ", "遛狗证", "KTV牌照", "ktv 牌照"])
def test_the_same_words_written_otherwise_count_together(database, text):
    plain = " ".join(text.split()).lower()
    came(database, plain, 0, 1)
    came(database, text, 2)

    assert [miss.text for miss in listed(database)] == [plain]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "二十一个字二十一个字二十一个字二十一个字长",
        "13800138000",
        "我的电话1380",
        "建新北路68号办证",
        "三单元的门禁",
        "li@example.org",
        "遛狗\x00证",
        "１２３４５",
    ],
)
def test_long_words_numbers_and_addresses_are_not_counted(database, text):
    assert came(database, text, 0, 1, 2) == [False] * 3
    with database.reading() as session:
        assert session.scalars(select(SearchMissRow)).all() == []


def test_the_most_frequent_come_first_and_only_so_many(database):
    came(database, "遛狗证", 0, 1, 2)
    came(database, "摆摊点位", 0, 1, 2, 2)
    came(database, "放风筝", 0, 1, 2)

    assert [miss.text for miss in listed(database, limit=2)] == ["摆摊点位", "放风筝"]


def test_since_leaves_out_what_came_before_only(database):
    came(database, "遛狗证", 0, 1, 2)
    came(database, "摆摊点位", 0, 1, 5)

    assert [miss.text for miss in listed(database, since=MONDAY + timedelta(days=3))] == ["摆摊点位"]


def test_dismissed_words_stay_away_although_they_come_again(database):
    came(database, "遛狗证", 0, 1, 2)
    with database.transaction() as session:
        assert dismiss(session, "遛狗证")
    came(database, "遛狗证", 3)

    assert listed(database) == ()
    with database.transaction() as session:
        assert not dismiss(session, "遛狗证")
        assert not dismiss(session, "没有过")


def test_words_are_forgotten_ninety_days_after_they_last_came(database):
    came(database, "遛狗证", 0, 1, 2)
    came(database, "放风筝", 0)
    with database.transaction() as session:
        assert forget_old(session, MONDAY + timedelta(days=90)) == 0
        assert forget_old(session, MONDAY + timedelta(days=91)) == 1
        assert forget_old(session, MONDAY + timedelta(days=92)) == 0
        assert forget_old(session, MONDAY + timedelta(days=93)) == 1


def test_a_day_that_comes_late_makes_no_new_one(database):
    came(database, "遛狗证", 2, 1, 0)

    assert listed(database) == ()


def test_a_flood_of_different_words_fills_the_table_only_so_far(database, monkeypatch):
    monkeypatch.setattr(search_misses, "MOST_ROWS", 2)

    assert came(database, "遛狗证", 0) + came(database, "放风筝", 0) + came(database, "摆摊点位", 0) == [
        True,
        True,
        False,
    ]
    assert came(database, "遛狗证", 1) == [True]
