"""Files between being sent and being taken over (待导入文件): kept for their owner alone, for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mapapp.editing.roles import Staff
from mapapp.editing.rows import UploadRow
from mapapp.errors import InvalidQuery, NotFound

MAX_BYTES = 20_000_000
KEPT = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file and what it is said to hold."""

    kind: str
    name: str
    datum: str
    content: bytes


def keep(session: Session, staff: Staff, upload: Upload, now: datetime) -> int:
    """Keep a file in place of any other of its owner, and return its number; raise InvalidQuery `file_too_large`."""
    if len(upload.content) > MAX_BYTES:
        raise InvalidQuery("file_too_large", field="file")
    session.execute(delete(UploadRow).where(UploadRow.made_at < now - KEPT))
    session.execute(delete(UploadRow).where(UploadRow.staff_id == staff.id))
    row = UploadRow(
        staff_id=staff.id,
        kind=upload.kind,
        name=upload.name[:200],
        datum=upload.datum[:20],
        content=upload.content,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def find(session: Session, staff: Staff, number: int) -> Upload:
    """Return a file of somebody's own; raise NotFound `unknown_upload`."""
    row = session.get(UploadRow, number)
    if row is None or row.staff_id != staff.id:
        raise NotFound("unknown_upload")
    return Upload(kind=row.kind, name=row.name, datum=row.datum, content=row.content)


def forget(session: Session, staff: Staff) -> None:
    """Remove the files of somebody."""
    session.execute(delete(UploadRow).where(UploadRow.staff_id == staff.id))
