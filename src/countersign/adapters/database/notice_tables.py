"""The tables of notices, which hold what senders wrote and to whom, and of envelopes that were
erased, of which nothing else is left."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from countersign.adapters.database.tables import ID, SHA256, metadata
from countersign.adapters.database.types import CleanText, Json, Time

notices = Table(
    "notices",
    metadata,
    Column("id", ID, primary_key=True),
    Column("envelope_id", ID, nullable=False),
    Column("task_id", ID),
    Column("package_id", ID),
    Column("event", CleanText, nullable=False),
    Column("delay_s", BigInteger, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("channel", CleanText, nullable=False),
    Column("recipient", CleanText, nullable=False),
    Column("sender", CleanText, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("text", Json, nullable=False),
    Column("layout", Json, nullable=False),
    Index(None, "envelope_id"),
)

# What is left of envelopes that were erased
deletions = Table(
    "deletions",
    metadata,
    Column("envelope_id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("origin", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("deleted_at", Time, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("tasks", Json, nullable=False),
    Column("removed", Json, nullable=False),
    Column("kept", Json, nullable=False),
    Column("chain_length", Integer, nullable=False),
    Column("chain_head", SHA256, nullable=False),
    Index(None, "account_id", "deleted_at"),
)
