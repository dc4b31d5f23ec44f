"""What the command `mapapp hours` tells a program."""

import json

import pytest

from mapapp.errors import InvalidQuery
from mapapp.hours.answers import hours_answers
from tests.unit.hours.days import OFFICE, moment, shipped_calendar


def test_each_time_gets_one_answer_in_order() -> None:
    times = [moment("2026-11-25 12:30"), moment("2026-11-25 10:00")]

    answers = hours_answers(OFFICE, times, shipped_calendar())

    assert json.loads(json.dumps(answers)) == [
        {
            "at": "2026-11-25T12:30:00+08:00",
            "state": "closed",
            "until": None,
            "opens_at": "2026-11-25T14:00:00+08:00",
            "reason": "outside_hours",
            "reason_detail": "lunch",
            "reason_zh": None,
            "reason_en": None,
            "calendar_unknown": False,
        },
        {
            "at": "2026-11-25T10:00:00+08:00",
            "state": "open",
            "until": "2026-11-25T12:00:00+08:00",
            "opens_at": None,
            "reason": None,
            "reason_detail": None,
            "reason_zh": None,
            "reason_en": None,
            "calendar_unknown": False,
        },
    ]


def test_a_bad_rule_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="invalid_hours"):
        hours_answers("PH off; Mo-Fr 09:00-17:00", [moment("2026-11-25 10:00")], shipped_calendar())
