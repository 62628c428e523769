"""The tables of batches. What rows say is closed, and goes when they are sent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table

from countersign.adapters.database.tables import ID, accounts, metadata
from countersign.adapters.database.types import CleanText, Json, Time

batches = Table(
    "batches",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("origin", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("source_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source_name", CleanText, nullable=False),
    Column("file_name", CleanText, nullable=False),
    Column("columns", Json, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("who", CleanText, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("language", CleanText, nullable=False),
    Column("mapping", Json, nullable=False),
    Column("status", CleanText, nullable=False),
    Column("sender", Json, nullable=False),
    Column("started_at", Time),
    Column("ended_at", Time),
    Index(None, "account_id", "created_at"),
)

batch_rows = Table(
    "batch_rows",
    metadata,
    Column("batch_id", ForeignKey(batches.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", CleanText, nullable=False),
    Column("cells", LargeBinary, nullable=False),  # closed
    Column("problems", Json, nullable=False),
    Column("is_wrong", Boolean, nullable=False),
    Column("envelope_id", ID, nullable=False),
    Index(None, "batch_id", "status", "number"),
)
