"""What staff read about roles, fields, faults and deeds (工作人员用语), in the reader's language."""

from typing import Any

from flask_babel import lazy_gettext

from mapapp.catalogue.matters import OfferMode
from mapapp.catalogue.points import PointKind
from mapapp.editing.changes import ChangeState, SubjectKind
from mapapp.web.spoken import gettext
from mapapp.web.words import kind_name, mode_words

_STATES = {
    ChangeState.DRAFT: lazy_gettext("Draft, not public"),
    ChangeState.WAITING: lazy_gettext("Waiting for a second person"),
    ChangeState.SCHEDULED: lazy_gettext("To be published"),
    ChangeState.PUBLISHED: lazy_gettext("Published"),
    ChangeState.DECLINED: lazy_gettext("Sent back"),
    ChangeState.DROPPED: lazy_gettext("Given up"),
}
_KINDS = {
    SubjectKind.POINT: lazy_gettext("Service point"),
    SubjectKind.CLOSURES: lazy_gettext("Closures"),
    SubjectKind.OFFERS: lazy_gettext("Matters taken"),
    SubjectKind.MATTER: lazy_gettext("Matter"),
    SubjectKind.PACKAGE: lazy_gettext("Package"),
    SubjectKind.CALENDAR: lazy_gettext("Work calendar"),
    SubjectKind.ANNOUNCEMENTS: lazy_gettext("Announcements"),
}
_FIELDS = {
    "name_zh": lazy_gettext("Chinese name"),
    "name_en": lazy_gettext("English name"),
    "kind": lazy_gettext("Kind"),
    "street": lazy_gettext("Street or town"),
    "address": lazy_gettext("Address"),
    "phone": lazy_gettext("Phone"),
    "hours_rule": lazy_gettext("Opening hours"),
    "hours": lazy_gettext("Opening hours"),
    "windows": lazy_gettext("Windows"),
    "accessibility": lazy_gettext("Accessibility"),
    "source": lazy_gettext("Source"),
    "source_date": lazy_gettext("Date of the source"),
    "confidence": lazy_gettext("Confidence"),
    "note": lazy_gettext("Note"),
    "place": lazy_gettext("Position"),
    "retired": lazy_gettext("Retired"),
    "closures": lazy_gettext("Closures"),
    "announcements": lazy_gettext("Announcements"),
    "type": lazy_gettext("Type"),
    "department": lazy_gettext("Department"),
    "is_instant": lazy_gettext("Done on the spot"),
    "legal_days": lazy_gettext("Legal time limit in days"),
    "promised_days": lazy_gettext("Promised time limit in days"),
    "day_unit": lazy_gettext("Unit of the limits"),
    "fee": lazy_gettext("Fee"),
    "point_kinds": lazy_gettext("Kinds of points"),
    "folk_names": lazy_gettext("What people call it"),
    "materials": lazy_gettext("Papers to bring"),
    "audience": lazy_gettext("For whom"),
    "lead_department": lazy_gettext("Leading department"),
    "named_in_source": lazy_gettext("Named in the source"),
    "members": lazy_gettext("Matters of the package"),
    "mode": lazy_gettext("What the point does"),
    "bookable": lazy_gettext("Can be booked"),
}
_DEEDS = {
    "login": lazy_gettext("logged in"),
    "submit": lazy_gettext("handed over for checking"),
    "publish": lazy_gettext("published"),
    "revert": lazy_gettext("undid"),
    "schedule": lazy_gettext("settled a publication"),
    "decline": lazy_gettext("sent back"),
    "confirm": lazy_gettext("confirmed"),
    "import": lazy_gettext("took over from a file"),
    "restore": lazy_gettext("restored a backup"),
    "answer": lazy_gettext("answered a report"),
    "dismiss": lazy_gettext("dealt with a search that found nothing"),
    "arrange": lazy_gettext("set seats or rules of booking"),
    "account_add": lazy_gettext("added an account"),
    "account_change": lazy_gettext("changed an account"),
    "account_disable": lazy_gettext("closed an account"),
    "account_enable": lazy_gettext("opened an account again"),
    "account_reset": lazy_gettext("reset a password"),
    "factor_on": lazy_gettext("switched a second factor on"),
    "factor_off": lazy_gettext("switched a second factor off"),
    "factor_codes": lazy_gettext("made new recovery codes"),
    "password": lazy_gettext("changed the own password"),
}
_FAULTS = {
    "missing_value": lazy_gettext("Please fill this in."),
    "too_long": lazy_gettext("This text is too long."),
    "too_many": lazy_gettext("These are too many entries."),
    "repeated_item": lazy_gettext("One entry stands there twice."),
    "control_character": lazy_gettext("This text holds a character that cannot be shown."),
    "formula_cell": lazy_gettext("A text must not begin with =, +, - or @."),
    "invalid_id": lazy_gettext("At most 30 letters, digits, dots, dashes and underscores."),
    "invalid_phone": lazy_gettext("This is not a telephone number."),
    "invalid_hours": lazy_gettext("These opening hours cannot be read."),
    "not_a_number": lazy_gettext("This is not a number."),
    "out_of_range": lazy_gettext("This number is out of range."),
    "not_a_date": lazy_gettext("This is not a date."),
    "not_a_time": lazy_gettext("This is not a time of day."),
    "ends_before_start": lazy_gettext("It ends before it starts."),
    "spans_overlap": lazy_gettext("The second span begins before the first one ends."),
    "half_a_span": lazy_gettext("A span needs a beginning and an end."),
    "unknown_kind": lazy_gettext("Please choose one of the list."),
    "unknown_street": lazy_gettext("Please choose one of the list."),
    "unknown_mode": lazy_gettext("Please choose one of the list."),
    "unknown_datum": lazy_gettext("Please choose one of the list."),
    "unknown_confidence": lazy_gettext("Please choose one of the list."),
    "unknown_day_unit": lazy_gettext("Please choose one of the list."),
    "unknown_audience": lazy_gettext("Please choose one of the list."),
    "unknown_matter": lazy_gettext("There is no matter with this code."),
    "unknown_point": lazy_gettext("There is no service point with this number."),
    "outside_district": lazy_gettext("This lies outside the district. Is the coordinate system right?"),
    "invalid_follows": lazy_gettext("Only a worked weekend follows a weekday."),
    "not_yes_or_no": lazy_gettext("Only yes and no are known."),
    "wrong_cell_count": lazy_gettext("The row has more cells than the header."),
    "unknown_column": lazy_gettext("This column is not known and is left out."),
    "verified_pin": lazy_gettext("Somebody checked this pin, so it stays."),
    "shifted_datum": lazy_gettext("The positions look shifted: is the coordinate system right?"),
    "assumed_datum": lazy_gettext("No coordinate system is named. The positions fit WGS-84 and were read so."),
    "overtaken_draft": lazy_gettext(
        "You have a draft of it that others have overtaken. Publish it or give it up first."
    ),
    "duplicate_id": lazy_gettext("This number is taken."),
}


