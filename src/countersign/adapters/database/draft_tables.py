"""The tables of drafts of the dashboard."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from countersign.adapters.database.tables import ID, SHA256, accounts, metadata
from countersign.adapters.database.types import CleanText, Json, Time

drafts = Table(
    "drafts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("author_id", ID, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("folded_name", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("content", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "account_id", "updated_at"),
)

draft_documents = Table(
    "draft_documents",
    metadata,
    Column("draft_id", ForeignKey(drafts.c.id), primary_key=True),
    Column("id", ID, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("upload_sha256", SHA256, nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("pages", Json, nullable=False),
    Column("form", Json, nullable=False),
    Index(None, "upload_sha256"),
)
