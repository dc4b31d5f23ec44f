"""What does the text of a rule say, and can it be relied on (开放时间规则)?

The grammar is OpenStreetMap `opening_hours`. This file refuses what the library that reads it takes without complaint
but then ignores or guesses, and takes the holiday parts (`PH`) out, since only the work calendar knows those days.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mapapp.hours.grammar import Reading, invalid_hours

MAX_LENGTH = 1000
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_LONGEST_MONTH = {"Feb": 29, "Apr": 30, "Jun": 30, "Sep": 30, "Nov": 30}
_WEEKDAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIMES = r"\d{2}:\d{2}-\d{2}:\d{2}(?:,\d{2}:\d{2}-\d{2}:\d{2})*"
_QUOTED = re.compile(r'("[^"]*")')
_RANGE = re.compile(rf"\b({_WEEKDAY})(?:-({_WEEKDAY}))?(?![a-z])")
_DAY = re.compile(rf"\b({_MONTH}) (\d{{1,2}})\b(?!:)")
_DATED = re.compile(rf"{_DAY.pattern}|\b(?:19|20|21)\d\d(?!\d|:)")
_SEASON = re.compile(rf"\b{_MONTH}\b|\bweek|\b(?:19|20|21)\d\d(?!\d|:)")
_ITEM = rf"(?:PH|{_WEEKDAY}(?:-{_WEEKDAY}|\[[-\d,]+\])?)"
_HOLIDAY_RULE = re.compile(rf'^({_ITEM}(?:,{_ITEM})*)((?: {_TIMES})?(?: closed)?(?: "[^"]*")?)$')
_HAS_TIMES = re.compile(r"\d:\d\d|\b(?:off|closed|open)\b|24/7")

# What the library reads without a warning and then ignores, guesses or understands in its own way (each was tried).
_REFUSED = (
    ("blank", re.compile(r"^\s*$")),
    ("school_holidays", re.compile(r"\bSH\b")),
    ("easter", re.compile(r"\beaster\b", re.IGNORECASE)),
    ("sun_times", re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)),
    ("day_offset", re.compile(r"[+-]\s*\d+\s*days?\b")),
    ("unknown", re.compile(r"\bunknown\b")),
    ("fallback", re.compile(r"\|\|")),
    ("open_end", re.compile(r":\d\d\s*\+")),
    ("repeated_times", re.compile(r":\d\d/")),
    ("ph_beside_weekday", re.compile(rf"\bPH\s+{_WEEKDAY}|(?:{_WEEKDAY}|\])\s+PH\b")),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a text, in canonical spelling. `holiday` is what it says of days off ("closed"), None if nothing.

    `text` is what it says of other days; "" when it speaks of days off alone.
    """

    text: str
    holiday: str | None = None

    @property
    def is_exception(self) -> bool:
        """Return whether the rule closes certain dates (`2026 Dec 24 off`)."""
        plain = _unquoted(self.text)
        return bool(_DATED.search(plain)) and bool(re.search(r"\bclosed\b", plain))

    @property
    def weekdays(self) -> set[int]:
        """Return the weekdays (0 Monday) that the rule speaks of apart from days off."""
        if not self.text:
            return set()
        found = {day for match in _RANGE.finditer(_unquoted(self.text)) for day in _days(match)}
        return found or set(range(7))

    @property
    def is_seasonal(self) -> bool:
        """Return whether the rule holds in some months, weeks or years only."""
        return bool(_SEASON.search(_unquoted(self.text)))


def rules_of(text: str) -> tuple[Rule, ...]:
    """Return the rules of a text, in order.

    Raises InvalidQuery `invalid_hours` with a `detail` for what cannot be parsed or would be silently ignored.
    """
    parts = [part.strip() for part in _split(_canonical(text))]
    for part in parts:
        _check_part(part)
    rules = tuple(_rule(part) for part in parts)
    _check_holidays_count(rules)
    return rules