def state_name(state: str) -> str:
    """Return what the state of a change is called."""
    return str(_STATES[ChangeState(state)])


def subject_name(kind: str) -> str:
    """Return what a kind of subject is called."""
    return str(_KINDS[SubjectKind(kind)])


def field_name(field: str) -> str:
    """Return what a field is called; a matter's code or a day as it stands."""
    return str(_FIELDS.get(field, field))


def deed_name(deed: str) -> str:
    """Return what was done, in words."""
    return str(_DEEDS.get(deed, deed))


def fault_text(code: str) -> str:
    """Return what is wrong in a field."""
    return str(_FAULTS.get(code) or gettext("This cannot be taken."))


def value_text(field: str, value: Any) -> str:
    """Return a value of a change in words, for the readable difference."""
    if value is None or value in ("", []):
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if field == "kind" and value in set(PointKind):
        return kind_name(PointKind(value))
    if isinstance(value, list):
        return gettext("; ").join(item_text(item) for item in value)
    return item_text(value)


def item_text(item: Any) -> str:
    """Return one entry of a list, or one object, in words."""
    if isinstance(item, list):
        name, waived, may_follow = item
        marks = [gettext("not needed, we have it")] * bool(waived) + [gettext("may follow later")] * bool(may_follow)
        return f"{name} ({', '.join(marks)})" if marks else str(name)
    if not isinstance(item, dict):
        return str(item)
    if "starts" in item:
        ends = moment_text(item["ends"]) if item["ends"] else gettext("until further notice")
        return f"{moment_text(item['starts'])} – {ends}: {item['reason_zh']}"
    if "first_day" in item:
        return f"{item['first_day']} – {item['last_day']}: {item['text_zh']}"
    if "lon" in item:
        return f"{item['lat']:.6f}, {item['lon']:.6f} (± {item['accuracy_m']:.0f} m)"
    if "mode" in item:
        parts = [mode_words(OfferMode(item["mode"])), item.get("hours_rule") or ""]
        parts.append(gettext("can be booked") if item.get("bookable") else gettext("cannot be booked"))
        return ", ".join(part for part in parts if part)
    return ", ".join(str(part) for part in item.values() if part not in (None, ""))


def moment_text(text: str) -> str:
    """Return a stored moment as 2026-11-25 14:00."""
    return text[:16].replace("T", " ")
