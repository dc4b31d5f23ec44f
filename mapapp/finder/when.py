"""When do people mean (时间的说法): 周六, 明天下午, 下班后, 下周一上午, saturday morning, as a moment after now."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# What a part of the day means where no hour is said; a day without one is asked about in the middle of the morning.
_PARTS = {
    "清早": time(9),
    "早上": time(9),
    "早晨": time(9),
    "上午": time(10),
    "中午": time(12, 30),
    "午休": time(12, 30),
    "下午": time(15),
    "傍晚": time(18),
    "下班": time(18),
    "晚上": time(19),
    "morning": time(10),
    "noon": time(12, 30),
    "lunch": time(12, 30),
    "afternoon": time(15),
    "evening": time(19),
    "work": time(18),
}
_SOME_TIME = time(10)
_LATE_PARTS = frozenset({"下午", "傍晚", "晚上", "下班", "afternoon", "evening"})
_DAYS_ON = {"今": 0, "明": 1, "后": 2, "大后": 3, "today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2}
_WEEKDAYS = {
    name: number for number, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6末", "日天7")) for name in names
}
_ENGLISH_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_NUMERALS = {name: number for number, name in enumerate("零一二三四五六七八九十")} | {"两": 2, "十一": 11, "十二": 12}

_CLOCK = (
    r"(?:(?P<hour>[01]?\d|2[0-4])\s*[:点时](?:\s*(?P<minute>[0-5]?\d)分?|(?P<half>半)|钟)?"
    r"|(?P<numeral>十[一二]?|[一二两三四五六七八九])点(?:(?P<half_past>半)|钟))"
)
_PART = (
    r"(?P<part>清早|早上|早晨|上午|中午|午休|下午|傍晚|晚上|下班(?=之?以?后|了|的时候)|下了班)(?:之后|以后|后|的时候)?"
)
_DAY = (
    r"(?:(?P<on>大后|[今明后])(?:天|日|儿(?!子|媳|女)|(?=早|晚))"
    r"|(?P<week>下下|下|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|[1-7](?!\d))"
    r"|(?P<month>1[0-2]|0?[1-9])月(?P<day>[12]\d|3[01]|0?[1-9])[日号])"
)
_SHORT_PART = (
    r"(?P<part>清早|早上|早晨|上午|中午|午休|下午|傍晚|晚上|下班(?=之?以?后|了|的时候)|下了班)"
    r"(?:之后|以后|后|的时候)?"
)
_DAY = (
    r"(?:(?P<on>大后|[今明后])(?:天|日|儿(?!子|媳|女)|(?=早|晚))"
    r"|(?P<week>下下|下|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|[1-7](?!\d))"
    r"|(?P<month>1[0-2]|0?[1-9])月(?P<day>[12]\d|3[01]|0?[1-9])[日号])"
)
_SHORT_PART = r"(?P<short>早|晚)(?![上饭婚])"
_CHINESE = re.compile(
    rf"{_DAY}(?:\s*的?\s*(?:{_PART}|{_SHORT_PART}))?(?:\s*{_CLOCK})?"
    rf"|(?P<now>现在就?|马上|立刻)"
)
_CHINESE_PART = re.compile(rf"{_PART}(?:\s*{_CLOCK})?")
_CHINESE_CLOCK = re.compile(_CLOCK)
_ENGLISH = re.compile(
    r"\b(?:(?:on|this|at)\s+)?(?:"
    r"(?P<now>right now|now)"
    r"|(?:(?:the\s+)?(?P<on>day after tomorrow|today|tomorrow|tonight)|(?P<week>next\s+)?"
    rf"(?P<weekday>{'|'.join(_ENGLISH_DAYS)}|weekend))"
    r"(?:\s+(?P<part>morning|noon|afternoon|evening))?(?:\s+(?:at\s+)?(?P<hour>1[0-2]|[1-9])\s*(?P<half_day>am|pm))?"
    r"|after\s+(?P<work>work)|(?:in\s+)?the\s+(?P<alone>morning|afternoon|evening)|(?P<lunch>lunch)\s*time"
    r"|(?:at\s+)?(?P<hour_alone>1[0-2]|[1-9])\s*(?P<half_day_alone>am|pm))\b"
)
_WEEK = timedelta(days=7)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """Where in a text a time is said, and the moment; None when that has gone by or is no date."""

    start: int
    end: int
    at: datetime | None


def find_when(text: str, now: datetime) -> When | None:
    """Return the first time in a lower-case text of simplified characters, as a moment not before the aware `now`.

    What has no day is the next time it comes; a weekday is the next one, today included; 下周 is the week from Monday.
    """
    for pattern in (_CHINESE, _CHINESE_PART, _CHINESE_CLOCK, _ENGLISH):
        found = pattern.search(text)
        if found is not None:
            return When(found.start(), found.end(), _moment(found, now))
    return None


def _moment(found: re.Match[str], now: datetime) -> datetime | None:
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    if "now" in said:
        return now
    clock = _clock(said)
    days = _days(said, now.date())
    if days is None:
        return None
    if clock is None and days and days[0] == now.date():
        return now
    moments = [datetime.combine(day, clock or _SOME_TIME, tzinfo=now.tzinfo) for day in days]
    return next((moment for moment in moments if moment >= now), None)


def _clock(said: dict[str, str]) -> time | None:
    """Return the time of day that is said, exactly or by its part."""
    part = {"早": "早上", "晚": "晚上"}.get(said.get("short", ""), said.get("part", ""))
    part = "下班" if part == "下了班" else part
    part = next((said[name] for name in ("work", "alone", "lunch") if name in said), part)
    if said.get("on") == "tonight":
        part = "evening"
    hour = said.get("hour") or said.get("hour_alone")
    number = int(hour) if hour else _NUMERALS.get(said.get("numeral", ""))
    if number is None:
        return _PARTS.get(part)
    minute = 30 if "half" in said or "half_past" in said else int(said.get("minute", 0))
    half_day = said.get("half_day") or said.get("half_day_alone")
    if half_day:
        number = number % 12 + (12 if half_day == "pm" else 0)
    elif (part in _LATE_PARTS and number < 12) or (not part and number < 7) or (part == "中午" and number < 3):
        # 三点 at a counter is in the afternoon
        number += 12
    return time(number % 24, minute)


def _days(said: dict[str, str], today: date) -> list[date] | None:
    """Return the days that may be meant, in order; None for a date that does not exist."""
    if "on" in said:
        return [today + timedelta(days=_DAYS_ON[said["on"]])]
    if "weekday" in said:
        return _weekdays(said, today)
    if "month" in said:
        try:
            return [date(year, int(said["month"]), int(said["day"])) for year in (today.year, today.year + 1)]
        except ValueError:
            return None
    return [today, today + _ONE_DAY]


def _weekdays(said: dict[str, str], today: date) -> list[date]:
    name, week = said["weekday"], said.get("week", "").strip()
    number = _WEEKDAYS[name] if name in _WEEKDAYS else 5 if name == "weekend" else _ENGLISH_DAYS.index(name)
    monday = today - timedelta(days=today.weekday())
    if week:
        weeks = {"下": 1, "next": 1, "下下": 2}.get(week, 0)
        return [monday + weeks * _WEEK + timedelta(days=number)]
    if name in ("末", "weekend") and today.weekday() == 6:
        return [today]
    there = today + timedelta(days=(number - today.weekday()) % 7)
    return [there, there + _WEEK]
