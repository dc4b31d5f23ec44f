"""Who may do what (角色与权限): one truth table of deeds and roles, asked by every route and by every desk.

A right holds nowhere, for one's own (本人负责的), or everywhere. Own are the points somebody was given, and for a chief
representative (首席代表) the matters of the department and what points offer of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mapapp.errors import Forbidden
from mapapp.people import Person, Role


class Deed(StrEnum):
    """What can be done under /staff/."""

    # own password, own sessions, the start page
    ACCOUNT = "account"
    # read lists, drafts and history
    LOOK = "look"
    # write down a change that is not public yet
    DRAFT = "draft"
    # publish hours, closures, phone and what stands on the wall: what changes from day to day
    PUBLISH_DAILY = "publish_daily"
    # publish anything else, and what somebody else drafted
    PUBLISH = "publish"
    # say that everything is still right
    CONFIRM = "confirm"
    # answer what residents report
    ANSWER = "answer"
    # see who comes today, check in, note who was served
    VISITS = "visits"
    # set seats, block slots, set the rules of booking of a point
    ARRANGE = "arrange"
    # write a remark on a change (监督)
    NOTE = "note"
    # make a name of a matter of words that found nothing, or show them no more
    FOLK = "folk"
    # what belongs to the whole district: calendar, packages, announcements on all pages, new points
    COMMON = "common"
    # take over whole files
    IMPORT = "import"
    # accounts
    PEOPLE = "people"
    # read who did what
    AUDIT = "audit"
    # see how the whole district stands: what is probably wrong, how fresh everything is
    OVERSEE = "oversee"


class Reach(StrEnum):
    """How far a right goes."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


_NONE, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL
ROLES = (Role.EDITOR, Role.REPRESENTATIVE, Role.OFFICE, Role.SUPERVISOR)
# deed -> (editor, representative, office, supervisor)
TABLE: Mapping[Deed, tuple[Reach, Reach, Reach, Reach]] = {
    Deed.ACCOUNT: (_ALL, _ALL, _ALL, _ALL),
    Deed.LOOK: (_OWN, _ALL, _ALL, _ALL),
    Deed.DRAFT: (_OWN, _OWN, _ALL, _NONE),
    Deed.PUBLISH_DAILY: (_OWN, _OWN, _ALL, _NONE),
    Deed.PUBLISH: (_NONE, _OWN, _ALL, _NONE),
    Deed.CONFIRM: (_OWN, _OWN, _ALL, _NONE),
    Deed.ANSWER: (_OWN, _OWN, _ALL, _NONE),
    Deed.VISITS: (_OWN, _OWN, _ALL, _NONE),
    Deed.ARRANGE: (_OWN, _OWN, _ALL, _NONE),
    Deed.NOTE: (_OWN, _OWN, _ALL, _ALL),
    Deed.FOLK: (_NONE, _OWN, _ALL, _NONE),
    Deed.COMMON: (_NONE, _NONE, _ALL, _NONE),
    Deed.IMPORT: (_NONE, _NONE, _ALL, _NONE),
    Deed.PEOPLE: (_NONE, _NONE, _ALL, _NONE),
    Deed.AUDIT: (_NONE, _NONE, _ALL, _ALL),
    Deed.OVERSEE: (_NONE, _NONE, _ALL, _ALL),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Staff:
    """Somebody who is logged in, with what is theirs. `department` is empty but for a chief representative."""

    id: int
    name: str
    role: Role
    points: frozenset[str] = frozenset()
    department: str = ""

    @property
    def person(self) -> Person:
        """Return who acts, for the desks of other parts."""
        return Person(name=self.name, role=self.role)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a deed is done to: a point, and the departments of the matters in question (none when there are none)."""

    point_id: str | None = None
    departments: frozenset[str] = frozenset()


# Somewhere, so that "own" is enough: used by lists that show only what is one's own.
ANYWHERE: Scope | None = None


def reach(role: Role, deed: Deed) -> Reach:
    """Return how far the right of a role goes; commands of the system reach everywhere."""
    return Reach.ALL if role is Role.SYSTEM else TABLE[deed][ROLES.index(role)]


def owns(staff: Staff, scope: Scope) -> bool:
    """Return whether the point is one of theirs, or all the matters are of their department."""
    if scope.point_id is not None and scope.point_id in staff.points:
        return True
    is_theirs = bool(staff.department) and scope.departments == {staff.department}
    return staff.role is Role.REPRESENTATIVE and is_theirs


def may(staff: Staff, deed: Deed, scope: Scope | None = ANYWHERE) -> bool:
    """Return whether somebody may do this there; without a scope, whether they may do it anywhere at all."""
    right = reach(staff.role, deed)
    if right is Reach.OWN and scope is not None:
        return owns(staff, scope)
    return right is not Reach.NONE


def demand(staff: Staff, deed: Deed, scope: Scope | None = ANYWHERE) -> None:
    """Raise Forbidden `not_yours` (own is not enough there) or `role_forbids` when somebody may not do this."""
    if may(staff, deed, scope):
        return
    if reach(staff.role, deed) is Reach.OWN:
        raise Forbidden("not_yours")
    raise Forbidden("role_forbids")
