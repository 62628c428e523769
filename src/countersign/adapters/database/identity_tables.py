"""The tables of proofs of identity, and of the keys and providers of accounts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    true,
)

from countersign.adapters.database.tables import ID, SHA256, accounts, metadata
from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Time

# One row for each task and method: the newest attempt
identity_attempts = Table(
    "identity_attempts",
    metadata,
    Column("task_id", ID, primary_key=True),
    Column("method", CleanText, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("begun", Json, nullable=False),
    Column("code_hash", SHA256, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reference", CleanText, nullable=False),
    Column("secret", LargeBinary),  # closed
    Index(None, "reference"),
)

identity_providers = Table(
    "identity_providers",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("name", CleanText, primary_key=True),
    Column("issuer", CleanText, nullable=False),
    Column("client_id", CleanText, nullable=False),
    Column("client_secret", LargeBinary, nullable=False),  # closed
    Column("scopes", Json, nullable=False),
    Column("acr_values", Json, nullable=False),
    Column("national_id_claim", CleanText, nullable=False),
    Column("name_claim", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("inside", Boolean, nullable=False, server_default=true()),
)

# What an eID gave to show to others later
identity_proofs = Table(
    "identity_proofs",
    metadata,
    Column("task_id", ID, primary_key=True),
    Column("method", CleanText, primary_key=True),
    Column("closed", LargeBinary, nullable=False),
    Column("created_at", Time, nullable=False),
)

# How many codes went out by SMS in an hour or a day that begins then; `whom` is a keyed hash
text_counts = Table(
    "text_counts",
    metadata,
    Column("whom", SHA256, primary_key=True),
    Column("begins", Time, primary_key=True),
    Column("sent", Integer, nullable=False),
    Index(None, "begins"),
)

# With what an account signs in its own name
merchant_keys = Table(
    "merchant_keys",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("vendor", ByCodePoint, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("place", Json, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # closed
    Column("subject", CleanText, nullable=False),
    Column("begins", Time, nullable=False),
    Column("expires", Time, nullable=False),
    Column("created_at", Time, nullable=False),
)

# Keepers of people's own signing keys
signing_services = Table(
    "signing_services",
    metadata,
    Column("account_id", ForeignKey(accounts.c.id), primary_key=True),
    Column("name", CleanText, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("client_id", CleanText, nullable=False),
    Column("client_secret", LargeBinary, nullable=False),  # closed
    Column("authorities", Json, nullable=False),
    Column("tls_authority", CleanText, nullable=False),
    Column("created_at", Time, nullable=False),
)
