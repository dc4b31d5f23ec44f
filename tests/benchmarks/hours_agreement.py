"""Opening hours against a plain reading of our own and the holidays of chinesecalendar; how fast an answer is.

Two comparisons, each of whether it is open and of when that changes: random rules at random moments of 2020 to 2026,
and every minute of 2026 for the rules of all shipped service points. Exit status 1 when one answer differs.
"""

import csv
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta

from mapapp.hours.opening_hours import Schedule
from mapapp.hours.work_calendar import WorkCalendar
from mapapp.shipped import shipped
from tests.property.strategies_hours import (
    FIRST_DAY,
    GRID_MINUTES,
    LAST_DAY,
    WEEKDAYS,
    Expected,
    Season,
    Shape,
    Spans,
    clock,
    days_off,
    expected,
    worked_weekends,
)
from tests.unit.hours.days import shipped_calendar

RULES, MOMENTS_A_RULE = 2000, 10
YEAR = 2026
MINUTES_A_YEAR = 365 * 1440
ROUNDS, CALLS = 5, 20_000
SIMPLE_RULE = re.compile(r"^(\w\w)-(\w\w) ([\d:,-]+); PH off$")
TURNS = sorted(day for day in {*days_off, *worked_weekends} if day >= FIRST_DAY)


def some_spans(dice: random.Random, most: int = 3) -> Spans:
    """Return up to `most` spans of a day, apart from each other."""
    lines = sorted(dice.sample(range(1440 // GRID_MINUTES + 1), 2 * dice.randint(0, most)))
    return tuple((a * GRID_MINUTES, b * GRID_MINUTES) for a, b in zip(lines[::2], lines[1::2], strict=True))


def some_day(dice: random.Random) -> date:
    """Return a day of the known years, every second time one that a notice names."""
    return dice.choice(TURNS) if dice.random() < 0.5 else FIRST_DAY + timedelta(dice.randrange(2557))


def some_shape(dice: random.Random) -> Shape:
    """Return a random rule: weekdays, perhaps a season, perhaps holidays, perhaps dates."""
    week = {day: some_spans(dice) for day in dice.sample(range(7), dice.randint(1, 7))}
    season = None
    if dice.random() < 0.3:
        weekdays = frozenset(dice.sample(range(7), dice.randint(1, 7)))
        season = Season(dice.randint(1, 12), dice.randint(1, 12), weekdays, some_spans(dice))
    holiday = dice.choice((None, (), (), some_spans(dice)))
    dates = {some_day(dice): some_spans(dice) for _ in range(dice.choice((0, 0, 1, 3)))}
    return Shape(week, season, holiday, dates)


def shape_of(rule: str) -> Shape:
    """Return the rule of a shipped point as data; these are all of the form `Mo-Fr 09:00-12:00; PH off`."""
    match = SIMPLE_RULE.match(rule)
    if match is None:
        sys.exit(f"hours_agreement: write a plain reading for the rule {rule}")
    first, last = WEEKDAYS.index(match[1]), WEEKDAYS.index(match[2])
    spans = tuple((_minute(span[:5]), _minute(span[6:])) for span in match[3].split(","))
    return Shape(dict.fromkeys(range(first, last + 1), spans), None, (), {})


def differs(schedule: Schedule, plain: Expected, at: datetime) -> bool:
    """Return whether product and plain reading answer differently."""
    answer = schedule.status_at(at)
    return (answer.is_open, answer.changes_at) != (plain.is_open, plain.changes_at)


def random_pairs(calendar: WorkCalendar) -> tuple[int, int]:
    """Return how many random rule/moment pairs were compared and how many differ."""
    dice = random.Random(2026)
    wrong = 0
    for _ in range(RULES):
        shape = some_shape(dice)
        schedule = Schedule.of(shape.text, calendar)
        for _ in range(MOMENTS_A_RULE):
            at = clock(min(some_day(dice), LAST_DAY - timedelta(16)), dice.randrange(1440))
            wrong += differs(schedule, expected(shape, at), at)
    return RULES * MOMENTS_A_RULE, wrong


def rules_of_points() -> Counter[str]:
    """Return the rules of the shipped points and how many points have each."""
    with (shipped("geodata") / "service_points.csv").open(encoding="utf-8-sig", newline="") as file:
        return Counter(row["hours"] for row in csv.DictReader(file) if row["hours"])


def every_minute(rule: str, calendar: WorkCalendar) -> int:
    """Return in how many minutes of the year the answers for one rule differ.

    In its last fortnight only open or not is compared: when it next opens may hang on the notice for the next year.
    """
    shape, schedule = shape_of(rule), Schedule.of(rule, calendar)
    start, wrong = clock(date(YEAR, 1, 1), 0), 0
    for minute in range(MINUTES_A_YEAR):
        at = start + timedelta(minutes=minute)
        if at.date() <= date(YEAR, 12, 16):
            wrong += differs(schedule, expected(shape, at), at)
        else:
            wrong += schedule.status_at(at).is_open is not expected(shape, at).is_open
    return wrong


def speed(calendar: WorkCalendar, rule: str) -> dict[str, list[float]]:
    """Return medians in microseconds of each round: a day asked before, a day asked first, a rule asked first."""
    schedule = Schedule.of(rule, calendar)
    at = clock(date(YEAR, 11, 25), 600)
    figures: dict[str, list[float]] = {"known_day_us": [], "new_day_us": [], "new_rule_us": []}
    for number in range(ROUNDS):
        begin = time.perf_counter_ns()
        for _ in range(CALLS):
            schedule.status_at(at)
        figures["known_day_us"].append(round((time.perf_counter_ns() - begin) / CALLS / 1000, 2))
        fresh = Schedule(schedule.hours, calendar, ())
        days = [_timed(fresh, at - timedelta(days=day)) for day in range(300)]
        figures["new_day_us"].append(round(statistics.median(days), 1))
        begin = time.perf_counter_ns()
        Schedule.of(f"Mo-Fr 09:0{number}-12:00; PH off", calendar).status_at(at)
        figures["new_rule_us"].append((time.perf_counter_ns() - begin) // 1000)
    return figures


def measure() -> dict[str, object]:
    """Return pairs and minutes compared, how many differ, and the speed."""
    calendar = shipped_calendar()
    pairs, wrong_pairs = random_pairs(calendar)
    rules = rules_of_points()
    wrong_minutes = sum(every_minute(rule, calendar) * points for rule, points in rules.items())
    return {
        "random_pairs": pairs,
        "random_pairs_wrong": wrong_pairs,
        "points": rules.total(),
        "different_rules": len(rules),
        "point_minutes": rules.total() * MINUTES_A_YEAR,
        "point_minutes_wrong": wrong_minutes,
        **speed(calendar, next(iter(rules))),
    }


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
    else:
        print(f"opening hours against a plain reading; every minute of {YEAR} for the rules of all shipped points")
        for name, value in figures.items():
            print(f"  {name:20} {value}")
        print("  points that share a rule share the answers, which are compared once for each rule")
    if figures["random_pairs_wrong"] or figures["point_minutes_wrong"]:
        sys.exit("scripts/bench: opening hours and the plain reading differ")


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _timed(schedule: Schedule, at: datetime) -> float:
    begin = time.perf_counter_ns()
    schedule.status_at(at)
    return (time.perf_counter_ns() - begin) / 1000


if __name__ == "__main__":
    main(sys.argv[1:])
