"""How earlier coverage is kept in a table (覆盖记录), and whose turn it is to search for sites (轮次)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mapapp.database import Base, Moment


class CoverageRecordRow(Base):
    """What was covered in one revision; `shares` is JSON: matter code ("" is any point) -> [share, communities]."""

    __tablename__ = "coverage_record"
    __table_args__ = (CheckConstraint("within_m > 0", "within_positive"),)

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    within_m: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(Moment)
    distance: Mapped[str] = mapped_column(String(10))
    communities_total: Mapped[int]
    shares: Mapped[str] = mapped_column(Text)


class TurnRow(Base):
    """Whose turn it is with what only one process may do at a time; nobody's from `until` on."""

    __tablename__ = "turn"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime] = mapped_column(Moment)
