"""The table of notices: what senders wrote and to whom. Emptied with the envelope."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from countersign.adapters.database.tables import ID, metadata
from countersign.adapters.database.types import CleanText, Json

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
