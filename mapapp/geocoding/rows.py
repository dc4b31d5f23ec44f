"""How answers of online geocoders are kept (地理编码缓存), so that the same question is not asked twice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mapapp.database import Base, Moment


class GeocodeAnswerRow(Base):
    """What one provider said to one text, as it came: `raw` is JSON in the provider's own datum, null without a hit.

    `code` is `found`, `empty` or the reason of a failure; a failure is kept for the record and asked again.
    """

    __tablename__ = "geocode_answer"
    __table_args__ = (CheckConstraint("(code = 'found') = (raw IS NOT NULL)", "raw_when_found"),)

    provider: Mapped[str] = mapped_column(String(50), primary_key=True)
    datum: Mapped[str] = mapped_column(String(10), primary_key=True)
    query: Mapped[str] = mapped_column(String(300), primary_key=True)
    code: Mapped[str] = mapped_column(String(30))
    raw: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Moment)
