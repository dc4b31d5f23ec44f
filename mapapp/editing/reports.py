"""What residents report (纠错): no account, no personal data; it lands with the staff of the point, who answer.

Long runs of digits are masked before anything is kept: a telephone or identity number helps nobody here.
"""

import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mapapp.catalogue.rows import PointRow
from mapapp.editing import audit
from mapapp.editing.drafting import Actor
from mapapp.editing.roles import Deed, Scope, demand
from mapapp.editing.rows import ReportRow
from mapapp.errors import InvalidQuery, NotFound, Refused

MAX_TEXT = 500
# A number of a person has more digits than a house, a window or a time.
_LONG_NUMBER = re.compile(r"\d[\d\s-]{5,}[\dXx]")


class Topic(StrEnum):
    """What is wrong."""

    HOURS = "hours"
    CLOSED = "closed"
    PHONE = "phone"
    POSITION = "position"
    MATTERS = "matters"
    ACCESS = "access"
    OTHER = "other"


class ReportState(StrEnum):
    """Where a report stands."""

    NEW = "new"
    WORKING = "working"
    MENDED = "mended"
    RIGHT_ALREADY = "right_already"


OPEN_REPORTS = (ReportState.NEW, ReportState.WORKING)


def add(session: Session, point_id: str, topic: str, text: str, now: datetime) -> int:
    """Keep a report and return its number; raise NotFound `unknown_point`, InvalidQuery for topic and text."""
    if session.scalar(select(PointRow.id).where(PointRow.id == point_id)) is None:
        raise NotFound("unknown_point", field="id", value=point_id)
    if topic not in set(Topic):
        raise InvalidQuery("wrong_parameter", field="topic", value=topic)
    row = ReportRow(
        point_id=point_id, topic=topic, text=cleaned(text), made_at=now, state=ReportState.NEW.value, answer=""
    )
    session.add(row)
    session.flush()
    return row.id


def cleaned(text: str) -> str:
    """Return what is kept of a text; raise InvalidQuery `wrong_report` when it is empty or too long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    shown = re.sub(r" +", " ", shown).strip()
    if not shown or len(shown) > MAX_TEXT:
        raise InvalidQuery("wrong_report", field="text", most=MAX_TEXT)
    return _LONG_NUMBER.sub("…", shown)


def answer(session: Session, actor: Actor, report_id: int, state: str, text: str) -> None:
    """Set the state of a report and the answer; raise NotFound, Forbidden, Refused `answer_missing`."""
    row = session.get(ReportRow, report_id)
    if row is None:
        raise NotFound("unknown_report", value=str(report_id))
    demand(actor.staff, Deed.ANSWER, Scope(point_id=row.point_id))
    if state not in set(ReportState):
        raise InvalidQuery("wrong_parameter", field="state", value=state)
    if state not in OPEN_REPORTS and not text.strip():
        raise Refused("answer_missing", field="answer")
    row.state, row.answer = state, text.strip()[:MAX_TEXT]
    row.answered_at, row.answered_by = actor.now, actor.staff.name
    entry = audit.Entry(
        deed="answer", kind="report", key=str(report_id), after=audit.json_text({"state": state, "answer": row.answer})
    )
    audit.note(session, actor.staff.person, actor.now, actor.address, entry)


def reports(
    session: Session, *, is_open: bool, point_ids: frozenset[str] | None = None, limit: int = 100
) -> tuple[ReportRow, ...]:
    """Return the reports that wait or those that are answered, the newest first; `point_ids` keeps these points."""
    states = [state.value for state in OPEN_REPORTS]
    query = select(ReportRow).where(ReportRow.state.in_(states) if is_open else ReportRow.state.not_in(states))
    if point_ids is not None:
        query = query.where(ReportRow.point_id.in_(point_ids))
    return tuple(session.scalars(query.order_by(ReportRow.made_at.desc(), ReportRow.id.desc()).limit(limit)))


def count_open(session: Session, point_ids: frozenset[str] | None = None) -> int:
    """Return how many reports wait."""
    query = select(func.count()).select_from(ReportRow)
    query = query.where(ReportRow.state.in_([state.value for state in OPEN_REPORTS]))
    if point_ids is not None:
        query = query.where(ReportRow.point_id.in_(point_ids))
    return session.scalar(query) or 0
