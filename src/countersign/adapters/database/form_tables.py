"""The tables of forms."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table

from countersign.adapters.database.tables import ID, SHA256, accounts, metadata
from countersign.adapters.database.types import CleanText, Json, Time

forms = Table(
    "forms",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("origin", CleanText, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("folder", CleanText, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("tags", Json, nullable=False),
    Column("defaults", Json, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("version_of", ID),  # an older version has an id of its own
    Index(None, "account_id", "created_at"),
    Index(None, "version_of"),
)

form_documents = Table(
    "form_documents",
    metadata,
    Column("form_id", ForeignKey(forms.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("media_type", CleanText, nullable=False),
    Column("upload_sha256", SHA256, nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("pages", Json, nullable=False),
    Index(None, "upload_sha256"),
)