def exchanged(text: str, one: int, other: int) -> str:
    """Return the text with two weekdays (0 Monday .. 6 Sunday) in each other's place; words in quotes stay."""

    def replace(match: re.Match[str]) -> str:
        return ",".join(WEEKDAYS[{one: other, other: one}.get(day, day)] for day in _days(match))

    return outside_quotes(text, lambda part: _RANGE.sub(replace, part))


def outside_quotes(text: str, change: Callable[[str], str], quoted: str | None = None) -> str:
    """Return the text with `change` done to all that is not a quoted comment (comments become `quoted` if given)."""
    parts = _QUOTED.split(text)
    return "".join(
        change(part) if index % 2 == 0 else (part if quoted is None else quoted) for index, part in enumerate(parts)
    )


def _days(match: re.Match[str]) -> list[int]:
    start = WEEKDAYS.index(match[1])
    length = (WEEKDAYS.index(match[2]) - start) % 7 if match[2] else 0
    return [(start + step) % 7 for step in range(length + 1)]


def _unquoted(text: str) -> str:
    return outside_quotes(text, lambda part: part, quoted="")


def _canonical(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise invalid_hours("too_long", str(len(text)))
    plain = _unquoted(text)
    for detail, pattern in _REFUSED:
        found = pattern.search(plain)
        if found:
            raise invalid_hours(detail, found[0])
    tidy = outside_quotes(text, _tidy).strip()
    canonical = Reading(tidy).canonical
    for rule in re.split(r";|, ", _unquoted(tidy)):
        if not _HAS_TIMES.search(rule):
            # "Mo, Tu 09:00-12:00" would open the whole of Monday
            raise invalid_hours("no_times", rule.strip())
    return canonical


def _tidy(part: str) -> str:
    # "12:00, 14:00" is meant as two spans of one rule; with other spacing the library would open them every day
    part = re.sub(r"\s+", " ", part)
    return re.sub(r"(:\d\d) ?, ?(?=\d{1,2}:\d\d)", r"\1,", part)


def _split(text: str) -> list[str]:
    pieces = [""]
    for index, part in enumerate(_QUOTED.split(text)):
        first, *others = part.split(";") if index % 2 == 0 else [part]
        pieces[-1] += first
        pieces.extend(others)
    return pieces


def _check_part(part: str) -> None:
    plain = _unquoted(part)
    for month, day in _DAY.findall(plain):
        if not 1 <= int(day) <= _LONGEST_MONTH.get(month, 31):
            raise invalid_hours("no_such_date", f"{month} {day}")
    for start, end in re.findall(r"(\d\d:\d\d)-(\d\d:\d\d)", plain):
        if start == end:
            raise invalid_hours("empty_span", f"{start}-{end}")


def _rule(part: str) -> Rule:
    if not re.search(r"\bPH\b", _unquoted(part)):
        return Rule(part)
    match = _HOLIDAY_RULE.match(part)
    if match is None:
        raise invalid_hours("ph_combination", part)
    weekdays = [item for item in re.split(r",(?![^\[]*\])", match[1]) if item != "PH"]
    return Rule(",".join(weekdays) + match[2] if weekdays else "", match[2].strip() or "open")


def _check_holidays_count(rules: tuple[Rule, ...]) -> None:
    # The last matching rule wins, so "PH off; Mo-Fr 09:00-17:00" would open on every holiday.
    last = max((index for index, rule in enumerate(rules) if rule.holiday is not None), default=None)
    if last is None:
        return
    overruled: set[int] = set()
    for rule in rules[last + 1 :]:
        overruled |= set() if rule.is_seasonal else rule.weekdays
    closes = (rules[last].holiday or "").startswith("closed")
    ruled = set().union(*(rule.weekdays for rule in rules[: last + 1])) if closes else set(range(7))
    if ruled <= overruled:
        raise invalid_hours("ph_without_effect", rules[last].holiday or "")
