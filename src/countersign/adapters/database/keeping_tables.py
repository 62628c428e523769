"""The tables of what is kept how long, who uses which content, keys that are used, and exports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table

from countersign.adapters.database.tables import ID, SHA256, accounts, credentials, metadata
from countersign.adapters.database.types import CleanText, Time

# Contents that are named in no column of their own: parts of what is archived or packaged, what
# people brought as it came, logos
content_uses = Table(
    "content_uses",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("owner_id", ID, primary_key=True),
    Index(None, "owner_id"),
)

# A secret that was replaced, and opens its credential for a while yet
old_secrets = Table(
    "old_secrets",
    metadata,
    Column("secret_hash", SHA256, primary_key=True),
    Column("credential_id", ForeignKey(credentials.c.id), nullable=False),
    Column("until", Time, nullable=False),
    Index(None, "credential_id"),
)

credential_usage = Table(
    "credential_usage",
    metadata,
    Column("credential_id", ID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("last_at", Time, nullable=False),
)

# The sweep has looked at all that was created before `seen_at`, and at those of that moment up to
# `seen_id`
retention_rules = Table(
    "retention_rules",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("completed_days", Integer),
    Column("unfinished_days", Integer),
    Column("seen_at", Time),
    Column("seen_id", ID, nullable=False),
)

# Without an envelope it is of all that the account has
holds = Table(
    "holds",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("envelope_id", ID, primary_key=True),
    Column("reason", CleanText, nullable=False),
    Column("set_by", CleanText, nullable=False),
    Column("set_at", Time, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("id", ID, primary_key=True),
    Column("asked_by", CleanText, nullable=False),
    Column("asked_at", Time, nullable=False),
    Column("status", CleanText, nullable=False),
    Column("sha256", SHA256),
    Column("size", BigInteger),
    Column("ready_at", Time),
    Column("expires_at", Time),
    Index(None, "account_id", "asked_at"),
)
