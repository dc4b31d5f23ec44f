"""How accounts, changes and what residents report are kept in tables (工作人员、变更、纠错), with their rules."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mapapp.database import Base, Moment

_HASH = String(64)
_NAME = String(100)


class StaffRow(Base):
    """An account (账号). `password_hash` is argon2id; a disabled account stays, for the history."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("role IN ('editor', 'representative', 'office', 'supervisor')", "role_known"),
        CheckConstraint("name <> ''", "name_not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    role: Mapped[str] = mapped_column(String(20))
    department: Mapped[str] = mapped_column(_NAME)
    password_hash: Mapped[str] = mapped_column(Text)
    password_at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(_NAME)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)


class StaffPointRow(Base):
    """A point that is somebody's to keep true."""

    __tablename__ = "staff_point"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"), primary_key=True, index=True)


class StaffSessionRow(Base):
    """A login (会话): known by the hash of a random token that only the browser holds. `proved_at`: last password."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    proved_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(50))
    agent: Mapped[str] = mapped_column(String(200))


class LoginFailureRow(Base):
    """How often a login failed in a row, for an account, an address or both; `key` is a hash, also of unknown names."""

    __tablename__ = "login_failure"
    __table_args__ = (CheckConstraint("failures > 0", "failures_positive"),)

    key: Mapped[str] = mapped_column(_HASH, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment)


class ChangeRow(Base):
    """A change (变更) of one subject. `before` and `after` are JSON objects of the fields it touches.

    `base_version` names all values of the subject when the draft was last brought up to date: if they are others at
    publication, somebody else was there meanwhile.
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'waiting', 'scheduled', 'published', 'declined', 'dropped')", "state_known"
        ),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", "published_has_a_time"),
        CheckConstraint("(state = 'scheduled') = (publish_at IS NOT NULL)", "scheduled_has_a_time"),
        Index("ix_change_kind_key", "kind", "key"),
        Index("ix_change_state_changed_at", "state", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(100))
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    base_version: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(_NAME)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    claimed_by: Mapped[str | None] = mapped_column(_NAME)
    publish_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    published_by: Mapped[str | None] = mapped_column(_NAME)
    revision: Mapped[int | None]
    reverts: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    answer: Mapped[str] = mapped_column(Text)


class NoteRow(Base):
    """A remark on a change (监督意见)."""

    __tablename__ = "change_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(_NAME)
    text: Mapped[str] = mapped_column(Text)


class AuditRow(Base):
    """Who did what and when (审计): only ever added to, the database itself refuses anything else."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_kind_key", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    by: Mapped[str] = mapped_column(_NAME)
    role: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(50))
    deed: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(100))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)


class ReportRow(Base):
    """What a resident says is wrong at a point (纠错). Nothing in it says who that was."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'working', 'mended', 'right_already')", "state_known"),
        CheckConstraint("text <> ''", "text_not_empty"),
        Index("ix_report_point_id_state", "point_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("point.id"))
    topic: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(_NAME)


class AnnouncementRow(Base):
    """What is announced (公告) on a point, or on all pages when `point_id` is null; both days inclusive."""

    __tablename__ = "announcement"
    __table_args__ = (CheckConstraint("last_day >= first_day", "ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[str | None] = mapped_column(ForeignKey("point.id"), index=True)
    text_zh: Mapped[str] = mapped_column(String(500))
    text_en: Mapped[str] = mapped_column(String(500))
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_at: Mapped[datetime] = mapped_column(Moment)
    entered_by: Mapped[str] = mapped_column(_NAME)


class UploadRow(Base):
    """A file that waits to be taken over (待导入文件): its owner has seen what it would do, and decides."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    datum: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


class SecondFactorRow(Base):
    """The second factor (两步验证) of an account. `secret` is sealed; `confirmed_at` is null until a code was right.

    `last_step` is the 30 seconds whose code was used last: neither that code nor an older one is taken again.
    """

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int | None]


class RecoveryCodeRow(Base):
    """A code for whoever lost the telephone (恢复码): kept as a hash, good once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
