"""The tables of stored files, packages and the archive, and of records of deletions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, false

from countersign.adapters.database.tables import ID, SHA256, metadata
from countersign.adapters.database.types import CleanText, Json, Time

stored_files = Table(
    "stored_files",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("media_type", CleanText, nullable=False),
    Column("parts", Json, nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("pages", Json, nullable=False),
    Column("filename", CleanText, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("description", CleanText, nullable=False),
    Column("expires_at", Time),
    Index(None, "sha256"),
)

# Which envelopes a file was put into, and as which of their documents
file_uses = Table(
    "file_uses",
    metadata,
    Column("file_id", ID, primary_key=True),
    Column("envelope_id", ID, primary_key=True),
    Column("document_id", ID, nullable=False),
    Index(None, "envelope_id"),
)

packages = Table(
    "packages",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("envelope_id", ID, nullable=False),
    Column("task_id", ID),
    Column("created_at", Time, nullable=False),
    Column("status", CleanText, nullable=False),
    Column("file_id", ID),
    Column("name", CleanText, nullable=False, server_default=""),
    Column("parts", Json, nullable=False, server_default="[]"),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("ready_at", Time),
    Index(None, "envelope_id"),
)

# What stays of an envelope that was deleted

# Without parts there is left what is known of a removed one
archived_files = Table(
    "archived_files",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ID, nullable=False),
    Column("media_type", CleanText, nullable=False),
    Column("parts", Json, nullable=False),
    Column("filename", CleanText, nullable=False),
    Column("archived_at", Time, nullable=False),
    Column("keep_until", Time),
    Column("removed_at", Time),
    Column("sha256", SHA256, nullable=False),
    Index(None, "account_id", "archived_at", "id"),
)
