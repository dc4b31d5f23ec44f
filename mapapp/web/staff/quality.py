"""What is probably wrong in the data (质量检查): each rule that fired, for which point, why, and where to mend it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from flask_babel import lazy_gettext

from mapapp.catalogue.quality import Finding, Rule, findings
from mapapp.catalogue.quality_reading import read_stored
from mapapp.editing.changes import SubjectKind
from mapapp.editing.sheets import csv_lines
from mapapp.web.bodies import PRIVATE
from mapapp.web.context import current_bundle, current_now
from mapapp.web.pages.frame import page
from mapapp.web.staff.access import staff_blueprint
from mapapp.web.staff.login import staff_database
from mapapp.web.staff.subjects import subject_title

blueprint = staff_blueprint("quality", __name__)
# Lines of a rule on the page; the file has all.
_SHOWN = 100
_TITLES = {
    Rule.WRONG_STREET: lazy_gettext("Position outside its street or town"),
    Rule.TOO_CLOSE: lazy_gettext("Two points on one spot"),
    Rule.NO_MATTERS: lazy_gettext("No matter taken"),
    Rule.NEVER_OPEN: lazy_gettext("Hours that never open"),
    Rule.PHONE_FORMAT: lazy_gettext("Phone that cannot be dialled"),
    Rule.RETIRED_MATTER: lazy_gettext("Retired matter still taken"),
    Rule.EMPTY_PACKAGE: lazy_gettext("Package without a matter in use"),
    Rule.NO_POSITION: lazy_gettext("Without a position"),
    Rule.UNVERIFIED_POSITION: lazy_gettext("Position that nobody has verified"),
}
_SENTENCES = {
    Rule.WRONG_STREET: lazy_gettext("The position lies %(metres)d m outside %(street)s as it is drawn."),
    Rule.TOO_CLOSE: lazy_gettext("The position is only %(metres)d m from that of %(other)s."),
    Rule.NO_MATTERS: lazy_gettext("Nothing can be done here, so no search finds this point."),
    Rule.NEVER_OPEN: lazy_gettext("The hours %(hours)s open on no day of the coming year. %(matter)s"),
    Rule.PHONE_FORMAT: lazy_gettext("%(phone)s cannot be dialled from everywhere: an area code or a digit is wrong."),
    Rule.RETIRED_MATTER: lazy_gettext("%(matter)s is retired, but still listed here."),
    Rule.EMPTY_PACKAGE: lazy_gettext("Every matter of this package is retired."),
    Rule.NO_POSITION: lazy_gettext("The point is on no map yet."),
    Rule.UNVERIFIED_POSITION: lazy_gettext("Nobody has stood there yet: sure to %(metres)d m."),
}
# rule -> the page on which it is mended
_MENDED_ON = {
    Rule.WRONG_STREET: "staff_position.edit",
    Rule.TOO_CLOSE: "staff_position.edit",
    Rule.NO_MATTERS: "staff_offers.edit",
    Rule.NEVER_OPEN: "staff_hours.edit",
    Rule.PHONE_FORMAT: "staff_details.edit",
    Rule.RETIRED_MATTER: "staff_offers.edit",
    Rule.NO_POSITION: "staff_position.edit",
    Rule.UNVERIFIED_POSITION: "staff_position.edit",
}
_MEND_WORDS: Mapping[str, Any] = {
    "staff_position.edit": lazy_gettext("Mend the position"),
    "staff_offers.edit": lazy_gettext("Mend the matters taken"),
    "staff_hours.edit": lazy_gettext("Mend the hours"),
    "staff_details.edit": lazy_gettext("Mend the details"),
    "staff_packages.edit": lazy_gettext("Mend the package"),
}


@blueprint.get("/staff/quality")
def show() -> Response:
    """Answer with what the rules find, rule by rule; those that found nothing are named too."""
    found = quality_findings()
    groups = [
        {
            "rule": rule.value,
            "title": str(_TITLES[rule]),
            "is_hint": rule.is_hint,
            "count": sum(each.rule is rule for each in found),
            "rows": [_row(each) for each in found if each.rule is rule][:_SHOWN],
        }
        for rule in Rule
    ]
    return page(
        "staff/quality.html",
        cache=PRIVATE,
        groups=[group for group in groups if group["count"]],
        clean=[group["title"] for group in groups if not group["count"]],
        wrong=wrong_count(found),
    )


@blueprint.get("/staff/quality.csv")
def give_out() -> Response:
    """Answer with every finding, or with those of `rule`."""
    wanted = request.args.get("rule", "")
    rows = [
        [each.rule.value, str(_TITLES[each.rule]), each.subject, _sentence(each)]
        for each in quality_findings()
        if wanted in ("", each.rule.value)
    ]
    lines = csv_lines(("rule", "rule_name", "subject", "detail"), rows)
    answer = Response(b"".join(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="quality.csv"'
    return answer


def quality_findings() -> tuple[Finding, ...]:
    """Return what the rules find in the stored data today."""
    with staff_database().reading() as session:
        stored = read_stored(session, current_bundle().catalogue)
    return findings(stored, current_now().date())


def wrong_count(found: tuple[Finding, ...]) -> int:
    """Return how many findings are faults and not only still to be looked at."""
    return sum(not each.rule.is_hint for each in found)


def _row(finding: Finding) -> dict[str, str]:
    is_package = finding.rule is Rule.EMPTY_PACKAGE
    kind = SubjectKind.PACKAGE if is_package else SubjectKind.POINT
    endpoint = _MENDED_ON.get(finding.rule, "staff_packages.edit")
    if finding.detail.get("matter") and finding.rule is Rule.NEVER_OPEN:
        # these are the hours of one matter there
        endpoint = "staff_offers.edit"
    address = url_for(endpoint, code=finding.subject) if is_package else url_for(endpoint, point_id=finding.subject)
    return {
        "title": subject_title(kind.value, finding.subject),
        "sentence": _sentence(finding),
        "mend_url": address,
        "mend": str(_MEND_WORDS[endpoint]),
    }


def _sentence(finding: Finding) -> str:
    detail = dict(finding.detail)
    for name, kind in (("matter", SubjectKind.MATTER), ("other", SubjectKind.POINT)):
        if detail.get(name):
            detail[name] = subject_title(kind.value, str(detail[name]))
    return str(_SENTENCES[finding.rule] % detail).strip()
