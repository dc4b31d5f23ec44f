"""What things are called on a page (用语): kinds, states, modes, days and hours, in the reader's language.

The core answers with codes; here each code becomes a word. Message ids are English; Chinese is in `translations/`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import format_date, get_locale, lazy_gettext

from mapapp.catalogue.matters import DayUnit, Limit, OfferMode
from mapapp.catalogue.points import PointKind
from mapapp.hours.opening_hours import DaySpans, OpenSpan, Reason, ReasonDetail, State, Status
from mapapp.people import Role
from mapapp.web.spoken import gettext

_KINDS = {
    PointKind.DISTRICT: lazy_gettext("District service centre"),
    PointKind.STREET: lazy_gettext("Subdistrict service centre"),
    PointKind.TOWN: lazy_gettext("Town service centre"),
    PointKind.SUB_POLICE: lazy_gettext("Police and household registration"),
    PointKind.SUB_MARKET: lazy_gettext("Market regulation"),
    PointKind.SUB_SOCIAL: lazy_gettext("Social insurance and employment"),
    PointKind.SUB_TAX: lazy_gettext("Tax"),
    PointKind.SUB_UTILITY: lazy_gettext("Water, power and gas"),
    PointKind.SUB_ESTATE: lazy_gettext("Real estate registration"),
    PointKind.SUB_MEDICAL: lazy_gettext("Medical insurance"),
    PointKind.SUB_EXIT: lazy_gettext("Exit and entry"),
    PointKind.SUB_VEHICLE: lazy_gettext("Vehicles and driving licences"),
    PointKind.SUB_FUND: lazy_gettext("Housing provident fund"),
    PointKind.SUB_MARRIAGE: lazy_gettext("Marriage registration"),
    PointKind.SUB_NOTARY: lazy_gettext("Notary"),
    PointKind.SUB_LEGAL: lazy_gettext("Legal aid"),
    PointKind.SUB_VETERAN: lazy_gettext("Veterans"),
    PointKind.SUB_DISABLED: lazy_gettext("Disabled persons"),
    PointKind.SUB_HEALTH: lazy_gettext("Health"),
    PointKind.SUB_EDUCATION: lazy_gettext("Education"),
    PointKind.SUB_TOBACCO: lazy_gettext("Tobacco licences"),
    PointKind.SUB_ARCHIVE: lazy_gettext("Archives"),
}

# The sign inside the circle of a sub-centre: one Chinese character, or two Latin letters.
_SIGNS = {
    PointKind.DISTRICT: ("", ""),
    PointKind.STREET: ("街", "St"),
    PointKind.TOWN: ("镇", "To"),
    PointKind.SUB_POLICE: ("警", "Po"),
    PointKind.SUB_MARKET: ("市", "Ma"),
    PointKind.SUB_SOCIAL: ("社", "So"),
    PointKind.SUB_TAX: ("税", "Tx"),
    PointKind.SUB_UTILITY: ("电", "Ut"),
    PointKind.SUB_ESTATE: ("房", "Re"),
    PointKind.SUB_MEDICAL: ("医", "Me"),
    PointKind.SUB_EXIT: ("境", "Ex"),
    PointKind.SUB_VEHICLE: ("车", "Ve"),
    PointKind.SUB_FUND: ("金", "Fu"),
    PointKind.SUB_MARRIAGE: ("婚", "Mr"),
    PointKind.SUB_NOTARY: ("证", "No"),
    PointKind.SUB_LEGAL: ("法", "La"),
    PointKind.SUB_VETERAN: ("军", "Vt"),
    PointKind.SUB_DISABLED: ("残", "Di"),
    PointKind.SUB_HEALTH: ("卫", "He"),
    PointKind.SUB_EDUCATION: ("教", "Ed"),
    PointKind.SUB_TOBACCO: ("烟", "Tb"),
    PointKind.SUB_ARCHIVE: ("档", "Ar"),
}

_MODES = {
    OfferMode.FINISH: lazy_gettext("Done here"),
    OfferMode.FORWARD: lazy_gettext("Taken here and passed on"),
    OfferMode.PRINT: lazy_gettext("Self-service printing"),
}

# The eight types of matter in the national opinion of 2022 (国发〔2022〕5号).
_MATTER_TYPES = {
    "行政许可": lazy_gettext("Administrative licence"),
    "行政确认": lazy_gettext("Administrative confirmation"),
    "行政裁决": lazy_gettext("Administrative ruling"),
    "行政给付": lazy_gettext("Benefit"),
    "行政奖励": lazy_gettext("Award"),
    "行政备案": lazy_gettext("Filing"),
    "其他行政权力": lazy_gettext("Other administrative power"),
    "公共服务": lazy_gettext("Public service"),
}

_ROLES = {
    Role.EDITOR.value: lazy_gettext("Editor of service points"),
    Role.REPRESENTATIVE.value: lazy_gettext("Chief representative of a department"),
    Role.OFFICE.value: lazy_gettext("District office"),
    Role.SUPERVISOR.value: lazy_gettext("Supervisor"),
    Role.SYSTEM.value: lazy_gettext("System"),
}
_CONFIDENCE = {
    "A": lazy_gettext("A: read in a public source"),
    "B": lazy_gettext("B: partly from a public source, partly typical"),
    "C": lazy_gettext("C: filled in for the sample, to be confirmed"),
    "high": lazy_gettext("high"),
    "medium": lazy_gettext("medium"),
    "low": lazy_gettext("low"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StateWords:
    """An open state as it is shown: `look` ("open", "soon", "closed", "unknown"), its `sign`, and the `text`."""

    look: str
    sign: str
    text: str


_SIGN_OF_LOOK = {"open": "●", "soon": "◐", "closed": "○", "unknown": "?"}


def kind_name(kind: PointKind) -> str:
    """Return what a kind of point is called."""
    return str(_KINDS[kind])


def kind_sign(kind: PointKind, language: str) -> str:
    """Return the short sign drawn in the mark of a point of this kind; empty for the district's star."""
    return _SIGNS[kind][1 if language == "en" else 0]


