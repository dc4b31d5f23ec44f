"""How it is kept in tables which revision is current, and which points changed in the last ones."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from mapapp.database import Base


class RevisionRow(Base):
    """The one row that says which revision is current; `epoch` is random and names this very database."""

    __tablename__ = "revision"
    __table_args__ = (CheckConstraint("id = 1", "only_one"), CheckConstraint("number >= 0", "number_not_negative"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    epoch: Mapped[str] = mapped_column(String(32))


class ChangedPointRow(Base):
    """A point whose facts are others since a revision that changed nothing but points; an empty id: not even those.

    A revision without a row may have changed anything.
    """

    __tablename__ = "changed_point"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point_id: Mapped[str] = mapped_column(String(30), primary_key=True)
