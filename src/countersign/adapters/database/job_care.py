"""Jobs as their keeper sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from countersign.adapters.database.tables import jobs
from countersign.adapters.database.transaction import Transaction
from countersign.domain.errors import NotFound
from countersign.usecases.job_port import TroubledJob

_SHOWN = [
    jobs.c[name]
    for name in ("id", "queue", "kind", "args", "attempts", "error", "run_at", "dead_at")
]


class StoredJobCare:
    """The port JobCare."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def troubled(self, limit: int) -> Sequence[TroubledJob]:
        failed = or_(jobs.c.dead_at.is_not(None), jobs.c.error.is_not(None))
        order = (jobs.c.dead_at.is_(None), jobs.c.id.desc())
        rows = self._tx.read(select(*_SHOWN).where(failed).order_by(*order).limit(limit))
        return [TroubledJob(**{**row._mapping, "error": row.error or ""}) for row in rows]

    def revive(self, job_id: int, at: datetime) -> str:
        waits = (jobs.c.id == job_id, jobs.c.token.is_(None))
        again = update(jobs).where(*waits).values(run_at=at, dead_at=None, attempts=0)
        if self._tx.write(again).rowcount != 1:
            raise NotFound("job", str(job_id))
        return str(self._tx.read(select(jobs.c.kind).where(jobs.c.id == job_id)).scalar_one())