def kind_shape(kind: PointKind) -> str:
    """Return the shape of the mark: "star", "house" or "circle"."""
    if kind is PointKind.DISTRICT:
        return "star"
    return "house" if kind in (PointKind.STREET, PointKind.TOWN) else "circle"


def mode_words(mode: OfferMode) -> str:
    """Return what a point does with a matter: 办结, 收件转办, 自助打印."""
    return str(_MODES[mode])


def matter_type(kind: str) -> str:
    """Return the type of a matter in words; an unknown type as it stands."""
    return str(_MATTER_TYPES.get(kind, kind))


def confidence_words(code: str) -> str:
    """Return in words how far a fact can be trusted; an unknown code as it stands."""
    return str(_CONFIDENCE.get(code, code))


def role_name(role: str) -> str:
    """Return what a role is called; any other text as it stands."""
    return str(_ROLES.get(role, role))


def limit_words(limit: Limit | None) -> str:
    """Return a time limit in words: 即办, 3 个工作日, 20 天; "not known" without one."""
    if limit is None:
        return gettext("not known")
    if limit.days == 0:
        return gettext("on the spot")
    if limit.unit is DayUnit.WORKING:
        return gettext("%(days)d working days", days=limit.days)
    return gettext("%(days)d days", days=limit.days)


