"""How earlier coverage is kept in a table (覆盖记录): one row for each revision that was measured."""

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
