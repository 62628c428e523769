"""How far a sandbox's clock was moved: one row, seen by every process of the installation."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, Column, Integer, Table, select, update

from countersign.adapters.database.engine import Database
from countersign.adapters.database.tables import jobs, metadata
from countersign.adapters.database.transaction import Transaction
from countersign.adapters.database.types import MICROSECOND

sandbox_clock = Table(
    "sandbox_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("offset_us", BigInteger, nullable=False),
)
_OFFSET = select(sandbox_clock.c.offset_us)
_RUNNING = select(jobs.c.id, jobs.c.run_at).where(jobs.c.token.is_not(None))


class ClockOffset:
    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> timedelta:
        with Transaction(self._database) as tx:
            return (tx.read(_OFFSET).scalar() or 0) * MICROSECOND

    def is_there(self) -> bool:
        with Transaction(self._database) as tx:
            return tx.read(_OFFSET).scalar() is not None

    def add(self, span: timedelta) -> None:
        """Moves the clock, and with it the leases of running jobs: their workers are alive."""
        put = self._database.insert(sandbox_clock).on_conflict_do_update(
            index_elements=["id"],
            set_={"offset_us": sandbox_clock.c.offset_us + span // MICROSECOND},
        )
        with Transaction(self._database) as tx:
            tx.write(put, {"id": 1, "offset_us": span // MICROSECOND})
            for job in tx.read(_RUNNING).all():
                moved = update(jobs).where(jobs.c.id == job.id)
                tx.write(moved.values(run_at=job.run_at + span))
            tx.commit()