def walk_words(minutes: int) -> str:
    """Return how long a walk takes; from two hours on in hours and minutes."""
    if minutes < 120:
        return gettext("About %(minutes)d minutes on foot", minutes=minutes)
    return gettext("About %(hours)d h %(minutes)d min on foot", hours=minutes // 60, minutes=minutes % 60)


def distance_words(metres: float, *, is_estimate: bool) -> str:
    """Return a distance: metres, from ten kilometres on kilometres; an estimate to ten metres and said to be one."""
    if metres >= 10_000:
        text = gettext("%(km)s km", km=f"{metres / 1000:.1f}")
    else:
        # an estimate to the metre would claim what nobody knows
        text = gettext("%(metres)d m", metres=round(metres, -1 if is_estimate else 0))
    return gettext("about %(distance)s (estimate)", distance=text) if is_estimate else text


def clock(moment: datetime | time) -> str:
    """Return 9:00 or 14:30. Midnight at the end of a day is written by `span_words`."""
    return f"{moment.hour}:{moment.minute:02}"


def day_words(day: date) -> str:
    """Return 11月26日 周四 or Thu 26 Nov."""
    # the pattern of a day with its weekday, in the order of the language
    return str(format_date(day, gettext("EEE d MMM")))


def moment_words(moment: datetime, asked_on: date, today: date) -> str:
    """Return a coming moment as short as it is clear: 14:00, 明天 9:00, 周一 9:00, 10月8日 周四 9:00.

    `asked_on` is the day the question is about; only when it is `today` may the words count from today.
    """
    day = moment.date()
    if day == asked_on:
        return clock(moment)
    if asked_on == today and day == today + timedelta(days=1):
        return gettext("tomorrow %(time)s", time=clock(moment))
    if asked_on == today and timedelta(days=1) < day - today < timedelta(days=7):
        return gettext("%(day)s at %(time)s", day=format_date(day, "EEE"), time=clock(moment))
    return gettext("%(day)s at %(time)s", day=day_words(day), time=clock(moment))


def state_words(status: Status, at: datetime, today: date, closing_soon_minutes: int) -> StateWords:
    """Return an open state in words, with the next change, as it is at the aware time `at`."""
    if status.state is State.OPEN:
        look, text = _open_words(status, at, today, closing_soon_minutes)
    elif status.state is State.CLOSED:
        look, text = "closed", _closed_words(status, at, today)
    elif status.reason is Reason.CALENDAR_NOT_ANNOUNCED:
        look, text = "unknown", gettext("Holiday calendar not announced yet, please call first")
    else:
        look, text = "unknown", gettext("Hours unknown, please call first")
    if status.calendar_unknown and status.state is not State.UNKNOWN:
        text = gettext("%(state)s (holiday calendar not announced yet)", state=text)
    return StateWords(look=look, sign=_SIGN_OF_LOOK[look], text=text)


def _open_words(status: Status, at: datetime, today: date, closing_soon_minutes: int) -> tuple[str, str]:
    if status.until is None:
        return "open", gettext("Open")
    until = _end_words(status.until, at, today)
    if status.until - at < timedelta(minutes=closing_soon_minutes):
        return "soon", gettext("Closing soon, open until %(time)s", time=until)
    return "open", gettext("Open until %(time)s", time=until)


def _end_words(until: datetime, at: datetime, today: date) -> str:
    if until.time() == time(0) and until.date() == at.date() + timedelta(days=1):
        return "24:00"
    return moment_words(until, at.date(), today)


def _closed_words(status: Status, at: datetime, today: date) -> str:
    reason = _reason_words(status, at, today)
    if status.opens_at is None:
        return gettext("%(reason)s, no opening known in the next two weeks", reason=reason)
    opens = moment_words(status.opens_at, at.date(), today)
    return gettext("%(reason)s, opens %(time)s", reason=reason, time=opens)


def _reason_words(status: Status, at: datetime, today: date) -> str:
    reasons = {
        ReasonDetail.LUNCH: gettext("Lunch break"),
        ReasonDetail.BEFORE_HOURS: gettext("Not open yet"),
        ReasonDetail.AFTER_HOURS: gettext("Closed for the day"),
        ReasonDetail.WEEKEND: gettext("Closed at the weekend"),
    }
    if status.reason_detail in reasons:
        return reasons[status.reason_detail]
    name = local_reason(status.reason_zh, status.reason_en)
    if status.reason is Reason.HOLIDAY:
        if at.date() == today:
            return gettext("Holiday today (%(name)s)", name=name) if name else gettext("Holiday today")
        return gettext("Holiday (%(name)s)", name=name) if name else gettext("Holiday")
    if status.reason is Reason.CLOSURE:
        return gettext("Temporarily closed: %(name)s", name=name) if name else gettext("Temporarily closed")
    return gettext("Closed")


def local_reason(zh: str | None, en: str | None) -> str:
    """Return the name of a holiday or the text of a closure in the language of the request; Chinese stands in."""
    locale = get_locale()
    return (en or zh or "") if locale is not None and locale.language == "en" else (zh or en or "")


def span_words(span: OpenSpan) -> str:
    """Return 9:00–12:00; the end of a day as 24:00."""
    end = "24:00" if span.end == time(0) else clock(span.end)
    return f"{clock(span.start)}–{end}"


def spans_words(spans: tuple[OpenSpan, ...]) -> str:
    """Return 9:00–12:00，14:00–18:00, or "closed"."""
    if not spans:
        return gettext("closed")
    return gettext(", ").join(span_words(span) for span in spans)


def day_hours_words(day: DaySpans) -> str:
    """Return the hours of one day in words, with the holiday, closure or swapped workday that makes them so."""
    if day.reason is Reason.HOURS_UNKNOWN:
        return gettext("not known")
    if day.reason is Reason.CALENDAR_NOT_ANNOUNCED and not day.spans:
        return gettext("not announced yet")
    text = spans_words(day.spans)
    name = local_reason(day.reason_zh, day.reason_en)
    if name:
        return gettext("%(hours)s (%(name)s)", hours=text, name=name)
    return gettext("%(hours)s (working weekend)", hours=text) if day.swapped else text
