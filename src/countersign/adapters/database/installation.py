"""Whose database this is: a mark made of the installation's keys, so that a server with other keys
notices before it answers, and signs, as somebody else."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, delete, select

from countersign.adapters.database.engine import Database
from countersign.adapters.database.tables import SHA256, metadata
from countersign.adapters.database.transaction import Transaction

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", SHA256, nullable=False),
)
_MARK = select(installation.c.mark)


def mark_of(database: Database) -> str | None:
    with Transaction(database) as tx:
        found: str | None = tx.read(_MARK).scalar()
        return found


def mark(database: Database, own: str) -> str:
    """Leaves `own` where there is no mark yet. Returns the one that counts."""
    if found := mark_of(database):
        return found
    put = database.insert(installation).on_conflict_do_nothing(index_elements=["id"])
    with Transaction(database) as tx:
        tx.write(put, {"id": 1, "mark": own})
        tx.commit()
    return mark_of(database) or own


def unmark(database: Database) -> None:
    with Transaction(database) as tx:
        tx.write(delete(installation))
        tx.commit()
